#include "text/ngrams.h"

#include <string.h>

#include "text/utf8.h"

/* The bytes of the code point at `at`; 1 if they are ill-formed. */
static size_t point_bytes(const unsigned char *at, const unsigned char *end) {
    uint32_t point;
    const int bytes = utf8_decode(at, end, &point);
    return bytes > 0 ? (size_t)bytes : 1;
}

void ngrams_start(struct ngrams *ngrams, const char *word, size_t bytes, size_t min, size_t max) {
    ngrams->points = 0;
    ngrams->min = min;
    ngrams->max = max;
    ngrams->at = 0;
    ngrams->length = min - 1;
    ngrams->starts[0] = 0;
    if (bytes == 0 || bytes > NORMALIZE_WORD_MAX)
        return;
    ngrams->text[0] = '<';
    memcpy(ngrams->text + 1, word, bytes);
    ngrams->text[bytes + 1] = '>';
    const unsigned char *end = ngrams->text + bytes + 2;
    for (const unsigned char *at = ngrams->text; at < end;) {
        at += point_bytes(at, end);
        ngrams->starts[++ngrams->points] = (uint16_t)(at - ngrams->text);
    }
}

/* Whether the current n-gram is a bracket alone. */
static bool is_bracket(const struct ngrams *ngrams) {
    return ngrams->length == 1 && (ngrams->at == 0 || ngrams->at + 1 == ngrams->points);
}

const unsigned char *ngrams_next(struct ngrams *ngrams, size_t *bytes) {
    do {
        ngrams->length++;
        if (ngrams->length > ngrams->max || ngrams->at + ngrams->length > ngrams->points) {
            ngrams->at++;
            ngrams->length = ngrams->min;
        }
        if (ngrams->at + ngrams->length > ngrams->points)
            return NULL;
    } while (is_bracket(ngrams));
    const size_t start = ngrams->starts[ngrams->at];
    *bytes = ngrams->starts[ngrams->at + ngrams->length] - start;
    return ngrams->text + start;
}

size_t ngrams_count(const struct ngrams *ngrams) {
    size_t count = 0;
    for (size_t length = ngrams->min; length <= ngrams->max && length <= ngrams->points; length++)
        count += ngrams->points + 1 - length;
    return ngrams->min == 1 && ngrams->points > 0 ? count - 2 : count;
}

size_t ngrams_points(const unsigned char *ngram, size_t bytes) {
    size_t points = 0;
    for (const unsigned char *at = ngram, *end = ngram + bytes; at < end; points++)
        at += point_bytes(at, end);
    return points;
}

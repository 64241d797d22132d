#include "text/normalize.h"

#include "text/unicode.h"
#include "text/utf8.h"

/* Stand for ill-formed bytes while a word is normalized: no code points. */
#define ILL_FORMED 0x110000u

/* --- form D --- */

static size_t count_parts(uint32_t point) {
    uint32_t first, second;
    size_t count = 1;
    for (; unicode_decompose(point, &first, &second); point = first)
        count += second != 0;
    return count;
}

/* Writes the parts of a code point so that the last one is before `end`; returns where the first one is. */
static uint32_t *write_parts(uint32_t point, uint32_t *end) {
    uint32_t first, second;
    for (; unicode_decompose(point, &first, &second); point = first)
        if (second != 0)
            *--end = second;
    *--end = point;
    return end;
}

/* Sorts each run of marks by class; marks of one class keep their order. */
static void sort_marks(uint32_t *points, size_t count) {
    for (size_t i = 1; i < count; i++) {
        const uint32_t point = points[i];
        const unsigned class = unicode_combining_class(point);
        size_t at = i;
        for (; class > 0 && at > 0 && unicode_combining_class(points[at - 1]) > class; at--)
            points[at] = points[at - 1];
        points[at] = point;
    }
}

/* From the last code point to the first, so that none is overwritten before it is read. */
size_t normalize_decompose(uint32_t *points, size_t count) {
    size_t parts = 0;
    for (size_t i = 0; i < count; i++)
        parts += count_parts(points[i]);
    uint32_t *end = points + parts;
    for (size_t i = count; i > 0; i--)
        end = write_parts(points[i - 1], end);
    sort_marks(points, parts);
    return parts;
}

/* --- form C --- */

/* Are they in form C for sure? */
static bool is_composed(const uint32_t *points, size_t count) {
    unsigned before = UNICODE_OTHER;
    for (size_t i = 0; i < count; i++) {
        const unsigned kind = unicode_kind(points[i]);
        if ((kind & UNICODE_UNSTABLE) != 0 || (kind == UNICODE_ORDERED_MARK && before == kind))
            return false;
        before = kind;
    }
    return true;
}

/* A point is composed with the last starter unless one between them, of its class or higher, blocks it. For
 * example, o, dot below, circumflex: o takes the dot (U+1ECD), and then the circumflex (U+1ED9). */
size_t normalize_compose(uint32_t *points, size_t count) {
    size_t used = 0, starter = 0;
    bool has_starter = false;
    unsigned before = 0; /* the class of the point before, if it was kept */
    if (is_composed(points, count))
        return count;
    count = normalize_decompose(points, count);
    for (size_t i = 0; i < count; i++) {
        const unsigned class = unicode_combining_class(points[i]);
        const bool blocked = used > starter + 1 && before >= class;
        const uint32_t composed = has_starter && !blocked ? unicode_compose(points[starter], points[i]) : 0;
        if (composed != 0) {
            points[starter] = composed;
            continue;
        }
        if (class == 0) {
            starter = used;
            has_starter = true;
        }
        before = class;
        points[used++] = points[i];
    }
    return used;
}

/* A folded letter may be composed with what follows where its capital was not. */
size_t normalize_fold(uint32_t *points, size_t count) {
    count = normalize_compose(points, count);
    for (size_t i = 0; i < count; i++)
        points[i] = unicode_fold(points[i]);
    return normalize_compose(points, count);
}

/* --- words --- */

static size_t decode(const unsigned char *word, size_t length, uint32_t *points) {
    const unsigned char *at = word, *end = word + length;
    size_t count = 0;
    while (at < end) {
        const int bytes = utf8_decode(at, end, &points[count]);
        if (bytes < 0)
            points[count] = ILL_FORMED + *at;
        count++;
        at += bytes < 0 ? 1 : bytes;
    }
    return count;
}

static size_t encode(const uint32_t *points, size_t count, unsigned char *bytes) {
    size_t used = 0;
    for (size_t i = 0; i < count; i++)
        if (points[i] >= ILL_FORMED)
            bytes[used++] = (unsigned char)(points[i] - ILL_FORMED);
        else
            used += utf8_encode(points[i], bytes + used);
    return used;
}

/* Nothing but ASCII: all forms are the same. */
static bool is_ascii(const unsigned char *word, size_t length) {
    unsigned char all = 0;
    for (size_t i = 0; i < length; i++)
        all |= word[i];
    return all < 0x80;
}

size_t normalize_word(const void *word, size_t length, enum normalize_form form, unsigned char *normal) {
    uint32_t points[NORMALIZE_PARTS * NORMALIZE_WORD_MAX];
    if (is_ascii(word, length)) {
        for (size_t i = 0; i < length; i++) {
            const unsigned char byte = ((const unsigned char *)word)[i];
            normal[i] = form == NORMALIZE_FOLDED ? (unsigned char)unicode_fold(byte) : byte;
        }
        return length;
    }
    size_t count = decode(word, length, points);
    count = form == NORMALIZE_FOLDED       ? normalize_fold(points, count)
            : form == NORMALIZE_DECOMPOSED ? normalize_decompose(points, count)
                                           : normalize_compose(points, count);
    return encode(points, count, normal);
}

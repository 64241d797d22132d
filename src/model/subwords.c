#include "model/subwords.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "text/ngrams.h"

struct header {
    uint64_t count, key_bytes;
    uint32_t min, max;
    float length;
    unsigned char reserved[36];
};

_Static_assert(sizeof(struct header) == 64, "the header has 64 bytes in the file");

bool subwords_bytes(size_t count, size_t key_bytes, size_t dim, size_t *bytes) {
    /* For each n-gram: where it starts, its scale, and its row. */
    size_t each, all;
    return count > 0 && count < UINT32_MAX && key_bytes <= UINT32_MAX &&
           size_add(dim, sizeof(uint32_t) + sizeof(float), &each) && size_multiply(count, each, &all) &&
           size_add(all, sizeof(struct header) + sizeof(uint32_t), &all) && size_add(all, key_bytes, bytes);
}

/* Where the parts of a section are, as offsets. */
struct places {
    size_t starts, scales, rows, keys;
};

static struct places find_places(size_t count, size_t dim) {
    struct places places = {.starts = sizeof(struct header)};
    places.scales = places.starts + (count + 1) * sizeof(uint32_t);
    places.rows = places.scales + count * sizeof(float);
    places.keys = places.rows + count * dim;
    return places;
}

bool subwords_open(struct subwords *subwords, const void *section, size_t bytes, size_t dim) {
    struct header header;
    size_t expected;
    *subwords = (struct subwords){.count = 0};
    if (bytes < sizeof header)
        return false;
    memcpy(&header, section, sizeof header);
    if (header.count > SIZE_MAX || header.key_bytes > SIZE_MAX ||
        !subwords_bytes((size_t)header.count, (size_t)header.key_bytes, dim, &expected) ||
        bytes != expected || header.min < 1 || header.min > header.max || header.max > NGRAMS_POINTS_MAX ||
        !(header.length >= SUBWORDS_LENGTH_MIN && header.length <= SUBWORDS_LENGTH_MAX))
        return false;
    const char *base = section;
    const struct places places = find_places((size_t)header.count, dim);
    *subwords = (struct subwords){.count = (size_t)header.count,
                                  .dim = dim,
                                  .key_bytes = (size_t)header.key_bytes,
                                  .bytes = bytes,
                                  .min = header.min,
                                  .max = header.max,
                                  .length = header.length,
                                  .starts = (const void *)(base + places.starts),
                                  .scales = (const void *)(base + places.scales),
                                  .rows = (const void *)(base + places.rows),
                                  .keys = base + places.keys,
                                  .section = section};
    return true;
}

void subwords_lay_out(struct subwords_parts *parts, const struct subwords *shape, void *section) {
    const struct header header = {.count = shape->count,
                                  .key_bytes = shape->key_bytes,
                                  .min = (uint32_t)shape->min,
                                  .max = (uint32_t)shape->max,
                                  .length = shape->length};
    char *base = section;
    const struct places places = find_places(shape->count, shape->dim);
    memcpy(section, &header, sizeof header);
    *parts = (struct subwords_parts){.section = section,
                                     .bytes = places.keys + shape->key_bytes,
                                     .starts = (void *)(base + places.starts),
                                     .scales = (void *)(base + places.scales),
                                     .rows = (void *)(base + places.rows),
                                     .keys = base + places.keys};
}

float subwords_quantize(int8_t *quantized, const float *row, size_t dim) {
    /* Comparisons, since fmaxf and fmin are calls here, and there are hundreds of millions of numbers. */
    float largest = 0;
    for (size_t d = 0; d < dim; d++)
        largest = fabsf(row[d]) > largest ? fabsf(row[d]) : largest;
    const float scale = largest / 127;
    memset(quantized, 0, dim);
    if (!(scale >= FLT_MIN && scale <= FLT_MAX))
        return 0;
    for (size_t d = 0; d < dim; d++) {
        double value = (double)row[d] / (double)scale;
        value = value < 127 ? value : 127;
        value = value > -127 ? value : -127;
        quantized[d] = (int8_t)(value < 0 ? value - 0.5 : value + 0.5);
    }
    return scale;
}

/* --- looking up --- */

/* Key `index`; empty where a damaged file says nonsense. */
static const char *key_at(const struct subwords *subwords, size_t index, size_t *length) {
    const size_t start = subwords->starts[index], end = subwords->starts[index + 1];
    *length = start <= end && end <= subwords->key_bytes ? end - start : 0;
    return *length > 0 ? subwords->keys + start : "";
}

static int compare(const char *a, size_t a_length, const void *b, size_t b_length) {
    const int order = memcmp(a, b, a_length < b_length ? a_length : b_length);
    return order != 0 ? order : (a_length > b_length) - (a_length < b_length);
}

static bool find_key(const struct subwords *subwords, const unsigned char *key, size_t length,
                     size_t *index) {
    size_t low = 0, high = subwords->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        size_t here;
        const char *text = key_at(subwords, middle, &here);
        const int order = compare(text, here, key, length);
        if (order == 0) {
            *index = middle;
            return true;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

size_t subwords_known(const struct subwords *subwords, const char *word, size_t length) {
    struct ngrams ngrams;
    size_t bytes, index, known = 0;
    ngrams_start(&ngrams, word, length, subwords->min, subwords->max);
    for (const unsigned char *key; (key = ngrams_next(&ngrams, &bytes)) != NULL;)
        known += find_key(subwords, key, bytes, &index);
    return known;
}

/* Scales the row to `length`; false if it has no direction. */
static bool scale_row(float *row, size_t dim, float length) {
    double square = 0;
    for (size_t d = 0; d < dim; d++)
        square += (double)row[d] * (double)row[d];
    if (!(square >= (double)FLT_MIN && square <= (double)FLT_MAX))
        return false;
    for (size_t d = 0; d < dim; d++)
        row[d] = (float)((double)row[d] * ((double)length / sqrt(square)));
    return true;
}

bool subwords_vector(const struct subwords *subwords, const char *word, size_t length, float *row,
                     size_t *used) {
    struct ngrams ngrams;
    size_t bytes, index;
    const size_t dim = subwords->dim;
    *used = 0;
    memset(row, 0, dim * sizeof *row);
    if (subwords->count == 0)
        return false;
    ngrams_start(&ngrams, word, length, subwords->min, subwords->max);
    for (const unsigned char *key; (key = ngrams_next(&ngrams, &bytes)) != NULL;) {
        if (!find_key(subwords, key, bytes, &index))
            continue;
        const float scale = subwords->scales[index];
        const int8_t *quantized = subwords->rows + index * dim;
        for (size_t d = 0; d < dim; d++)
            row[d] += scale * (float)quantized[d];
        ++*used;
    }
    return *used > 0 && scale_row(row, dim, subwords->length);
}

/* --- checking --- */

static bool verify_header(const struct subwords *subwords) {
    struct header header;
    memcpy(&header, subwords->section, sizeof header);
    for (size_t i = 0; i < sizeof header.reserved; i++)
        if (header.reserved[i] != 0)
            return false;
    return subwords->starts[0] == 0 && subwords->starts[subwords->count] == subwords->key_bytes;
}

bool subwords_verify(const struct subwords *subwords) {
    if (!verify_header(subwords))
        return false;
    const char *before = "";
    size_t before_length = 0;
    for (size_t i = 0; i < subwords->count; i++) {
        size_t length;
        const char *key = key_at(subwords, i, &length);
        if (length == 0 || compare(before, before_length, key, length) >= 0 ||
            !(subwords->scales[i] >= 0 && subwords->scales[i] <= FLT_MAX))
            return false;
        before = key;
        before_length = length;
    }
    for (size_t i = 0; i < subwords->count * subwords->dim; i++)
        if (subwords->rows[i] < -127)
            return false;
    return true;
}

/* Vectors for words that are not in the vocabulary, from their character n-grams (text/ngrams.h): a section
 * of the model file, used where it is mapped.
 *
 * The section "ngrams", for vectors of D dimensions; all numbers are little-endian:
 *
 *   offset     type      field
 *   0          u64       count   N: number of n-grams, 1 to 2^32 - 2
 *   8          u64       bytes   K: of all keys, below 2^32
 *   16         u32[2]    lengths of n-grams, the shortest and the longest, in code points: 1 to 16
 *   24         f32       length  of the vectors that are made, 1e-30 to 1e30
 *   28         36 zero bytes
 *   64         u32[N+1]  where each key starts in `keys`; the last number is K
 *   ...        f32[N]    the scale of each row
 *   ...        i8[N*D]   the rows, row-major, from -127 to 127
 *   ...        bytes[K]  keys: the n-grams, back to back, each once, in the order of their bytes
 *
 * There is nothing between them and nothing behind. A word's vector is the sum, over those of its n-grams
 * that are among the keys, each as often as it occurs, of scale * row, scaled to `length`. */
#ifndef SGNS_MODEL_SUBWORDS_H
#define SGNS_MODEL_SUBWORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define SUBWORDS_TAG "ngrams"
#define SUBWORDS_LENGTH_MIN 1e-30F
#define SUBWORDS_LENGTH_MAX 1e30F

struct subwords {
    size_t count; /* of n-grams; 0: the model has none, and the rest is not set */
    size_t dim, key_bytes, bytes;
    size_t min, max; /* lengths of n-grams, in code points */
    float length;    /* of the vectors that are made */
    const uint32_t *starts;
    const float *scales;
    const int8_t *rows;
    const char *keys;
    const void *section; /* (bytes) all of it */
};

/* Reads the first bytes of a section, which must be 8-byte aligned, and checks every length in them. False if
 * they don't fit together. What is behind them is only trusted where it is used. */
bool subwords_open(struct subwords *subwords, const void *section, size_t bytes, size_t dim) MUST_USE;

/* Whether all of the section is as described above. Reads all of it. */
bool subwords_verify(const struct subwords *subwords) MUST_USE;

/* row[0 .. dim) = the word's vector, and *used is how many n-grams it is made of. False if there is none: no
 * n-gram is known, or (in a damaged file, or by an absurd chance) their sum has no direction. The word is as
 * the model's tokenizer makes them. Thread-safe. */
bool subwords_vector(const struct subwords *subwords, const char *word, size_t length, float *row,
                     size_t *used) MUST_USE;

/* How many of the word's n-grams are known. */
size_t subwords_known(const struct subwords *subwords, const char *word, size_t length);

/* A section being made. */
struct subwords_parts {
    void *section; /* (bytes) owned by the caller */
    size_t bytes;
    uint32_t *starts; /* (count + 1) and so on: to be filled in */
    float *scales;
    int8_t *rows;
    char *keys;
};

/* The size of a section; false if there can be none of that size. */
bool subwords_bytes(size_t count, size_t key_bytes, size_t dim, size_t *bytes) MUST_USE;

/* Writes the first bytes of a section of subwords_bytes() zeros, and says where its parts are. */
void subwords_lay_out(struct subwords_parts *parts, const struct subwords *shape, void *section);

/* The scale of a row in eight bits, which it writes to quantized[0 .. dim). */
float subwords_quantize(int8_t *quantized, const float *row, size_t dim);

#endif

/* The character n-grams of a word: all that stands in a row in "<word>", from `min` to `max` code points
 * long. The brackets tell a word's beginning and end from its middle; alone they are no n-gram (Bojanowski,
 * Grave, Joulin, Mikolov 2017, "Enriching word vectors with subword information").
 *
 * Example: the n-grams of "tree" from 3 to 4 are <tr, <tre, tre, tree, ree, ree>, ee>. */
#ifndef SGNS_TEXT_NGRAMS_H
#define SGNS_TEXT_NGRAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text/normalize.h"

/* The longest n-gram that may be asked for, in code points, and in bytes. */
#define NGRAMS_POINTS_MAX 16
#define NGRAMS_BYTES_MAX (4 * NGRAMS_POINTS_MAX)

/* A walk through the n-grams of a word. */
struct ngrams {
    unsigned char text[NORMALIZE_WORD_MAX + 2];
    uint16_t starts[NORMALIZE_WORD_MAX + 3]; /* (points + 1) where code points begin in `text` */
    size_t points;
    size_t min, max;
    size_t at, length; /* of the current n-gram, in code points */
};

/* Begins before the first n-gram; 1 <= min <= max <= NGRAMS_POINTS_MAX. An ill-formed byte counts as one code
 * point. A word of more than NORMALIZE_WORD_MAX bytes, which is no token, has no n-grams. */
void ngrams_start(struct ngrams *ngrams, const char *word, size_t bytes, size_t min, size_t max);

/* The bytes of the next n-gram and their number, valid until ngrams_start; NULL after the last one. An n-gram
 * that occurs several times in the word comes as often. */
const unsigned char *ngrams_next(struct ngrams *ngrams, size_t *bytes);

/* How many there are. */
size_t ngrams_count(const struct ngrams *ngrams);

/* The code points of an n-gram. */
size_t ngrams_points(const unsigned char *ngram, size_t bytes);

#endif

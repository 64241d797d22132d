/* The closest spelling to a word that is not in the vocabulary. */
#ifndef SGNS_QUERY_SPELLING_H
#define SGNS_QUERY_SPELLING_H

#include <stddef.h>

#include "model/model.h"

#define SPELLING_EDITS_MAX 2

/* How many edits make b[0 .. b_length) of a[0 .. a_length): see spelling_closest. A number above
 * SPELLING_EDITS_MAX if they are more, or more than a word of a's length may have. */
size_t spelling_distance(const char *a, size_t a_length, const char *b, size_t b_length);

/* The word with the smallest edit distance to `word`, the most frequent one among equals; false if none is
 * within two edits, or within one if `word` has fewer than five characters. An edit inserts, deletes or
 * replaces a code point, or swaps two neighbors (Damerau 1964; the restricted distance, which edits no
 * swapped pair again). `word` is normalized by the model's tokenizer and not in the vocabulary. */
bool spelling_closest(const struct model *model, const char *word, size_t *id) MUST_USE;

#endif

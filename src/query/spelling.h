/* The closest spelling to a word that is not in the vocabulary. */
#ifndef SGNS_QUERY_SPELLING_H
#define SGNS_QUERY_SPELLING_H

#include <stddef.h>

#include "model/model.h"

/* The word with the smallest number of slips from `word`, the most frequent among equals; false if none is
 * within two slips, or within one where `word` has fewer than five characters. A slip is a code point more,
 * less or changed, or two neighbours exchanged (Damerau 1964; the restricted distance, which never edits what
 * it has exchanged). `word` is in the form of the model's tokenizer and not in the vocabulary. */
bool spelling_closest(const struct model *model, const char *word, size_t *id) MUST_USE;

#endif

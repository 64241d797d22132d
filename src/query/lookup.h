/* From words as people write them to ids. */
#ifndef SGNS_QUERY_LOOKUP_H
#define SGNS_QUERY_LOOKUP_H

#include <stddef.h>

#include "model/model.h"

/* The id of `word` once it is brought to the form of the model's tokenizer; false if it is not one word
 * there, or not in the vocabulary. In a model of another program's format it is looked up by lookup_any_case.
 */
bool lookup_word(const struct model *model, const char *word, size_t *id) MUST_USE;

/* As lookup_word; a word that is not there as written is also tried with ASCII capitals made small, since
 * lists of test words have capitals (Athens) where corpora often have none. */
bool lookup_any_case(const struct model *model, const char *word, size_t *id) MUST_USE;

/* As lookup_word; a word that is not there is ERROR_NO_ANSWER, with the closest spelling as a hint. */
bool lookup_known(const struct model *model, const char *word, size_t *id, struct error *error) MUST_USE;

/* ERROR_NO_ANSWER if the word's vector has no direction (vector_usable). */
bool lookup_usable(const struct model *model, size_t id, struct error *error) MUST_USE;

/* Both: a word that is there and has a direction. */
bool lookup_direction(const struct model *model, const char *word, size_t *id, struct error *error) MUST_USE;

#endif

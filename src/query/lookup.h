/* From words as people write them to their ids. */
#ifndef SGNS_QUERY_LOOKUP_H
#define SGNS_QUERY_LOOKUP_H

#include <stddef.h>

#include "model/model.h"

/* The id of a token as the model's tokenizer makes them; false if it is not in the vocabulary. A token that
 * is not there as it is written is tried in both normalization forms; and if nobody knows how the vocabulary
 * was made (model->try_lowercase), with its case folded, too (NORMALIZE_FOLDED), a final sigma as either
 * letter. */
bool lookup_token(const struct model *model, const char *token, size_t length, size_t *id) MUST_USE;

/* The id of `word`, as it is or normalized as the model's tokenizer does; false if the vocabulary has
 * neither. Words of another program's file may be what no tokenizer makes: with blanks inside, or longer than
 * any token. A model with phrases finds new_york for "new york", too. */
bool lookup_word(const struct model *model, const char *word, size_t *id) MUST_USE;

/* A phrase of the model (model->phrases) among tokens that follow one another, as they were joined when its
 * text was read. Push each token; zero all but the model before the first. */
struct lookup_phrases {
    const struct model *model;
    struct phrase_joiner joiner;
    uint64_t pushed;
};

/* Takes the next token as the model's tokenizer makes them; at the end of a sentence NULL, to be repeated
 * until it returns false. Returns whether the next out->words tokens, from number out->first on, are settled.
 * If they are several, they are joined to one word, and *known says whether the vocabulary has it, with its
 * *id. A token that stays alone is not looked up, and *known is false. */
bool lookup_phrases_push(struct lookup_phrases *phrases, const char *token, size_t length,
                         struct phrase_item *out, bool *known, size_t *id);

/* As lookup_word. A word that is not there is ERROR_NO_ANSWER, with the closest spelling as a hint. */
bool lookup_known(const struct model *model, const char *word, size_t *id, struct error *error) MUST_USE;

/* ERROR_NO_ANSWER if the word's vector is zero or not finite (vector_word_usable). */
bool lookup_usable(const struct model *model, size_t id, struct error *error) MUST_USE;

/* Both: the word is known and its vector is usable. */
bool lookup_direction(const struct model *model, const char *word, size_t *id, struct error *error) MUST_USE;

#endif

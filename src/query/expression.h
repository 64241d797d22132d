/* Questions such as `king - man + woman`: words that are added and subtracted. */
#ifndef SGNS_QUERY_EXPRESSION_H
#define SGNS_QUERY_EXPRESSION_H

#include <stddef.h>

#include "model/model.h"

struct expression {
    size_t *ids;     /* (count) the words, each once, in growing order; owned */
    double *weights; /* (count) what each is multiplied by: +1, -1, or the sum if a word stands there again;
                        owned */
    size_t count;
};

/* Reads texts[0 .. text_count) as one expression, as if they stood behind each other with blanks between.
 * Words and signs stand between blanks; a word without a sign before it is added. A hyphen inside a word
 * belongs to it. A sign before a word without a blank is a sign too, except for TOKENIZER_WHITESPACE, whose
 * words may begin with one. Words are brought to the tokenizer's form first. ERROR_NO_ANSWER for a word that
 * the model does not have, with the closest spelling as a hint; ERROR_INPUT for a text that is no expression.
 * On failure there is nothing to free. */
bool expression_parse(struct expression *expression, const struct model *model, const char *const *texts,
                      size_t text_count, struct error *error) MUST_USE;
void expression_free(struct expression *expression);

/* target[0 .. stride) = the weighted sum of the words' unit vectors, brought to length 1 (3CosAdd; Levy and
 * Goldberg 2014, "Linguistic regularities in sparse and explicit word representations", equation 3).
 * ERROR_NO_ANSWER if a word has no direction, or nothing is left of the sum. */
bool expression_target(const struct expression *expression, const struct model *model, float *target,
                       struct error *error) MUST_USE;

#endif

/* Questions such as `king - man + woman`: words that are added and subtracted. */
#ifndef SGNS_QUERY_EXPRESSION_H
#define SGNS_QUERY_EXPRESSION_H

#include <stddef.h>

#include "model/model.h"
#include "search/nearest.h"

/* Weights are at most this, and at least one over it. */
#define EXPRESSION_WEIGHT_MAX 1e6

struct expression {
    struct direction *directions; /* (count) of the words and phrases, each word once; owned */
    struct term *terms;           /* (count) term i is of direction i; owned */
    size_t count;
    double length; /* query_length of the terms */
    size_t *ids;   /* (id_count) the words that were named, each once, in growing order; owned */
    size_t id_count;
    float *phrases; /* the rows of phrases; owned */
};

/* The bytes from `start` up to the end of the first question: a comma, which does not belong to it, or the
 * end of the text. By TOKENIZER_WORDS every comma outside quotation marks ends a question; by
 * TOKENIZER_WHITESPACE, whose words may have commas, one that stands alone. */
size_t expression_extent(struct tokenizer_rules rules, const char *start);

/* Moves *text to the next of its words or phrases, and returns how many bytes it has there, quotation marks
 * included; 0 at the end of the text. Signs and commas that stand for themselves count as words. */
size_t expression_word(struct tokenizer_rules rules, const char **text);

/* Reads text[0 .. length) as an expression:
 * - Words, signs and weights stand between blanks. A word without a sign before it is added.
 * - A hyphen inside a word belongs to it. A sign at the beginning of a word is a sign, except by
 *   TOKENIZER_WHITESPACE, whose words may begin with one.
 * - A number directly before a word is its weight: `2 paris - 0.5 france`. Else it is a word.
 * - What stands in quotation marks is taken as it is, be it a number, a sign or a comma. With blanks inside
 *   it is a phrase: the word that its words make with _ between them, if the model has it, or else the sum of
 *   its words' unit vectors.
 * Words are brought to the tokenizer's form first. ERROR_NO_ANSWER for a word that the model does not have
 * (with the closest spelling as a hint) or whose vector has no direction, and where nothing is left of the
 * sum; ERROR_INPUT for a text that is no expression, or that METHOD_MUL can't take since a weight is not a
 * whole number. On failure there is nothing to free. */
bool expression_parse(struct expression *expression, const struct model *model, const char *text,
                      size_t length, enum method method, struct error *error) MUST_USE;

/* Reads three words or phrases, a b c, as `b - a + c`. */
bool expression_parse_analogy(struct expression *expression, const struct model *model, const char *text,
                              size_t length, enum method method, struct error *error) MUST_USE;

void expression_free(struct expression *expression);

/* The cosine of two expressions, as METHOD_ADD understands them: of their sums. */
double expression_cosine(const struct expression *a, const struct expression *b, size_t stride);

#endif

/* Expressions such as `king - man + woman`: words that are added and subtracted. */
#ifndef SGNS_QUERY_EXPRESSION_H
#define SGNS_QUERY_EXPRESSION_H

#include <stddef.h>

#include "model/model.h"
#include "search/nearest.h"

/* Weights are at most this, and at least its reciprocal. */
#define EXPRESSION_WEIGHT_MAX 1e6

/* A word that is not in the vocabulary, and whose vector is made of n-grams. */
struct unseen_word {
    char *text;    /* as it was asked for; owned */
    size_t ngrams; /* how many were known */
};

struct expression {
    struct direction *directions; /* (count) of the words and phrases, each once; owned */
    struct term *terms;           /* (count) term i has direction i; owned */
    size_t count;
    double length; /* query_length of the terms */
    size_t *ids;   /* (id_count) all words that occur, each once, in growing order; owned */
    size_t id_count;
    float
        *phrases; /* (phrases, stride) their vectors, and those of words that are not in the vocabulary; owned
                   */
    struct unseen_word *unseen; /* (unseen_count) in the order of the text; owned */
    size_t unseen_count;
};

/* The length in bytes of the first question at `start`: up to a comma, which does not belong to it, or the
 * end of the text. With TOKENIZER_WORDS, every comma outside quotation marks ends a question; with
 * TOKENIZER_WHITESPACE, whose words may contain commas, only one between blanks. */
size_t expression_extent(struct tokenizer_rules rules, const char *start);

/* Moves *text to its next word or phrase and returns the length in bytes, including quotation marks; 0 at the
 * end of the text. Signs and commas count as words. */
size_t expression_word(struct tokenizer_rules rules, const char **text);

/* Parses text[0 .. length) as an expression:
 * - Words, signs and weights are separated by blanks. A word without a sign is added.
 * - A hyphen inside a word belongs to it. A sign at the beginning of a word is a sign, except with
 *   TOKENIZER_WHITESPACE, whose words may begin with one.
 * - A number directly before a word is its weight: `2 paris - 0.5 france`. Anywhere else it is a word.
 * - Text in quotation marks is a word, even if it is a number, a sign or a comma. With blanks inside, it is a
 *   phrase: the word with these blanks, or with _ in their place, if the model has one, or else the sum of
 *   its words' unit vectors.
 * - Words that follow one another without a sign are one word if the model joined them when it read its text
 *   (model->phrases): `new york - usa`. Signs keep them apart: `new + york`.
 *
 * Words are normalized by the model's tokenizer. A word that is not in the vocabulary has the vector that its
 * n-grams give it. ERROR_NO_ANSWER for a word that has none (with the
 * closest spelling as a hint) or whose vector is not usable, and if the words cancel each other out;
 * ERROR_INPUT if the text is not an expression, or if METHOD_MUL gets a weight that is not an integer. On
 * failure there is nothing to free. */
bool expression_parse(struct expression *expression, const struct model *model, const char *text,
                      size_t length, enum method method, struct error *error) MUST_USE;

/* Parses three words or phrases, a b c, as `b - a + c`. */
bool expression_parse_analogy(struct expression *expression, const struct model *model, const char *text,
                              size_t length, enum method method, struct error *error) MUST_USE;

void expression_free(struct expression *expression);

/* The cosine of the two sums that METHOD_ADD compares with. */
double expression_cosine(const struct expression *a, const struct expression *b, size_t stride);

#endif

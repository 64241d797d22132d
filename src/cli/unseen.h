/* Words that are not in the vocabulary and whose vectors are made of n-grams: how the user is told. */
#ifndef SGNS_CLI_UNSEEN_H
#define SGNS_CLI_UNSEEN_H

#include <stddef.h>

#include "base/error.h"
#include "base/lines.h"
#include "cli/options.h"
#include "model/model.h"
#include "query/expression.h"
#include "text/dictionary.h"

/* bool */
#define KNOWN_OPTION(place)                                                                            \
    FLAG_OPTION("known",                                                                               \
                "refuse words that are not in the vocabulary, even if the model has n-grams for them", \
                place)

/* The words that a command has told of. */
struct unseen_told {
    const char *command;
    struct dictionary words;
};

/* Free with unseen_free, also after a failure, or zeroed. */
bool unseen_create(struct unseen_told *told, const char *command, struct error *error) MUST_USE;
void unseen_free(struct unseen_told *told);

/* Says on standard error what a word's vector is made of; once for each word. */
bool unseen_tell(struct unseen_told *told, const char *word, size_t ngrams, struct error *error) MUST_USE;

/* The same for all words of an expression. */
bool unseen_tell_all(struct unseen_told *told, const struct expression *expression,
                     struct error *error) MUST_USE;

/* Says how many words of a file, or of standard input (NULL), have such vectors; nothing if none has. */
void unseen_sum_up(const char *command, size_t words, const char *path);

/* Texts for a field of JSON: adds those of an expression. *list is NULL and *count 0 at first; free *list
 * with free(). */
bool unseen_list(struct line **list, size_t *count, const struct expression *expression,
                 struct error *error) MUST_USE;

#endif

/* Hints for words of the command line that name no option or command. */
#ifndef SGNS_CLI_HINTS_H
#define SGNS_CLI_HINTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/option.h"

/* The index of the name that word[0 .. length) most likely stands for: the closest spelling, or the only name
 * that begins with it. `count` if there is none. */
size_t hint_closest(const char *word, size_t length, const char *const *names, size_t count);

/* Whether word[0 .. length) is the name of a long option: one of the tables, but for case, hyphens and
 * underscores; or of word2vec.c, fastText, GloVe or gensim. */
bool hint_is_long_option(const struct option_table *const *tables, const char *word, size_t length);

/* ERROR_INPUT for a word that is no option, dashes and all, with the best hint there is: what the option is
 * called here, that there is none of the kind, or the closest name. `signs`: operands are expressions, so the
 * word may be meant as a sign and a word. Returns false. */
bool hint_unknown_option(const struct option_table *const *tables, const char *word, bool signs,
                         struct error *error);

#endif

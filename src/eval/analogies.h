/* Analogies, `a is to b as c is to d`: how often the nearest word to b - a + c is d. */
#ifndef SGNS_EVAL_ANALOGIES_H
#define SGNS_EVAL_ANALOGIES_H

#include <stddef.h>

#include "model/model.h"
#include "search/nearest.h"

struct analogy_section {
    char *name;   /* owned */
    size_t right; /* questions whose best answer is the file's */
    size_t asked; /* questions whose four words are all known */
    size_t total; /* questions in the file */
};

struct analogies {
    struct analogy_section *sections; /* (count) in the file's order; owned */
    size_t count, capacity;
};

struct analogy_settings {
    size_t restrict_to; /* only so many words, the most frequent, are known; 0: all */
    enum method method;
    size_t threads; /* at least 1; the result does not depend on it */
};

/* Asks the model the questions of a file of the questions-words form (Mikolov and others 2013, "Efficient
 * estimation of word representations in vector space"): lines of four words `a b c d`, and lines `: NAME`
 * that begin a section; blank lines are skipped, any other line is ERROR_INPUT with its number. Case does not
 * matter: a word of the file is the most frequent of the known words that differ from it in case alone.
 *
 * The answer is the nearest known word to b - a + c by the method (b, c above and a below by METHOD_MUL),
 * other than a, b and c, and ties go to the more frequent word. As gensim does it, if the answer differs from
 * a, b or c in case alone, the next one counts, up to the fifth. Free with analogies_free, also after a
 * failure. */
bool analogies_score(struct analogies *analogies, const struct model *model, const char *path,
                     const struct analogy_settings *settings, struct error *error) MUST_USE;
void analogies_free(struct analogies *analogies);

/* A section with the sums over those whose name begins with "gram", which ask for grammar (syntactic: true),
 * or over the others. Its name is NULL. */
struct analogy_section analogies_sum(const struct analogies *analogies, bool syntactic);

#endif

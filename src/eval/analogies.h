/* Analogies, `a is to b as c is to d`: how often the nearest word to b - a + c is d. */
#ifndef SGNS_EVAL_ANALOGIES_H
#define SGNS_EVAL_ANALOGIES_H

#include <stddef.h>

#include "model/model.h"
#include "search/nearest.h"

struct analogy_section {
    char *name;   /* owned */
    size_t right; /* questions answered as in the file */
    size_t asked; /* questions whose four words are all known */
    size_t total; /* questions in the file */
};

struct analogies {
    struct analogy_section *sections; /* (count) in the file's order; owned */
    size_t count, capacity;
};

struct analogy_settings {
    size_t restrict_to; /* only this many words, the most frequent, are known; 0 for all */
    enum method method;
    size_t threads; /* at least 1; the result does not depend on it */
};

/* Asks the questions of a file in the format of questions-words.txt (Mikolov and others 2013, "Efficient
 * estimation of word representations in vector space"): lines of four words `a b c d`, and lines `: NAME`
 * that begin a section. Blank lines are skipped; any other line is ERROR_INPUT with its number. Case is
 * ignored: a word of the file stands for the most frequent known word that differs from it in case alone.
 *
 * The answer is the nearest known word to b - a + c by the method (b, c above and a below by METHOD_MUL),
 * other than a, b and c; ties go to the more frequent word. As in gensim, an answer that differs from a, b or
 * c in case alone is passed over, up to the fifth. Free with analogies_free, also after a failure. */
bool analogies_score(struct analogies *analogies, const struct model *model, const char *path,
                     const struct analogy_settings *settings, struct error *error) MUST_USE;
void analogies_free(struct analogies *analogies);

/* The sums over the sections whose names begin with "gram" (syntactic), or over the others (semantic), as a
 * section without a name. */
struct analogy_section analogies_sum(const struct analogies *analogies, bool syntactic);

#endif

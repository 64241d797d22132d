/* What a linear map can tell of the words from their vectors: factors such as gender, tense or concreteness.
 */
#ifndef SGNS_EVAL_PROBE_H
#define SGNS_EVAL_PROBE_H

#include <stddef.h>

#include "base/error.h"
#include "model/model.h"

/* A factor: a class or a number for each of some words. */
struct probe_factor {
    char *name;     /* owned */
    bool numeric;   /* all values are numbers */
    size_t words;   /* whose vectors are known; only they count */
    size_t total;   /* in the file */
    size_t classes; /* distinct values of the known words, where they are not numbers */
    double score; /* on held-out words: of classes the share that is right; of numbers R^2, at most 1. NAN if
                     there are too few words, or no two values */
    double control;  /* the same for shuffled values: what a map finds in noise */
    double majority; /* the share of the most frequent class; 0 for numbers */
};

struct probe_factors {
    struct probe_factor *list; /* (count), in the order of the file; owned */
    size_t count, capacity;
};

/* Probes the factors of a file, whose lines are `word factor value`, or `word value` for a factor with the
 * name of the file. Blank lines and those that begin with # are skipped; any other line is ERROR_INPUT with
 * its number. If a word occurs again in a factor, its first value counts. Case is ignored.
 *
 * The vectors have unit length, and the mean of the training words is subtracted. The map is a ridge
 * regression, of an indicator for each class or of the number. Words are split five ways at random; each
 * fifth is predicted by a map fitted to the others. The control is the mean of five shuffles of the values.
 * All random numbers have fixed seeds. Free with probe_free, also after a failure. */
bool probe_file(struct probe_factors *factors, const struct model *model, const char *path,
                struct error *error) MUST_USE;
void probe_free(struct probe_factors *factors);

#endif

/* Word categorisation: do classes made of the vectors alone agree with people's categories? */
#ifndef SGNS_EVAL_CATEGORIES_H
#define SGNS_EVAL_CATEGORIES_H

#include <stddef.h>

#include "model/model.h"

struct categories {
    double purity;  /* only if `known` */
    bool known;     /* false with fewer than two categories among the words covered */
    size_t count;   /* categories among the words covered */
    size_t covered; /* words in the vocabulary; only they count */
    size_t total;   /* words in the file */
};

/* Makes as many classes of the file's words (lines of `word category`; blank lines and those that begin with
 * # are skipped, any other line is ERROR_INPUT with its number) as there are categories: the best of ten runs
 * of spherical k-means with fixed seeds (analyse/cluster.h), by the mean cosine to the centres. Purity is the
 * share of the words that belong to the most frequent category of their class (Baroni, Dinu, Kruszewski 2014,
 * "Don't count, predict!"). Words are looked up whatever their case; a word that the file has twice counts
 * twice. The result does not depend on `threads`. */
bool categories_score(struct categories *categories, const struct model *model, const char *path,
                      size_t threads, struct error *error) MUST_USE;

#endif

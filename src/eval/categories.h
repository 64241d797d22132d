/* Word categorization: do clusters of word vectors agree with people's categories? */
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

/* Clusters the words of a file into as many classes as it has categories. The file has lines of `word
 * category`; blank lines and those that begin with # are skipped, any other line is ERROR_INPUT with its
 * number. Of ten runs of spherical k-means with fixed seeds (analyse/cluster.h), the one with the highest
 * mean cosine to the centroids counts. Purity is the share of the words that belong to the most frequent
 * category of their class (Baroni, Dinu, Kruszewski 2014, "Don't count, predict!"). Case is ignored. A word
 * that occurs twice counts twice. The result does not depend on `threads`. */
bool categories_score(struct categories *categories, const struct model *model, const char *path,
                      size_t threads, struct error *error) MUST_USE;

#endif

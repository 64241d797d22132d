/* Word categorization: do clusters of word vectors agree with people's categories? */
#ifndef SGNS_EVAL_CATEGORIES_H
#define SGNS_EVAL_CATEGORIES_H

#include <stddef.h>

#include "eval/test_file.h"

/* Clusters the words of a file into as many classes as it has categories. The file has lines of `word
 * category`; blank lines and those that begin with # are skipped, any other line is ERROR_INPUT with its
 * number. Of ten runs of spherical k-means with fixed seeds (analyse/cluster.h), the one with the highest
 * mean cosine to the centroids counts. Purity is the share of the words that belong to the most frequent
 * category of their class (Baroni, Dinu, Kruszewski 2014, "Don't count, predict!"). Case is ignored. A word
 * that occurs twice counts twice.
 *
 * The silhouette needs no clusters (Rousseeuw 1987, "Silhouettes"). For a word at mean distance a from the
 * others of its category, and b from those of the nearest other category, it is (b - a) / max(a, b), and 0 if
 * the word is alone; distances are one minus the cosine, and the mean over the words counts.
 *
 * Values: purity, silhouette. They are not known with fewer than two categories among the words covered. */
bool categories_score(struct test_score *score, const struct model *model, const char *path,
                      const struct test_settings *settings, struct error *error) MUST_USE;

#endif

/* Word similarity: how well the cosines of word pairs rank the pairs as people do. */
#ifndef SGNS_EVAL_WORD_PAIRS_H
#define SGNS_EVAL_WORD_PAIRS_H

#include <stddef.h>

#include "model/model.h"

struct word_pairs_result {
    double spearman; /* of the ranks; only if `known` */
    double pearson;  /* of the numbers themselves; likewise */
    bool known;      /* false with fewer than three pairs, or if all scores or all cosines are equal */
    size_t covered;  /* pairs whose words are both in the vocabulary; only they count */
    size_t total;    /* pairs in the file */
};

/* Scores the model by the file's lines of `word word score`, divided by blanks or tabs; blank lines and those
 * that begin with # are skipped, any other line is ERROR_INPUT with its number. Only the `restrict_to` most
 * frequent words are known (0: all). Case does not matter: a word of the file is the most frequent of the
 * known words that differ from it in case alone. */
bool word_pairs_score(struct word_pairs_result *similarity, const struct model *model, const char *path,
                      size_t restrict_to, struct error *error) MUST_USE;

/* Spearman's rank correlation of x[0 .. count) and y[0 .. count), finite numbers, with mid-ranks for ties:
 * Pearson's correlation of the ranks. *known is false, and the result 0, where it is not defined or would say
 * nothing: fewer than three pairs, or all x or all y equal. */
bool spearman(const double *x, const double *y, size_t count, double *correlation, bool *known,
              struct error *error) MUST_USE;

/* Pearson's correlation; only where *known of spearman is true. */
double pearson(const double *x, const double *y, size_t count);

#endif

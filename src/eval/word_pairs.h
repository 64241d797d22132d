/* Word similarity: how well the cosines of word pairs agree with people's scores. */
#ifndef SGNS_EVAL_WORD_PAIRS_H
#define SGNS_EVAL_WORD_PAIRS_H

#include <stddef.h>

#include "eval/test_file.h"

/* Scores the model by the file's lines of `word word score`, with and without n-grams (scores[TEST_WORDS]):
 * values are Spearman's and Pearson's correlation,
 * both not known where spearman says so; covered and total are pairs. Blank lines and those that begin with #
 * are skipped; any other line is ERROR_INPUT with its number. Case is ignored: a word of the file stands for
 * the most frequent known word that differs from it in case alone. */
bool word_pairs_score(struct test_score *scores, const struct model *model, const char *path,
                      const struct test_settings *settings, struct error *error) MUST_USE;

/* Spearman's rank correlation of x[0 .. count) and y[0 .. count), finite numbers: Pearson's correlation of
 * the ranks, ties sharing their mean rank. With fewer than three pairs, or if all x or all y are equal, it is
 * not defined or means nothing: then *known is false and the result 0. */
bool spearman(const double *x, const double *y, size_t count, double *correlation, bool *known,
              struct error *error) MUST_USE;

/* Pearson's correlation; only if spearman says that it is known. */
double pearson(const double *x, const double *y, size_t count);

#endif

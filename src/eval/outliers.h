/* Outlier detection: which word of a list does not belong? */
#ifndef SGNS_EVAL_OUTLIERS_H
#define SGNS_EVAL_OUTLIERS_H

#include <stddef.h>

#include "eval/test_file.h"

/* With and without n-grams (scores[TEST_WORDS]), ranks the words of each list by their mean cosine to the
 * others. A list is a line of three or more words, of which the last is the outlier; blank lines and those
 * that begin with # are skipped, any other line is ERROR_INPUT with its number. The outlier is found if all
 * other words rank above it. The measures are the "accuracy" and the "outlier position percentage" of
 * Camacho-Collados, Navigli 2016, "Find the word that does not belong"; covered and total are lists. Case is
 * ignored. */
bool outliers_score(struct test_score *scores, const struct model *model, const char *path,
                    const struct test_settings *settings, struct error *error) MUST_USE;

#endif

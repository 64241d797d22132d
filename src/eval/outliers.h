/* Outlier detection: which word of a list does not belong? */
#ifndef SGNS_EVAL_OUTLIERS_H
#define SGNS_EVAL_OUTLIERS_H

#include <stddef.h>

#include "model/model.h"

struct outliers {
    double accuracy; /* the share of the lists whose outlier is found; only if asked > 0 */
    double position; /* the mean share of the other words that rank above the outlier; likewise */
    size_t right;    /* lists whose outlier is found */
    size_t asked;    /* lists whose words are all known */
    size_t total;    /* lists in the file */
};

/* Ranks the words of each list by their mean cosine to the others. A list is a line of three or more words,
 * of which the last is the outlier; blank lines and those that begin with # are skipped, any other line is
 * ERROR_INPUT with its number. The outlier is found if all other words rank above it. The measures are the
 * "accuracy" and the "outlier position percentage" of Camacho-Collados, Navigli 2016, "Find the word that
 * does not belong". Case is ignored. */
bool outliers_score(struct outliers *outliers, const struct model *model, const char *path,
                    struct error *error) MUST_USE;

#endif

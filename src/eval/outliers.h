/* Outlier detection: which word of a list does not belong? */
#ifndef SGNS_EVAL_OUTLIERS_H
#define SGNS_EVAL_OUTLIERS_H

#include <stddef.h>

#include "model/model.h"

struct outliers {
    double accuracy; /* the share of the lists whose odd word is found; only if asked > 0 */
    double position; /* the mean share of the other words that rank before the odd one; likewise */
    size_t right;    /* lists whose odd word is found */
    size_t asked;    /* lists whose words are all known */
    size_t total;    /* lists in the file */
};

/* Asks for the odd word of the file's lists, lines of three words or more of which the last is the odd one;
 * blank lines and those that begin with # are skipped, any other line is ERROR_INPUT with its number. The
 * words of a list are ranked by their mean cosine to the others; the odd one is found if all others have a
 * higher one (Camacho-Collados, Navigli 2016, "Find the word that does not belong", whose "accuracy" and
 * "outlier position percentage" these are). Words are looked up whatever their case. */
bool outliers_score(struct outliers *outliers, const struct model *model, const char *path,
                    struct error *error) MUST_USE;

#endif

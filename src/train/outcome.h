/* Whether a training has learned anything, or has gone wrong. */
#ifndef SGNS_TRAIN_OUTCOME_H
#define SGNS_TRAIN_OUTCOME_H

#include "text/ingest.h"
#include "train/parameters.h"
#include "train/trainer.h"

/* Fails (ERROR_INPUT) if next to no pair was trained, and names the likely cause. */
bool outcome_check(const struct training_results *results, const struct corpus *corpus,
                   const struct parameters *parameters, struct error *error) MUST_USE;

/* Whether the vectors tell hardly more apart at the end than vectors that tell nothing apart, although there
 * were pairs enough. */
bool outcome_learned_nothing(const struct training_results *results, const struct corpus *corpus,
                             const struct parameters *parameters);

/* What to do if nothing was learned because a parameter is far from the default of the loss, as "a lower
 * --temperature"; NULL if none is. */
const char *outcome_remedy(const struct parameters *parameters);

#endif

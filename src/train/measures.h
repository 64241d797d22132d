/* What is measured of the training while it runs: the loss, and two numbers that compare across losses. */
#ifndef SGNS_TRAIN_MEASURES_H
#define SGNS_TRAIN_MEASURES_H

#include "train/batch.h"

/* Sums over batches, or means per unit of pair weight, in which case `pairs` is 1, or 0 if nothing was
 * measured. */
struct measures {
    double loss;
    double accuracy;   /* how often a pair scores higher than a noise draw; ties count half */
    double violations; /* how often a noise draw violates the margin of a pair; 0 if the loss has no margin */
    double pairs;      /* the sum of the pair weights */
};

/* Adds those of a batch that has its scores, before the loss replaces them. */
void measures_add_batch(struct measures *sums, const struct batch *batch, const struct loss *loss);

void measures_add(struct measures *sums, const struct measures *other);

/* Multiplies all sums by `keep`, for a running mean. */
void measures_decay(struct measures *sums, double keep);

struct measures measures_mean(const struct measures *sums);

#endif

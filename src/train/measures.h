/* What is measured of the training while it runs: the loss, and two numbers that compare across losses. */
#ifndef SGNS_TRAIN_MEASURES_H
#define SGNS_TRAIN_MEASURES_H

#include "train/batch.h"

/* Sums over batches, or means per unit of pair weight, in which case `pairs` is 1, or 0 if nothing was
 * measured. */
struct measures {
    double loss;
    double chance;     /* what the loss would be if all scores were 0: of vectors that tell nothing apart */
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

/* By how much a mean loss is above that of vectors that tell nothing apart, relative to the latter, or to 1
 * if that is more: losses may be zero or negative. -1 is a perfect loss for those that can't be. */
double measures_excess(const struct measures *mean);

/* Whether the loss shows that rows overshoot, which each step makes worse. A bounded score never does. */
bool measures_blown_up(const struct measures *sums, const struct score *score);

#endif

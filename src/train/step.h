/* A training step: score, loss, update. */
#ifndef SGNS_TRAIN_STEP_H
#define SGNS_TRAIN_STEP_H

#include "train/batch.h"

/* Sums over the steps in which the loss was measured. */
struct loss_sum {
    double loss;
    double pairs; /* the sum of the pair weights */
};

/* Trains on the block that starts at word `at` of the passage given to batcher_begin(), and returns its
 * number of words. Unless `loss` is NULL, adds the loss before the update to it. Races on the matrices
 * (base/race.h). */
size_t train_block(const struct training *training, struct batcher *batcher, size_t at, double alpha,
                   struct rng *rng, struct loss_sum *loss);

#endif

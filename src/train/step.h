/* A training step: score, loss, update. */
#ifndef SGNS_TRAIN_STEP_H
#define SGNS_TRAIN_STEP_H

#include "train/measures.h"

/* Trains on the block that starts at word `at` of the passage given to batcher_begin(), and returns its
 * number of words. Unless `measures` is NULL, adds what is measured before the update to it. Races on the
 * matrices (base/race.h). */
size_t train_block(const struct training *training, struct batcher *batcher, size_t at, double alpha,
                   struct rng *rng, struct measures *measures);

#endif

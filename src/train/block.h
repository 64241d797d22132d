/* Block SGNS: the algorithm. A thread takes a block of consecutive words, their contexts, and one set of
 * noise words shared by the whole block and a few that follow, computes all scores, lets the objective turn
 * them into gradients, and updates all rows. Sharing the noise leaves the expected gradient as it is, and
 * turns most of the work into a matrix product. */
#ifndef SGNS_TRAIN_BLOCK_H
#define SGNS_TRAIN_BLOCK_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/rng.h"
#include "kernels/kernel.h"
#include "train/losses.h"
#include "train/noise.h"
#include "train/replica.h"
#include "train/step_limits.h"

/* What is trained, and how. Nothing is owned; all threads share one. */
struct block_settings {
    const struct loss *objective;
    const struct kernel *kernel;
    const struct noise *noise;
    const float *shifts; /* (vocab): log(K q(word)); NULL unless the objective is `shifted` */
    bfloat16 *input;     /* (vocab, stride) row-major, 64-byte aligned; written by all threads: base/race.h */
    bfloat16 *output;    /* the same */
    size_t dim, stride;  /* stride: kernel_stride(dim), zeros between */
    size_t window;
    size_t negative;    /* K: negatives a pair */
    size_t noise_words; /* N: noise draws that a block shares */
};

/* Words in a row, and which of their neighbours are their contexts: of word p all of [from[p], to[p]) but p
 * itself, at most `window` to either side. */
struct passage {
    const uint32_t *words; /* (size) ids */
    const uint32_t *window_begin, *window_end;
    size_t size;
};

/* Sums over the steps that were measured. */
struct loss_sum {
    double loss;
    double pairs;
};

/* What a thread's blocks had to do, to tell how fast that was. */
struct block_work {
    uint64_t words, pairs;
    uint64_t rows; /* asked for from memory: each is read, and written back some time later */
};

/* One thread's room for a block. */
struct block;

/* For passages of at most `passage_most` words. `hot` is the thread's; its rows must stay where they are. The
 * block and its arrays have their pages for themselves, so that threads do not disturb each other's. */
struct block *block_create(const struct block_settings *settings, const struct replica *hot,
                           size_t passage_most, struct error *error) MUST_USE;
void block_free(struct block *block);

/* Begins a passage; it and its pace must stay as they are until its last block is trained. */
void block_begin(struct block *block, const struct passage *passage, const struct step_limits *pace,
                 struct rng *rng);

/* Trains on the words of the passage from `at` on, where the block before ended if there was one, and returns
 * how many it took: 1 to BLOCK_WORDS_MAX. Adds the loss before the update to `loss` unless that is NULL. */
size_t block_train(struct block *block, size_t at, double alpha, struct rng *rng, struct loss_sum *loss);

/* All that the block did since it was created. */
struct block_work block_work(const struct block *block);

#endif

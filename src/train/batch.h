/* What a training step works on: which rows, which pairs of rows, and their weights.
 *
 * A passage is a run of words of the corpus after subsampling, with a window around each word. A thread cuts
 * it into blocks of consecutive words. The words of a block are the centers of a batch, the words around them
 * its contexts, and one set of noise words is shared by the block and a few that follow. Sharing the noise
 * does not change the expected gradient, and it turns most of the work into small matrix products. */
#ifndef SGNS_TRAIN_BATCH_H
#define SGNS_TRAIN_BATCH_H

#include <stddef.h>
#include <stdint.h>

#include "base/rng.h"
#include "base/workspace.h"
#include "kernels/kernel.h"
#include "train/labels.h"
#include "train/losses.h"
#include "train/noise.h"
#include "train/parameters.h"
#include "train/replica.h"
#include "train/scores.h"
#include "train/step_limits.h"

/* What is trained, and how. Owns nothing; all threads share one. */
struct training {
    const struct parameters *parameters;
    const struct loss *loss;
    const struct score *score;
    const struct kernel *kernel;
    const struct noise *noise;
    const float *log_noise;      /* (vocab) log(K q(word)); NULL if the loss does not need it */
    const struct labels *labels; /* NULL if the loss has none */
    bfloat16 *input;  /* (vocab, stride) row-major, 64-byte aligned; all threads write it (base/race.h) */
    bfloat16 *output; /* the same: the context vectors */
    size_t stride;    /* kernel_stride(dim); numbers beyond dim are zero */
};

/* Consecutive words, and the contexts of each: those of word p are [window_begin[p], window_end[p]) without p
 * itself, at most `window` words to either side. */
struct passage {
    const uint32_t *words; /* (size) ids */
    const uint32_t *window_begin, *window_end;
    size_t size;
};

/* If a center has a label, this many labeled words follow the noise words in a step, by their word vectors.
 * They have draws of 0, so that they are noise to no center. */
#define LABEL_WORDS_MAX 16

/* A batch, as scores and losses see it. It has P = step.rows centers. Its arrays belong to the batcher and
 * are 64-byte aligned. Context s of the step is word s - window of the block; pair (p, k) is center p with
 * context p / 2 * 2 + k. */
struct batch {
    struct kernel_step step; /* the rows; their dot products, then scores, then gradients; self factors */
    const struct parameters *parameters;
    double pairs;           /* the sum of the pair weights */
    float *pair_weights;    /* (P, step.band_columns) weight of each pair; 0: no pair */
    float *row_pairs;       /* (P) m_p: the sum of the pair weights of row p */
    float *draws;           /* (step.columns) how often each noise word was drawn; 0 after the last */
    float *pair_log_noise;  /* (P, step.band_columns) log(K q(context)); only if the loss needs it */
    float *noise_log_noise; /* (step.columns) log(K q(noise word)); only if the loss needs it */
    float *kept_pairs; /* (P, step.band_columns) scores, kept for backprop; only if the score keeps them */
    float *kept_noise; /* (P, step.columns) the same; also if the loss has labels */
    float *center_squares;  /* (P) squared norms of the rows; this and the five below only if the score needs
                               them */
    float *context_squares; /* (P + 2 window) */
    float *noise_squares;   /* (step.columns) */
    float *center_self;     /* (P) self factors, set by the score's backprop */
    float *context_self;    /* (P + 2 window) */
    float *noise_self;      /* (step.columns) */
    float *noise_weights; /* (P, step.columns) weight as noise; 0 if the label is that of the center. This and
                             the next only if the loss has labels */
    float *label_weights; /* (P, step.columns) of labeled words: the weight if the label is that of the
                             center, -1 if it is another; 0 for all that is not compared by labels */
    float *zeros; /* (P, step.band_columns) and (P, step.columns), whichever is more: scores that tell nothing
                     apart; only read */
};

/* The sum of `count` floats, in four partial sums that a compiler can keep in one vector. */
static inline float batch_sum(const float *values, size_t count) {
    float sums[4] = {0};
    size_t i = 0;
    for (; i + 4 <= count; i += 4)
        for (size_t lane = 0; lane < 4; lane++)
            sums[lane] += values[i + lane];
    for (; i < count; i++)
        sums[0] += values[i];
    return (sums[0] + sums[2]) + (sums[1] + sums[3]);
}

/* Makes batches for one thread. */
struct batcher;

/* Lays out a batcher for passages of at most `passage_max` words. `replica` is that of the thread; it and
 * `training` must outlive the batcher. Returns NULL while `workspace` only measures. */
struct batcher *batcher_lay_out(struct workspace *workspace, const struct training *training,
                                const struct replica *replica, size_t passage_max);

/* Begins a passage. The passage and its limits must stay unchanged until its last block is done. */
void batcher_begin(struct batcher *batcher, const struct passage *passage, const struct step_limits *limits,
                   struct rng *rng);

/* Returns the batch of the block that starts at word `at` of the passage; blocks must follow each other. If
 * one step would be too large, the pairs of a block are split over limits->passes batches: call it for `pass`
 * 0, 1, ... in turn. The batch belongs to the batcher and is valid until the next call. */
const struct batch *batcher_next(struct batcher *batcher, size_t at, size_t pass, struct rng *rng);

/* The number of batches that the pairs of each block are split into: limits->passes. */
size_t batcher_passes(const struct batcher *batcher);

/* The number of words in the current block: 1 to BLOCK_WORDS_MAX. */
size_t batcher_length(const struct batcher *batcher);

/* The work done for all blocks of a thread, from which speed is computed. */
struct batch_work {
    uint64_t words, pairs;
    uint64_t rows; /* rows fetched from memory; each is read, and later written back */
};

struct batch_work batcher_work(const struct batcher *batcher);

#endif

/* What a step trains on: which rows, which pairs of them, and their weights.
 *
 * A passage is a run of words of the corpus, after subsampling, with a window around each. A thread cuts it
 * into blocks of consecutive words. A block's words are the centers of a batch, the words around them its
 * contexts, and one set of noise words is shared by the whole block and a few that follow. Sharing the noise
 * leaves the expected gradient as it is, and turns most of the work into small matrix products. */
#ifndef SGNS_TRAIN_BATCH_H
#define SGNS_TRAIN_BATCH_H

#include <stddef.h>
#include <stdint.h>

#include "base/rng.h"
#include "base/workspace.h"
#include "kernels/kernel.h"
#include "train/losses.h"
#include "train/noise.h"
#include "train/parameters.h"
#include "train/replica.h"
#include "train/scores.h"
#include "train/step_limits.h"

/* What is trained, and how. Nothing is owned; all threads share one. */
struct training {
    const struct parameters *parameters;
    const struct loss *loss;
    const struct score *score;
    const struct kernel *kernel;
    const struct noise *noise;
    const float *log_noise; /* (vocab) log(K q(word)); NULL unless the loss needs it */
    bfloat16 *input;  /* (vocab, stride) row-major, 64-byte aligned; written by all threads: base/race.h */
    bfloat16 *output; /* the same: the context vectors */
    size_t stride;    /* kernel_stride(dim), zeros beyond dim */
};

/* Words in a row, and which of their neighbors are their contexts: of word p all of [window_begin[p],
 * window_end[p]) but p itself, at most `window` to either side. */
struct passage {
    const uint32_t *words; /* (size) ids */
    const uint32_t *window_begin, *window_end;
    size_t size;
};

/* A batch, as scores and losses see it. P = step.rows centers; the arrays belong to the batcher and are
 * 64-byte aligned. Context s of the step is the word s - window of the block; pair (p, k) is center p with
 * context p / 2 * 2 + k. */
struct batch {
    struct kernel_step step; /* rows; dot products, then scores, then gradients; self factors */
    const struct parameters *parameters;
    double pairs;           /* the sum of the pair weights */
    float *pair_weights;    /* (P, step.band_columns): 1 for a pair, 0 where there is none */
    float *row_pairs;       /* (P) m_p: the sum of a row's pair weights */
    float *draws;           /* (step.columns) how often the noise word was drawn; 0 beyond the last */
    float *pair_log_noise;  /* (P, step.band_columns) log(K q(context)); only if the loss needs it */
    float *noise_log_noise; /* (step.columns) log(K q(noise word)); only if the loss needs it */
    float *center_squares;  /* (P) squared norms of the rows; only if the score needs them, as the next two */
    float *context_squares; /* (P + 2 window) */
    float *noise_squares;   /* (step.columns) */
    float *center_self;     /* (P) self factors, which a score's backprop sets; likewise */
    float *context_self;    /* (P + 2 window) */
    float *noise_self;      /* (step.columns) */
    const uint32_t *labels; /* (P + 2 window) of the contexts, and so of the centers from `window` on; NULL
                               unless the loss has labels */
};

/* Makes batches for one thread. */
struct batcher;

/* For passages of at most `passage_max` words. `replica` is the thread's; both must outlive the batcher.
 * Returns NULL while `workspace` only measures. */
struct batcher *batcher_lay_out(struct workspace *workspace, const struct training *training,
                                const struct replica *replica, size_t passage_max);

/* Begins a passage; it and its limits must stay as they are until its last block. */
void batcher_begin(struct batcher *batcher, const struct passage *passage, const struct step_limits *limits,
                   struct rng *rng);

/* The batch of the block that starts at word `at` of the passage, where the block before ended if there was
 * one. Where one step would be too large, a block's pairs are split over limits->passes batches: `pass`
 * counts them from 0, and they are asked for in turn. The batch is the batcher's until the next call. */
const struct batch *batcher_next(struct batcher *batcher, size_t at, size_t pass, struct rng *rng);

/* Into how many batches the pairs of each block are split: limits->passes. */
size_t batcher_passes(const struct batcher *batcher);

/* Words of the block at hand: 1 to BLOCK_WORDS_MAX. */
size_t batcher_length(const struct batcher *batcher);

/* What all blocks of a thread had to do, to tell how fast that was. */
struct batch_work {
    uint64_t words, pairs;
    uint64_t rows; /* fetched from memory: each is read, and written back some time later */
};

struct batch_work batcher_work(const struct batcher *batcher);

#endif

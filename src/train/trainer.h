/* The trainer: threads, learning rate, progress. Threads take chunks of the id stream from a queue and train
 * on them block by block, racing on the two matrices without locks (Hogwild; base/race.h); only the most
 * frequent words' rows are each thread's own, and merged now and then (hot.h). With one thread
 * the result is the same, byte for byte, for the same seed. */
#ifndef SGNS_TRAIN_TRAINER_H
#define SGNS_TRAIN_TRAINER_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernels/kernel.h"
#include "text/ingest.h"
#include "train/losses.h"

/* What the trainer tells while it runs. */
struct training_status {
    uint64_t words;       /* trained so far, of all epochs, before subsampling */
    uint64_t words_total; /* in all */
    size_t epoch;         /* 1 to epochs: the one that the latest chunk belongs to */
    double alpha;
    double loss; /* mean loss a pair, lately; 0 before the first measurement */
};

struct training_options {
    size_t dim, window, negative, noise_words, epochs, threads;
    bool shrink; /* a window of random size 1 to `window` for each word, as word2vec.c draws it; else always
                    `window` */
    double noise_power, alpha, min_alpha;
    double sample; /* word2vec's subsampling threshold, a share of the corpus; 0: none */
    uint64_t seed;
    const struct loss *objective;
    const struct kernel *kernel;
    atomic_bool *stop; /* set by others to end early, with what has been learned so far; may be NULL */
    void (*report)(void *context, const struct training_status *status); /* by one thread; may be NULL */
    void *report_context;
};

/* What was learned. */
struct training {
    size_t vocab, dim, stride; /* stride: matrix_stride(dim) */
    float *input, *output;     /* (vocab, stride) row-major, 64-byte aligned; owned */
    size_t matrix_bytes;       /* of each */
    double *losses;     /* (epochs) mean loss a pair in each epoch, 0 for one that was not begun; owned */
    double kept;        /* the share of the words that subsampling keeps, expected */
    double pairs, rows; /* of a kept word: pairs trained, and rows asked for from memory, in the mean */
    double progress;    /* the share of the work that was done: 1 unless stopped */
};

/* Bytes that trainer_run takes at most, threads' room included; false if they overflow. */
bool training_bytes(const struct training_options *options, size_t vocab, size_t *bytes) MUST_USE;

/* Trains on `corpus`. Fills `training`, to be freed with training_free() whether it succeeds or not. Fails as
 * soon as the loss is not finite, or at the end if a vector isn't: they are worth nothing then. */
bool training_run(struct training *training, const struct corpus *corpus,
                  const struct training_options *options, struct error *error) MUST_USE;
void training_free(struct training *training);

#endif

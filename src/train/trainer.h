/* The trainer: created from a corpus, run as far as wanted, asked for its results.
 *
 * The corpus comes in chunks; each chunk of each epoch is a task. Threads take tasks in order and train on
 * them block by block, racing on the two matrices without locks (Hogwild; base/race.h); only the most
 * frequent words' rows are each thread's own and merged now and then (train/replica.h). Each task has random
 * numbers of its own, so a run can stop behind any of them and go on. With one thread the result is the same,
 * bit for bit, for the same seed and kernel. */
#ifndef SGNS_TRAIN_TRAINER_H
#define SGNS_TRAIN_TRAINER_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "text/ingest.h"
#include "train/parameters.h"

/* What the trainer reports while it runs. */
struct training_status {
    uint64_t words;       /* trained so far, over all epochs, before subsampling */
    uint64_t words_total; /* in all */
    size_t epoch;         /* 1 to epochs: the one that the latest chunk belongs to */
    double alpha;
    double loss; /* mean loss for each pair, lately; 0 before the first measurement */
};

/* For the time of a run; either may be NULL. */
struct trainer_hooks {
    atomic_bool *stop; /* set by others to end the run early */
    void (*report)(void *context, const struct training_status *status); /* by one thread */
    void *context;
};

/* What was learned; all arrays are the trainer's. */
struct training_results {
    size_t dim, stride;          /* stride: matrix_stride(dim) */
    const float *input, *output; /* (vocab, stride) row-major, 64-byte aligned */
    const double *losses; /* (epochs) mean loss for each pair, by epoch; 0 for one that was not begun */
    double kept;          /* the share of the words that subsampling keeps, expected */
    double pairs, rows;   /* for each kept word: pairs trained, and rows fetched from memory, on average */
    double progress;      /* the share of the work that was done */
};

struct trainer;

/* The bytes that trainer_create() takes, by the same layout; false if they overflow. */
bool trainer_bytes(const struct corpus *corpus, const struct parameters *parameters, size_t *bytes) MUST_USE;

/* `parameters` are resolved; they and the corpus must outlive the trainer. Rows of the input matrix start
 * uniform in [-1/2, 1/2] / dim, those of the output matrix at zero, as in word2vec.c. NULL on failure. */
struct trainer *trainer_create(const struct corpus *corpus, const struct parameters *parameters,
                               struct error *error) MUST_USE;
void trainer_free(struct trainer *trainer);

/* Chunks of all epochs. */
size_t trainer_tasks(const struct trainer *trainer);

/* Trains until so many tasks are done, or until it is stopped. Fails as soon as the loss is not finite. */
bool trainer_run(struct trainer *trainer, size_t until, const struct trainer_hooks *hooks,
                 struct error *error) MUST_USE;

/* Ends the training: the matrices become floats. Fails if one of them is not finite, as nothing can be made
 * of it. */
bool trainer_results(struct trainer *trainer, struct training_results *results, struct error *error) MUST_USE;

#endif

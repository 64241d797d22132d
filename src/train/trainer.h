/* The trainer: create it from a corpus, run it as far as you like, and ask for the results.
 *
 * The corpus comes in chunks, and each chunk of each epoch is a task. Threads take tasks in order and train
 * on them block by block. They race on the two matrices without locks (Hogwild; base/race.h), except for the
 * rows of the most frequent words: each thread has its own copy of them, merged from time to time
 * (train/replica.h). Each task has its own random numbers, so a run can stop after any task and continue
 * later. With one thread, the result is the same bit for bit for the same seed and kernel. */
#ifndef SGNS_TRAIN_TRAINER_H
#define SGNS_TRAIN_TRAINER_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "text/ingest.h"
#include "train/geometry.h"
#include "train/measures.h"
#include "train/parameters.h"

/* The progress that the trainer reports while it runs. */
struct training_status {
    uint64_t words;           /* words trained so far, over all epochs, before subsampling */
    uint64_t words_total;     /* words of all epochs */
    uint64_t words_before;    /* words that were trained before this trainer was created */
    double time, time_before; /* the shares of the time for all epochs that these words are expected to take;
                                 early words take longer, since the learning rate is higher (step_limits) */
    size_t epoch;             /* 1 to epochs: that of the latest chunk */
    double alpha;
    struct measures recent; /* recent means; recent.pairs is 0 before the first measurement */
};

/* For the duration of a run; `stop` and `report` may be NULL. */
struct trainer_hooks {
    atomic_bool *stop; /* set by another thread to end the run early */
    void (*report)(void *context, const struct training_status *status); /* called by one thread only */
    void *context;
};

/* All that another trainer needs to go on as if nothing had happened: what was learned so far, and where in
 * the training that is. The arrays belong to the trainer. */
struct trainer_state {
    uint64_t tasks; /* done */
    struct batch_work work;
    const struct measures *measures; /* (epochs) sums */
    const uint32_t *random;          /* (threads, KERNEL_ROW_FLOATS) random states of the replicas */
    size_t threads, stride;
    const bfloat16 *input, *output; /* (vocab, stride) row-major */
};

/* Where the rows of a training come from. Either may be NULL; with neither, rows start at random. */
struct trainer_start {
    const struct trainer_state *state; /* of a trainer of the same corpus and parameters */
    const struct initial_rows *rows;   /* (train/initial_rows.h) rows of another model */
};

/* The results of training. The arrays belong to the trainer. */
struct training_results {
    size_t dim, stride;              /* stride: matrix_stride(dim) */
    const float *input, *output;     /* (vocab, stride) row-major, 64-byte aligned */
    const struct measures *measures; /* (epochs) means of each epoch */
    double kept;                     /* the share of the words that subsampling is expected to keep */
    uint64_t pairs_trained;
    double pairs, rows; /* per kept word, on average: pairs trained, and rows fetched from memory */
    struct geometry geometry;
    double progress; /* the share of the training that was done */
};

struct trainer;

/* Sets *bytes to the memory that trainer_create() will allocate, computed by the same layout. Returns false
 * on overflow. */
bool trainer_bytes(const struct corpus *corpus, const struct parameters *parameters, size_t *bytes) MUST_USE;

/* Creates a trainer. `parameters` must be resolved; they, the corpus and the labels must outlive the trainer.
 * `labels` is NULL unless the loss has them. `start` is only read meanwhile; NULL: all rows start at random.
 * As in word2vec.c, rows of the input matrix then start with uniform numbers in [-1/2, 1/2] / dim, and those
 * of the output matrix with zeros. Returns NULL on failure. */
struct trainer *trainer_create(const struct corpus *corpus, const struct parameters *parameters,
                               const struct labels *labels, const struct trainer_start *start,
                               struct error *error) MUST_USE;
void trainer_free(struct trainer *trainer);

/* The number of tasks: the chunks of all epochs. */
size_t trainer_tasks(const struct trainer *trainer);

/* By which factor the limits of a step (train/step_limits.h) are expected to slow this training, compared to
 * one at a very low learning rate. */
double trainer_slowdown(const struct trainer *trainer);

/* Trains until `until` tasks are done or hooks->stop is set. Fails (ERROR_INPUT) once the loss is no longer
 * finite, or far above that of vectors that tell nothing apart. If the corpus can't be read (ERROR_SYSTEM),
 * the state is that before the task that failed, and the run can be tried again. */
bool trainer_run(struct trainer *trainer, size_t until, const struct trainer_hooks *hooks,
                 struct error *error) MUST_USE;

/* The number of tasks that are done. */
size_t trainer_done(const struct trainer *trainer);

/* Call it while the trainer does not run; with one thread, a trainer that starts from the state gives the
 * same results as this one, bit for bit. After trainer_results(), the results are no longer valid. */
void trainer_get_state(struct trainer *trainer, struct trainer_state *state);

/* Ends the training, converts the matrices to floats, and measures the vectors on a few chunks of the corpus.
 * Fails if a vector has blown up (ERROR_INPUT; train/matrix.h), or if the corpus can't be read. */
bool trainer_results(struct trainer *trainer, struct training_results *results, struct error *error) MUST_USE;

#endif

/* Progress on standard error: one live line on a terminal, a plain line now and then elsewhere, or nothing.
 * One thread at a time. */
#ifndef SGNS_CLI_PROGRESS_H
#define SGNS_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "train/trainer.h"

struct progress {
    bool quiet;
    bool live;            /* standard error is a terminal */
    bool line_open;       /* a live line is shown, to be overwritten */
    double started;       /* of the current phase, by the monotonic clock, in seconds */
    double shown;         /* when the last line was printed */
    uint64_t bytes_total; /* of the corpus; 0 if unknown */
    size_t epochs;
};

/* Seconds of the monotonic clock. */
double progress_clock(void);

struct progress progress_create(bool quiet, uint64_t bytes_total, size_t epochs);

/* Starts a phase: reading or training. */
void progress_start(struct progress *progress);

/* Callbacks for ingest and trainer; `context` is the struct progress. */
void progress_reading(void *context, uint64_t bytes);
void progress_training(void *context, const struct training_status *status);

/* Removes the live line, so that other lines can be printed. */
void progress_clear(struct progress *progress);

#endif

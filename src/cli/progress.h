/* Progress on standard error: one live line on a terminal, a plain line now and then elsewhere, or nothing.
 * One thread at a time. */
#ifndef SGNS_CLI_PROGRESS_H
#define SGNS_CLI_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "train/trainer.h"

struct progress {
    bool quiet;
    bool live;            /* standard error is a terminal that can go back to the start of a line */
    bool line_open;       /* a live line is shown, to be overwritten */
    double started;       /* of the current phase, by the monotonic clock, in seconds */
    double shown;         /* when the last line was printed */
    double pause;         /* seconds until the next line; they grow where lines stay */
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

/* How much is done of something that is called `what`, 0 to 1. */
void progress_share(struct progress *progress, const char *what, double share);

/* Removes the live line, so that other lines can be printed. */
void progress_clear(struct progress *progress);

/* A part of a progress line, in ASCII. */
struct progress_part {
    char text[40];
    int rank; /* from 0 to count - 1, each once: the highest are left out first */
};

#define PROGRESS_LINE_MAX 256

/* Fills `line` with the parts in their order, a comma between, as many as fit in `columns`. The rest goes to
 * a bar before them, if that leaves it a few columns and `share` (0 to 1) is not negative. */
void progress_fit(char line[PROGRESS_LINE_MAX], const struct progress_part *parts, size_t count, double share,
                  size_t columns);

#endif

/* Progress on standard error: one live line on a terminal, a plain line now and then elsewhere, an object of
 * JSON a line for programs, or nothing. One thread at a time. */
#ifndef SGNS_CLI_PROGRESS_H
#define SGNS_CLI_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/output.h"
#include "train/trainer.h"

/* The values of --progress, in the order of progress_styles. */
enum progress_style {
    PROGRESS_AUTO,  /* a live line where that is possible, else plain ones */
    PROGRESS_PLAIN, /* lines that stay, ever more seldom */
    PROGRESS_JSON,  /* {"event": ...}, once a second */
};

/* Their names, ended by NULL, for OPTION_CHOICE. */
extern const char *const progress_styles[];

struct progress {
    bool quiet;
    enum progress_style style;
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

/* Instead of PROGRESS_AUTO. */
void progress_set_style(struct progress *progress, enum progress_style style);

/* Starts a phase: reading or training. */
void progress_start(struct progress *progress);

/* Callbacks for ingest and trainer; `context` is the struct progress. */
void progress_reading(void *context, uint64_t bytes, const char *program);
void progress_training(void *context, const struct training_status *status);

/* How much is done of something that is called `what`, 0 to 1. */
void progress_share(struct progress *progress, const char *what, double share);

/* With PROGRESS_JSON: one line, an object of "event" and the fields, of which there are at most
 * PROGRESS_FIELDS_MAX. */
void progress_event(const struct progress *progress, const char *event, const struct output_field *fields,
                    size_t count);

#define PROGRESS_FIELDS_MAX 10

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

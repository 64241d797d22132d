#include "cli/progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define LIVE_SECONDS 0.1
#define PLAIN_SECONDS 10.0
#define BAR_WIDTH 24

double progress_clock(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

struct progress progress_create(bool quiet, uint64_t bytes_total, size_t epochs) {
    return (struct progress){
        .quiet = quiet, .live = isatty(STDERR_FILENO) != 0, .bytes_total = bytes_total, .epochs = epochs};
}

void progress_start(struct progress *progress) {
    progress->started = progress->shown = progress_clock();
}

/* Is it time for another line? */
static bool due(struct progress *progress, double now) {
    if (progress->quiet || now - progress->shown < (progress->live ? LIVE_SECONDS : PLAIN_SECONDS))
        return false;
    progress->shown = now;
    return true;
}

static void begin_line(struct progress *progress, double share) {
    if (!progress->live)
        return;
    char bar[BAR_WIDTH + 1];
    for (int i = 0; i < BAR_WIDTH; i++)
        bar[i] = i < (int)(share * BAR_WIDTH) ? '#' : '.';
    bar[BAR_WIDTH] = '\0';
    fprintf(stderr, "\r[%s] ", bar);
}

static void end_line(struct progress *progress) {
    fputs(progress->live ? "\033[K" : "\n", stderr);
    progress->line_open = progress->live;
    fflush(stderr);
}

void progress_reading(void *context, uint64_t bytes) {
    struct progress *progress = context;
    const double now = progress_clock();
    if (!due(progress, now))
        return;
    const double share = progress->bytes_total > 0 ? (double)bytes / (double)progress->bytes_total : 0;
    begin_line(progress, share);
    fprintf(stderr, "reading: %.0f MB, %.0f MB/s", (double)bytes * 1e-6,
            (double)bytes * 1e-6 / (now - progress->started));
    if (progress->bytes_total > 0)
        fprintf(stderr, ", %.0f%%", 100 * share);
    end_line(progress);
}

/* As 42s, 3m07s or 5h20m. */
static void print_duration(double seconds) {
    const long whole = (long)(seconds + 0.5);
    if (whole < 60)
        fprintf(stderr, "%lds", whole);
    else if (whole < 3600)
        fprintf(stderr, "%ldm%02lds", whole / 60, whole % 60);
    else
        fprintf(stderr, "%ldh%02ldm", whole / 3600, whole % 3600 / 60);
}

void progress_training(void *context, const struct training_status *status) {
    struct progress *progress = context;
    const double now = progress_clock();
    if (status->words == status->words_before || !due(progress, now))
        return;
    const double share = (double)status->words / (double)status->words_total;
    const double seconds = now - progress->started;
    begin_line(progress, share);
    fprintf(stderr, "epoch %zu/%zu, %.0f%%, %.2fM words/s, loss %.3f, accuracy %.1f%%, ", status->epoch,
            progress->epochs, 100 * share, (double)(status->words - status->words_before) * 1e-6 / seconds,
            status->recent.loss, 100 * status->recent.accuracy);
    print_duration(seconds * (1 - status->time) / (status->time - status->time_before));
    fputs(" left", stderr);
    end_line(progress);
}

void progress_clear(struct progress *progress) {
    if (progress->line_open)
        fputs("\r\033[K", stderr);
    progress->line_open = false;
}

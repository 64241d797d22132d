#include "cli/progress.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/width.h"

#define LIVE_SECONDS 0.1

/* For programs. */
#define JSON_SECONDS 1.0

const char *const progress_styles[] = {
    [PROGRESS_AUTO] = "auto", [PROGRESS_PLAIN] = "plain", [PROGRESS_JSON] = "json", NULL};

/* Lines that stay come at first after so many seconds, then ever more seldom, since who reads a log of hours
 * wants few of them. */
#define PLAIN_SECONDS 10.0
#define PLAIN_SECONDS_MAX 300.0

/* Cells of the bar, which has a bracket on either side and a blank behind it. */
#define BAR_MIN 6
#define BAR_MAX 24
#define BAR_FRAME 3

double progress_clock(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static bool is_live(void) {
    const char *terminal = getenv("TERM");
    return isatty(STDERR_FILENO) && terminal != NULL && *terminal != '\0' && strcmp(terminal, "dumb") != 0;
}

struct progress progress_create(bool quiet, uint64_t bytes_total, size_t epochs) {
    return (struct progress){.quiet = quiet, .live = is_live(), .bytes_total = bytes_total, .epochs = epochs};
}

void progress_set_style(struct progress *progress, enum progress_style style) {
    progress->style = style;
    progress->live = style == PROGRESS_AUTO && is_live();
}

void progress_start(struct progress *progress) {
    progress->started = progress->shown = progress_clock();
    progress->pause = progress->live                     ? LIVE_SECONDS
                      : progress->style == PROGRESS_JSON ? JSON_SECONDS
                                                         : PLAIN_SECONDS;
}

/* Is it time for another line? */
static bool due(struct progress *progress, double now) {
    if (progress->quiet || now - progress->shown < progress->pause)
        return false;
    progress->shown = now;
    if (!progress->live && progress->style != PROGRESS_JSON)
        progress->pause = fmin(2 * progress->pause, PLAIN_SECONDS_MAX);
    return true;
}

/* --- a line --- */

/* The rank up to which the parts fit; -1 if not even the first does. */
static int find_rank(const struct progress_part *parts, size_t count, size_t columns) {
    int fitting = -1;
    for (int rank = 0; rank < (int)count; rank++) {
        size_t used = 0;
        for (size_t i = 0; i < count; i++)
            used += parts[i].rank <= rank ? strlen(parts[i].text) + (used > 0 ? 2 : 0) : 0;
        if (used > columns)
            break;
        fitting = rank;
    }
    return fitting;
}

/* Returns the length. */
static size_t join_parts(char *line, size_t size, const struct progress_part *parts, size_t count, int rank) {
    size_t used = 0;
    line[0] = '\0';
    for (size_t i = 0; i < count && used < size; i++)
        if (parts[i].rank <= rank)
            used += (size_t)snprintf(line + used, size - used, "%s%s", used > 0 ? ", " : "", parts[i].text);
    return used < size ? used : size - 1;
}

void progress_fit(char line[PROGRESS_LINE_MAX], const struct progress_part *parts, size_t count, double share,
                  size_t columns) {
    char text[PROGRESS_LINE_MAX - BAR_MAX - BAR_FRAME], bar[BAR_MAX + 1] = "";
    const size_t used = join_parts(text, sizeof text, parts, count, find_rank(parts, count, columns));
    const size_t left = columns > used + BAR_FRAME ? columns - used - BAR_FRAME : 0;
    const size_t cells = left < BAR_MAX ? left : BAR_MAX;
    if (share < 0 || cells < BAR_MIN) {
        snprintf(line, PROGRESS_LINE_MAX, "%s", text);
        return;
    }
    for (size_t i = 0; i < cells; i++)
        bar[i] = (double)i < floor(share * (double)cells) ? '#' : '.';
    bar[cells] = '\0';
    snprintf(line, PROGRESS_LINE_MAX, "[%s] %s", bar, text);
}

/* The last column stays free: some terminals break the line there. */
static void print(struct progress *progress, const struct progress_part *parts, size_t count, double share) {
    char line[PROGRESS_LINE_MAX];
    if (progress->live) {
        progress_fit(line, parts, count, share, width_of_terminal() - 1);
        fprintf(stderr, "\r%s\033[K", line);
    } else {
        progress_fit(line, parts, count, -1, sizeof line);
        fprintf(stderr, "%s\n", line);
    }
    progress->line_open = progress->live;
    fflush(stderr);
}

/* --- what it says --- */

static struct progress_part percent(double share, int rank) {
    struct progress_part part = {.rank = rank};
    snprintf(part.text, sizeof part.text, "%.0f%%", 100 * share);
    return part;
}

/* --- for programs --- */

/* A line is written at once, so that it is whole even if other programs write there, too. */
void progress_event(const struct progress *progress, const char *event, const struct output_field *fields,
                    size_t count) {
    struct output_field all[PROGRESS_FIELDS_MAX + 1] = {output_text("event", event, strlen(event))};
    char *text = NULL;
    size_t size;
    if (progress->style != PROGRESS_JSON || count > PROGRESS_FIELDS_MAX)
        return;
    memcpy(all + 1, fields, count * sizeof *fields);
    FILE *line = open_memstream(&text, &size);
    if (line == NULL)
        return;
    output_object(line, all, count + 1);
    if (fclose(line) == 0)
        fputs(text, stderr);
    free(text);
}

static void event_reading(const struct progress *progress, uint64_t bytes, double seconds) {
    struct output_field fields[3] = {output_score("seconds", seconds), output_integer("bytes", bytes),
                                     output_integer("bytes_total", progress->bytes_total)};
    progress_event(progress, "reading", fields, progress->bytes_total > 0 ? 3 : 2);
}

static void event_training(const struct progress *progress, const struct training_status *status,
                           double seconds, double seconds_left) {
    const double rate = (double)(status->words - status->words_before) / seconds;
    const struct output_field fields[] = {
        output_score("seconds", seconds),          output_score("seconds_left", seconds_left),
        output_integer("epoch", status->epoch),    output_integer("epochs", progress->epochs),
        output_integer("words", status->words),    output_integer("words_total", status->words_total),
        output_score("words_per_second", rate),    output_score("alpha", status->alpha),
        output_score("loss", status->recent.loss), output_score("accuracy", status->recent.accuracy)};
    progress_event(progress, "training", fields, sizeof fields / sizeof *fields);
}

/* --- callbacks --- */

void progress_reading(void *context, uint64_t bytes, const char *program) {
    struct progress *progress = context;
    const double now = progress_clock(), megabytes = (double)bytes * 1e-6;
    if (!due(progress, now))
        return;
    if (progress->style == PROGRESS_JSON) {
        event_reading(progress, bytes, now - progress->started);
        return;
    }
    const bool known = progress->bytes_total > 0;
    const double share = known ? (double)bytes / (double)progress->bytes_total : -1;
    struct progress_part parts[3] = {{.rank = 0}, {.rank = known ? 2 : 1}, percent(share, 1)};
    snprintf(parts[0].text, sizeof parts[0].text, "reading%s%s: %.0f MB", program != NULL ? " through " : "",
             program != NULL ? program : "", megabytes);
    snprintf(parts[1].text, sizeof parts[1].text, "%.0f MB/s", megabytes / (now - progress->started));
    print(progress, parts, known ? 3 : 2, share);
}

/* As 42s left, 3m07s left or 5h20m left. */
static struct progress_part time_left(double seconds, int rank) {
    struct progress_part part = {.rank = rank};
    const long whole = (long)(seconds + 0.5);
    if (whole < 60)
        snprintf(part.text, sizeof part.text, "%lds left", whole);
    else if (whole < 3600)
        snprintf(part.text, sizeof part.text, "%ldm%02lds left", whole / 60, whole % 60);
    else
        snprintf(part.text, sizeof part.text, "%ldh%02ldm left", whole / 3600, whole % 3600 / 60);
    return part;
}

void progress_training(void *context, const struct training_status *status) {
    struct progress *progress = context;
    const double now = progress_clock();
    if (status->words == status->words_before || !due(progress, now))
        return;
    const double share = (double)status->words / (double)status->words_total;
    const double seconds = now - progress->started;
    const double left = seconds * (1 - status->time) / (status->time - status->time_before);
    if (progress->style == PROGRESS_JSON) {
        event_training(progress, status, seconds, left);
        return;
    }
    struct progress_part parts[] = {{.rank = 2}, percent(share, 0), {.rank = 3},
                                    {.rank = 4}, {.rank = 5},       time_left(left, 1)};
    snprintf(parts[0].text, sizeof parts[0].text, "epoch %zu/%zu", status->epoch, progress->epochs);
    snprintf(parts[2].text, sizeof parts[2].text, "%.2fM words/s",
             (double)(status->words - status->words_before) * 1e-6 / seconds);
    snprintf(parts[3].text, sizeof parts[3].text, "loss %.3f", status->recent.loss);
    snprintf(parts[4].text, sizeof parts[4].text, "accuracy %.1f%%", 100 * status->recent.accuracy);
    print(progress, parts, sizeof parts / sizeof *parts, share);
}

void progress_share(struct progress *progress, const char *what, double share) {
    const double now = progress_clock();
    if (!due(progress, now))
        return;
    struct progress_part parts[] = {{.rank = 1}, percent(share, 0)};
    snprintf(parts[0].text, sizeof parts[0].text, "%s", what);
    print(progress, parts, sizeof parts / sizeof *parts, share);
}

void progress_clear(struct progress *progress) {
    if (progress->line_open)
        fputs("\r\033[K", stderr);
    progress->line_open = false;
}

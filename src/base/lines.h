/* The lines of a file or of standard input. A byte-order mark at the start is no part of the first line.
 * Where that is a pipe that someone writes to, the lines that are there can be had without waiting for more.
 */
#ifndef SGNS_BASE_LINES_H
#define SGNS_BASE_LINES_H

#include <stddef.h>

#include "base/error.h"

/* A piece of text, not always ended by a NUL. */
struct line {
    const char *text;
    size_t length;
};

struct lines {
    const char *name; /* of the file, for errors; must outlive the struct */
    int descriptor;
    bool refuse_nul; /* set by the caller: a NUL byte is ERROR_INPUT; otherwise it becomes a blank */
    size_t number;   /* of the last line given, from 1 */
    char *buffer;    /* owned */
    size_t start, filled, capacity; /* buffer[start .. filled) is read and not yet given */
    size_t searched;                /* bytes of it that hold no newline */
    bool ended;
};

/* Opens a file; "-" is standard input. Close with lines_close, also after a failure. */
bool lines_open(struct lines *lines, const char *path, struct error *error) MUST_USE;
void lines_close(struct lines *lines);

enum lines_result {
    LINES_LINE,
    LINES_LATER, /* no whole line is there now */
    LINES_END,
    LINES_FAILED,
};

/* The next line, without its newline and ended by a NUL. It is the caller's until the next call. With `wait`,
 * never LINES_LATER. The last line needs no newline. */
enum lines_result lines_next(struct lines *lines, bool wait, char **line, size_t *length,
                             struct error *error) MUST_USE;

/* Copies of lines that follow one another, each ended by a NUL and without a carriage return at its end. */
struct line_batch {
    struct line *list; /* (count); owned, and so are the texts */
    size_t count, capacity;
    size_t first; /* the number of list[0] */
};

/* Replaces the batch by the lines that are there, at least one and at most `max`; none at the end. */
bool lines_take(struct lines *lines, struct line_batch *batch, size_t max, struct error *error) MUST_USE;
void line_batch_free(struct line_batch *batch);

#endif

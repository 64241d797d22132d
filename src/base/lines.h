/* Lines of a file that may be a pipe someone writes to: those that are there can be had without waiting for
 * more. */
#ifndef SGNS_BASE_LINES_H
#define SGNS_BASE_LINES_H

#include <stddef.h>

#include "base/error.h"

struct lines {
    int descriptor;                 /* set by the caller, the rest zeroed */
    const char *name;               /* of the file, for errors; set by the caller */
    char *buffer;                   /* owned */
    size_t start, filled, capacity; /* what is read and not yet given is buffer[start .. filled) */
    size_t searched;                /* so much of it has no newline */
    bool ended;
};

enum lines_result {
    LINES_LINE,
    LINES_LATER, /* no whole line is there now */
    LINES_END,
    LINES_FAILED,
};

/* The next line, without its newline and ended by a NUL; NULs in it become blanks. It is the caller's until
 * the next call. With `wait`, never LINES_LATER. A last line needs no newline. */
enum lines_result lines_next(struct lines *lines, bool wait, char **line, size_t *length,
                             struct error *error) MUST_USE;
void lines_free(struct lines *lines);

#endif

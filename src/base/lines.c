#include "base/lines.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"

#define READ_BYTES ((size_t)1 << 16)

/* Reads some more; *later instead, if that would mean to wait and `wait` is false. */
static bool fill(struct lines *lines, bool wait, bool *later, struct error *error) {
    if (lines->start > 0) {
        lines->filled -= lines->start;
        memmove(lines->buffer, lines->buffer + lines->start, lines->filled);
        lines->start = 0;
    }
    /* One byte more, for the NUL behind a last line. */
    if (!memory_reserve(&lines->buffer, &lines->capacity, lines->filled + READ_BYTES + 1, "a line", error))
        return false;
    struct pollfd ready = {.fd = lines->descriptor, .events = POLLIN};
    if (!wait && poll(&ready, 1, 0) == 0) {
        *later = true;
        return true;
    }
    ssize_t bytes;
    do
        bytes = read(lines->descriptor, lines->buffer + lines->filled, READ_BYTES);
    while (bytes < 0 && errno == EINTR);
    if (bytes < 0 && errno == EISDIR)
        return error_set(error, ERROR_INPUT, "%s: a folder, not a file", lines->name);
    if (bytes < 0)
        return error_system(error, errno, "can't read %s", lines->name);
    lines->filled += (size_t)bytes;
    lines->ended = bytes == 0;
    return true;
}

/* The line from lines->start to `end`, the rest beginning at `next`. */
static enum lines_result give(struct lines *lines, char *end, size_t next, char **line, size_t *length) {
    *line = lines->buffer + lines->start;
    *length = (size_t)(end - *line);
    for (char *at = *line; at < end; at++)
        if (*at == '\0')
            *at = ' ';
    *end = '\0';
    lines->start = next;
    lines->searched = 0;
    return LINES_LINE;
}

enum lines_result lines_next(struct lines *lines, bool wait, char **line, size_t *length,
                             struct error *error) {
    for (;;) {
        const size_t left = lines->filled - lines->start;
        char *end = NULL;
        if (left > lines->searched)
            end = memchr(lines->buffer + lines->start + lines->searched, '\n', left - lines->searched);
        if (end != NULL)
            return give(lines, end, (size_t)(end - lines->buffer) + 1, line, length);
        lines->searched = left;
        if (lines->ended)
            return left == 0 ? LINES_END
                             : give(lines, lines->buffer + lines->filled, lines->filled, line, length);
        bool later = false;
        if (!fill(lines, wait, &later, error))
            return LINES_FAILED;
        if (later)
            return LINES_LATER;
    }
}

void lines_free(struct lines *lines) {
    free(lines->buffer);
    *lines = (struct lines){.descriptor = -1};
}

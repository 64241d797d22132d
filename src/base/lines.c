#include "base/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/retry.h"

#define READ_BYTES ((size_t)1 << 16)

bool lines_open(struct lines *lines, const char *path, struct error *error) {
    *lines = (struct lines){.name = path, .descriptor = -1};
    if (strcmp(path, "-") == 0) {
        *lines = (struct lines){.name = "standard input", .descriptor = STDIN_FILENO};
        return true;
    }
    lines->descriptor = retry_open(path, O_RDONLY);
    return lines->descriptor >= 0 || file_open_error(error, errno, path);
}

void lines_close(struct lines *lines) {
    if (lines->descriptor > STDERR_FILENO)
        close(lines->descriptor);
    free(lines->buffer);
    *lines = (struct lines){.descriptor = -1};
}

/* Would a read return at once? */
static bool is_ready(int descriptor) {
    struct pollfd asked = {.fd = descriptor, .events = POLLIN};
    int answer;
    do
        answer = poll(&asked, 1, 0);
    while (answer < 0 && errno == EINTR);
    return answer != 0;
}

/* Reads some more; *later instead, if that would mean to wait and `wait` is false. */
static bool fill(struct lines *lines, bool wait, bool *later, struct error *error) {
    if (lines->start > 0) {
        lines->filled -= lines->start;
        memmove(lines->buffer, lines->buffer + lines->start, lines->filled);
        lines->start = 0;
    }
    /* One byte more, for the NUL after the last line. */
    if (!memory_reserve(&lines->buffer, &lines->capacity, lines->filled + READ_BYTES + 1, "a line", error))
        return false;
    if (!wait && !is_ready(lines->descriptor)) {
        *later = true;
        return true;
    }
    const ssize_t bytes = retry_read(lines->descriptor, lines->buffer + lines->filled, READ_BYTES);
    if (bytes < 0 && errno == EISDIR)
        return error_set(error, ERROR_INPUT, "%s: a folder, not a file", lines->name);
    if (bytes < 0)
        return error_system(error, errno, "%s: can't read", lines->name);
    lines->filled += (size_t)bytes;
    lines->ended = bytes == 0;
    return true;
}

/* Skips a byte-order mark at the start of a text. That of UTF-16 says that it is not UTF-8. */
static bool skip_mark(struct lines *lines, const char *end, struct error *error) {
    const char *start = lines->buffer + lines->start;
    const size_t length = (size_t)(end - start);
    if (length >= 2 && (memcmp(start, "\xff\xfe", 2) == 0 || memcmp(start, "\xfe\xff", 2) == 0))
        return error_set(
            error, ERROR_INPUT,
            "%s: looks like UTF-16, and only UTF-8 is read; convert it: iconv -f UTF-16 -t UTF-8",
            lines->name);
    if (length >= 3 && memcmp(start, "\xef\xbb\xbf", 3) == 0)
        lines->start += 3;
    return true;
}

/* Gives the line from lines->start to `end`; the rest begins at `next`. */
static enum lines_result give(struct lines *lines, char *end, size_t next, char **line, size_t *length,
                              struct error *error) {
    if (lines->number == 0 && !skip_mark(lines, end, error))
        return LINES_FAILED;
    *line = lines->buffer + lines->start;
    *length = (size_t)(end - *line);
    *end = '\0';
    lines->start = next;
    lines->searched = 0;
    lines->number++;
    for (char *nul = *line; (nul += strlen(nul)) < end; *nul = ' ')
        if (lines->refuse_nul) {
            error_set(error, ERROR_INPUT, "%s:%zu: a NUL byte, so this is not text", lines->name,
                      lines->number);
            return LINES_FAILED;
        }
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
            return give(lines, end, (size_t)(end - lines->buffer) + 1, line, length, error);
        lines->searched = left;
        if (lines->ended && left == 0)
            return LINES_END;
        if (lines->ended)
            return give(lines, lines->buffer + lines->filled, lines->filled, line, length, error);
        bool later = false;
        if (!fill(lines, wait, &later, error))
            return LINES_FAILED;
        if (later)
            return LINES_LATER;
    }
}

static bool add_line(struct line_batch *batch, const char *text, size_t length, struct error *error) {
    if (!memory_reserve(&batch->list, &batch->capacity, batch->count + 1, "lines", error))
        return false;
    length -= length > 0 && text[length - 1] == '\r';
    char *copy = memory_allocate(length + 1, 1, "a line", error);
    if (copy == NULL)
        return false;
    memcpy(copy, text, length);
    batch->list[batch->count++] = (struct line){copy, length};
    return true;
}

static void free_texts(struct line_batch *batch) {
    for (size_t i = 0; i < batch->count; i++)
        free((char *)batch->list[i].text);
    batch->count = 0;
}

bool lines_take(struct lines *lines, struct line_batch *batch, size_t max, struct error *error) {
    free_texts(batch);
    batch->first = lines->number + 1;
    while (batch->count < max) {
        char *line;
        size_t length;
        const enum lines_result result = lines_next(lines, batch->count == 0, &line, &length, error);
        if (result == LINES_FAILED)
            return false;
        if (result != LINES_LINE)
            break;
        if (!add_line(batch, line, length, error))
            return false;
    }
    return true;
}

void line_batch_free(struct line_batch *batch) {
    free_texts(batch);
    free(batch->list);
    *batch = (struct line_batch){.count = 0};
}

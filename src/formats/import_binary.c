#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/threads.h"
#include "formats/import_rows.h"

/* Finds the word of the row that begins at *offset, and moves *offset to the end of the row. */
static bool find_row(struct import_rows *rows, size_t row, size_t *offset, struct error *error) {
    const unsigned char *data = rows->map.data;
    const size_t size = rows->map.size, vector = rows->head.dim * sizeof(float);
    size_t at = *offset;
    if (at < size && data[at] == '\n') /* of the row before; no word begins with one */
        at++;
    const size_t left = size - at, max = IMPORT_WORD_BYTES_MAX + (size_t)1;
    const unsigned char *blank = left > 0 ? memchr(data + at, ' ', left < max ? left : max) : NULL;
    if (blank == NULL && left >= max)
        return error_set(
            error, ERROR_INPUT,
            "%s: damaged: no word in row %zu of %zu, at byte %zu; rows of %zu floats don't fit the file",
            rows->path, row + 1, rows->count, at, rows->head.dim);
    const size_t length = blank != NULL ? (size_t)(blank - data) - at : 0;
    if (blank == NULL || left - length - 1 < vector)
        return error_set(error, ERROR_INPUT,
                         "%s: truncated or damaged: the file ends in row %zu of %zu, at byte %zu", rows->path,
                         row + 1, rows->count, size);
    rows->words[row] = (struct import_word){.offset = at, .length = (uint32_t)length};
    *offset = at + length + 1 + vector;
    return true;
}

static bool find_rows(struct import_rows *rows, struct error *error) {
    size_t at = rows->head.bytes;
    for (size_t row = 0; row < rows->count; row++)
        if (!find_row(rows, row, &at, error))
            return false;
    at += at < rows->map.size && rows->map.data[at] == '\n';
    if (at < rows->map.size)
        return error_set(
            error, ERROR_INPUT,
            "%s: damaged: the first line says %zu words of %zu dims, which would end at byte %zu, "
            "but the file has %zu bytes",
            rows->path, rows->count, rows->head.dim, at, rows->map.size);
    return true;
}

struct part {
    struct model_warnings warnings;
    struct error error;
};

struct copy {
    struct import_rows *rows;
    struct part *parts; /* (threads) */
    size_t threads;
};

static void copy_part(void *context, size_t index) {
    const struct copy *copy = context;
    struct import_rows *rows = copy->rows;
    struct part *part = &copy->parts[index];
    const size_t vector = rows->head.dim * sizeof(float), share = rows->count / copy->threads + 1;
    for (size_t row = index * share; row < rows->count && row < (index + 1) * share; row++) {
        const struct import_word word = rows->words[row];
        memcpy(rows->input + row * rows->stride, rows->map.data + word.offset + word.length + 1, vector);
        if (!import_rows_complete(rows, row, &part->warnings)) {
            error_set(&part->error, ERROR_INPUT,
                      "%s: damaged: a NUL byte in the word of row %zu of %zu, at byte %zu", rows->path,
                      row + 1, rows->count, (size_t)word.offset);
            return;
        }
    }
}

bool import_read_binary(struct import_rows *rows, size_t threads, struct error *error) {
    if (__BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__)
        return error_set(error, ERROR_INPUT,
                         "%s: word2vec's binary format is little-endian, and this machine is not",
                         rows->path);
    if (!import_rows_allocate(rows, rows->head.words, error) || !find_rows(rows, error))
        return false;
    struct copy copy = {.rows = rows, .threads = threads};
    copy.parts = memory_allocate(threads, sizeof *copy.parts, "the threads", error);
    bool done = copy.parts != NULL && threads_run(threads, copy_part, &copy, error);
    for (size_t i = 0; done && i < threads; i++) {
        import_merge(&rows->warnings, &copy.parts[i].warnings);
        if (copy.parts[i].error.kind != ERROR_NONE)
            done = error_set(error, copy.parts[i].error.kind, "%s", copy.parts[i].error.text);
    }
    free(copy.parts);
    return done;
}

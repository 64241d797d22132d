/* The rows of a vector file as they are read, before rows with a repeated word are skipped. */
#ifndef SGNS_FORMATS_IMPORT_ROWS_H
#define SGNS_FORMATS_IMPORT_ROWS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/file.h"
#include "formats/import_sniff.h"
#include "model/model.h"

struct import_word {
    uint64_t offset; /* in the file: where its first byte is, or would be */
    uint32_t length; /* 0: the row has no word */
};

struct import_rows {
    struct file_map map; /* not owned */
    const char *path;    /* not owned */
    struct import_head head;
    size_t count, stride;
    struct import_word *words; /* (count) owned */
    float *input;              /* (count, stride) 64-byte aligned, zeros behind head.dim; owned */
    size_t input_bytes;
    float *norms; /* (count) owned */
    struct model_warnings warnings;
};

/* Allocates `count` rows; ERROR_SYSTEM if the machine does not have that much memory. */
bool import_rows_allocate(struct import_rows *rows, size_t count, struct error *error) MUST_USE;
void import_rows_free(struct import_rows *rows);

/* Completes a row whose word and vector are there: computes its norm and counts its warnings. False if its
 * word contains a NUL byte. Threads may complete different rows at once, each with its own warnings. */
bool import_rows_complete(struct import_rows *rows, size_t row, struct model_warnings *warnings) MUST_USE;

/* Counts a warning for a row, and keeps the number of the first such row, from 1. Call it in row order. */
void import_warn(struct model_warnings *warnings, enum model_warning kind, size_t row);

/* Adds the warnings of the rows that follow. */
void import_merge(struct model_warnings *warnings, const struct model_warnings *more);

/* The number, from 1, of the line that the byte at `offset` is in. */
size_t import_line(const struct file_map *map, size_t offset);

/* A longer word is an error. */
#define IMPORT_WORD_BYTES_MAX 65535

/* Read all rows behind rows->head.bytes on `threads` threads. */
bool import_read_text(struct import_rows *rows, size_t threads, struct error *error) MUST_USE;
bool import_read_binary(struct import_rows *rows, size_t threads, struct error *error) MUST_USE;

#endif

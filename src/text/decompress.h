/* Compressed files, told by their content and unpacked by the system's own programs: what "gzip -dc" writes
 * is read through a pipe. */
#ifndef SGNS_TEXT_DECOMPRESS_H
#define SGNS_TEXT_DECOMPRESS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

enum decompress_format {
    DECOMPRESS_GZIP,
    DECOMPRESS_XZ,
    DECOMPRESS_ZSTD,
    DECOMPRESS_BZIP2,
    DECOMPRESS_NONE, /* not compressed, as far as can be seen */
};

/* That many bytes are enough for decompress_find(). */
#define DECOMPRESS_START_BYTES ((size_t)10)

/* The format of a file that begins with start[0 .. size). */
enum decompress_format decompress_find(const unsigned char *start, size_t size);

/* The program for a format: "gzip". It is run as "gzip -dc". */
const char *decompress_program(enum decompress_format format);

/* ERROR_INPUT if the program for a format is not in $PATH. `name` names the file in errors, here and below.
 */
bool decompress_check(enum decompress_format format, const char *name, struct error *error) MUST_USE;

/* A program that is unpacking a file. */
struct decompression {
    enum decompress_format format;
    int output;    /* what it unpacks, to be read; -1 if none is running */
    int messages;  /* what it says on standard error */
    pid_t program; /* 0: none */
    pid_t feeder;  /* a process that passes on what it unpacks; 0: it reads the file itself */
};

/* Starts to unpack an open file, of which start[0 .. size) has been read already. The file stays the
 * caller's; its offset moves as the program reads, if it is one that can be sought in. What cannot, as a
 * pipe, is passed on by another process. Sets SIGCHLD to its default, without which no program's failure
 * would be seen. */
bool decompress_start(struct decompression *decompression, enum decompress_format format, int file,
                      const unsigned char *start, size_t size, const char *name,
                      struct error *error) MUST_USE;

/* After all of the output has been read: ends it, and fails if the program has, with what it said. */
bool decompress_end(struct decompression *decompression, const char *name, struct error *error) MUST_USE;

/* Ends it before that. Harmless if none is running. */
void decompress_abandon(struct decompression *decompression);

#endif

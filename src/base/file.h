/* Files: whole or not at all for writing, mapped for reading. */
#ifndef SGNS_BASE_FILE_H
#define SGNS_BASE_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Sets the error "PATH: can't open: REASON" for `number`, an errno value, and returns false. A file that
 * isn't there is ERROR_INPUT, anything else ERROR_SYSTEM. */
bool file_open_error(struct error *error, int number, const char *path);

/* A file being written. The bytes go to a temporary file in the target's own folder, which takes the target's
 * name in one step at file_commit, after fsync; until then an existing target stays untouched. The path "-"
 * means standard output, which is written as it comes. One thread at a time. */
struct file_out {
    char *path;      /* the target, as errors name it; owned */
    char *temporary; /* the temporary file's path; owned; NULL for standard output */
    int descriptor;
    unsigned char *buffer; /* owned */
    size_t buffered;       /* bytes in the buffer */
    uint64_t written;      /* bytes handed to file_write so far */
};

/* Opens; refuses a folder or a missing folder with an error that names the path, and an empty path. A file
 * that exists must be a regular file. */
bool file_create(struct file_out *file, const char *path, struct error *error) MUST_USE;

/* Takes disk space for `bytes` in all, so that a full disk is found out before the work; file_commit gives
 * back what was not used. Does nothing where the file system has no such call, or on standard output. */
bool file_reserve(struct file_out *file, uint64_t bytes, struct error *error) MUST_USE;

/* Appends. */
bool file_write(struct file_out *file, const void *data, size_t bytes, struct error *error) MUST_USE;

/* Brings all to the disk. Of what file_commit does, only the rename can fail then: for files that belong
 * together, before the first of them is committed. */
bool file_sync(struct file_out *file, struct error *error) MUST_USE;

/* Flushes, syncs, renames, closes. On failure the temporary file is gone and the target as it was. Either way
 * `file` is done with. */
bool file_commit(struct file_out *file, struct error *error) MUST_USE;

/* Gives up: removes the temporary file. Harmless after file_commit and on a zeroed struct. */
void file_abandon(struct file_out *file);

/* A file mapped for reading. The mapping of an empty file has data NULL and size 0. */
struct file_map {
    const unsigned char *data;
    size_t size;
};

bool file_map_open(struct file_map *map, const char *path, struct error *error) MUST_USE;
void file_map_close(struct file_map *map);

#endif

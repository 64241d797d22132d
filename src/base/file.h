/* Files: written completely or not at all, and mapped for reading. */
#ifndef SGNS_BASE_FILE_H
#define SGNS_BASE_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Sets the error "PATH: can't open: REASON" for `number`, an errno value, and returns false. A file that does
 * not exist is ERROR_INPUT, anything else ERROR_SYSTEM. */
bool file_open_error(struct error *error, int number, const char *path);

/* Opens a file for reading, as open() does with O_RDONLY and O_CLOEXEC, but is not interrupted by signals. */
int file_open_read(const char *path, int more_flags);

/* A file being written. The bytes go to a temporary file in the folder of the target. file_commit() syncs it
 * and then renames it to the target in one step; until then an existing target is untouched. The path "-"
 * means standard output, which is written directly. Not thread-safe. */
struct file_out {
    char *path;      /* the target, as error messages name it; owned */
    char *temporary; /* the temporary file's path; owned; NULL for standard output */
    int descriptor;
    unsigned char *buffer; /* owned */
    size_t buffered;       /* bytes in the buffer */
    uint64_t written;      /* bytes handed to file_write so far */
};

/* Creates the temporary file. Fails, naming the path, if the folder does not exist, or if the path exists but
 * is not a regular file; fails if the path is empty. */
bool file_create(struct file_out *file, const char *path, struct error *error) MUST_USE;

/* Reserves disk space for `bytes` in all, so that a full disk is noticed before the work is done;
 * file_commit() gives back what was not used. Does nothing on standard output, or if the file system cannot
 * reserve space. */
bool file_reserve(struct file_out *file, uint64_t bytes, struct error *error) MUST_USE;

/* Appends. */
bool file_write(struct file_out *file, const void *data, size_t bytes, struct error *error) MUST_USE;

/* Writes everything to disk. After this, only the rename in file_commit() can fail; call it for files that
 * belong together before committing the first. */
bool file_sync(struct file_out *file, struct error *error) MUST_USE;

/* Flushes, syncs, closes and renames. On failure the temporary file is removed and the target unchanged.
 * Either way `file` is no longer usable. */
bool file_commit(struct file_out *file, struct error *error) MUST_USE;

/* Removes the temporary file and frees `file`. Harmless after file_commit() and on a zeroed struct. */
void file_abandon(struct file_out *file);

/* A file mapped for reading. The mapping of an empty file has data NULL and size 0. */
struct file_map {
    const unsigned char *data;
    size_t size;
};

bool file_map_open(struct file_map *map, const char *path, struct error *error) MUST_USE;
void file_map_close(struct file_map *map);

#endif

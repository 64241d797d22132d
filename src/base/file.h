/* Files: written completely or not at all, and mapped for reading. */
#ifndef SGNS_BASE_FILE_H
#define SGNS_BASE_FILE_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "base/error.h"
#include "base/place.h"

/* Sets the error "PATH: can't open: REASON" for `number`, an errno value, and returns false. A file that does
 * not exist is ERROR_INPUT, anything else ERROR_SYSTEM. */
bool file_open_error(struct error *error, int number, const char *path);

/* The last part of a path, behind its folders; all of a path that ends with a slash. */
const char *file_name(const char *path);

/* A file being written. Where the system can, it has no name until file_commit(), so that nothing is left
 * behind however the process ends; elsewhere its name is a temporary one in the folder of the target.
 * file_commit() syncs it and renames it to the target in one step; until then an existing target is
 * untouched. A symbolic link stays one: the file that it names is written. A file that replaces another gets
 * its permissions and, if possible, its owner. The path "-" means standard output, which is written directly.
 * Not thread-safe. */
struct file_out {
    char *path;      /* the target, as error messages name it; owned; NULL once nothing is open */
    char *temporary; /* the path of the temporary file; owned; NULL while it has no name */
    char *left;      /* a temporary file of an earlier process that should be removed but can't be, for a
                        message; owned; NULL if there is none */
    struct file_place place;
    bool kept; /* set by file_commit when it fails: the file is complete, under another name */
    int descriptor;
    unsigned char *buffer; /* owned */
    size_t buffered;       /* bytes in the buffer */
    uint64_t written;      /* bytes handed to file_write so far */
};

/* Begins a file. Removes what earlier processes left for the same target. Fails, naming the path, if the
 * folder does not exist, or if the path exists but is not a regular file; fails if the path is empty. */
bool file_create(struct file_out *file, const char *path, struct error *error) MUST_USE;

/* The same, but pipes, terminals and other character devices, and links like /dev/stdout, are written
 * directly. Opening a named pipe waits for a reader. */
bool file_create_or_stream(struct file_out *file, const char *path, struct error *error) MUST_USE;

/* Reserves disk space for `bytes` in all, so that a full disk is noticed before the work is done;
 * file_commit() gives back what was not used. Does nothing on a stream, or if the file system cannot reserve
 * space. */
bool file_reserve(struct file_out *file, uint64_t bytes, struct error *error) MUST_USE;

/* Appends. */
bool file_write(struct file_out *file, const void *data, size_t bytes, struct error *error) MUST_USE;

/* Writes everything to disk. */
bool file_sync(struct file_out *file, struct error *error) MUST_USE;

/* Flushes, syncs and renames. On failure the target is unchanged. If the file is complete by then and only
 * can't get its name, or if it is unknown whether all of it reached the disk, it is kept as NAME.saved-...
 * in the same folder, the current one, $TMPDIR or /tmp, and the error says where. Either way `file` is no
 * longer usable. */
bool file_commit(struct file_out *file, struct error *error) MUST_USE;

/* The same for files that belong together: on failure all targets are as before (on file systems with hard
 * links), and nothing is kept. */
bool file_commit_all(struct file_out *files, size_t count, struct error *error) MUST_USE;

/* Removes the temporary file and frees `file`. Harmless after file_commit() and on a zeroed struct. */
void file_abandon(struct file_out *file);

/* A file mapped for reading. The mapping of an empty file has data NULL and size 0. A program that cuts the
 * file short meanwhile makes reading it raise SIGBUS. */
struct file_map {
    const unsigned char *data;
    size_t size;
    int descriptor; /* of the file, for file_map_check; 0 if it is not open */
    struct timespec modified;
};

bool file_map_open(struct file_map *map, const char *path, struct error *error) MUST_USE;
void file_map_close(struct file_map *map);

/* Maps the file that a file just created is to replace; the map is empty if there is none, or nothing in it.
 */
bool file_map_old(struct file_map *map, const struct file_out *file, struct error *error) MUST_USE;

/* Fails if the file was written to since it was mapped: what was read may be a mixture. A file that took its
 * name by a rename is no harm. `path` names it in the error. */
bool file_map_check(const struct file_map *map, const char *path, struct error *error) MUST_USE;

#endif

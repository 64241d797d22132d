/* Where a file that is written goes, and the names it may have there until it is complete. */
#ifndef SGNS_BASE_PLACE_H
#define SGNS_BASE_PLACE_H

#include <stddef.h>

#include "base/error.h"

/* Whether an errno value says that a path leads nowhere. */
bool place_is_missing(int number);

/* Whether both paths lead to one file that exists. */
bool place_same_file(const char *a, const char *b);

/* The path of the folder of a file, to be freed: "." if it names none. */
char *place_folder(const char *path, struct error *error) MUST_USE;

enum place_kind {
    PLACE_FILE,   /* a regular file, or nothing yet */
    PLACE_STREAM, /* a pipe, a terminal or another character device; what a link in /proc stands for, as
                     /dev/stdout does */
    PLACE_OTHER,  /* a folder, a disk, a socket: nothing to write a file to */
};

struct file_place {
    enum place_kind kind;
    int folder; /* a descriptor of the file's folder, for openat and the like; a folder that is renamed stays
                   the same; -1 unless this is a PLACE_FILE */
    char *path; /* the file's path, after the links that lead to it; owned */
    const char *name; /* the last part of `path` */
};

/* Follows symbolic links at `path` to the file they name, which need not exist. The name must be one that
 * the folder can hold. Free with place_close, also after a failure. */
bool place_open(struct file_place *place, const char *path, struct error *error) MUST_USE;
void place_close(struct file_place *place);

/* Whether place->path leads to another folder by now than the one that was opened, or nowhere. */
bool place_has_moved(const struct file_place *place);

/* Names of files that are not complete are NAME.tmp-PROCESS-RANDOM, where NAME may be cut; no one can foresee
 * them. A file that is kept because it could not get its name is NAME.saved-RANDOM. */
#define PLACE_NAME_MAX 256
void place_temporary_name(const struct file_place *place, char name[PLACE_NAME_MAX]);
void place_saved_name(const struct file_place *place, char name[PLACE_NAME_MAX]);

/* Removes temporary files that an earlier process left here for the same target: those of this user that no
 * process has locked and whose process is gone. Earlier versions named them NAME.tmp-PROCESS. Returns the
 * path of one that should go but could not be removed, to be freed; NULL if there is none. */
char *place_clean(const struct file_place *place);

#endif

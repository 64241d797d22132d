/* The files of a corpus: those that are named, and all that are in the folders that are named. */
#ifndef SGNS_TEXT_CORPUS_FILES_H
#define SGNS_TEXT_CORPUS_FILES_H

#include <stddef.h>

#include "base/error.h"

struct corpus_files {
    char **paths; /* (count) owned, and so is each; "-" is standard input */
    size_t count, capacity;
};

/* Lists the files that the paths stand for, in order. A folder stands for all regular files in it and in the
 * folders below, sorted by the bytes of their paths. Links are followed, but each folder is entered once, so
 * loops of links do no harm. Names that begin with a dot are left out, and so is whatever is the same file as
 * one of skip[0 .. skip_count), paths of which some may be NULL or lead nowhere. ERROR_INPUT if a folder has
 * no file to read. Free with corpus_files_free, also after a failure. */
bool corpus_files_list(struct corpus_files *files, const char *const *paths, size_t count,
                       const char *const *skip, size_t skip_count, struct error *error) MUST_USE;
void corpus_files_free(struct corpus_files *files);

#endif

#include "text/corpus_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/memory.h"
#include "text/dictionary.h"

/* A folder being listed. */
struct walk {
    struct corpus_files *files;
    const char *const *skip;
    size_t skip_count;
    struct dictionary entered; /* the folders, by what the system tells them apart by */
};

static bool add_path(struct corpus_files *files, char *path, struct error *error) {
    if (path != NULL &&
        memory_reserve(&files->paths, &files->capacity, files->count + 1, "file names", error)) {
        files->paths[files->count++] = path;
        return true;
    }
    free(path);
    return false;
}

static char *join(const char *folder, const char *name, struct error *error) {
    const size_t length = strlen(folder), bytes = length + strlen(name) + 2;
    const bool slash = length > 0 && folder[length - 1] != '/';
    char *path = memory_allocate(bytes, 1, "a file name", error);
    if (path != NULL)
        snprintf(path, bytes, "%s%s%s", folder, slash ? "/" : "", name);
    return path;
}

static bool is_skipped(const struct walk *walk, const struct stat *file) {
    for (size_t i = 0; i < walk->skip_count; i++) {
        struct stat skip;
        if (walk->skip[i] != NULL && stat(walk->skip[i], &skip) == 0 && skip.st_dev == file->st_dev &&
            skip.st_ino == file->st_ino)
            return true;
    }
    return false;
}

/* Notes of a folder; *again: it has been entered before. */
static bool enter(struct walk *walk, const struct stat *folder, bool *again, struct error *error) {
    const size_t before = walk->entered.size;
    const uint64_t identity[] = {(uint64_t)folder->st_dev, (uint64_t)folder->st_ino};
    uint32_t id = 0;
    const bool done = dictionary_add(&walk->entered, (const unsigned char *)identity, sizeof identity, 1, 0,
                                     &id, error);
    *again = done && id < before;
    return done;
}

static int compare_paths(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void sort(struct corpus_files *files, size_t first) {
    if (files->count > first)
        qsort(files->paths + first, files->count - first, sizeof *files->paths, compare_paths);
}

/* The names in a folder, so that it need not stay open while those below it are. */
static bool list_names(struct corpus_files *names, const char *path, struct error *error) {
    DIR *folder = opendir(path);
    if (folder == NULL)
        return file_open_error(error, errno, path);
    bool done = true;
    for (;;) {
        errno = 0;
        const struct dirent *entry = done ? readdir(folder) : NULL;
        if (entry == NULL)
            break;
        if (entry->d_name[0] != '.')
            done = add_path(names, join(path, entry->d_name, error), error);
    }
    const int number = errno;
    closedir(folder);
    if (done && number != 0)
        return error_system(error, number, "%s: can't read this folder", path);
    sort(names, 0);
    return done;
}

/* Takes over the path: of a file for the list, of a folder for `pending`. A link that leads nowhere is no
 * file. */
static bool walk_entry(struct walk *walk, char *path, struct corpus_files *pending, struct error *error) {
    struct stat status;
    bool done = true;
    if (stat(path, &status) != 0)
        done = errno == ENOENT || errno == ELOOP || file_open_error(error, errno, path);
    else if (S_ISDIR(status.st_mode))
        return add_path(pending, path, error);
    else if (S_ISREG(status.st_mode) && !is_skipped(walk, &status))
        return add_path(walk->files, path, error);
    free(path);
    return done;
}

/* Of the folders in it, the first comes last, where it is the next to be taken. */
static bool walk_folder(struct walk *walk, const char *path, struct corpus_files *pending,
                        struct error *error) {
    struct corpus_files names = {.paths = NULL};
    struct stat status;
    bool again = false;
    if (stat(path, &status) != 0)
        return file_open_error(error, errno, path);
    bool done = enter(walk, &status, &again, error) && (again || list_names(&names, path, error));
    for (size_t i = names.count; i-- > 0 && done;) {
        char *name = names.paths[i];
        names.paths[i] = NULL;
        done = walk_entry(walk, name, pending, error);
    }
    corpus_files_free(&names);
    return done;
}

/* The folder and all below it, a folder before those that come after it. */
static bool walk_all(struct walk *walk, const char *path, struct error *error) {
    struct corpus_files pending = {.paths = NULL};
    bool done = add_path(&pending, join("", path, error), error);
    while (done && pending.count > 0) {
        char *folder = pending.paths[--pending.count];
        done = walk_folder(walk, folder, &pending, error);
        free(folder);
    }
    corpus_files_free(&pending);
    return done;
}

static bool add_folder(struct corpus_files *files, const char *path, const char *const *skip,
                       size_t skip_count, struct error *error) {
    struct walk walk = {.files = files, .skip = skip, .skip_count = skip_count};
    const size_t first = files->count;
    const bool done = dictionary_create(&walk.entered, error) && walk_all(&walk, path, error);
    dictionary_free(&walk.entered);
    sort(files, first);
    return done && (files->count > first ||
                    error_set(error, ERROR_INPUT, "%s: no file to read in this folder", path));
}

bool corpus_files_list(struct corpus_files *files, const char *const *paths, size_t count,
                       const char *const *skip, size_t skip_count, struct error *error) {
    *files = (struct corpus_files){.paths = NULL};
    for (size_t i = 0; i < count; i++) {
        struct stat status;
        const bool folder = strcmp(paths[i], "-") != 0 && stat(paths[i], &status) == 0 &&
                            S_ISDIR(status.st_mode);
        if (folder ? !add_folder(files, paths[i], skip, skip_count, error)
                   : !add_path(files, join("", paths[i], error), error))
            return false;
    }
    return true;
}

void corpus_files_free(struct corpus_files *files) {
    for (size_t i = 0; i < files->count; i++)
        free(files->paths[i]);
    free(files->paths);
    *files = (struct corpus_files){.paths = NULL};
}

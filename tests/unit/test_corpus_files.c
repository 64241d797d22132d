#include "text/corpus_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"

#define PATH_BYTES 4096

/* The path of something in the test's folder. */
static const char *in(const char *folder, const char *name, char path[PATH_BYTES]) {
    const int length = snprintf(path, PATH_BYTES, "%s/%s", folder, name);
    if (length >= PATH_BYTES)
        abort();
    return path;
}

static void write_file(const char *folder, const char *name) {
    char path[PATH_BYTES];
    FILE *file = fopen(in(folder, name, path), "w");
    if (file == NULL || fputs("words\n", file) < 0 || fclose(file) != 0)
        abort();
}

static void make_folder(const char *folder, const char *name) {
    char path[PATH_BYTES];
    if (mkdir(in(folder, name, path), 0700) != 0)
        abort();
}

static void make_link(const char *folder, const char *name, const char *target) {
    char path[PATH_BYTES];
    if (symlink(target, in(folder, name, path)) != 0)
        abort();
}

static const char *const made[] = {"b/link-to-c", "b/loop", "b/2",   "b/.hidden/4", "b/.hidden",
                                   "b/1",         "b",      "b.txt", "c/3",         "c",
                                   "a",           "gone",   "empty", "pipe"};

static void make_tree(char folder[PATH_BYTES]) {
    static const char *const files[] = {"b.txt", "a", "b/2", "b/1", "b/.hidden/4", "c/3"};
    test_path(folder, PATH_BYTES, "files-XXXXXX");
    if (mkdtemp(folder) == NULL)
        abort();
    make_folder(folder, "b");
    make_folder(folder, "b/.hidden");
    make_folder(folder, "c");
    make_folder(folder, "empty");
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        write_file(folder, files[i]);
    make_link(folder, "b/loop", "..");
    make_link(folder, "b/link-to-c", "../c");
    make_link(folder, "gone", "nowhere");
    char path[PATH_BYTES];
    if (mkfifo(in(folder, "pipe", path), 0600) != 0)
        abort();
}

static void remove_tree(const char *folder) {
    char path[PATH_BYTES];
    for (size_t i = 0; i < sizeof made / sizeof *made; i++)
        (void)remove(in(folder, made[i], path));
    (void)remove(folder);
}

static void check_names(struct test *test, const struct corpus_files *files, const char *folder,
                        const char *const *names, size_t count) {
    CHECK_MSG(test, files->count == count, "%zu", files->count);
    for (size_t i = 0; i < count && i < files->count; i++) {
        char path[PATH_BYTES];
        CHECK_MSG(test, strcmp(files->paths[i], in(folder, names[i], path)) == 0, "%s, not %s",
                  files->paths[i], path);
    }
}

/* Sorted as `find -L | LC_ALL=C sort` does it; the folder c comes once, by the path that is met first. */
static void tree(struct test *test) {
    char folder[PATH_BYTES], skipped[PATH_BYTES];
    make_tree(folder);
    const char *const paths[] = {folder}, *const skip[] = {NULL, "/nowhere", in(folder, "a", skipped)};
    static const char *const all[] = {"a", "b.txt", "b/1", "b/2", "b/link-to-c/3"};
    struct corpus_files files;
    struct error error = {.kind = ERROR_NONE};
    CHECK_MSG(test, corpus_files_list(&files, paths, 1, NULL, 0, &error), "%s", error.text);
    check_names(test, &files, folder, all, 5);
    corpus_files_free(&files);
    CHECK_MSG(test, corpus_files_list(&files, paths, 1, skip, 3, &error), "%s", error.text);
    check_names(test, &files, folder, all + 1, 4);
    corpus_files_free(&files);
    remove_tree(folder);
}

static void named(struct test *test) {
    char folder[PATH_BYTES], a[PATH_BYTES], below[PATH_BYTES], empty[PATH_BYTES];
    make_tree(folder);
    const char *const paths[] = {in(folder, "b.txt", a), "-", in(folder, "c/", below), a};
    const char *const none[] = {in(folder, "empty", empty)};
    struct corpus_files files;
    struct error error = {.kind = ERROR_NONE};
    CHECK_MSG(test, corpus_files_list(&files, paths, 4, (const char *const[]){a}, 1, &error), "%s",
              error.text);
    CHECK(test, files.count == 4 && strcmp(files.paths[0], a) == 0 && strcmp(files.paths[1], "-") == 0 &&
                    strcmp(files.paths[3], a) == 0);
    CHECK_MSG(test, files.count == 4 && strstr(files.paths[2], "/c/3") != NULL, "%s", files.paths[2]);
    corpus_files_free(&files);
    CHECK(test, !corpus_files_list(&files, none, 1, NULL, 0, &error) && error.kind == ERROR_INPUT);
    CHECK_MSG(test, strstr(error.text, "empty: no file to read in this folder") != NULL, "%s", error.text);
    corpus_files_free(&files);
    remove_tree(folder);
}

static const struct test_case cases[] = {
    {"corpus files: a folder with links, pipes and hidden names", tree},
    {"corpus files: files, folders and standard input", named},
};

TEST_MAIN(cases)

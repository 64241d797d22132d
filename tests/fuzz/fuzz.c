/* What the driver of mutations and the targets of libFuzzer share. */
#include "fuzz.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Of the sanitizers, where they are. */
void __sanitizer_set_report_fd(void *fd) __attribute__((weak)); /* NOLINT: its name */

/* Where reports go while standard error goes nowhere. */
static int report = STDERR_FILENO;

void give_up(const char *why) {
    dprintf(report, "fuzz: %s\n", why);
    abort();
}

void bytes_insert(struct bytes *bytes, size_t at, const void *data, size_t size) {
    if (bytes->size + size > bytes->capacity) {
        bytes->capacity = 2 * (bytes->size + size);
        bytes->data = realloc(bytes->data, bytes->capacity);
        if (bytes->data == NULL)
            give_up("no memory");
    }
    if (size == 0)
        return;
    memmove(bytes->data + at + size, bytes->data + at, bytes->size - at);
    memcpy(bytes->data + at, data, size);
    bytes->size += size;
}

void bytes_append(struct bytes *bytes, const void *data, size_t size) {
    bytes_insert(bytes, bytes->size, data, size);
}

/* The whole of `bytes` at the beginning of a file. */
static void write_bytes(int file, const struct bytes *bytes) {
    if (ftruncate(file, 0) != 0 ||
        (bytes->size > 0 && pwrite(file, bytes->data, bytes->size, 0) != (ssize_t)bytes->size))
        give_up("can't write a file");
}

void write_input(const struct fuzz *fuzz, const struct bytes *bytes) {
    write_bytes(fuzz->file, bytes);
}

const char *fuzz_path(const struct fuzz *fuzz, const char *name, char path[FUZZ_PATH_MAX]) {
    snprintf(path, FUZZ_PATH_MAX, "%s/%s", fuzz->folder, name);
    return path;
}

static int make_file(const char *path) {
    unlink(path);
    const int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0)
        give_up("can't make a file");
    return file;
}

void fuzz_redirect(struct fuzz *fuzz) {
    char path[FUZZ_PATH_MAX];
    if (fuzz->redirected)
        return;
    fuzz->redirected = true;
    fuzz->output = make_file(fuzz_path(fuzz, "output", path));
    const int nowhere = open("/dev/null", O_WRONLY), errors = dup(STDERR_FILENO);
    fflush(stdout);
    if (nowhere < 0 || dup2(fuzz->output, STDOUT_FILENO) < 0 || dup2(nowhere, STDERR_FILENO) < 0)
        give_up("can't redirect the output");
    if (nowhere != STDERR_FILENO)
        close(nowhere);
    if (errors < 0) /* libFuzzer closed it, and sees to reports itself */
        return;
    report = errors;
    if (__sanitizer_set_report_fd != NULL)
        __sanitizer_set_report_fd((void *)(intptr_t)report); /* NOLINT: so it is declared */
}

static const struct {
    enum seed seed;
    const char *name;
} texts[] = {{SEED_SIMILARITY, "similarity"}, {SEED_ANALOGIES, "analogies"}, {SEED_CATEGORIES, "categories"},
             {SEED_OUTLIERS, "outliers"},     {SEED_FACTORS, "factors"},     {SEED_PROSE, "lines"}};

/* The file of the input is made anew, as the seeds' own files took its place. */
void fuzz_start(struct fuzz *fuzz, const char *folder) {
    char path[FUZZ_PATH_MAX];
    snprintf(fuzz->folder, sizeof fuzz->folder, "%s", folder);
    fuzz_path(fuzz, "input", fuzz->path);
    seeds_make(fuzz);
    fuzz->file = make_file(fuzz->path);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const int file = make_file(fuzz_path(fuzz, texts[i].name, path));
        write_bytes(file, &fuzz->seeds[texts[i].seed]);
        close(file);
    }
}

void fuzz_finish(struct fuzz *fuzz) {
    char path[FUZZ_PATH_MAX];
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        unlink(fuzz_path(fuzz, texts[i].name, path));
    unlink(fuzz_path(fuzz, "output", path));
    unlink(fuzz->path);
    close(fuzz->file);
    close(fuzz->output);
    model_close(&fuzz->model);
    for (size_t i = 0; i < SEEDS; i++)
        free(fuzz->seeds[i].data);
    free(fuzz->input.data);
}

/* fuzz [COUNT [FIRST]]: reads so many damaged inputs, by number. A fault ends the process that reads, and the
 * one that waits for it says which input it was, so that `fuzz 1 NUMBER` does it again. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/number.h"
#include "fuzz.h"

#define COUNT 25000

/* No input takes so many seconds, but for one that goes round in circles. */
#define SECONDS_MAX 20

void give_up(const char *why) {
    fprintf(stderr, "fuzz: %s\n", why);
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

void write_input(const struct fuzz *fuzz, const struct bytes *bytes) {
    if (ftruncate(fuzz->file, 0) != 0 ||
        (bytes->size > 0 && pwrite(fuzz->file, bytes->data, bytes->size, 0) != (ssize_t)bytes->size))
        give_up("can't write a file");
}

/* The file is made anew, as the seeds' own files took its place. */
static void start(struct fuzz *fuzz, const char *folder) {
    snprintf(fuzz->folder, sizeof fuzz->folder, "%s", folder);
    snprintf(fuzz->path, sizeof fuzz->path, "%s/input", folder);
    seeds_make(fuzz);
    unlink(fuzz->path);
    fuzz->file = open(fuzz->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fuzz->file < 0)
        give_up("can't make a file");
}

static void finish(struct fuzz *fuzz) {
    close(fuzz->file);
    model_close(&fuzz->model);
    for (size_t i = 0; i < SEEDS; i++)
        free(fuzz->seeds[i].data);
    free(fuzz->input.data);
}

static void read_inputs(const char *folder, uint64_t first, uint64_t count, volatile uint64_t *at) {
    struct fuzz fuzz = {.file = -1};
    start(&fuzz, folder);
    for (uint64_t number = first; number < first + count; number++) {
        *at = number;
        alarm(SECONDS_MAX);
        fuzz.rng = rng_seed(number, 0);
        const enum seed seed = (enum seed)rng_below(&fuzz.rng, SEEDS);
        mutate(&fuzz, seed);
        feed(&fuzz, seed);
    }
    finish(&fuzz);
}

/* In a process of its own; whether it came to its end. */
static bool try_inputs(const char *folder, uint64_t first, uint64_t count, volatile uint64_t *at) {
    int status = 0;
    fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
        read_inputs(folder, first, count, at);
        exit(0);
    }
    return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int main(int argc, char **argv) {
    uint64_t count = COUNT, first = 0;
    char folder[4096];
    const char *temporary = getenv("TMPDIR");
    volatile uint64_t *at = mmap(NULL, sizeof *at, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    snprintf(folder, sizeof folder, "%s/sgns-fuzz.XXXXXX", temporary != NULL ? temporary : "/tmp");
    if (argc > 3 || (argc > 1 && !number_integer(argv[1], &count)) ||
        (argc > 2 && !number_integer(argv[2], &first))) {
        fprintf(stderr, "usage: fuzz [COUNT [FIRST]]\n");
        return 2;
    }
    if (at == MAP_FAILED || mkdtemp(folder) == NULL)
        give_up("can't make a folder");
    if (!try_inputs(folder, first, count, at)) {
        fprintf(stderr, "fuzz: input %" PRIu64 ", left in %s/input; again: %s 1 %" PRIu64 "\n", *at, folder,
                argv[0], *at);
        return 1;
    }
    char path[4200];
    snprintf(path, sizeof path, "%s/input", folder);
    unlink(path);
    rmdir(folder);
    printf("fuzz: %" PRIu64 " inputs, no fault\n", count);
    return 0;
}

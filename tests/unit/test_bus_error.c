#include "cli/bus_error.h"

#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "harness.h"

#define THREADS 8
#define BYTES ((size_t)1 << 16)

static void *touch(void *at) {
    (void)*(volatile const char *)at;
    return NULL;
}

/* Maps a file of BYTES bytes, cuts it, and reads what is gone on several threads at once. */
static int read_what_is_gone(const char *path, int standard_error) {
    const int file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0666);
    if (file < 0 || ftruncate(file, (off_t)BYTES) != 0 || dup2(standard_error, STDERR_FILENO) < 0)
        return 100;
    char *bytes = mmap(NULL, BYTES, PROT_READ, MAP_SHARED, file, 0);
    pthread_t threads[THREADS];
    if (bytes == MAP_FAILED || bytes[BYTES - 1] != 0 || ftruncate(file, 0) != 0)
        return 101;
    bus_error_explain();
    for (size_t i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, touch, bytes + i * BYTES / THREADS) != 0)
            return 102;
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    return 103;
}

static void one_sentence(struct test *test) {
    char path[4096], text[8192] = "", expected[8192];
    int ends[2], status = -1;
    test_path(path, sizeof path, "gone");
    CHECK(test, pipe(ends) == 0);
    const pid_t child = fork();
    if (child == 0)
        _exit(read_what_is_gone(path, ends[1]));
    close(ends[1]);
    size_t used = 0;
    for (ssize_t got = 1; got > 0 && used<sizeof text - 1; used += got> 0 ? (size_t)got : 0)
        got = read(ends[0], text + used, sizeof text - 1 - used);
    close(ends[0]);
    CHECK(test, waitpid(child, &status, 0) == child && WIFEXITED(status));
    CHECK_MSG(test, WEXITSTATUS(status) == ERROR_SYSTEM, "%d", status);
    snprintf(expected, sizeof expected,
             "sgns: %s: was cut short or overwritten while it was in use; run the command again\n", path);
    CHECK_MSG(test, strcmp(text, expected) == 0, "%s", text);
    unlink(path);
}

static const struct test_case cases[] = {
    {"bus error: one sentence that names the file", one_sentence},
};

TEST_MAIN(cases)

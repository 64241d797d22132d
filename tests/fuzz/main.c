/* fuzz [COUNT [FIRST]]: reads so many damaged inputs, by number. A fault ends the process that reads, and the
 * one that waits for it says which input it was, so that `fuzz 1 NUMBER` does it again. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/number.h"
#include "fuzz.h"

#define COUNT 25000

/* No input takes so many seconds, but for one that goes round in circles. */
#define SECONDS_MAX 20

static void read_inputs(const char *folder, uint64_t first, uint64_t count, volatile uint64_t *at) {
    struct fuzz fuzz = {.file = -1};
    fuzz_start(&fuzz, folder);
    fuzz_redirect(&fuzz);
    for (uint64_t number = first; number < first + count; number++) {
        *at = number;
        alarm(SECONDS_MAX);
        fuzz.rng = rng_seed(number, 0);
        const enum seed seed = (enum seed)rng_below(&fuzz.rng, SEEDS);
        mutate(&fuzz, seed);
        feed(&fuzz, seed);
    }
    fuzz_finish(&fuzz);
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
    if (temporary == NULL)
        temporary = access("/dev/shm", W_OK) == 0 ? "/dev/shm"
                                                  : "/tmp"; /* a disk would be the slowest part */
    snprintf(folder, sizeof folder, "%s/sgns-fuzz.XXXXXX", temporary);
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
    rmdir(folder);
    printf("fuzz: %" PRIu64 " inputs, no fault\n", count);
    return 0;
}

#include "base/threads.h"

#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"

/* The number of cores that a control group's quota allows; `group` is its path, "" for the root. */
static double group_limit(const char *group) {
    char path[600], line[100] = "";
    snprintf(path, sizeof path, "/sys/fs/cgroup%s/cpu.max", group);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return INFINITY;
    const bool read = fgets(line, sizeof line, file) != NULL;
    fclose(file);
    char *rest;
    const double quota = strtod(line, &rest), period = strtod(rest, NULL);
    return read && quota > 0 && period > 0 ? quota / period : INFINITY; /* no quota: "max 100000" */
}

/* The lowest limit of the control group (version 2) of this process and those above it. */
static double groups_limit(void) {
    char group[512] = "";
    FILE *file = fopen("/proc/self/cgroup", "r");
    if (file != NULL) {
        if (fscanf(file, "0::%511[^\n]", group) != 1)
            group[0] = '\0';
        fclose(file);
    }
    double limit = INFINITY;
    for (;;) {
        limit = fmin(limit, group_limit(group));
        char *slash = strrchr(group, '/');
        if (slash == NULL)
            return limit;
        *slash = '\0';
    }
}

size_t threads_usable(void) {
    cpu_set_t set;
    double cores = (double)sysconf(_SC_NPROCESSORS_ONLN);
    if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0)
        cores = CPU_COUNT(&set);
    cores = fmin(cores, ceil(groups_limit()));
    return cores >= 1 ? (size_t)cores : 1;
}

struct start {
    threads_work *work;
    void *context;
    size_t index;
    pthread_t thread;
};

static void *run(void *argument) {
    const struct start *start = argument;
    start->work(start->context, start->index);
    return NULL;
}

bool threads_run(size_t count, threads_work *work, void *context, struct error *error) {
    struct start *starts = memory_allocate(count, sizeof *starts, "threads", error);
    if (starts == NULL)
        return false;
    size_t started = 1;
    int number = 0;
    for (; started < count; started++) {
        starts[started] = (struct start){.work = work, .context = context, .index = started};
        number = pthread_create(&starts[started].thread, NULL, run, &starts[started]);
        if (number != 0)
            break;
    }
    if (number == 0 && count > 0)
        work(context, 0);
    for (size_t i = 1; i < started; i++)
        pthread_join(starts[i].thread, NULL);
    free(starts);
    if (number != 0)
        return error_system(error, number, "can't start thread %zu of %zu", started + 1, count);
    return true;
}

struct share {
    threads_chunk *work;
    void *context;
    size_t count, chunk;
    atomic_size_t next; /* the first item that no thread has taken */
};

static void take_chunks(void *context, size_t thread) {
    struct share *share = context;
    const size_t count = share->count, chunk = share->chunk;
    for (size_t first; (first = atomic_fetch_add(&share->next, chunk)) < count;)
        share->work(share->context, thread, first, count - first < chunk ? count : first + chunk);
}

bool threads_share(size_t threads, size_t count, size_t chunk, threads_chunk *work, void *context,
                   struct error *error) {
    struct share share = {.work = work, .context = context, .count = count, .chunk = chunk};
    const size_t chunks = count / chunk + 1;
    return threads_run(chunks < threads ? chunks : threads, take_chunks, &share, error);
}

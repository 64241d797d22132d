#include "base/threads.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"

size_t threads_usable(void) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0)
        return (size_t)CPU_COUNT(&set);
    const long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (size_t)online : 1;
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

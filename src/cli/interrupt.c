#include "cli/interrupt.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"

static void die(const struct interrupt *interrupt, int number) {
    for (size_t i = 0; i < INTERRUPT_FILES_MAX; i++)
        if (interrupt->temporaries[i] != NULL)
            unlink(interrupt->temporaries[i]);
    signal(number, SIG_DFL);
    pthread_sigmask(SIG_UNBLOCK, &interrupt->signals, NULL);
    raise(number);
}

static void *wait_for_signals(void *argument) {
    struct interrupt *interrupt = argument;
    for (;;) {
        int number;
        if (sigwait(&interrupt->signals, &number) != 0)
            continue;
        if (atomic_load(&interrupt->stop) || !atomic_load(&interrupt->worthwhile))
            die(interrupt, number);
        atomic_store(&interrupt->stop, true);
    }
    return NULL;
}

void interrupt_hold(struct interrupt *interrupt) {
    sigemptyset(&interrupt->signals);
    const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct sigaction action;
        /* A signal that is ignored (nohup) stays ignored. */
        if (sigaction(numbers[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
            sigaddset(&interrupt->signals, numbers[i]);
    }
    pthread_sigmask(SIG_BLOCK, &interrupt->signals, NULL);
}

void interrupt_release(const struct interrupt *interrupt) {
    pthread_sigmask(SIG_UNBLOCK, &interrupt->signals, NULL);
}

static void free_temporaries(struct interrupt *interrupt) {
    for (size_t i = 0; i < INTERRUPT_FILES_MAX; i++)
        free(interrupt->temporaries[i]);
}

static bool copy_temporaries(struct interrupt *interrupt, const struct file_out *files, size_t count,
                             struct error *error) {
    for (size_t i = 0; i < INTERRUPT_FILES_MAX; i++)
        interrupt->temporaries[i] = NULL;
    for (size_t i = 0; i < count; i++) {
        const char *path = files[i].temporary;
        if (path == NULL)
            continue;
        interrupt->temporaries[i] = memory_allocate(strlen(path) + 1, 1, "a file name", error);
        if (interrupt->temporaries[i] == NULL) {
            free_temporaries(interrupt);
            return false;
        }
        memcpy(interrupt->temporaries[i], path, strlen(path) + 1);
    }
    return true;
}

bool interrupt_watch(struct interrupt *interrupt, const struct file_out *files, size_t count,
                     struct error *error) {
    atomic_init(&interrupt->stop, false);
    atomic_init(&interrupt->worthwhile, false);
    if (!copy_temporaries(interrupt, files, count, error)) {
        interrupt_release(interrupt);
        return false;
    }
    const int number = pthread_create(&interrupt->thread, NULL, wait_for_signals, interrupt);
    if (number == 0)
        return true;
    interrupt_release(interrupt);
    free_temporaries(interrupt);
    return error_system(error, number, "can't start a thread");
}

void interrupt_end(struct interrupt *interrupt) {
    pthread_cancel(interrupt->thread);
    pthread_join(interrupt->thread, NULL);
    interrupt_release(interrupt);
    free_temporaries(interrupt);
}

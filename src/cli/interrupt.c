#include "cli/interrupt.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"

/* Wakes the thread that waits. By default it does nothing, so nobody else's can do harm. */
#define WAKE SIGURG

/* Process 1 of a container ignores signals that it raises itself, so this exits with the status by which
 * shells report a signal. */
static void die(struct interrupt *interrupt, int number) {
    pthread_mutex_lock(&interrupt->lock);
    for (size_t i = 0; i <= INTERRUPT_FILES_MAX; i++)
        if (interrupt->temporaries[i] != NULL)
            unlink(interrupt->temporaries[i]);
    _exit(ERROR_SIGNAL + number);
}

static void *wait_for_signals(void *argument) {
    struct interrupt *interrupt = argument;
    for (;;) {
        int number;
        if (sigwait(&interrupt->signals, &number) != 0)
            continue;
        if (number == WAKE) {
            if (atomic_load(&interrupt->ending))
                return NULL;
            continue;
        }
        if (atomic_load(&interrupt->number) != 0 || !atomic_load(&interrupt->worthwhile))
            die(interrupt, number);
        atomic_store(&interrupt->number, number);
    }
}

void interrupt_hold(struct interrupt *interrupt) {
    sigemptyset(&interrupt->signals);
    sigaddset(&interrupt->signals, WAKE);
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
    for (size_t i = 0; i <= INTERRUPT_FILES_MAX; i++)
        free(interrupt->temporaries[i]);
}

static bool set_temporary(struct interrupt *interrupt, size_t index, const char *path, struct error *error) {
    char *copy = NULL;
    if (path != NULL) {
        copy = memory_allocate(strlen(path) + 1, 1, "a file name", error);
        if (copy == NULL)
            return false;
        memcpy(copy, path, strlen(path) + 1);
    }
    free(interrupt->temporaries[index]);
    interrupt->temporaries[index] = copy;
    return true;
}

bool interrupt_create(struct interrupt *interrupt, struct file_out *file, const char *path,
                      struct error *error) {
    pthread_mutex_lock(&interrupt->lock);
    bool done = file_create(file, path, error);
    if (done && !set_temporary(interrupt, INTERRUPT_FILES_MAX, file->temporary, error)) {
        file_abandon(file);
        done = false;
    }
    pthread_mutex_unlock(&interrupt->lock);
    return done;
}

static bool start_thread(struct interrupt *interrupt, struct error *error) {
    int number = pthread_mutex_init(&interrupt->lock, NULL);
    if (number == 0)
        number = pthread_create(&interrupt->thread, NULL, wait_for_signals, interrupt);
    return number == 0 || error_system(error, number, "can't start a thread");
}

bool interrupt_watch(struct interrupt *interrupt, const struct file_out *files, size_t count,
                     struct error *error) {
    atomic_init(&interrupt->number, 0);
    atomic_init(&interrupt->worthwhile, false);
    atomic_init(&interrupt->ending, false);
    for (size_t i = 0; i <= INTERRUPT_FILES_MAX; i++)
        interrupt->temporaries[i] = NULL;
    bool done = true;
    for (size_t i = 0; i < count && done; i++)
        done = set_temporary(interrupt, i, files[i].temporary, error);
    if (done && start_thread(interrupt, error))
        return true;
    interrupt_release(interrupt);
    free_temporaries(interrupt);
    return false;
}

bool interrupt_commit(struct interrupt *interrupt, struct file_out *file, struct error *error) {
    pthread_mutex_lock(&interrupt->lock);
    const bool done = file_commit(file, error);
    pthread_mutex_unlock(&interrupt->lock);
    return done;
}

bool interrupt_commit_all(struct interrupt *interrupt, struct file_out *files, size_t count,
                          struct error *error) {
    pthread_mutex_lock(&interrupt->lock);
    const bool done = file_commit_all(files, count, error);
    pthread_mutex_unlock(&interrupt->lock);
    return done;
}

void interrupt_end(struct interrupt *interrupt) {
    atomic_store(&interrupt->ending, true);
    pthread_kill(interrupt->thread, WAKE);
    pthread_join(interrupt->thread, NULL);
    interrupt_release(interrupt);
    pthread_mutex_destroy(&interrupt->lock);
    free_temporaries(interrupt);
}

#include "cli/interrupt.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"

static void die(const struct interrupt *interrupt, int number) {
    if (interrupt->temporary != NULL)
        unlink(interrupt->temporary);
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

bool interrupt_watch(struct interrupt *interrupt, const char *temporary, struct error *error) {
    atomic_init(&interrupt->stop, false);
    atomic_init(&interrupt->worthwhile, false);
    interrupt->temporary = NULL;
    if (temporary != NULL) {
        interrupt->temporary = memory_allocate(strlen(temporary) + 1, 1, "a file name", error);
        if (interrupt->temporary == NULL)
            return false;
        memcpy(interrupt->temporary, temporary, strlen(temporary) + 1);
    }
    sigemptyset(&interrupt->signals);
    const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct sigaction action;
        /* One that is ignored (nohup) stays ignored. */
        if (sigaction(numbers[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
            sigaddset(&interrupt->signals, numbers[i]);
    }
    pthread_sigmask(SIG_BLOCK, &interrupt->signals, NULL);
    const int number = pthread_create(&interrupt->thread, NULL, wait_for_signals, interrupt);
    if (number == 0)
        return true;
    pthread_sigmask(SIG_UNBLOCK, &interrupt->signals, NULL);
    free(interrupt->temporary);
    return error_system(error, number, "can't start a thread");
}

void interrupt_end(struct interrupt *interrupt) {
    pthread_cancel(interrupt->thread);
    pthread_join(interrupt->thread, NULL);
    pthread_sigmask(SIG_UNBLOCK, &interrupt->signals, NULL);
    free(interrupt->temporary);
}

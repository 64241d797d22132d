/* Ctrl-C and SIGTERM during training. A thread of its own waits for them, so that no handler and no global is
 * needed: the first one asks the training to end with what it has learned; a second one, or one before there
 * is anything to save, removes the temporary file and ends the process as the signal would have. */
#ifndef SGNS_CLI_INTERRUPT_H
#define SGNS_CLI_INTERRUPT_H

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#include "base/error.h"

struct interrupt {
    atomic_bool stop;       /* the training should end */
    atomic_bool worthwhile; /* there is something to save; set by the caller */
    char *temporary;        /* the file to remove, or NULL; owned */
    sigset_t signals;
    pthread_t thread;
};

/* Starts to watch; all threads started afterwards leave the signals to it. `interrupt` must stay where it is.
 */
bool interrupt_watch(struct interrupt *interrupt, const char *temporary, struct error *error) MUST_USE;

/* Ends the watching; signals work as before. */
void interrupt_end(struct interrupt *interrupt);

#endif

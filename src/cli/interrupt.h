/* Ctrl-C and SIGTERM while files are written. A thread of its own waits for them, so that no handler and no
 * global is needed: the first one asks a training to end with what it has learned; a second one, or one while
 * there is nothing to save, removes the temporary files and ends the process as the signal would have. */
#ifndef SGNS_CLI_INTERRUPT_H
#define SGNS_CLI_INTERRUPT_H

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#include "base/error.h"
#include "base/file.h"

#define INTERRUPT_FILES_MAX 2

struct interrupt {
    atomic_bool stop;                       /* the training should end */
    atomic_bool worthwhile;                 /* there is something to save; set by the caller */
    char *temporaries[INTERRUPT_FILES_MAX]; /* paths of files to remove, or NULL; owned */
    sigset_t signals;
    pthread_t thread;
};

/* Keeps signals waiting, so that none comes between the creation of the files and interrupt_watch. If it does
 * not come to that, interrupt_release lets them through. */
void interrupt_hold(struct interrupt *interrupt);
void interrupt_release(const struct interrupt *interrupt);

/* After interrupt_hold: starts to watch over files just created, `count` <= INTERRUPT_FILES_MAX of them; all
 * threads started afterwards leave the signals to it. `interrupt` must stay where it is. */
bool interrupt_watch(struct interrupt *interrupt, const struct file_out *files, size_t count,
                     struct error *error) MUST_USE;

/* Ends the watching; signals work as before, as they do after interrupt_watch failed. */
void interrupt_end(struct interrupt *interrupt);

#endif

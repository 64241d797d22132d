/* Ctrl-C, SIGTERM and SIGHUP while files are written. A thread waits for them, so that neither a handler nor
 * a global is needed. The first one asks a training to stop and keep what it has learned. A second one, or
 * one while there is nothing to keep, removes the temporary files and ends the process at once, with 128 plus
 * the signal's number as its status. */
#ifndef SGNS_CLI_INTERRUPT_H
#define SGNS_CLI_INTERRUPT_H

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#include "base/error.h"
#include "base/file.h"

#define INTERRUPT_FILES_MAX 2

struct interrupt {
    atomic_int number;                          /* the signal that asked the training to stop; 0: none */
    atomic_bool worthwhile;                     /* there is something to keep; set by the caller */
    atomic_bool ending;                         /* for interrupt_end */
    pthread_mutex_t lock;                       /* whoever ends the process keeps it */
    char *temporaries[INTERRUPT_FILES_MAX + 1]; /* paths of files to remove, or NULL; owned */
    sigset_t signals;
    pthread_t thread;
};

/* Blocks the signals, so that none comes between the creation of the files and interrupt_watch. If
 * interrupt_watch is not called after all, interrupt_release unblocks them. */
void interrupt_hold(struct interrupt *interrupt);
void interrupt_release(const struct interrupt *interrupt);

/* After interrupt_hold: starts to watch over the files just created, at most INTERRUPT_FILES_MAX. All threads
 * started afterwards leave the signals to it. `interrupt` must stay where it is. On failure the signals are
 * unblocked. */
bool interrupt_watch(struct interrupt *interrupt, const struct file_out *files, size_t count,
                     struct error *error) MUST_USE;

/* file_create() for one more file while watching, at most one at a time. */
bool interrupt_create(struct interrupt *interrupt, struct file_out *file, const char *path,
                      struct error *error) MUST_USE;

/* As file_commit and file_commit_all, but no signal ends the process meanwhile, so that all files get their
 * names or none. */
bool interrupt_commit(struct interrupt *interrupt, struct file_out *file, struct error *error) MUST_USE;
bool interrupt_commit_all(struct interrupt *interrupt, struct file_out *files, size_t count,
                          struct error *error) MUST_USE;

/* Stops watching and unblocks the signals. */
void interrupt_end(struct interrupt *interrupt);

#endif

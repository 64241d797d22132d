/* Running the same function on several threads. */
#ifndef SGNS_BASE_THREADS_H
#define SGNS_BASE_THREADS_H

#include <stddef.h>

#include "base/error.h"

/* The number of cores this process may use, given its CPU affinity and the quotas of its control groups; at
 * least 1. */
size_t threads_usable(void);

typedef void threads_work(void *context, size_t index);

/* Calls work(context, i) for each i in [0, count), each on its own thread (i = 0 on the caller's), and waits
 * for all of them. If the system refuses to create a thread, this fails after the started ones have ended,
 * and no results of `work` may be used. */
bool threads_run(size_t count, threads_work *work, void *context, struct error *error) MUST_USE;

#endif

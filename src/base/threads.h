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

/* Divides the items [0, count) into chunks and calls work(context, thread, first, end) for each, on at most
 * `threads` threads (at least 1), which are numbered from 0 and take the next chunk when they are done with
 * one. Errors as for threads_run. */
typedef void threads_chunk(void *context, size_t thread, size_t first, size_t end);
bool threads_share(size_t threads, size_t count, size_t chunk, threads_chunk *work, void *context,
                   struct error *error) MUST_USE;

#endif

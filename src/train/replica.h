/* A thread's own copies of the most frequent words' rows.
 *
 * Threads that write the same rows pass their cache lines to and fro, and that takes longer than the
 * arithmetic; most of what they write are the rows of a few words. So with several threads each trains on a
 * replica of these rows and merges it with the matrices from time to time: it adds its share, one part in so
 * many threads, of what it has learned since the last merge, and takes over what the others have added. For
 * rows that move often between two merges this averages the threads' models (Ji et al. 2016 do it between
 * machines). */
#ifndef SGNS_TRAIN_REPLICA_H
#define SGNS_TRAIN_REPLICA_H

#include <stddef.h>
#include <stdint.h>

#include "base/workspace.h"
#include "kernels/kernel.h"

/* More rows than this overflow the cache that they are meant to stay in. */
#define REPLICA_WORDS_MAX ((size_t)2048)

struct replica {
    size_t count, stride;               /* words 0 to count - 1; 0: none */
    bfloat16 *input, *output;           /* (count, stride) row-major, 64-byte aligned */
    bfloat16 *last_input, *last_output; /* the same, as they were after the last merge */
    uint32_t *random; /* (KERNEL_ROW_FLOATS) state of the random numbers for rounding, none zero (kernel.h) */
};

/* For `count` words, 0 or more, at most REPLICA_WORDS_MAX. Its random numbers are those of `seed`. Nothing to
 * use while `workspace` only measures. */
struct replica replica_lay_out(struct workspace *workspace, size_t count, size_t stride, uint64_t seed);

/* Takes over all rows from the matrices, (vocab, stride). */
void replica_take(struct replica *replica, const bfloat16 *input, const bfloat16 *output);

/* Adds `share` of what was learned since the last merge to the matrices, on which threads race (base/race.h),
 * and takes over the result. */
void replica_merge(struct replica *replica, const struct kernel *kernel, bfloat16 *input, bfloat16 *output,
                   float share);

#endif

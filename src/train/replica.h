/* A thread's own copies of the rows of the most frequent words.
 *
 * Threads that write the same rows pass their cache lines back and forth, which takes longer than the
 * arithmetic, and most of what they write are the rows of a few words. So with several threads, each trains
 * on a replica of these rows and merges it with the matrices from time to time: it adds 1 / threads of what
 * it has learned since the last merge, and takes over what the others have added. For rows that change often
 * between two merges, this averages the models of the threads (Ji et al. 2016 do the same between
 * machines). */
#ifndef SGNS_TRAIN_REPLICA_H
#define SGNS_TRAIN_REPLICA_H

#include <stddef.h>
#include <stdint.h>

#include "base/workspace.h"
#include "kernels/kernel.h"

/* More rows than this would not fit in the cache that they are meant to stay in. */
#define REPLICA_WORDS_MAX ((size_t)2048)

struct replica {
    size_t count, stride;               /* covers words 0 to count - 1; 0: none */
    bfloat16 *input, *output;           /* (count, stride) row-major, 64-byte aligned */
    bfloat16 *last_input, *last_output; /* (count, stride) the rows after the last merge */
    uint32_t *random; /* (KERNEL_ROW_FLOATS) random state for rounding, none of it zero (kernels/kernel.h) */
};

/* Lays out a replica of `count` words, 0 to REPLICA_WORDS_MAX, with random numbers from `seed`. The result is
 * unusable while `workspace` only measures. */
struct replica replica_lay_out(struct workspace *workspace, size_t count, size_t stride, uint64_t seed);

/* Copies all its rows from the matrices, (vocab, stride). */
void replica_take(struct replica *replica, const bfloat16 *input, const bfloat16 *output);

/* Adds `share` of what was learned since the last merge to the matrices, on which threads race (base/race.h),
 * and copies the result back. */
void replica_merge(struct replica *replica, const struct kernel *kernel, bfloat16 *input, bfloat16 *output,
                   float share);

#endif

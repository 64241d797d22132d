/* A thread's own rows of the most frequent words.
 *
 * Threads that write the same rows pass their cache lines to and fro, and wait for that longer than they
 * compute; and most of what they write are the rows of few words. So where there are more threads than one,
 * each trains on copies of these rows, and merges them with the matrices from time to time: it adds its
 * share, one part in so many threads, of what it has learned since the last time, and takes what the others
 * have added. For rows that move often between two merges that is an average of the threads' models (Ji et
 * al. 2016 do it between machines). */
#ifndef SGNS_TRAIN_REPLICA_H
#define SGNS_TRAIN_REPLICA_H

#include <stddef.h>

#include "base/error.h"
#include "kernels/kernel.h"

/* More than so many rows fill the cache that they are meant to stay in. */
#define REPLICA_WORDS_MAX ((size_t)2048)

struct replica {
    size_t count, stride;     /* words 0 to count - 1; 0: none */
    bfloat16 *input, *output; /* (count, stride) row-major, 64-byte aligned */
    uint32_t *random;         /* for rounding (kernel.h) */
    bfloat16 *pages; /* (4, count, stride): both, and both as they were after the last merge; and `random`;
                        owned */
};

/* Bytes that replica_create() takes. */
size_t replica_bytes(size_t count, size_t stride);

/* Room for the rows of `count` words, 0 or more, at most REPLICA_WORDS_MAX; to be freed with replica_free()
 * whether it succeeds or not. Its random numbers are those of `seed`. */
bool replica_create(struct replica *hot, size_t count, size_t stride, uint64_t seed,
                    struct error *error) MUST_USE;
void replica_free(struct replica *hot);

/* Makes all rows what the matrices, (vocab, stride), have now. */
void replica_take(struct replica *hot, const bfloat16 *input, const bfloat16 *output);

/* Merges: `share` of what was learned since the last merge goes into the matrices, on which threads race
 * (base/race.h), and the rows become what the matrices have then. */
void replica_merge(struct replica *hot, const struct kernel *kernel, bfloat16 *input, bfloat16 *output,
                   float share);

#endif

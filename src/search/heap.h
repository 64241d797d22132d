/* The best answers so far: a heap with the worst of them at its root. */
#ifndef SGNS_SEARCH_HEAP_H
#define SGNS_SEARCH_HEAP_H

#include <stdbool.h>
#include <stddef.h>

struct neighbour {
    size_t id;
    double score; /* a cosine, in [-1, 1] but for rounding; or what METHOD_MUL of nearest.h says */
};

/* Of two, the one with the higher score is better; of equal scores, the one with the lower id. Puts `entry`
 * into heap[0 .. *size), which has room for `most` (at least 1), unless it is full of better ones; says
 * whether it did. */
bool heap_offer(struct neighbour *heap, size_t *size, size_t most, struct neighbour entry);

/* The best first; a heap no more. */
void heap_sort(struct neighbour *heap, size_t size);

#endif

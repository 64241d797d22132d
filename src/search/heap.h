/* The k best answers so far: a heap with the worst of them at its root. */
#ifndef SGNS_SEARCH_HEAP_H
#define SGNS_SEARCH_HEAP_H

#include <stdbool.h>
#include <stddef.h>

struct neighbor {
    size_t id;
    double score; /* a cosine, in [-1, 1] but for rounding; or a product of METHOD_MUL (search/nearest.h) */
};

/* The higher score is better; of equal scores, the lower id. Adds `entry` to heap[0 .. *size), which has room
 * for `k` (at least 1) entries, unless it is full of better ones. Returns whether it was added. */
bool heap_offer(struct neighbor *heap, size_t *size, size_t k, struct neighbor entry);

/* Sorts the entries, the best first. The result is no longer a heap. */
void heap_sort(struct neighbor *heap, size_t size);

#endif

#include "search/heap.h"

#include <stdlib.h>

static bool better(struct neighbor a, struct neighbor b) {
    return a.score > b.score || (a.score == b.score && a.id < b.id);
}

/* Replaces the root by `entry`, which sinks until its children are better. */
static void sink(struct neighbor *heap, size_t size, struct neighbor entry) {
    size_t hole = 0;
    for (;;) {
        size_t child = 2 * hole + 1;
        if (child >= size)
            break;
        if (child + 1 < size && better(heap[child], heap[child + 1]))
            child++;
        if (!better(entry, heap[child]))
            break;
        heap[hole] = heap[child];
        hole = child;
    }
    heap[hole] = entry;
}

/* Adds `entry` at the end; it rises until its parent is worse. */
static void rise(struct neighbor *heap, size_t *size, struct neighbor entry) {
    size_t hole = (*size)++;
    while (hole > 0 && better(heap[(hole - 1) / 2], entry)) {
        heap[hole] = heap[(hole - 1) / 2];
        hole = (hole - 1) / 2;
    }
    heap[hole] = entry;
}

bool heap_offer(struct neighbor *heap, size_t *size, size_t k, struct neighbor entry) {
    if (*size < k)
        rise(heap, size, entry);
    else if (better(entry, heap[0]))
        sink(heap, *size, entry);
    else
        return false;
    return true;
}

static int compare_neighbors(const void *a, const void *b) {
    return better(*(const struct neighbor *)a, *(const struct neighbor *)b) ? -1 : 1;
}

void heap_sort(struct neighbor *heap, size_t size) {
    qsort(heap, size, sizeof *heap, compare_neighbors);
}

#include "query/nearest.h"

#include <math.h>
#include <stdlib.h>

#include "query/vectors.h"

#define BLOCK_ROWS 128

/* A heap of the best so far, with the worst of them at its root. */
struct best {
    struct neighbour *heap;
    size_t size, most;
};

static bool better(struct neighbour a, struct neighbour b) {
    return a.cosine > b.cosine || (a.cosine == b.cosine && a.id < b.id);
}

/* Puts `entry` at the root and lets it sink below everything worse. */
static void sink(struct best *best, struct neighbour entry) {
    size_t hole = 0;
    for (;;) {
        size_t child = 2 * hole + 1;
        if (child >= best->size)
            break;
        if (child + 1 < best->size && better(best->heap[child], best->heap[child + 1]))
            child++;
        if (!better(entry, best->heap[child]))
            break;
        best->heap[hole] = best->heap[child];
        hole = child;
    }
    best->heap[hole] = entry;
}

/* Adds `entry` at the end and lets it rise above everything better. */
static void rise(struct best *best, struct neighbour entry) {
    size_t hole = best->size++;
    while (hole > 0 && better(best->heap[(hole - 1) / 2], entry)) {
        best->heap[hole] = best->heap[(hole - 1) / 2];
        hole = (hole - 1) / 2;
    }
    best->heap[hole] = entry;
}

static void offer(struct best *best, struct neighbour entry) {
    if (!isfinite(entry.cosine)) /* a row that does not fit its norm: a damaged file */
        return;
    if (best->size < best->most)
        rise(best, entry);
    else if (better(entry, best->heap[0]))
        sink(best, entry);
}

static int compare_neighbours(const void *a, const void *b) {
    return better(*(const struct neighbour *)a, *(const struct neighbour *)b) ? -1 : 1;
}

size_t nearest(const struct model *model, const float *target, const size_t *left_out, size_t left_out_count,
               struct neighbour *found, size_t most) {
    struct best best = {.heap = found, .most = most};
    if (most == 0)
        return 0;
    size_t next_out = 0;
    float products[BLOCK_ROWS];
    for (size_t start = 0; start < model->vocab; start += BLOCK_ROWS) {
        const size_t left = model->vocab - start, rows = left < BLOCK_ROWS ? left : BLOCK_ROWS;
        vector_products(target, 1, vector_row(model, start), rows, model->stride, products);
        for (size_t r = 0; r < rows; r++) {
            const size_t id = start + r;
            const bool out = next_out < left_out_count && left_out[next_out] == id;
            next_out += out;
            if (!out && vector_usable(model, id))
                offer(&best, (struct neighbour){id, products[r] / model->norms[id]});
        }
    }
    qsort(found, best.size, sizeof *found, compare_neighbours);
    return best.size;
}

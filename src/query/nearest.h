/* The nearest words to a direction: every row of the matrix is looked at, so the answer is exact. */
#ifndef SGNS_QUERY_NEAREST_H
#define SGNS_QUERY_NEAREST_H

#include <stddef.h>

#include "model/model.h"

struct neighbour {
    size_t id;
    float cosine; /* in [-1, 1], but for rounding */
};

/* Fills found[0 .. result) with the words of the largest cosine to `target`, largest first, ties in order of
 * ids; the result is `most` or, if there are fewer, all words but those that are left out and those without a
 * direction. `target` (stride) has length 1 and begins at a multiple of 16 bytes; left_out[0 ..
 * left_out_count) are ids in growing order; `found` has room for `most`. Any thread may call. */
size_t nearest(const struct model *model, const float *target, const size_t *left_out, size_t left_out_count,
               struct neighbour *found, size_t most);

#endif

/* The rows that a search looks at, with their lengths. */
#ifndef SGNS_SEARCH_SPACE_H
#define SGNS_SEARCH_SPACE_H

#include <stddef.h>

#include "model/model.h"

struct space {
    const float *rows;  /* (count, stride) row-major, 64-byte aligned, zero beyond dim */
    const float *norms; /* (count) the rows' lengths */
    size_t count, dim, stride;
    const int8_t *quantized; /* (count, stride) the rows in 8 bits (model/quantize.h), or NULL */
    const struct quantization *quantization; /* (count) or NULL */
    float *own_norms;                        /* `norms` if they were computed for this space; owned */
};

/* The model's word vectors; there is nothing to free. */
struct space space_of_words(const struct model *model);

/* Any rows. Their lengths are computed on `threads` threads, at least 1. Free with space_free. */
bool space_of_rows(struct space *space, const float *rows, size_t count, size_t dim, size_t stride,
                   size_t threads, struct error *error) MUST_USE;
void space_free(struct space *space);

/* How many of the first `count` rows a limit leaves; 0 is no limit. */
static inline size_t space_limit(uint64_t limit, size_t count) {
    return limit > 0 && limit < count ? (size_t)limit : count;
}

#endif

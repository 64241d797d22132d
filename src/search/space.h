/* What can be near: the rows of a matrix, with their lengths. */
#ifndef SGNS_SEARCH_SPACE_H
#define SGNS_SEARCH_SPACE_H

#include <stddef.h>

#include "model/model.h"

struct space {
    const float *rows;  /* (count, stride) row-major, 64-byte aligned, zero beyond dim */
    const float *norms; /* (count) the rows' lengths */
    size_t count, dim, stride;
    const int8_t *quantized; /* (count, stride) the rows as model/quantize.h has them, or NULL */
    const struct quantization *quantization; /* (count) or NULL */
    float *own_norms;                        /* `norms` if they were made for this; owned */
};

/* The word vectors; nothing to free. */
struct space space_of_words(const struct model *model);

/* Any rows; their lengths are computed on `threads` threads, at least 1. Free with space_free. */
bool space_of_rows(struct space *space, const float *rows, size_t count, size_t dim, size_t stride,
                   size_t threads, struct error *error) MUST_USE;
void space_free(struct space *space);

#endif

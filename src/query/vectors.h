/* The model's vectors, as questions need them. */
#ifndef SGNS_QUERY_VECTORS_H
#define SGNS_QUERY_VECTORS_H

#include <float.h>
#include <stddef.h>

#include "model/model.h"

/* (stride) the vector of word `id`. */
static inline const float *vector_row(const struct model *model, size_t id) {
    return model->input + id * model->stride;
}

/* Whether the vector has a direction: a zero row, and one with a value or a length that is not a finite
 * number, have none, and such a word neither asks nor answers. False for NaN. */
static inline bool vector_usable(const struct model *model, size_t id) {
    return model->norms[id] >= FLT_MIN && model->norms[id] <= FLT_MAX;
}

/* target[0 .. stride) += weight * the unit vector of word `id`, which must be usable. */
void vector_add_unit(const struct model *model, size_t id, float weight, float *target);

/* Brings target[0 .. stride) to length 1; false, and the target as it was, if it is too short to have a
 * direction: below 1e-6, what rounding leaves of unit vectors that cancel each other out. */
bool vector_unit(float *target, size_t stride) MUST_USE;

/* Dot products: products[t * row_count + r] = targets[t] . rows[r], for targets (target_count, stride) and
 * rows (row_count, stride), row-major. `stride` is a multiple of 16 and both begin at a multiple of 16 bytes.
 * Each product is summed in the same order wherever it stands in a block, so that equal rows tie exactly. */
void vector_products(const float *targets, size_t target_count, const float *rows, size_t row_count,
                     size_t stride, float *products);

#endif

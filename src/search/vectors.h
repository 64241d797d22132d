/* Vectors, as questions need them. Rows are `stride` floats long, a multiple of 16, and zero beyond the
 * model's dim. */
#ifndef SGNS_SEARCH_VECTORS_H
#define SGNS_SEARCH_VECTORS_H

#include <float.h>
#include <stddef.h>

#include "model/model.h"

/* (stride) the vector of word `id`. */
static inline const float *vector_row(const struct model *model, size_t id) {
    return model->input + id * model->stride;
}

/* Whether a vector of that length has a direction: a zero row, and one with a value or a length that is not a
 * finite number, have none, and such a word neither asks nor answers. False for NaN. */
static inline bool vector_usable(float norm) {
    return norm >= FLT_MIN && norm <= FLT_MAX;
}

/* a . b, summed in double and always in the same order, so that it is the same number on every machine: the
 * product by which all that is ranked is ranked. Products of floats are exact in double. */
double vector_dot(const float *a, const float *b, size_t stride);

/* The length of a row by vector_dot. */
double vector_length(const float *row, size_t stride);

/* The cosine of two rows whose products with themselves by vector_dot are given: exactly 1 for equal rows. */
double vector_cosine(const float *a, double square_a, const float *b, double square_b, size_t stride);

/* sum[0 .. stride) += weight * row. */
void vector_add(double *sum, const float *row, double weight, size_t stride);

#endif

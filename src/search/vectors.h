/* Arithmetic on rows: `stride` floats, a multiple of 16, zero beyond the model's dim. */
#ifndef SGNS_SEARCH_VECTORS_H
#define SGNS_SEARCH_VECTORS_H

#include <float.h>
#include <stdbool.h>
#include <stddef.h>

#include "model/model.h"

/* (stride) the vector of word `id`. */
static inline const float *vector_row(const struct model *model, size_t id) {
    return model->input + id * model->stride;
}

/* Whether a vector of that length has a direction: it is not zero, and its length is finite. A word whose
 * vector is not usable can't be asked for and is no answer. False for NaN. */
static inline bool vector_usable(float norm) {
    return norm >= FLT_MIN && norm <= FLT_MAX;
}

/* a . b, summed in double and always in the same order, so that it is the same number on every machine: all
 * rankings use it. Products of floats are exact in double. */
double vector_dot(const float *a, const float *b, size_t stride);

/* The length of a row by vector_dot. */
double vector_length(const float *row, size_t stride);

/* The cosine of two rows, given their products with themselves by vector_dot. Exactly 1 for equal rows. */
double vector_cosine(const float *a, double square_a, const float *b, double square_b, size_t stride);

/* Whether word `id` can be asked for: the length that the model says is usable, and so is the one that its
 * vector has. They differ only in a damaged file. */
bool vector_word_usable(const struct model *model, size_t id);

/* sum[0 .. stride) += weight * row. */
void vector_add(double *sum, const float *row, double weight, size_t stride);

#endif

/* A matrix during training and after it. Training works on rows of bfloat16 (kernels/kernel.h), but the
 * results are floats. Both share one buffer with space for the floats: the bfloat16 rows are at its end. */
#ifndef SGNS_TRAIN_MATRIX_H
#define SGNS_TRAIN_MATRIX_H

#include <stdbool.h>
#include <stddef.h>

#include "kernels/bfloat16.h"

#define MATRIX_MAX_EXPONENT 20

/* Floats from one row to the next: dim rounded up to KERNEL_ROW_FLOATS. */
size_t matrix_stride(size_t dim);

/* The bfloat16 rows, (vocab, kernel_stride(dim)) row-major, inside the buffer `matrix`, which has vocab *
 * matrix_stride(dim) floats. */
bfloat16 *matrix_packed(float *matrix, size_t vocab, size_t dim);

/* Converts the rows to floats in place: (vocab, matrix_stride(dim)) row-major, zeros beyond dim. The bfloat16
 * rows are overwritten. Returns whether all numbers are below 2^MATRIX_MAX_EXPONENT, and so finite. Numbers
 * of vectors that learned something are below a hundred; larger ones are what is left of training that
 * diverged. */
bool matrix_unpack(float *matrix, size_t vocab, size_t dim);

/* Undoes matrix_unpack(): floats that are bfloat16 exactly become bfloat16 rows again. */
void matrix_pack(float *matrix, size_t vocab, size_t dim);

#endif

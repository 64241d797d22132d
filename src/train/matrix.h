/* A matrix while it is trained and afterwards. Trained are rows of bfloat16 (kernel.h); what is handed on are
 * floats, and both have one room, of the floats' size: the bfloat16 rows stand at its end. */
#ifndef SGNS_TRAIN_MATRIX_H
#define SGNS_TRAIN_MATRIX_H

#include <stdbool.h>
#include <stddef.h>

#include "kernels/bfloat16.h"

/* Floats from one row to the next for that dim: rounded up to KERNEL_ROW_FLOATS. */
size_t matrix_stride(size_t dim);

/* The bfloat16 rows, (vocab, kernel_stride(dim)), in the room of `matrix`, (vocab, matrix_stride(dim)). */
bfloat16 *matrix_packed(float *matrix, size_t vocab, size_t dim);

/* Makes them floats: (vocab, matrix_stride(dim)) row-major, zeros beyond dim. They are gone then. Says
 * whether all are finite. */
bool matrix_unpack(float *matrix, size_t vocab, size_t dim);

#endif

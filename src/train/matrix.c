#include "train/matrix.h"

#include <string.h>

#include "kernels/kernel.h"

size_t matrix_stride(size_t dim) {
    return kernel_floats(dim);
}

bfloat16 *matrix_packed(float *matrix, size_t vocab, size_t dim) {
    return (bfloat16 *)(void *)(matrix + vocab * matrix_stride(dim)) - vocab * kernel_stride(dim);
}

/* Works from the first row on, in pieces. A float is twice as large as a bfloat16, so what is written catches
 * up with what is read only at the very end, and never gets past the piece being read. */
bool matrix_unpack(float *matrix, size_t vocab, size_t dim) {
    const size_t width = matrix_stride(dim), stride = kernel_stride(dim);
    const bfloat16 *from = matrix_packed(matrix, vocab, dim);
    size_t too_large = 0; /* by the exponent; that of infinity and NaN is the largest */
    for (size_t row = 0; row < vocab; row++, from += stride, matrix += width)
        for (size_t d = 0; d < width; d += KERNEL_ROW_NUMBERS) {
            bfloat16 piece[KERNEL_ROW_NUMBERS];
            memcpy(piece, from + d, sizeof piece);
            for (size_t k = 0; k < KERNEL_ROW_NUMBERS && d + k < width; k++)
                matrix[d + k] = bfloat16_value(piece[k]);
            for (size_t k = 0; k < KERNEL_ROW_NUMBERS; k++)
                too_large += (piece[k] & 0x7f80) >= (127 + MATRIX_MAX_EXPONENT) << 7;
        }
    return too_large == 0;
}

/* Works from the last row back, in pieces, since a float is twice as large: what is written never gets past
 * the piece being read. */
void matrix_pack(float *matrix, size_t vocab, size_t dim) {
    const size_t width = matrix_stride(dim), stride = kernel_stride(dim);
    bfloat16 *to = matrix_packed(matrix, vocab, dim) + vocab * stride;
    for (const float *from = matrix + vocab * width; from != matrix;) {
        from -= width;
        to -= stride;
        for (size_t d = stride; d > 0; d -= KERNEL_ROW_NUMBERS) {
            bfloat16 piece[KERNEL_ROW_NUMBERS];
            const size_t first = d - KERNEL_ROW_NUMBERS;
            for (size_t k = 0; k < KERNEL_ROW_NUMBERS; k++)
                piece[k] = first + k < width ? (bfloat16)(bfloat16_bits(from[first + k]) >> 16) : 0;
            memcpy(to + first, piece, sizeof piece);
        }
    }
}

#include "kernels/kernel.h"

size_t kernel_stride(size_t dim) {
    return (dim + KERNEL_ROW_NUMBERS - 1) / KERNEL_ROW_NUMBERS * KERNEL_ROW_NUMBERS;
}

size_t kernel_workspace(size_t rows, size_t contexts, size_t columns, size_t band_columns, size_t dim) {
    /* Copied rows may be one vector longer, and a tile of sums has at most KERNEL_ROW_FLOATS rows. */
    return (rows + contexts + 2 * columns + KERNEL_ROW_FLOATS) * (kernel_stride(dim) + KERNEL_ROW_FLOATS) +
           rows * (columns + band_columns);
}

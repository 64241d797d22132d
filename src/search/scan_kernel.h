/* The arithmetic of a search over all rows, as one table of functions for each instruction set. scan_scalar.c
 * is the plain reference that says what each function computes; the others agree with it up to rounding. No
 * answer may depend on that rounding: nearest.c uses it only to find candidates.
 *
 * Rows are `stride` floats apart, a multiple of 16, 64-byte aligned, and zero beyond `dim`. A panel holds
 * SCAN_ROWS rows, transposed; products are (targets, SCAN_ROWS). All arrays that a function writes are
 * 64-byte aligned. Any thread may call. */
#ifndef SGNS_SEARCH_SCAN_KERNEL_H
#define SGNS_SEARCH_SCAN_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCAN_ROWS ((size_t)32)

/* A term of a query: a weight for the products of a target. */
struct scan_part {
    uint32_t target;
    float weight;
};

struct scan_kernel {
    const char *name;

    /* products[r] = target . rows[r], r < count <= SCAN_ROWS. */
    void (*dots)(float *products, const float *target, const float *rows, size_t count, size_t stride);

    /* products[r] = target . quantized[r], r < count <= SCAN_ROWS; quantized rows are `stride` bytes apart,
     * 16-byte aligned. */
    void (*quantized_dots)(float *products, const float *target, const int8_t *quantized, size_t count,
                           size_t stride);

    /* panel[d, r] = factors[r] * rows[r][d]: (stride, SCAN_ROWS) from (SCAN_ROWS, stride). Rows from
     * `count` on, which is at least 1, are not read; their places get undefined values. */
    void (*pack)(float *panel, const float *rows, const float *factors, size_t count, size_t stride);

    /* products[t, r] = sum over d < dim of targets[t][d] * panel[d, r], t < count. */
    void (*multiply)(float *products, const float *targets, size_t count, size_t stride, const float *panel,
                     size_t dim);

    /* Puts every t < count for which one of products[t, 0 .. SCAN_ROWS) is not below cuts[t] into found, in
     * growing order, and returns their number. NaN is not below anything. */
    size_t (*reach)(uint32_t *found, const float *products, const float *cuts, size_t count);

    /* highest[r] = the largest of products[t, r] over t < count, 1 or more; anything where one is NaN. */
    void (*highest)(float *highest, const float *products, size_t count);

    /* As reach, with a cut for each row: every t for which some products[t, r] is not below cuts[r]. */
    size_t (*reach_rows)(uint32_t *found, const float *products, const float *cuts, size_t count);

    /* values[r] = sum over the parts of weight * products[target, r], r < SCAN_ROWS; whether one of them is
     * not below `cut`. */
    bool (*sum)(float *values, const float *products, const struct scan_part *parts, size_t count, float cut);

    /* values[r] = the product over the parts with a weight above 0 of (1 + p + slack) / 2, divided by that
     * over the others of (1 + p - slack) / 2 (or 0 if that is negative) plus `offset`, p = products[target,
     * r]; whether one of them is not below `cut`. Weights count by their sign alone. */
    bool (*ratio)(float *values, const float *products, const struct scan_part *parts, size_t count,
                  float slack, float offset, float cut);
};

#endif

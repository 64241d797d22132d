/* The arithmetic of a block, one table of functions an instruction set. kernel_scalar.c is the plain
 * reference that says what each function computes; the others are built from kernel_source.h and agree with
 * it up to rounding.
 *
 * Rows are `stride` floats apart, a multiple of KERNEL_ROW_FLOATS, 64-byte aligned, and zero beyond the
 * model's dim. Widths named `columns` are multiples of KERNEL_ROW_FLOATS too. The rows of the two matrices
 * are shared between threads on purpose (base/race.h); all else belongs to the calling thread. */
#ifndef SGNS_TRAIN_KERNEL_H
#define SGNS_TRAIN_KERNEL_H

#include <stddef.h>

#include "base/error.h"

#define KERNEL_ROW_FLOATS ((size_t)16)

/* The weights of an update, a matrix or its transpose, perhaps a band: weight(t, s) is
 * values[t * target_step + s * source_step] if t + shift - reach <= s <= t + shift + reach, else 0; `values`
 * must have zeros there, too, since wide kernels read beyond the band. */
struct kernel_weights {
    const float *values;
    size_t target_step, source_step;
    ptrdiff_t shift, reach;
};

/* Every target has every source. */
#define KERNEL_REACH_ALL ((ptrdiff_t)1 << 30)

struct kernel {
    const char *name;

    /* copies[r] = *sources[r]: (rows, stride) out of the matrix. */
    void (*copy_rows)(float *copies, const float *const *sources, size_t rows, size_t stride);

    /* transposed[d, j] = sources[j][d]: (stride, columns). */
    void (*transpose)(float *transposed, size_t columns, const float *const *sources, size_t stride);

    /* scores[r, j] = sum over d of inputs[r, d] * transposed[d, j]: (rows, columns) from (rows, stride) and
     * (dim, columns). */
    void (*noise_scores)(float *scores, const float *inputs, size_t rows, size_t stride, size_t dim,
                         const float *transposed, size_t columns);

    /* scores[k] = inputs[k] . outputs[k], k < count. All three have room, and rows, for `count` rounded up to
     * KERNEL_ROW_FLOATS. */
    void (*pair_scores)(float *scores, const float *const *inputs, const float *const *outputs, size_t count,
                        size_t stride);

    /* values[i] = 1 / (1 + exp(-values[i])), i < count, in place; count is rounded up to KERNEL_ROW_FLOATS.
     */
    void (*logistic)(float *values, size_t count);

    /* values[r, j] *= row_weights[r] * column_weights[j]: (rows, columns), in place. */
    void (*weigh)(float *values, size_t rows, size_t columns, const float *row_weights,
                  const float *column_weights);

    /* targets[t] += scale * sum over s of weight(t, s) * sources[s], one target after the other. */
    void (*update)(float *const *targets, size_t target_count, const float *const *sources,
                   size_t source_count, const struct kernel_weights *weights, float scale, size_t stride);

    /* Does nothing but multiply-adds in registers, `rounds` times a few, to measure what the machine can do;
     * returns how many floating-point operations that was. */
    double (*multiply_adds)(size_t rounds);
};

/* The kernel of that name, or the best that this processor and system can run if `name` is NULL. The error
 * lists those that can run here. */
const struct kernel *kernel_choose(const char *name, struct error *error) MUST_USE;

/* All kernels that were built and can run here, the best first; NULL beyond the last. */
const struct kernel *kernel_at(size_t index);

#endif

/* The arithmetic of a step, one table of functions an instruction set. kernel_scalar.c is the plain reference
 * that says what each function computes; the others agree with it up to rounding.
 *
 * All arrays are 64-byte aligned. Rows of the two matrices are bfloat16, a multiple of KERNEL_ROW_NUMBERS of
 * them, and zero beyond the model's dim. They are shared between threads on purpose (base/race.h); all else
 * belongs to the calling thread. */
#ifndef SGNS_KERNELS_KERNEL_H
#define SGNS_KERNELS_KERNEL_H

#include <stddef.h>

#include "kernels/bfloat16.h"

#define KERNEL_ROW_NUMBERS ((size_t)32) /* of a matrix: whole cache lines */
#define KERNEL_ROW_FLOATS ((size_t)16)  /* of all other arrays */
#define KERNEL_ROWS_MAX ((size_t)64)

/* Floats of an array that has `count` of them and whole vectors. */
static inline size_t kernel_floats(size_t count) {
    return (count + KERNEL_ROW_FLOATS - 1) / KERNEL_ROW_FLOATS * KERNEL_ROW_FLOATS;
}

/* A step: some words' center rows, the output rows around each as a band, and noise rows for all of them.
 *
 * Row p of the centers can have as contexts the contexts p to p + 2 window; context p + window is its own.
 * Rows work in twos: the band of p, and of p + 1, if p is even, are the contexts p to p + 2 window + 1, so
 * that both read the same rows. What stands in place of a missing row has no weights: beyond the passage's
 * ends a row of zeros of the thread's own, and at the end of an odd count any row. */
struct kernel_step {
    size_t dim;
    size_t rows;               /* P, even, at most KERNEL_ROWS_MAX */
    bfloat16 *const *centers;  /* (rows) into the center matrix */
    size_t window;             /* w; there are rows + 2 w contexts */
    bfloat16 *const *contexts; /* (rows + 2 w + 2) into the output matrix; the last two, of whatever use to
                               wide kernels, don't move */
    size_t band_columns;       /* 2 w + 2, rounded up to KERNEL_ROW_FLOATS */
    float *pairs;              /* (rows, band_columns): row p, context p / 2 * 2 + k */
    size_t noise_count;        /* different noise words */
    size_t columns;            /* rounded up to KERNEL_ROW_FLOATS */
    bfloat16 *const *noise;    /* (columns) into the output matrix */
    float *noise_scores;       /* (rows, columns) */
    float *workspace;          /* (kernel_workspace()) for the kernel, from `scores` to `update` */
    const float *center_self;  /* (rows) self factors, or NULL for none */
    const float *context_self; /* (rows + 2 w) likewise */
    const float *noise_self;   /* (columns) likewise */
    size_t ahead_count;        /* rows that the next step needs */
    bfloat16 *const *ahead;    /* (ahead_count) */
};

struct kernel {
    const char *name;

    /* How far a factor of a product can be off, as a share of the largest such factor in the step: a row's
     * number, and an update's weight. 2^-24, or more where they are rounded to shorter numbers; of whole
     * numbers, a weight's share grows with the count of columns, and is that of a hundred. */
    float row_roundoff, weight_roundoff;

    /* pairs[p, k] = centers[p] . contexts[p / 2 * 2 + k], k < 2 w + 2; beyond it stays or is some number;
     * noise_scores[p, j] = centers[p] . noise[j]. */
    void (*scores)(const struct kernel_step *step);

    /* With what `pairs` and `noise_scores` hold now, the rows as they were at `scores`, and weights of
     * contexts that aren't in a row's band zero: centers[p] += scale * (sum over k of pairs[p, k] *
     * contexts[p / 2 * 2 + k]
     *                         + sum over j of noise_scores[p, j] * noise[j])
     *   contexts[s] += scale * sum over p of pairs[p, s - p / 2 * 2] * centers[p]
     *   noise[j] += scale * sum over p of noise_scores[p, j] * centers[p]
     * one after the other, so that a row that stands in more than one place gets all its sums; each
     * row is rounded as it is stored, by bfloat16_random() of the sum, or of what the sum is made from: scale
     * times it, or a whole number. A kernel may take contexts and noise rows as they are now instead.
     * Meanwhile it fetches the rows `ahead`. */
    void (*update)(const struct kernel_step *step, float scale);

    /* shared[i] += share * (rows[i] - last[i]), rounded at random, and rows[i] = last[i] = shared[i]: i <
     * count, a multiple of KERNEL_ROW_NUMBERS. Threads race on `shared`. random: (KERNEL_ROW_FLOATS), none of
     * them zero; they are changed. */
    void (*merge)(bfloat16 *rows, bfloat16 *last, bfloat16 *shared, size_t count, float share,
                  uint32_t *random);

    /* values[i] = 1 / (1 + exp(-values[i])), i < count, in place; count is rounded up to KERNEL_ROW_FLOATS.
     * The relative error is below 1e-6, or below weight_roundoff / 16 where that is more. */
    void (*logistic)(float *values, size_t count);

    /* values[i] = (values[i] - target) * weights[i], i < count, a multiple of KERNEL_ROW_FLOATS. */
    void (*weigh_errors)(float *values, float target, const float *weights, size_t count);

    /* values[r, j] *= row_weights[r] * column_weights[j]: (rows, columns), in place. */
    void (*weigh)(float *values, size_t rows, size_t columns, const float *row_weights,
                  const float *column_weights);

    /* bands[r, k] = weights[r % 2, k] where begin[r] <= first + r / 2 * 2 + k < end[r], else 0: (rows,
     * columns), and weights (2, columns), columns a multiple of KERNEL_ROW_FLOATS. `first` may be below zero,
     * modulo 2^32; no begin[r] is before first + r / 2 * 2, and no end[r] 2^31 beyond it. */
    void (*weigh_bands)(float *bands, size_t rows, size_t columns, const uint32_t *begin, const uint32_t *end,
                        uint32_t first, const float *weights);

    /* Does nothing but multiply-adds in registers, `rounds` times a few, to measure what the machine can do;
     * returns how many floating-point operations that was. */
    double (*multiply_adds)(size_t rounds);
};

/* Numbers from one row of a matrix to the next for that dim. */
size_t kernel_stride(size_t dim);

/* Floats of workspace that a step of so many rows, contexts and columns of noise can need. */
size_t kernel_workspace(size_t rows, size_t contexts, size_t columns, size_t band_columns, size_t dim);

#endif

/* The arithmetic of a training step, as one table of functions for each instruction set. scalar.c is the
 * plain reference that says what each function computes; the others agree with it up to rounding.
 *
 * All arrays are 64-byte aligned. Rows of the two matrices are bfloat16; their length is a multiple of
 * KERNEL_ROW_NUMBERS, and they are zero beyond the model's dim. Threads share them and race on purpose
 * (base/race.h). Everything else belongs to the calling thread. */
#ifndef SGNS_KERNELS_KERNEL_H
#define SGNS_KERNELS_KERNEL_H

#include <stddef.h>

#include "kernels/bfloat16.h"

#define KERNEL_ROW_NUMBERS ((size_t)32) /* a matrix row is a multiple of this: cache lines */
#define KERNEL_ROW_FLOATS ((size_t)16)  /* a row of any other array is a multiple of this */
#define KERNEL_ROWS_MAX ((size_t)64)
#define KERNEL_WINDOW_MAX 100
#define KERNEL_BAND_MAX ((size_t)208) /* 2 w + 2 for the widest window, rounded up to KERNEL_ROW_FLOATS */

/* The size of an array for `count` floats, rounded up to full vectors. */
static inline size_t kernel_floats(size_t count) {
    return (count + KERNEL_ROW_FLOATS - 1) / KERNEL_ROW_FLOATS * KERNEL_ROW_FLOATS;
}

/* A step: the center rows of consecutive words, the context rows around each of them as a band, and noise
 * rows that all centers share.
 *
 * The possible contexts of center p are contexts p to p + 2 w; context p + w belongs to the same word.
 * Centers are handled two at a time: for even p, the band of both p and p + 1 is contexts p to p + 2 w + 1,
 * so that both read the same rows. A row that is missing has a stand-in whose weights are zero: a row of
 * zeros of the thread's own for a context beyond the ends of the passage, and any row for the last center if
 * their number is odd. */
struct kernel_step {
    size_t dim;
    size_t rows;               /* P, even, at most KERNEL_ROWS_MAX */
    bfloat16 *const *centers;  /* (rows) into the center matrix */
    size_t window;             /* w, at most KERNEL_WINDOW_MAX */
    bfloat16 *const *contexts; /* (rows + 2 w + 2) into the context matrix; the last two are only read, by
                                  kernels with wide vectors, and stay as they are */
    size_t band_columns;       /* 2 w + 2, rounded up to KERNEL_ROW_FLOATS */
    float *pairs;              /* (rows, band_columns): center p, context p / 2 * 2 + k */
    size_t noise_count;        /* distinct noise words */
    size_t columns;            /* noise_count, rounded up to KERNEL_ROW_FLOATS */
    bfloat16 *const *noise;    /* (columns) into the context matrix */
    float *noise_scores;       /* (rows, columns) */
    float *workspace;          /* (kernel_workspace()) the kernel's, from `scores` to `update` */
    const float *center_self;  /* (rows); self factors, see `update`; NULL: all zero */
    const float *context_self; /* (rows + 2 w) */
    const float *noise_self;   /* (columns) */
    size_t ahead_count;        /* rows that the next step needs, to be prefetched */
    bfloat16 *const *ahead;    /* (ahead_count) */
};

/* Keeps the reciprocal norm of a row of zeros finite. */
#define KERNEL_SQUARE_MIN 1e-12f

/* What `hinge` needs beyond the step. */
struct kernel_hinge {
    float margin, scale;
    const float *pair_weights;   /* (rows, band_columns) */
    const float *column_weights; /* (columns) */
};

struct kernel {
    const char *name;

    /* The largest rounding error of a factor, relative to the largest such factor of the step: of a number in
     * a row, and of a weight in an update. 2^-24 for floats, more where factors are rounded to 16 bits. For
     * integers the error of a weight grows with the number of columns; this is the one for a hundred. */
    float row_roundoff, weight_roundoff;

    /* pairs[p, k] = centers[p] . contexts[p / 2 * 2 + k] for k < 2 w + 2; the rest of a row of pairs is
     * undefined. noise_scores[p, j] = centers[p] . noise[j]. */
    void (*scores)(const struct kernel_step *step);

    /* Moves all rows. `pairs` and `noise_scores` now hold weights, zero for contexts that are not in a
     * center's band, and the sums are over rows as they were at `scores`:
     *
     *   centers[p] += scale * (sum over k of pairs[p, k] * contexts[p / 2 * 2 + k]
     *                          + sum over j of noise_scores[p, j] * noise[j] + center_self[p] * centers[p])
     *   contexts[s] += scale * (sum over p of pairs[p, s - p / 2 * 2] * centers[p]
     *                           + context_self[s] * contexts[s])
     *   noise[j] += scale * (sum over p of noise_scores[p, j] * centers[p] + noise_self[j] * noise[j])
     *
     * Rows move one after the other, so that a row in more than one place gets all of its sums; what a self
     * factor multiplies is the row as it is when its turn comes. The self factor of a stand-in for a missing
     * row is zero. A kernel may use contexts and noise rows as they are now in place of what they were. Each
     * number is rounded as it is stored, at random by bfloat16_random() of the sum without the self term, or
     * of an integer that this sum is a multiple of. Prefetches the rows `ahead` meanwhile. */
    void (*update)(const struct kernel_step *step, float scale);

    /* squares[r] = |rows[r]|^2 for r < count; the array is (kernel_floats(count)), undefined beyond count. */
    void (*squares)(bfloat16 *const *rows, size_t count, size_t dim, float *squares);

    /* Squared norms become reciprocal norms: values[i] = 1 / sqrt(values[i] + KERNEL_SQUARE_MIN) for i <
     * count, so that that of a row of zeros is finite. The array is that of `squares`. Every kernel gives the
     * same bits. */
    void (*invert_norms)(float *values, size_t count);

    /* For i < count, a multiple of KERNEL_ROW_NUMBERS: shared[i] += share * (rows[i] - last[i]), rounded at
     * random, then rows[i] = last[i] = shared[i]. Threads race on `shared`. random: (KERNEL_ROW_FLOATS)
     * states of the generator, none of them zero; they are changed. */
    void (*merge)(bfloat16 *rows, bfloat16 *last, bfloat16 *shared, size_t count, float share,
                  uint32_t *random);

    /* values[i] = 1 / (1 + exp(-values[i])) for i < count, in place; count is rounded up to
     * KERNEL_ROW_FLOATS. The relative error is below 1e-6 or weight_roundoff / 16, whichever is larger. */
    void (*logistic)(float *values, size_t count);

    /* values[i] = (values[i] - target) * weights[i] for i < count, a multiple of KERNEL_ROW_FLOATS. */
    void (*weigh_errors)(float *values, float target, const float *weights, size_t count);

    /* values[r, j] = w exp(values[r, j]) / Z_r and logs[r] = log(Z_r), where w = weights[r * weight_stride +
     * j] and Z_r is the sum over j of w exp(values[r, j]). The largest exponential of a row is taken out
     * first, so none overflows. Columns of weight 0 count for nothing; a row that has no others becomes
     * zeros, and its logarithm is below -1e30. values: (rows, columns); logs: (kernel_floats(rows)),
     * undefined beyond `rows`. The errors are below 1e-6, relative to values[r, j] and to the larger of 1 and
     * logs[r]. */
    void (*softmax)(float *values, size_t rows, size_t columns, const float *weights, size_t weight_stride,
                    float *logs);

    /* Pair (p, k) and noise word j violate the margin where noise_scores[p, j] > pairs[p, k] - margin. In
     * place:
     *
     *   pairs[p, k] = -scale * pair_weights[p, k] * (sum over such j of column_weights[j])
     *   noise_scores[p, j] = scale * column_weights[j] * (sum over such k of pair_weights[p, k]) */
    void (*hinge)(const struct kernel_step *step, const struct kernel_hinge *hinge);

    /* values[r, j] *= row_weights[r] * column_weights[j]: (rows, columns), in place. */
    void (*weigh)(float *values, size_t rows, size_t columns, const float *row_weights,
                  const float *column_weights);

    /* bands[r, k] = weights[r % 2, k] where begin[r] <= first + r / 2 * 2 + k < end[r], else 0: (rows,
     * columns), and weights (2, columns), columns a multiple of KERNEL_ROW_FLOATS. `first` may be negative,
     * modulo 2^32; first + r / 2 * 2 <= begin[r], and end[r] is less than 2^31 beyond it. */
    void (*weigh_bands)(float *bands, size_t rows, size_t columns, const uint32_t *begin, const uint32_t *end,
                        uint32_t first, const float *weights);

    /* Multiplies and adds floats in registers, in proportion to `rounds`, to measure the machine's peak.
     * Returns the number of floating-point operations. */
    double (*multiply_adds)(size_t rounds);
};

/* What the row itself is multiplied by when `update` moves it, as row += scale * (sum + self * row) is
 * row * (1 + scale * self) + scale * sum. Exactly 1 without self factors. */
static inline float kernel_keep(const float *self, size_t row, float scale) {
    return self != NULL ? 1 + scale * self[row] : 1;
}

/* The distance between rows of a matrix, in numbers: dim, rounded up to KERNEL_ROW_NUMBERS. */
size_t kernel_stride(size_t dim);

/* The most floats of workspace that any kernel needs for a step of this size. */
size_t kernel_workspace(size_t rows, size_t contexts, size_t columns, size_t band_columns, size_t dim);

#endif

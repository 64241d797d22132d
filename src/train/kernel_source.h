/* The vector kernels, written once with the vector extensions of GCC and Clang. A kernel_*.c file defines
 *   KERNEL_NAME, KERNEL_TABLE   the name for users, the table to define
 *   KERNEL_WIDTH                floats a vector: 4, 8 or 16
 *   SCORE_ROWS, SCORE_VECTORS   the register tile of noise_scores: sums kept at once
 *   UPDATE_ROWS, UPDATE_VECTORS the register tile of update
 * and includes this; the Makefile compiles it with the instruction set's flags. Loops over a tile have
 * constant bounds, so that the sums live in registers. */
#include <stdint.h>

#include "base/race.h"
#include "train/kernel_list.h"

#define W KERNEL_WIDTH
#define INLINE INTENDED_RACE static inline __attribute__((always_inline))

typedef float vector __attribute__((vector_size(W * 4), aligned(W * 4), may_alias));
typedef int32_t whole __attribute__((vector_size(W * 4), aligned(W * 4), may_alias));

#define LOAD(address) (*(const vector *)(address))
#define STORE(address, value) (*(vector *)(address) = (value))

INTENDED_RACE static void copy_rows(float *copies, const float *const *sources, size_t rows, size_t stride) {
    for (size_t r = 0; r < rows; r++)
        for (size_t d = 0; d < stride; d += W)
            STORE(copies + r * stride + d, LOAD(sources[r] + d));
}

/* --- shuffles: pairs of neighbours within 128 bits, then across --- */

#if W == 4
#define EVEN(a, b) __builtin_shufflevector(a, b, 0, 2, 4, 6)
#define ODD(a, b) __builtin_shufflevector(a, b, 1, 3, 5, 7)
#elif W == 8
#define EVEN(a, b) __builtin_shufflevector(a, b, 0, 2, 8, 10, 4, 6, 12, 14)
#define ODD(a, b) __builtin_shufflevector(a, b, 1, 3, 9, 11, 5, 7, 13, 15)
#define LOW(a, b) __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11)
#define HIGH(a, b) __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15)
#else
#define EVEN(a, b) __builtin_shufflevector(a, b, 0, 2, 16, 18, 4, 6, 20, 22, 8, 10, 24, 26, 12, 14, 28, 30)
#define ODD(a, b) __builtin_shufflevector(a, b, 1, 3, 17, 19, 5, 7, 21, 23, 9, 11, 25, 27, 13, 15, 29, 31)
#define LOW(a, b) __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27)
#define HIGH(a, b) __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31)
#endif

INLINE vector add_neighbours(vector a, vector b) {
    return EVEN(a, b) + ODD(a, b);
}

#if W > 4
INLINE vector add_quarters(vector a, vector b) {
    return LOW(a, b) + HIGH(a, b);
}
#endif

/* Lane i of the result is the sum of rows[i]'s lanes: a transposing reduction, W - 1 additions for W sums. */
INLINE vector add_across(const float *rows) {
    vector quad[W / 4];
    for (size_t i = 0; i < W / 4; i++) {
        const vector front = add_neighbours(LOAD(rows + (4 * i) * W), LOAD(rows + (4 * i + 1) * W));
        const vector back = add_neighbours(LOAD(rows + (4 * i + 2) * W), LOAD(rows + (4 * i + 3) * W));
        quad[i] = add_neighbours(front, back);
    }
#if W == 4
    return quad[0];
#elif W == 8
    return add_quarters(quad[0], quad[1]);
#else
    return add_quarters(add_quarters(quad[0], quad[1]), add_quarters(quad[2], quad[3]));
#endif
}

/* --- transpose --- */

/* A 4 x 4 block within each 128 bits. */
INLINE void transpose_tile(float *transposed, size_t columns, const float *const *sources) {
#if W == 4
    const vector a = LOAD(sources[0]), b = LOAD(sources[1]), c = LOAD(sources[2]), d = LOAD(sources[3]);
    const vector ab_even = EVEN(a, b), ab_odd = ODD(a, b), cd_even = EVEN(c, d), cd_odd = ODD(c, d);
    STORE(transposed, EVEN(ab_even, cd_even));
    STORE(transposed + columns, EVEN(ab_odd, cd_odd));
    STORE(transposed + 2 * columns, ODD(ab_even, cd_even));
    STORE(transposed + 3 * columns, ODD(ab_odd, cd_odd));
#else
    for (size_t j = 0; j < W; j++)
        for (size_t d = 0; d < W; d++)
            transposed[d * columns + j] = sources[j][d];
#endif
}

INTENDED_RACE static void transpose(float *transposed, size_t columns, const float *const *sources,
                                    size_t count, size_t stride) {
    static const float zeros[KERNEL_ROW_FLOATS] __attribute__((aligned(64)));
    for (size_t j = 0; j < columns; j += W)
        for (size_t d = 0; d < stride; d += W) {
            const float *tile[W];
            for (size_t i = 0; i < W; i++)
                tile[i] = j + i < count ? sources[j + i] + d : zeros;
            transpose_tile(transposed + d * columns + j, columns, tile);
        }
}

/* --- scores --- */

/* `rows` rows by `vectors` vectors of noise words, summed over dim in registers. */
INLINE void score_tile(float *scores, const float *inputs, size_t stride, size_t dim, const float *transposed,
                       size_t columns, size_t rows, size_t vectors) {
    vector sums[SCORE_ROWS][SCORE_VECTORS] = {{{0}}};
    for (size_t d = 0; d < dim; d++) {
        vector noise[SCORE_VECTORS];
        for (size_t v = 0; v < vectors; v++)
            noise[v] = LOAD(transposed + d * columns + v * W);
        for (size_t r = 0; r < rows; r++)
            for (size_t v = 0; v < vectors; v++)
                sums[r][v] += inputs[r * stride + d] * noise[v];
    }
    for (size_t r = 0; r < rows; r++)
        for (size_t v = 0; v < vectors; v++)
            STORE(scores + r * columns + v * W, sums[r][v]);
}

INLINE void score_rows(float *scores, const float *inputs, size_t rows, size_t stride, size_t dim,
                       const float *transposed, size_t columns, size_t vectors) {
    size_t r = 0;
    for (; r + SCORE_ROWS <= rows; r += SCORE_ROWS)
        score_tile(scores + r * columns, inputs + r * stride, stride, dim, transposed, columns, SCORE_ROWS,
                   vectors);
    for (; r + 2 <= rows; r += 2)
        score_tile(scores + r * columns, inputs + r * stride, stride, dim, transposed, columns, 2, vectors);
    if (r < rows)
        score_tile(scores + r * columns, inputs + r * stride, stride, dim, transposed, columns, 1, vectors);
}

static void noise_scores(float *scores, const float *inputs, size_t rows, size_t stride, size_t dim,
                         const float *transposed, size_t columns) {
    size_t j = 0;
    for (; j + SCORE_VECTORS * (size_t)W <= columns; j += SCORE_VECTORS * (size_t)W)
        score_rows(scores + j, inputs, rows, stride, dim, transposed + j, columns, SCORE_VECTORS);
    for (; j < columns; j += W)
        score_rows(scores + j, inputs, rows, stride, dim, transposed + j, columns, 1);
}

/* The lane sums of `count` dot products of one input row, not yet added up: (count, W). */
INLINE void dot_lanes(float *lanes, const float *input, const float *const *sources, size_t stride,
                      size_t count) {
    vector sums[4] = {{0}};
    for (size_t d = 0; d < stride; d += W) {
        const vector value = LOAD(input + d);
        for (size_t i = 0; i < count; i++)
            sums[i] += value * LOAD(sources[i] + d);
    }
    for (size_t i = 0; i < count; i++)
        STORE(lanes + i * W, sums[i]);
}

INTENDED_RACE static void pair_scores(float *scores, const float *inputs, size_t rows, size_t stride,
                                      const unsigned *starts, const float *const *sources, float *scratch) {
    /* Dot products of a row go in fours; whenever W have gathered in `scratch` they are added across. */
    size_t gathered = 0, done = 0;
    for (size_t r = 0; r < rows; r++) {
        const float *input = inputs + r * stride;
        for (size_t k = starts[r]; k < starts[r + 1];) {
            const size_t left = starts[r + 1] - k, room = W - gathered;
            const size_t most = left < room ? left : room;
            const size_t count = most < 4 ? most : 4;
            float *lanes = scratch + gathered * W;
            if (count == 4)
                dot_lanes(lanes, input, sources + k, stride, 4);
            else if (count == 3)
                dot_lanes(lanes, input, sources + k, stride, 3);
            else if (count == 2)
                dot_lanes(lanes, input, sources + k, stride, 2);
            else
                dot_lanes(lanes, input, sources + k, stride, 1);
            k += count;
            gathered += count;
            if (gathered == W) {
                STORE(scores + done, add_across(scratch));
                done += W;
                gathered = 0;
            }
        }
    }
    if (gathered > 0)
        STORE(scores + done, add_across(scratch));
}

/* --- logistic --- */

INLINE vector choose(whole condition, vector yes, vector no) {
    return (vector)(((whole)yes & condition) | ((whole)no & ~condition));
}

/* exp(x) for |x| <= 87: x = n ln 2 + r with |r| <= ln 2 / 2, exp(r) by its Taylor polynomial of degree 6
 * (relative error below 2e-7), and n into the exponent. Adding 1.5 * 2^23 rounds to the nearest whole number.
 */
INLINE vector exponential(vector x) {
    const float magic = 12582912.0f;
    const vector shifted = x * 1.44269504f + magic;
    const vector n = shifted - magic;
    const vector r = (x - n * 0.693145752f) - n * 1.42860677e-6f;
    vector sum = r * (1.0f / 720) + (1.0f / 120);
    sum = sum * r + (1.0f / 24);
    sum = sum * r + (1.0f / 6);
    sum = sum * r + 0.5f;
    sum = sum * r + 1.0f;
    sum = sum * r + 1.0f;
    return (vector)((whole)sum + ((whole)shifted << 23));
}

static void logistic(float *values, size_t count) {
    for (size_t i = 0; i < count; i += W) {
        vector x = -LOAD(values + i);
        const vector most = (vector){0} + 80.0f;
        x = choose(x > most, most, x);
        x = choose(x < -most, -most, x);
        STORE(values + i, 1.0f / (1.0f + exponential(x)));
    }
}

static void weigh(float *values, size_t rows, size_t columns, const float *row_weights,
                  const float *column_weights) {
    for (size_t r = 0; r < rows; r++)
        for (size_t j = 0; j < columns; j += W) {
            float *at = values + r * columns + j;
            STORE(at, LOAD(at) * (row_weights[r] * LOAD(column_weights + j)));
        }
}

/* --- updates --- */

INLINE void update_tile(float *const *targets, const float *const *sources, size_t source_count,
                        const float *weights, size_t target_step, size_t source_step, float scale, size_t at,
                        size_t rows, size_t vectors) {
    vector sums[UPDATE_ROWS][UPDATE_VECTORS] = {{{0}}};
    for (size_t s = 0; s < source_count; s++) {
        vector weight[UPDATE_ROWS];
        for (size_t t = 0; t < rows; t++)
            weight[t] = (vector){0} + weights[t * target_step + s * source_step];
        for (size_t v = 0; v < vectors; v++) {
            const vector source = LOAD(sources[s] + at + v * W);
            for (size_t t = 0; t < rows; t++)
                sums[t][v] += weight[t] * source;
        }
    }
    for (size_t t = 0; t < rows; t++)
        for (size_t v = 0; v < vectors; v++) {
            float *target = targets[t] + at + v * W;
            STORE(target, LOAD(target) + scale * sums[t][v]);
        }
}

INLINE void update_vectors(float *const *targets, size_t target_count, const float *const *sources,
                           size_t source_count, const float *weights, size_t target_step, size_t source_step,
                           float scale, size_t at, size_t vectors) {
    size_t t = 0;
    for (; t + UPDATE_ROWS <= target_count; t += UPDATE_ROWS)
        update_tile(targets + t, sources, source_count, weights + t * target_step, target_step, source_step,
                    scale, at, UPDATE_ROWS, vectors);
    for (; t < target_count; t++)
        update_tile(targets + t, sources, source_count, weights + t * target_step, target_step, source_step,
                    scale, at, 1, vectors);
}

/* Rows are cut into parts of nearly equal width, each at most UPDATE_VECTORS vectors. */
INTENDED_RACE static void update(float *const *targets, size_t target_count, const float *const *sources,
                                 size_t source_count, const float *weights, size_t target_step,
                                 size_t source_step, float scale, size_t stride) {
    size_t left = stride / W, at = 0;
    while (left > 0) {
        const size_t parts = (left + UPDATE_VECTORS - 1) / UPDATE_VECTORS;
        const size_t vectors = (left + parts - 1) / parts;
#define CASE(n)                                                                                         \
    case n:                                                                                             \
        update_vectors(targets, target_count, sources, source_count, weights, target_step, source_step, \
                       scale, at, n);                                                                   \
        break
        switch (vectors) {
            CASE(1);
            CASE(2);
            CASE(3);
            CASE(4);
#if UPDATE_VECTORS > 4
            CASE(5);
            CASE(6);
            CASE(7);
#endif
        }
#undef CASE
        at += vectors * W;
        left -= vectors;
    }
}

const struct kernel KERNEL_TABLE = {
    KERNEL_NAME, copy_rows, transpose, noise_scores, pair_scores, logistic, weigh, update,
};

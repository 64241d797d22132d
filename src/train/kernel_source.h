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

/* Keeps the compiler from loading a value again for each of its uses: loads are what a tile runs out of. */
#if defined(__x86_64__) && !defined(__clang_analyzer__)
#define IN_REGISTER(value) __asm__("" : "+v"(value))
#elif defined(__aarch64__)
#define IN_REGISTER(value) __asm__("" : "+w"(value))
#else
#define IN_REGISTER(value) ((void)0)
#endif

INTENDED_RACE static void copy_rows(float *copies, const float *const *sources, size_t rows, size_t stride) {
    for (size_t r = 0; r < rows; r++)
        for (size_t d = 0; d < stride; d += W)
            STORE(copies + r * stride + d, LOAD(sources[r] + d));
}

/* --- shuffles --- */

/* The lanes of two vectors in turn: of their first halves, of their second halves. */
#if W == 4
#define FIRST_HALVES(a, b) __builtin_shufflevector(a, b, 0, 4, 1, 5)
#define SECOND_HALVES(a, b) __builtin_shufflevector(a, b, 2, 6, 3, 7)
#elif W == 8
#define FIRST_HALVES(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define SECOND_HALVES(a, b) __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
#else
#define FIRST_HALVES(a, b) \
    __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define SECOND_HALVES(a, b) \
    __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#endif

/* Lane i of the result is the sum of sums[i]'s lanes: each step halves the vectors and the lanes of a sum. */
INLINE vector add_across(vector *sums) {
    for (size_t half = W / 2; half > 0; half /= 2)
        for (size_t i = 0; i < half; i++)
            sums[i] = FIRST_HALVES(sums[i], sums[i + half]) + SECOND_HALVES(sums[i], sums[i + half]);
    return sums[0];
}

/* One step of a transpose of W x W: log2 W of them put lane i of row j into lane j of row i. */
INLINE void shuffle_rows(vector *to, const vector *from) {
    for (size_t i = 0; i < W / 2; i++) {
        to[2 * i] = FIRST_HALVES(from[i], from[i + W / 2]);
        to[2 * i + 1] = SECOND_HALVES(from[i], from[i + W / 2]);
    }
}

INLINE void transpose_tile(float *transposed, size_t columns, const float *const *sources, size_t at) {
    vector rows[W], shuffled[W];
    for (size_t i = 0; i < W; i++)
        rows[i] = LOAD(sources[i] + at);
    shuffle_rows(shuffled, rows);
    shuffle_rows(rows, shuffled);
#if W > 4
    shuffle_rows(shuffled, rows);
#endif
#if W > 8
    shuffle_rows(rows, shuffled);
#endif
    for (size_t i = 0; i < W; i++)
        STORE(transposed + i * columns, W == 8 ? shuffled[i] : rows[i]);
}

INTENDED_RACE static void transpose(float *transposed, size_t columns, const float *const *sources,
                                    size_t stride) {
    for (size_t j = 0; j < columns; j += W)
        for (size_t d = 0; d < stride; d += W)
            transpose_tile(transposed + d * columns + j, columns, sources + j, d);
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

INTENDED_RACE static void pair_scores(float *scores, const float *const *inputs, const float *const *outputs,
                                      size_t count, size_t stride) {
    for (size_t k = 0; k < count; k += W) {
        vector sums[W];
        for (size_t i = 0; i < W; i++) {
            sums[i] = LOAD(inputs[k + i]) * LOAD(outputs[k + i]);
            for (size_t d = W; d < stride; d += W)
                sums[i] += LOAD(inputs[k + i] + d) * LOAD(outputs[k + i] + d);
        }
        STORE(scores + k, add_across(sums));
    }
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

/* What an update is about, for the functions below. */
struct update {
    float *const *targets;
    const float *const *sources;
    size_t source_count;
    struct kernel_weights weights;
    float scale;
};

/* `rows` targets from `t` on, `vectors` vectors of each from `at` on, summed over their sources in registers.
 */
INLINE void update_tile(const struct update *update, size_t t, size_t at, size_t rows, size_t vectors) {
    const struct kernel_weights *weights = &update->weights;
    const ptrdiff_t low = (ptrdiff_t)t + weights->shift - weights->reach;
    const ptrdiff_t high = (ptrdiff_t)(t + rows) + weights->shift + weights->reach;
    const size_t end = high < 0                              ? 0
                       : (size_t)high < update->source_count ? (size_t)high
                                                             : update->source_count;
    vector sums[UPDATE_ROWS][UPDATE_VECTORS] = {{{0}}};
    for (size_t s = low > 0 ? (size_t)low : 0; s < end; s++) {
        const float *weight = weights->values + t * weights->target_step + s * weights->source_step;
        vector spread[UPDATE_ROWS];
        for (size_t r = 0; r < rows; r++)
            spread[r] = (vector){0} + weight[r * weights->target_step];
        for (size_t v = 0; v < vectors; v++) {
            vector source = LOAD(update->sources[s] + at + v * W);
            IN_REGISTER(source);
            for (size_t r = 0; r < rows; r++)
                sums[r][v] += spread[r] * source;
        }
    }
    for (size_t r = 0; r < rows; r++)
        for (size_t v = 0; v < vectors; v++) {
            float *target = update->targets[t + r] + at + v * W;
            STORE(target, LOAD(target) + update->scale * sums[r][v]);
        }
}

INLINE void update_vectors(const struct update *update, size_t target_count, size_t at, size_t vectors) {
    size_t t = 0;
    for (; t + UPDATE_ROWS <= target_count; t += UPDATE_ROWS)
        update_tile(update, t, at, UPDATE_ROWS, vectors);
    for (; UPDATE_ROWS > 2 && t + 2 <= target_count; t += 2)
        update_tile(update, t, at, 2, vectors);
    if (t < target_count)
        update_tile(update, t, at, 1, vectors);
}

/* Rows are cut into parts of nearly equal width, each at most UPDATE_VECTORS vectors. */
INTENDED_RACE static void update(float *const *targets, size_t target_count, const float *const *sources,
                                 size_t source_count, const struct kernel_weights *weights, float scale,
                                 size_t stride) {
    const struct update update = {targets, sources, source_count, *weights, scale};
    size_t left = stride / W, at = 0;
    while (left > 0) {
        const size_t parts = (left + UPDATE_VECTORS - 1) / UPDATE_VECTORS;
        const size_t vectors = (left + parts - 1) / parts;
        switch (vectors) {
#define CASE(n)                                       \
    case n:                                           \
        update_vectors(&update, target_count, at, n); \
        break
            CASE(1);
            CASE(2);
            CASE(3);
            CASE(4);
#if UPDATE_VECTORS > 4
            CASE(5);
#endif
#undef CASE
        }
        at += vectors * W;
        left -= vectors;
    }
}

/* --- the machine's peak --- */

/* Twelve sums hide the latency of two units of a depth of six. */
static double multiply_adds(size_t rounds) {
    enum { SUMS = 12 };
    vector sums[SUMS], factor = (vector){0} + 0.999f, term = (vector){0} + 0.001f;
    for (size_t k = 0; k < SUMS; k++)
        sums[k] = (vector){0} + (float)k;
    for (size_t i = 0; i < rounds; i++)
        for (size_t k = 0; k < SUMS; k++)
            sums[k] = sums[k] * factor + term;
    volatile float result = 0;
    for (size_t k = 0; k < SUMS; k++)
        result = result + sums[k][0];
    return (double)rounds * SUMS * W * 2;
}

const struct kernel KERNEL_TABLE = {
    KERNEL_NAME, copy_rows, transpose, noise_scores, pair_scores, logistic, weigh, update, multiply_adds,
};

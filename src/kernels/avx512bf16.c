/* AVX-512 with products of bfloat16, twice as many as of floats. The numbers of rows are factors as they are;
 * the weights of updates are rounded to bfloat16. Sums are floats. */
#include "kernels/kernel_list.h"
#if CPU_X86
#define SIMD_WIDTH 16
#define SCORE_ROWS 12
#define UPDATE_VECTORS 10
#define TWO_ROW_CONTEXTS 12
#define IN_PLACE 1
#include "kernels/simd.inc.h"

typedef int32_t half_packed __attribute__((vector_size(32), aligned(32), may_alias));

/* The instructions by name, as the compilers have different functions for them. */
INLINE vector add_products(vector sum, packed a, packed b) {
#ifdef __clang_analyzer__
    return sum + (vector)(a + b); /* it does not know the instruction */
#else
    __asm__("vdpbf16ps %2, %1, %0" : "+v"(sum) : "v"(a), "v"(b));
    return sum;
#endif
}

/* Two vectors of floats, rounded to nearest, as one of pairs. */
INLINE packed narrow(vector low, vector high) {
#ifdef __clang_analyzer__
    return (packed)(low + high);
#else
    packed result;
    __asm__("vcvtne2ps2bf16 %1, %2, %0" : "=v"(result) : "v"(low), "v"(high));
    return result;
#endif
}

/* Lane i is the pair of the i-th numbers of a and of b; their upper halves are left out. */
INLINE packed interleave_last(packed a, packed b) {
    return (packed)__builtin_shufflevector((shorts)a, (shorts)b, 0, 32, 1, 33, 2, 34, 3, 35, 4, 36, 5, 37, 6,
                                           38, 7, 39, 8, 40, 9, 41, 10, 42, 11, 43, 12, 44, 13, 45, 14, 46,
                                           15, 47);
}

/* Lane i is the pair of the i-th numbers of the lower and of the upper half. */
INLINE packed interleave_halves(packed both) {
    return (packed)__builtin_shufflevector((shorts)both, (shorts)both, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5,
                                           21, 6, 22, 7, 23, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14,
                                           30, 15, 31);
}

/* Numbers of rows are factors as they are, and sums are floats. */
INLINE packed load_factors(const bfloat16 *address, float scale) {
    (void)scale;
    return LOAD_PACKED(address);
}

INLINE vector to_floats(lanes sum, float unit) {
    (void)unit;
    return sum;
}

INLINE lanes shift_right(lanes sum, int shift) {
    (void)shift;
    return sum;
}

INLINE void move_last(bfloat16 *address, lanes sums, struct motion motion) {
    move_bfloat16s(address, sums, motion);
}

/* Tiles of nearly the same width. */
INLINE size_t next_vectors(size_t left) {
    const size_t vectors = next_part(left, UPDATE_VECTORS);
    return vectors + (vectors < left ? vectors % 2 : 0);
}

#include "kernels/dot2.inc.h"

/* Packs weights, (rows, columns), as pairs along a row, and as pairs of two rows. */
static void pack_weights(int32_t *along, int32_t *across, const float *weights, size_t rows, size_t columns) {
    for (size_t r = 0; r < rows; r += 2)
        for (size_t k = 0; k < columns; k += 16) {
            const float *first = weights + r * columns + k;
            const packed both = narrow(LOAD(first), LOAD(first + columns));
            int32_t *to = along + (r * columns + k) / 2;
            *(half_packed *)to = __builtin_shufflevector(both, both, 0, 1, 2, 3, 4, 5, 6, 7);
            *(half_packed *)(to + columns / 2) = __builtin_shufflevector(both, both, 8, 9, 10, 11, 12, 13, 14,
                                                                         15);
            STORE_PACKED(across + r / 2 * columns + k, interleave_halves(both));
        }
}

static struct workspace plan(const struct kernel_step *step) {
    return plan_workspace(step, kernel_stride(step->dim) / 2, kernel_floats(step->dim));
}

static void scores(const struct kernel_step *step) {
    const struct workspace workspace = plan(step);
    pack_and_score(step, &workspace, 1, 1);
}

static void update(const struct kernel_step *step, float scale) {
    const struct workspace workspace = plan(step);
    pack_weights(workspace.pair_contexts, workspace.pair_centers, step->pairs, step->rows,
                 step->band_columns);
    pack_weights(workspace.noise_words, workspace.noise_centers, step->noise_scores, step->rows,
                 step->columns);
    update_rows(step, &workspace, &(struct units){scale, scale, scale, 0}, scale);
}

/* --- logistic --- */

/* 2^x: the nearest integer goes into the exponent, and the rest into a polynomial. */
INLINE vector power_of_two(vector x) {
    const vector nearest = (vector)_mm512_roundscale_ps((__m512)x,
                                                        _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    return (vector)_mm512_scalef_ps((__m512)power_of_rest(x - nearest), (__m512)nearest);
}

/* The reciprocal is exact to 2^-14, and weights are rounded to 2^-9. */
static void logistic(float *values, size_t count) {
    for (size_t i = 0; i < count; i += W) {
        const vector power = power_of_two(LOAD(values + i) * -1.44269504f);
        STORE(values + i, (vector)_mm512_rcp14_ps((__m512)(1.0f + power)));
    }
}

const struct kernel kernel_avx512bf16 = {
    .name = "avx512bf16",
    .row_roundoff = 0x1p-24f,
    .weight_roundoff = 0x1p-9f,
    .scores = scores,
    .update = update,
    .squares = squares,
    .merge = merge,
    .logistic = logistic,
    .weigh_errors = weigh_errors,
    .weigh = weigh,
    .weigh_bands = weigh_bands,
    .multiply_adds = multiply_adds,
};
#endif

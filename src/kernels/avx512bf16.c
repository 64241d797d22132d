/* AVX-512 with products of bfloat16, twice as many as of floats. The numbers of rows are factors as they are;
 * the weights of updates are rounded to bfloat16. Sums are floats. */
#include "kernels/kernel_list.h"
#if CPU_X86
#define SIMD_WIDTH 16
#define IN_PLACE 1
#include "kernels/shared.inc.h"

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

#include "kernels/dot2.inc.h"

static struct workspace plan(const struct kernel_step *step) {
    return plan_workspace(step, kernel_stride(step->dim) / 2, kernel_floats(step->dim));
}

static void scores(const struct kernel_step *step) {
    const struct workspace workspace = plan(step);
    pack_and_score(step, &workspace, 1, 1);
}

static void update(const struct kernel_step *step, float scale) {
    const struct workspace workspace = plan(step);
    pack_weights(workspace.pair_contexts, workspace.pair_centers, step->pairs, step->rows, step->band_columns,
                 1);
    pack_weights(workspace.noise_words, workspace.noise_centers, step->noise_scores, step->rows,
                 step->columns, 1);
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
    KERNEL_FUNCTIONS,
};
#endif

/* The kernels that multiply 16-bit integers: twice the products of a float instruction.
 * The numbers of rows become integers by a power of two, one for the centers of a step and one for contexts
 * and noise; so do the weights of an update. Sums are 32-bit integers, and the powers are chosen so that none
 * can overflow. What rounding to an integer loses is small beside the largest factors, and smaller than what
 * rounding the matrices loses.
 *
 * An example with 100 dims. Factors get 12 bits: 100 products below 2^24 stay below 2^31. If the largest
 * number in the center rows is 0.7, below 2^0, their scale is 2^12, and 0.7 becomes 2867. If that of the
 * context rows is 0.3, below 2^-1, their scale is 2^13, and 0.3 becomes 2458. A score that sums to 7,000,000
 * then stands for 7,000,000 / 2^25 = 0.2086. In an update factors stay below 2^12, so the weights that a
 * row's sum adds up may total 2^18 and the sum stays below 2^30. If they total 1.5 at most, below 2^1, their
 * scale is at most 2^17, and as a single weight must fit 16 bits too, for a largest weight of 0.4 it is at
 * most 2^16: 0.4 becomes 26214.
 *
 * A kernel's source file defines KERNEL_NAME, for users, KERNEL_TABLE, the table to define, SIMD_WIDTH 8 or
 * 16 and INTEGER_SUMS, includes shared.inc.h, defines add_products() (see dot2.inc.h), and includes this. */
#include <math.h>

#define IN_PLACE 0

/* --- what the vector extensions have no operators for --- */

#if W == 16
INLINE shorts max_shorts(shorts a, shorts b) {
    return (shorts)_mm512_max_epu16((__m512i)a, (__m512i)b);
}

INLINE vector max_floats(vector a, vector b) {
    return (vector)_mm512_max_ps((__m512)a, (__m512)b);
}

INLINE vector min_floats(vector a, vector b) {
    return (vector)_mm512_min_ps((__m512)a, (__m512)b);
}

INLINE vector reciprocal_estimate(vector value) {
    return (vector)_mm512_rcp14_ps((__m512)value);
}

INLINE packed narrow(vector low, vector high) {
    const __m512i both = _mm512_packs_epi32(_mm512_cvtps_epi32((__m512)low),
                                            _mm512_cvtps_epi32((__m512)high));
    return (packed)_mm512_permutexvar_epi64(_mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7), both);
}
#else
INLINE shorts max_shorts(shorts a, shorts b) {
    return (shorts)_mm256_max_epu16((__m256i)a, (__m256i)b);
}

INLINE vector max_floats(vector a, vector b) {
    return (vector)_mm256_max_ps((__m256)a, (__m256)b);
}

INLINE vector min_floats(vector a, vector b) {
    return (vector)_mm256_min_ps((__m256)a, (__m256)b);
}

INLINE vector reciprocal_estimate(vector value) {
    return (vector)_mm256_rcp_ps((__m256)value);
}

INLINE packed narrow(vector low, vector high) {
    const __m256i both = _mm256_packs_epi32(_mm256_cvtps_epi32((__m256)low),
                                            _mm256_cvtps_epi32((__m256)high));
    return (packed)_mm256_permute4x64_epi64(both, 0xd8);
}
#endif

/* --- factors --- */

INLINE vector to_floats(lanes sum, float unit) {
    return lane_values(sum) * unit;
}

INLINE lanes shift_right(lanes sum, int shift) {
    return (lanes)((integers)sum >> shift);
}

/* Added to a float, it leaves the nearest integer to `scale` times it, a power of two, in the low 16 bits, if
 * it fits them: the last place of the sum is worth 1 / scale. */
INLINE vector rounding_term(float scale) {
    return (vector){0} + ROUNDING / scale;
}

INLINE packed load_factors(const bfloat16 *address, float scale) {
    vector even, odd;
    load_even_odd(address, &even, &odd);
    return interleave_even((packed)(even + rounding_term(scale)), (packed)(odd + rounding_term(scale)));
}

#include "kernels/dot2.inc.h"

/* --- scales --- */

static int min_int(int a, int b) {
    return a < b ? a : b;
}

/* The exponent of the largest power of two, from -100 to 100, that brings `largest` below 2^bits: `largest`
 * is below 2^(its exponent field - 126). */
static int power_for(float largest, int bits) {
    const int power = bits + 126 - (int)(bfloat16_bits(largest) >> 23);
    return power < -100 ? -100 : min_int(power, 100);
}

/* Bits of the factors from rows, so that a sum of `dim` products stays below 2^31. */
static int factor_bits(size_t dim) {
    int bits = 13;
    while (dim > (size_t)1 << (31 - 2 * bits))
        bits--;
    return bits;
}

/* Without their signs, the bits of bfloat16 are in the order of the magnitudes. Another thread may move a row
 * before it is packed: 16 bits can hold eight times the largest, and beyond that a single step goes wrong. */
INLINE shorts max_magnitudes(shorts max, const bfloat16 *address) {
    const shorts magnitudes = *(const shorts *)address & 0x7fff;
    return max_shorts(max, magnitudes);
}

/* `count` is even. */
INTENDED_RACE static shorts max_of_rows(bfloat16 *const *rows, size_t count, size_t dim, shorts max) {
    shorts second = max;
    for (size_t r = 0; r < count; r += 2)
        for (size_t d = 0; d < dim; d += 2 * (size_t)W) {
            max = max_magnitudes(max, rows[r] + d);
            second = max_magnitudes(second, rows[r + 1] + d);
        }
    return max_shorts(max, second);
}

static float scale_for(shorts max, size_t dim) {
    bfloat16 largest = 0;
    for (size_t i = 0; i < 2 * (size_t)W; i++)
        largest = max[i] > largest ? max[i] : largest;
    return ldexpf(1, power_for(bfloat16_value(largest), factor_bits(dim)));
}

INLINE void add_magnitudes(const float *weights, size_t count, vector *sums, vector *max) {
    for (size_t k = 0; k < count; k += W) {
        const vector magnitudes = (vector)((integers)LOAD(weights + k) & 0x7fffffff);
        *sums += magnitudes;
        *max = max_floats(*max, magnitudes);
    }
}

static float sum_lanes(vector values) {
    float sum = 0;
    for (size_t i = 0; i < W; i++)
        sum += values[i];
    return sum;
}

static float max_lane(vector values) {
    float max = 0;
    for (size_t i = 0; i < W; i++)
        max = values[i] > max ? values[i] : max;
    return max;
}

/* The exponents of the scales of weights. No weight reaches 2^15, and those of a row or column total less
 * than 2^(30 - factor_bits()): half of what could overflow a sum, which leaves room for the rounding of each.
 * Totals are bounded lane by lane, columns by the maximum of several, and so may be overestimated. */
struct weight_powers {
    int pairs, noise; /* noise <= pairs <= noise + 31 */
};

static struct weight_powers choose_powers(const struct kernel_step *step) {
    vector row_sums = {0}, column_sums = {0}, max_pairs = {0}, max_noise = {0};
    for (size_t p = 0; p < step->rows; p++) {
        vector sums = {0}, max = {0};
        add_magnitudes(step->pairs + p * step->band_columns, step->band_columns, &sums, &max_pairs);
        add_magnitudes(step->noise_scores + p * step->columns, step->columns, &sums, &max);
        row_sums = max_floats(row_sums, sums);
        column_sums += max;
        max_noise = max_floats(max_noise, max);
    }
    const float pair = max_lane(max_pairs), noise = max_lane(max_noise);
    const float row = sum_lanes(row_sums), column = max_lane(column_sums);
    const int bits = 30 - factor_bits(step->dim);
    const float margin = 1.0001f; /* or the largest could be rounded to 2^15 */
    struct weight_powers powers;
    powers.pairs = min_int(power_for(margin * pair, 15),
                           power_for((float)(2 * step->window + 2) * pair, bits));
    powers.noise = min_int(power_for(margin * noise, 15), power_for(fmaxf(row, column), bits));
    powers.noise = min_int(powers.noise, powers.pairs);
    powers.pairs = min_int(powers.pairs, powers.noise + 31);
    return powers;
}

/* --- steps --- */

/* Packed rows are an odd number of vectors apart, or the rows of some dims would all compete for the same few
 * sets of the cache. */
static struct workspace plan(const struct kernel_step *step) {
    const size_t width = (step->dim + W - 1) / W * W;
    return plan_workspace(step, ((width / 2 + W - 1) / W | 1) * W, width);
}

static void scores(const struct kernel_step *step) {
    const struct workspace workspace = plan(step);
    const size_t dim = step->dim, contexts = step->rows + 2 * step->window;
    const shorts none = {0}, centers = max_of_rows(step->centers, step->rows, dim, none);
    const shorts contexts_and_noise = max_of_rows(step->noise, step->columns, dim,
                                                  max_of_rows(step->contexts, contexts, dim, none));
    workspace.scales[0] = scale_for(centers, dim);
    workspace.scales[1] = scale_for(contexts_and_noise, dim);
    pack_and_score(step, &workspace, workspace.scales[0], workspace.scales[1]);
}

static void update(const struct kernel_step *step, float scale) {
    const struct workspace workspace = plan(step);
    const struct weight_powers powers = choose_powers(step);
    const float pairs = ldexpf(1, powers.pairs), noise = ldexpf(1, powers.noise);
    const struct units units = {.centers = scale / noise / workspace.scales[1],
                                .contexts = scale / pairs / workspace.scales[0],
                                .noise = scale / noise / workspace.scales[0],
                                .shift = powers.pairs - powers.noise};
    pack_weights(workspace.pair_contexts, workspace.pair_centers, step->pairs, step->rows, step->band_columns,
                 pairs);
    pack_weights(workspace.noise_words, workspace.noise_centers, step->noise_scores, step->rows,
                 step->columns, noise);
    update_rows(step, &workspace, &units, scale);
}

/* --- logistic --- */

/* 2^x for |x| <= 126: the nearest integer goes into the exponent, and the rest into a polynomial. */
INLINE vector power_of_two(vector x) {
    const vector shifted = x + ROUNDING;
    return (vector)((integers)power_of_rest(x - (shifted - ROUNDING)) + ((integers)shifted << 23));
}

/* The estimate of the reciprocal is exact to 1.5 * 2^-12 at least, and after one step of Newton's method to
 * the square of that. */
static void logistic(float *values, size_t count) {
    const vector max = (vector){0} + 120.0f;
    for (size_t i = 0; i < count; i += W) {
        const vector x = LOAD(values + i) * -1.44269504f;
        const vector sum = 1.0f + power_of_two(max_floats(min_floats(x, max), -max));
        const vector near = reciprocal_estimate(sum);
        STORE(values + i, near * (2.0f - near * sum));
    }
}

const struct kernel KERNEL_TABLE = {
    .name = KERNEL_NAME,
    .row_roundoff = 0x1p-10f,
    .weight_roundoff = 0x1p-10f,
    KERNEL_FUNCTIONS,
};

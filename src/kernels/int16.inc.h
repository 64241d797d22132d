/* The kernels of 256-bit vectors that multiply whole numbers of 16 bits: twice the multiply-adds an
 * instruction. Rows become such numbers by a power of two, one for all center rows of a step and one for its
 * output rows, and so do the gradients' weights; sums are whole numbers of 32 bits, which they cannot
 * overflow. What rounding changes is small beside the largest factors, and smaller than the rounding of the
 * matrices.
 *
 * A kernel_*.c file defines KERNEL_NAME, for users, KERNEL_TABLE, the table to define, SIMD_WIDTH 8 and
 * INTEGER_SUMS, includes vector_source.h, defines add_products() (twos_source.h), and includes this. */
#include <math.h>

#define SCORE_ROWS 6
#define TWO_ROW_CONTEXTS 4
#define IN_PLACE 0
#define UPDATE_VECTORS 6

INLINE vector to_floats(lanes sum, float unit) {
    return lane_values(sum) * unit;
}

INLINE lanes shift_right(lanes sum, int shift) {
    return (lanes)((integers)sum >> shift);
}

/* What to add to a float so that its lower 16 bits are the nearest whole number to `scale`, a power of two,
 * times it, if that fits them: the sum's last place is worth 1 / scale. */
INLINE vector rounding_term(float scale) {
    return (vector){0} + ROUNDING / scale;
}

INLINE packed load_factors(const bfloat16 *address, float scale) {
    vector even, odd;
    load_even_odd(address, &even, &odd);
    return interleave_even((packed)(even + rounding_term(scale)), (packed)(odd + rounding_term(scale)));
}

/* The dims at even places, then those at odd ones. */
INLINE packed interleave_last(packed first, packed second) {
    return LANES_EVEN(interleave_even(first, second), interleave_odd(first, second));
}

/* move_even_odd() of the last eight dims. */
INLINE void move_last(bfloat16 *address, lanes sums, float unit) {
    const bits32 shifts = {16, 16, 16, 16},
                 both = (bits32)_mm256_broadcastsi128_si256(*(const __m128i *)address);
    const bits32 last = moved((vector)(both << shifts & 0xffff0000), sums, unit);
    const __m128i even = _mm256_castsi256_si128((__m256i)(last >> 16));
    *(__m128i *)address = _mm_blend_epi16(even, _mm256_extracti128_si256((__m256i)last, 1), 0xaa);
}

/* Fours measured faster than sixes, which leave no register free. */
INLINE size_t next_vectors(size_t left) {
    return left > UPDATE_VECTORS ? 4 : left;
}

#include "kernels/dot2.inc.h"

/* --- scales --- */

static int least(int a, int b) {
    return a < b ? a : b;
}

/* The power of two, within 2^-100 and 2^100, that brings `largest` below 2^bits: it is below 2^(its exponent
 * - 126). */
static int power_for(float largest, int bits) {
    const int power = bits + 126 - (int)(bfloat16_bits(largest) >> 23);
    return power < -100 ? -100 : least(power, 100);
}

/* Bits of a row's factors, so that a sum of `dim` products stays below 2^31. */
static int factor_bits(size_t dim) {
    int bits = 13;
    while (dim > (size_t)1 << (31 - 2 * bits))
        bits--;
    return bits;
}

/* By the bits of numbers without their signs, which are in the order of the magnitudes. Another thread may
 * move a row before it is packed: 16 bits can hold eight times the largest, and beyond that a step is
 * wrong once. */
INLINE shorts larger(shorts most, const bfloat16 *address) {
    const shorts magnitudes = *(const shorts *)address & 0x7fff;
    return (shorts)_mm256_max_epu16((__m256i)most, (__m256i)magnitudes);
}

/* An even count of rows. */
INTENDED_RACE static shorts largest_numbers(bfloat16 *const *rows, size_t count, size_t dim, shorts most) {
    shorts second = most;
    for (size_t r = 0; r < count; r += 2)
        for (size_t d = 0; d < dim; d += 2 * (size_t)W) {
            most = larger(most, rows[r] + d);
            second = larger(second, rows[r + 1] + d);
        }
    return (shorts)_mm256_max_epu16((__m256i)most, (__m256i)second);
}

static float scale_for(shorts most, size_t dim) {
    bfloat16 largest = 0;
    for (size_t i = 0; i < 2 * (size_t)W; i++)
        largest = most[i] > largest ? most[i] : largest;
    return ldexpf(1, power_for(bfloat16_value(largest), factor_bits(dim)));
}

INLINE void add_magnitudes(const float *weights, size_t count, vector *sums, vector *most) {
    for (size_t k = 0; k < count; k += W) {
        const vector magnitudes = (vector)((integers)LOAD(weights + k) & 0x7fffffff);
        *sums += magnitudes;
        *most = (vector)_mm256_max_ps((__m256)*most, (__m256)magnitudes);
    }
}

static float sum_lanes(vector values) {
    float sum = 0;
    for (size_t i = 0; i < W; i++)
        sum += values[i];
    return sum;
}

static float max_lane(vector values) {
    float most = 0;
    for (size_t i = 0; i < W; i++)
        most = values[i] > most ? values[i] : most;
    return most;
}

/* Powers of two that make weights whole: none reaches 2^15, and no row or column of them 2^(30 -
 * factor_bits()) in all, half of what would let a sum of products overflow, with the rounding of each. Sums
 * over rows and columns are taken lane by lane, of the most of some at a time, and so may be bounded by more
 * than they are. */
struct weight_powers {
    int pairs, noise; /* noise <= pairs <= noise + 31 */
};

static struct weight_powers choose_powers(const struct kernel_step *step) {
    vector row_sums = {0}, column_sums = {0}, most_of_pairs = {0}, most_of_noise = {0};
    for (size_t p = 0; p < step->rows; p++) {
        vector sums = {0}, most = {0};
        add_magnitudes(step->pairs + p * step->band_columns, step->band_columns, &sums, &most_of_pairs);
        add_magnitudes(step->noise_scores + p * step->columns, step->columns, &sums, &most);
        row_sums = (vector)_mm256_max_ps((__m256)row_sums, (__m256)sums);
        column_sums += most;
        most_of_noise = (vector)_mm256_max_ps((__m256)most_of_noise, (__m256)most);
    }
    const float pair = max_lane(most_of_pairs), noise = max_lane(most_of_noise);
    const float of_row = sum_lanes(row_sums), of_column = max_lane(column_sums);
    const int bits = 30 - factor_bits(step->dim);
    const float above = 1.0001f; /* or the largest could be rounded to 2^15 */
    struct weight_powers powers;
    powers.pairs = least(power_for(above * pair, 15), power_for((float)(2 * step->window + 2) * pair, bits));
    powers.noise = least(power_for(above * noise, 15), power_for(fmaxf(of_row, of_column), bits));
    powers.noise = least(powers.noise, powers.pairs);
    powers.pairs = least(powers.pairs, powers.noise + 31);
    return powers;
}

/* --- weights --- */

INLINE packed round_to_integers(vector values) {
    return (packed)_mm256_cvtps_epi32((__m256)values);
}

/* Sixteen numbers that fit 16 bits each, as eight twos. */
INLINE packed join(packed low, packed high) {
    return (packed)_mm256_permute4x64_epi64(_mm256_packs_epi32((__m256i)low, (__m256i)high), 0xd8);
}

/* A matrix of weights, (rows, columns), along its columns and in packed of rows. */
static void pack_weights(int32_t *along, int32_t *across, const float *weights, size_t rows, size_t columns,
                         float scale) {
    for (size_t r = 0; r < rows; r += 2)
        for (size_t k = 0; k < columns; k += 2 * (size_t)W) {
            const float *from = weights + r * columns + k;
            packed first[2], second[2];
            for (size_t i = 0; i < 2; i++) {
                first[i] = round_to_integers(LOAD(from + i * W) * scale);
                second[i] = round_to_integers(LOAD(from + columns + i * W) * scale);
                STORE_PACKED(across + r / 2 * columns + k + i * W, interleave_even(first[i], second[i]));
            }
            int32_t *to = along + (r * columns + k) / 2;
            STORE_PACKED(to, join(first[0], first[1]));
            STORE_PACKED(to + columns / 2, join(second[0], second[1]));
        }
}

/* --- steps --- */

/* Rows of factors are an odd number of vectors apart, or those of some dims would all fall into the same few
 * sets of the cache. */
static struct workspace plan(const struct kernel_step *step) {
    const size_t width = (step->dim + W - 1) / W * W;
    return plan_workspace(step, ((width / 2 + W - 1) / W | 1) * W, width);
}

static void scores(const struct kernel_step *step) {
    const struct workspace workspace = plan(step);
    const size_t dim = step->dim, contexts = step->rows + 2 * step->window;
    const shorts none = {0}, centers = largest_numbers(step->centers, step->rows, dim, none);
    const shorts outputs = largest_numbers(step->noise, step->columns, dim,
                                           largest_numbers(step->contexts, contexts, dim, none));
    workspace.scales[0] = scale_for(centers, dim);
    workspace.scales[1] = scale_for(outputs, dim);
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
    update_rows(step, &workspace, &units);
}

/* --- logistic --- */

/* 2^x for x within +-126: the nearest whole number into the exponent, and the rest by a polynomial. */
INLINE vector power_of_two(vector x) {
    const vector shifted = x + ROUNDING;
    return (vector)((integers)power_of_rest(x - (shifted - ROUNDING)) + ((integers)shifted << 23));
}

/* The reciprocal is exact to 1.5 * 2^-12, and with one step of Newton's method to its square. */
static void logistic(float *values, size_t count) {
    const __m256 most = _mm256_set1_ps(120);
    for (size_t i = 0; i < count; i += W) {
        const __m256 x = (__m256)(LOAD(values + i) * -1.44269504f);
        const vector sum = 1.0f + power_of_two((vector)_mm256_max_ps(_mm256_min_ps(x, most), -most));
        const vector near = (vector)_mm256_rcp_ps((__m256)sum);
        STORE(values + i, near * (2.0f - near * sum));
    }
}

const struct kernel KERNEL_TABLE = {
    KERNEL_NAME, 0x1p-10f,     0x1p-10f, scores,      update,        merge,
    logistic,    weigh_errors, weigh,    weigh_bands, multiply_adds,
};

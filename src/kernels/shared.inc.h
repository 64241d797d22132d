/* What all vector kernels share beyond base/simd.inc.h: bfloat16 rows, prefetching, weights. A kernel's
 * source file defines SIMD_WIDTH and includes float32.inc.h, or this and dot2.inc.h. */
#include <float.h>

#include "base/race.h"
#include "base/simd.inc.h"
#include "kernels/kernel_list.h"

typedef bfloat16 bfloat16s __attribute__((vector_size(W * 2), aligned(W * 2), may_alias));
typedef integers packed; /* W pairs of adjacent 16-bit numbers */

/* Added to a float below 2^22, it leaves the nearest integer in the sum's low bits: 1.5 * 2^23. */
#define ROUNDING 12582912.0f

#define LOAD_PACKED(address) (*(const packed *)(address))
#define STORE_PACKED(address, value) (*(packed *)(address) = (value))

/* --- rows of the matrices --- */

/* By intrinsics: compilers turn the general form into ten instructions instead of two or three. */
#if W == 16
INLINE vector widen(bfloat16s values) {
    return (vector)_mm512_slli_epi32(_mm512_cvtepu16_epi32((__m256i)values), 16);
}

INLINE bfloat16s upper_shorts(bits32 bits) {
    const shorts all = (shorts)bits;
    return __builtin_shufflevector(all, all, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
}
#elif W == 8
INLINE vector widen(bfloat16s values) {
    return (vector)_mm256_slli_epi32(_mm256_cvtepu16_epi32((__m128i)values), 16);
}

INLINE bfloat16s upper_shorts(bits32 bits) {
    const __m256i shifted = (__m256i)(bits >> 16);
    return (bfloat16s)_mm_packus_epi32(_mm256_castsi256_si128(shifted), _mm256_extracti128_si256(shifted, 1));
}
#elif defined(__x86_64__)
INLINE vector widen(bfloat16s values) {
    const __m128i low = _mm_cvtsi64_si128((int64_t)values);
    return (vector)_mm_unpacklo_epi16(_mm_setzero_si128(), low);
}

INLINE bfloat16s upper_shorts(bits32 bits) {
    const __m128i shifted = (__m128i)((integers)bits >> 16); /* SSE2 only packs signed integers */
    return (bfloat16s)_mm_cvtsi128_si64(_mm_packs_epi32(shifted, shifted));
}
#else
INLINE vector widen(bfloat16s values) {
    return (vector)(__builtin_convertvector(values, bits32) << 16);
}

INLINE bfloat16s upper_shorts(bits32 bits) {
    return __builtin_convertvector(bits >> 16, bfloat16s);
}
#endif

INLINE vector load_bfloat16s(const bfloat16 *address) {
    return widen(*(const bfloat16s *)address);
}

/* Sums as floats. */
INLINE vector lane_values(lanes sums) {
#ifdef INTEGER_SUMS
    return __builtin_convertvector((integers)sums, vector);
#else
    return sums;
#endif
}

/* bfloat16_random() of each sum. */
INLINE bits32 rounding_bits(lanes sums) {
    return (bits32)((shorts)sums * (shorts)((bits32){0} + BFLOAT16_SPREAD));
}

/* How a row moves: row = keep * row + scale * sum (kernel_keep()). Functions that move rows are compiled
 * twice: without self factors keep is the constant 1, so that they cost nothing and change no bits. */
struct motion {
    float keep, scale;
};

/* What values become, with random bits from the sums added, so that the upper 16 bits are what to store
 * (bfloat16.h). */
INLINE bits32 moved(vector values, lanes sums, struct motion motion) {
    return (bits32)(values * motion.keep + motion.scale * lane_values(sums)) + rounding_bits(sums);
}

/* row[i] = keep * row[i] + scale * sums[i], i < W. */
INLINE void move_bfloat16s(bfloat16 *row, lanes sums, struct motion motion) {
    *(bfloat16s *)row = upper_shorts(moved(load_bfloat16s(row), sums, motion));
}

/* The next states of W generators (Marsaglia 2003, "Xorshift RNGs"). */
INLINE bits32 next_random(bits32 random) {
    random ^= random << 13;
    random ^= random >> 17;
    return random ^ random << 5;
}

/* The numbers of two rows at even places, or at odd places, as pairs. Masks and shifts do it: of the rows (1,
 * 2, 3, 4) and (5, 6, 7, 8) the even places give (1, 5), (3, 7) and the odd ones (2, 6), (4, 8). */
INLINE packed interleave_even(packed first, packed second) {
    return (packed)EVEN_ODD(first, second << 16);
}

INLINE packed interleave_odd(packed first, packed second) {
    return (packed)EVEN_ODD((bits32)first >> 16, second);
}

/* 2 W numbers of a row as floats, those at even places and those at odd places. Shifts and masks are enough
 * to widen and to narrow them, and a sum over dims does not depend on their order. */
INLINE void load_even_odd(const bfloat16 *address, vector *even, vector *odd) {
    const bits32 both = *(const bits32 *)address;
    *even = (vector)(both << 16);
    *odd = (vector)(both & 0xffff0000);
}

INLINE void store_even_odd(bfloat16 *address, bits32 even, bits32 odd) {
    *(bits32 *)address = (bits32)EVEN_ODD(even >> 16, odd);
}

/* move_bfloat16s() for 2 W numbers, in the order of load_even_odd(). */
INLINE void move_even_odd(bfloat16 *address, lanes first, lanes second, struct motion motion) {
    vector even, odd;
    load_even_odd(address, &even, &odd);
    store_even_odd(address, moved(even, first, motion), moved(odd, second, motion));
}

/* The lanes of the result add up to |row|^2. */
INLINE vector row_squares(const bfloat16 *row, size_t dim) {
    vector sums[2] = {{0}};
    for (size_t d = 0; d < dim; d += 2 * (size_t)W) {
        vector even, odd;
        load_even_odd(row + d, &even, &odd);
        sums[0] += even * even;
        sums[1] += odd * odd;
    }
    return sums[0] + sums[1];
}

INTENDED_RACE static void squares(bfloat16 *const *rows, size_t count, size_t dim, float *squares) {
    for (size_t first = 0; first < count; first += W) {
        vector lanes_of[W] = {{0}}, sum = {0};
        float transposed[W * W] __attribute__((aligned(64)));
        for (size_t i = 0; i < W && first + i < count; i++)
            lanes_of[i] = row_squares(rows[first + i], dim);
        transpose_tile(transposed, W, lanes_of);
        for (size_t i = 0; i < W; i++)
            sum += LOAD(transposed + i * W);
        STORE(squares + first, sum);
    }
}

/* There is no operator for square roots of vectors, so a compiler makes vectors of this loop. */
static void invert_norms(float *values, size_t count) {
    const size_t padded = (count + W - 1) / W * W;
    for (size_t i = 0; i < padded; i++)
        values[i] = 1.0f / __builtin_sqrtf(values[i] + KERNEL_SQUARE_MIN);
}

/* Each state of a generator rounds two numbers, by its low and by its high half. */
INTENDED_RACE static void merge(bfloat16 *rows, bfloat16 *last, bfloat16 *shared, size_t count, float share,
                                uint32_t *random) {
    bits32 bits = *(bits32 *)random;
    for (size_t i = 0; i < count; i += 2 * (size_t)W) {
        vector even, odd, even_last, odd_last, even_shared, odd_shared;
        load_even_odd(rows + i, &even, &odd);
        load_even_odd(last + i, &even_last, &odd_last);
        load_even_odd(shared + i, &even_shared, &odd_shared);
        bits = next_random(bits);
        store_even_odd(shared + i, (bits32)(even_shared + share * (even - even_last)) + (bits & 0xffff),
                       (bits32)(odd_shared + share * (odd - odd_last)) + (bits >> 16));
        *(bits32 *)(rows + i) = *(bits32 *)(last + i) = *(const bits32 *)(shared + i);
    }
    *(bits32 *)random = bits;
}

/* The size of the next part when `left` is cut into as few parts of at most `max` as possible, all of nearly
 * the same size. */
INLINE size_t next_part(size_t left, size_t max) {
    const size_t parts = (left + max - 1) / max;
    return parts == 1 ? left : (left + parts - 1) / parts; /* divisions are slow */
}

/* --- prefetching --- */

/* The rows that the next step needs. They are prefetched a few at a time, between the tiles of an update: all
 * at once, they would hold it up. */
struct ahead {
    bfloat16 *const *rows;
    size_t left, at_once, dim; /* at_once: rows for every two rows moved */
    bool to_write;
};

/* Rows are prefetched for writing: a cache line that another core has changed then comes with the right to
 * change it, which otherwise takes a second message between the cores. All processors with AVX2 or AVX-512
 * can do it but Haswell, where the instruction does nothing. */
static bool fetches_to_write(void) {
#if SIMD_WIDTH == 8
    return !__builtin_cpu_is("haswell");
#else
    return W > 8;
#endif
}

/* For the update of a step, which calls fetch_ahead() for every two rows that it moves, in so many passes
 * over the rows. */
static struct ahead plan_ahead(const struct kernel_step *step, size_t passes) {
    const size_t tiles = (step->rows + step->window + step->noise_count / 2) * passes;
    return (struct ahead){step->ahead, step->ahead_count, step->ahead_count / tiles + 1, step->dim,
                          fetches_to_write()};
}

INLINE void fetch_ahead(struct ahead *ahead, size_t pairs) {
    const size_t max = pairs * ahead->at_once, count = max < ahead->left ? max : ahead->left;
    for (size_t i = 0; i < count; i++)
        for (size_t d = 0; d < ahead->dim; d += KERNEL_ROW_NUMBERS)
            if (ahead->to_write)
                __builtin_prefetch(ahead->rows[i] + d, 1);
            else
                __builtin_prefetch(ahead->rows[i] + d);
    ahead->rows += count;
    ahead->left -= count;
}

/* --- weights --- */

static void weigh(float *values, size_t rows, size_t columns, const float *row_weights,
                  const float *column_weights) {
    for (size_t r = 0; r < rows; r++)
        for (size_t j = 0; j < columns; j += W) {
            float *at = values + r * columns + j;
            STORE(at, LOAD(at) * (row_weights[r] * LOAD(column_weights + j)));
        }
}

static void weigh_errors(float *values, float target, const float *weights, size_t count) {
    for (size_t i = 0; i < count; i += W)
        STORE(values + i, (LOAD(values + i) - target) * LOAD(weights + i));
}

static void weigh_bands(float *bands, size_t rows, size_t columns, const uint32_t *begin, const uint32_t *end,
                        uint32_t first, const float *weights) {
    integers places;
    for (int i = 0; i < W; i++)
        places[i] = i;
    for (size_t r = 0; r < rows; r++) {
        const integers start = (integers){0} + (int32_t)(begin[r] - first - (uint32_t)(r / 2 * 2));
        const integers stop = start + (int32_t)(end[r] - begin[r]);
        for (size_t k = 0; k < columns; k += W) {
            const integers at = places + (int32_t)k;
            const integers in = (at >= start) & (at < stop);
            STORE(bands + r * columns + k, (vector)((integers)LOAD(weights + r % 2 * columns + k) & in));
        }
    }
}

/* --- exponentials and logarithms --- */

/* exp(x) for |x| <= 87: x = n ln 2 + r with |r| <= ln 2 / 2; exp(r) by its Taylor polynomial of degree 6,
 * with a relative error below 2e-7; n goes into the exponent. */
INLINE vector exponential(vector x) {
    const vector shifted = x * 1.44269504f + ROUNDING;
    const vector n = shifted - ROUNDING;
    const vector r = (x - n * 0.693145752f) - n * 1.42860677e-6f;
    vector sum = r * (1.0f / 720) + (1.0f / 120);
    sum = sum * r + (1.0f / 24);
    sum = sum * r + (1.0f / 6);
    sum = sum * r + 0.5f;
    sum = sum * r + 1.0f;
    sum = sum * r + 1.0f;
    return (vector)((integers)sum + ((integers)shifted << 23));
}

/* log(x) of a positive normal number: x = 2^n m with sqrt(1/2) <= m < sqrt(2), and log(m) = 2 artanh(s) with
 * s = (m - 1) / (m + 1), |s| < 0.172, by its series. The bits of sqrt(1/2) are 0x3f3504f3. */
INLINE vector logarithm(vector x) {
    const integers shifted = (integers)x - 0x3f3504f3;
    const vector n = __builtin_convertvector(shifted >> 23, vector);
    const vector m = (vector)((integers)x - (shifted & (integers)((bits32){0} + 0xff800000)));
    const vector s = (m - 1.0f) / (m + 1.0f), square = s * s;
    vector sum = square * (2.0f / 9) + (2.0f / 7);
    sum = sum * square + 0.4f;
    sum = sum * square + (2.0f / 3);
    sum = sum * square + 2.0f;
    return n * 0.693147181f + s * sum;
}

/* Lane i of the result is the sum, or the largest, of the lanes of rows[i]. */
INLINE vector fold_lanes(const vector *rows, bool max) {
    float transposed[W * W] __attribute__((aligned(64)));
    transpose_tile(transposed, W, rows);
    vector fold = LOAD(transposed);
    for (size_t i = 1; i < W; i++) {
        const vector next = LOAD(transposed + i * W);
        if (max)
            fold = choose(next > fold, next, fold);
        else
            fold += next;
    }
    return fold;
}

/* The largest of W columns apart, of those with weight. */
INLINE vector row_max(const float *values, size_t columns, const float *weights) {
    const vector lowest = (vector){0} - FLT_MAX;
    vector max = lowest;
    for (size_t j = 0; j < columns; j += W) {
        const vector value = choose(LOAD(weights + j) > 0, LOAD(values + j), lowest);
        max = choose(value > max, value, max);
    }
    return max;
}

/* values[j] = weights[j] exp(values[j] - max); returns sums of W columns apart. Below exp(-80) is zero. */
INLINE vector row_exponentials(float *values, size_t columns, const float *weights, float max) {
    vector sum = {0};
    for (size_t j = 0; j < columns; j += W) {
        const vector x = LOAD(values + j) - max, weight = LOAD(weights + j);
        const vector power = exponential(choose((x > -80.0f) & (x <= 0.0f), x, (vector){0}));
        const vector here = (vector)((integers)(weight * power) & (x > -80.0f) & (weight > 0));
        STORE(values + j, here);
        sum += here;
    }
    return sum;
}

/* W rows at a time, so that the lanes of a vector are folded for all of them at once. */
static void softmax(float *values, size_t rows, size_t columns, const float *weights, size_t weight_stride,
                    float *logs) {
    for (size_t r = 0; r < rows; r += W, values += W * columns, weights += W * weight_stride) {
        const size_t count = rows - r < W ? rows - r : W;
        vector partial[W] = {{0}};
        float shifts[W] __attribute__((aligned(64)));
        for (size_t i = 0; i < count; i++)
            partial[i] = row_max(values + i * columns, columns, weights + i * weight_stride);
        const vector max = fold_lanes(partial, true);
        STORE(shifts, max);
        for (size_t i = 0; i < count; i++)
            partial[i] = row_exponentials(values + i * columns, columns, weights + i * weight_stride,
                                          shifts[i]);
        vector sum = fold_lanes(partial, false);
        sum = choose(sum > FLT_MIN, sum, (vector){0} + FLT_MIN);
        STORE(logs + r, max + logarithm(sum));
        STORE(shifts, 1.0f / sum);
        for (size_t i = 0; i < count; i++)
            for (size_t j = 0; j < columns; j += W)
                STORE(values + i * columns + j, LOAD(values + i * columns + j) * shifts[i]);
    }
}

/* --- margins --- */

/* How many draws violate the margin, for each pair of a vector of thresholds. Two sums, so that neither waits
 * for the other. */
INLINE vector count_violations(vector thresholds, const float *noise, const float *column_weights,
                               size_t columns) {
    vector counts[2] = {{0}, {0}};
    for (size_t j = 0; j < columns; j += 2)
        for (size_t i = 0; i < 2; i++)
            counts[i] += (vector)((integers)((vector){0} + column_weights[j + i]) &
                                  ((vector){0} + noise[j + i] > thresholds));
    return counts[0] + counts[1];
}

/* The weights of the pairs that a vector of noise words violates. */
INLINE vector add_violated(vector noise, const float *thresholds, const float *pair_weights, size_t band) {
    vector sum = {0};
    for (size_t k = 0; k < band; k++)
        sum += (vector)((integers)((vector){0} + pair_weights[k]) & (noise > (vector){0} + thresholds[k]));
    return sum;
}

static void hinge(const struct kernel_step *step, const struct kernel_hinge *hinge) {
    const size_t band = step->band_columns;
    for (size_t p = 0; p < step->rows; p++) {
        float *pairs = step->pairs + p * band, *noise = step->noise_scores + p * step->columns;
        const float *weights = hinge->pair_weights + p * band;
        vector counts[KERNEL_BAND_MAX / W];
        for (size_t k = 0; k < band; k += W) {
            const vector thresholds = LOAD(pairs + k) - hinge->margin;
            STORE(pairs + k, thresholds);
            counts[k / W] = count_violations(thresholds, noise, hinge->column_weights, step->columns);
        }
        for (size_t j = 0; j < step->columns; j += W)
            STORE(noise + j, hinge->scale * LOAD(hinge->column_weights + j) *
                                 add_violated(LOAD(noise + j), pairs, weights, band));
        for (size_t k = 0; k < band; k += W)
            STORE(pairs + k, -hinge->scale * LOAD(weights + k) * counts[k / W]);
    }
}

/* --- peak --- */

/* Twelve sums keep two units of up to six stages busy. */
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

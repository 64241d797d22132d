/* What the vector kernels have in common, written once with the vector extensions of GCC and Clang: vectors,
 * rows, shuffles, fetching. A kernel_*.c file defines KERNEL_WIDTH, floats a vector (4, 8 or 16), and
 * includes kernel_source.h, or this and twos_source.h; the Makefile compiles it with the instruction set's
 * flags. */
#include <stdint.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "base/race.h"
#include "kernels/kernel_list.h"

#define W KERNEL_WIDTH
#define INLINE INTENDED_RACE static inline __attribute__((always_inline))

typedef float vector __attribute__((vector_size(W * 4), aligned(W * 4), may_alias));
typedef int32_t whole __attribute__((vector_size(W * 4), aligned(W * 4), may_alias));
typedef whole twos; /* W times two numbers of 16 bits */

typedef uint32_t random_bits __attribute__((vector_size(W * 4), aligned(W * 4), may_alias));
typedef uint16_t halves __attribute__((vector_size(W * 4), aligned(W * 4), may_alias));
typedef bfloat16 numbers __attribute__((vector_size(W * 2), aligned(W * 2), may_alias));

/* Sums of products: of floats, or of whole numbers, which may be negative but wrap around as these do. */
#ifdef WHOLE_SUMS
typedef random_bits lanes;
#else
typedef vector lanes;
#endif

/* Added to a float, it leaves the nearest whole number in the sum's lower bits: 1.5 * 2^23. */
#define ROUNDING 12582912.0f

#define LOAD(address) (*(const vector *)(address))
#define STORE(address, value) (*(vector *)(address) = (value))
#define LOAD_TWOS(address) (*(const twos *)(address))
#define STORE_TWOS(address, value) (*(twos *)(address) = (value))

/* Keeps the compiler from loading a value again for each of its uses: loads are what a tile runs out of. */
#if defined(__x86_64__) && !defined(__clang_analyzer__)
#define IN_REGISTER(value) __asm__("" : "+v"(value))
#elif defined(__aarch64__)
#define IN_REGISTER(value) __asm__("" : "+w"(value))
#else
#define IN_REGISTER(value) ((void)0)
#endif

/* Keeps it from counting an address from another one, with an offset for each use and no registers left for
 * them. */
#define AS_IT_IS(pointer) __asm__("" : "+r"(pointer))

/* --- rows of the matrices --- */

/* By intrinsics, as compilers make ten instructions of what is two or three. */
#if W == 16
INLINE vector widen(numbers values) {
    return (vector)_mm512_slli_epi32(_mm512_cvtepu16_epi32((__m256i)values), 16);
}

INLINE numbers upper_halves(random_bits bits) {
    const halves all = (halves)bits;
    return __builtin_shufflevector(all, all, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
}
#elif W == 8
INLINE vector widen(numbers values) {
    return (vector)_mm256_slli_epi32(_mm256_cvtepu16_epi32((__m128i)values), 16);
}

INLINE numbers upper_halves(random_bits bits) {
    const __m256i shifted = (__m256i)(bits >> 16);
    return (numbers)_mm_packus_epi32(_mm256_castsi256_si128(shifted), _mm256_extracti128_si256(shifted, 1));
}
#elif defined(__x86_64__)
INLINE vector widen(numbers values) {
    const __m128i low = _mm_cvtsi64_si128((int64_t)values);
    return (vector)_mm_unpacklo_epi16(_mm_setzero_si128(), low);
}

INLINE numbers upper_halves(random_bits bits) {
    const __m128i shifted = (__m128i)((whole)bits >> 16); /* signed, as there is no other packing */
    return (numbers)_mm_cvtsi128_si64(_mm_packs_epi32(shifted, shifted));
}
#else
INLINE vector widen(numbers values) {
    return (vector)(__builtin_convertvector(values, random_bits) << 16);
}

INLINE numbers upper_halves(random_bits bits) {
    return __builtin_convertvector(bits >> 16, numbers);
}
#endif

INLINE vector load_numbers(const bfloat16 *address) {
    return widen(*(const numbers *)address);
}

/* What sums are worth. */
INLINE vector values_of(lanes sums) {
#ifdef WHOLE_SUMS
    return __builtin_convertvector((whole)sums, vector);
#else
    return sums;
#endif
}

/* bfloat16_random() of each. */
INLINE random_bits random_of(lanes sums) {
    return (random_bits)((halves)sums * (halves)((random_bits){0} + BFLOAT16_SPREAD));
}

/* values + scale * sums, of which the upper halves are to be stored: rounded by what bfloat16_random() makes
 * of the sums (bfloat16.h). */
INLINE random_bits moved(vector values, lanes sums, float scale) {
    return (random_bits)(values + scale * values_of(sums)) + random_of(sums);
}

/* row[i] += scale * sums[i], W at a time. */
INLINE void move_numbers(bfloat16 *row, lanes sums, float scale) {
    *(numbers *)row = upper_halves(moved(load_numbers(row), sums, scale));
}

/* The next of W sequences (Marsaglia 2003, "Xorshift RNGs"). */
INLINE random_bits next_random(random_bits random) {
    random ^= random << 13;
    random ^= random >> 17;
    return random ^ random << 5;
}

/* --- shuffles --- */

/* Half of a vector's lanes: the lower ones, or the upper ones. */
typedef float half_vector __attribute__((vector_size(W * 2), aligned(W * 2), may_alias));

/* Two vectors in turn, within each lane of four floats: single floats, or twos, of the lanes' low halves and
 * of their high halves. MIX_HALVES takes bfloat16, not floats: the even ones of a, the odd ones of b. */
#if W == 4
#define MIX_HALVES(a, b) __builtin_shufflevector((halves)(a), (halves)(b), 0, 9, 2, 11, 4, 13, 6, 15)
#define LOW_HALF(a) __builtin_shufflevector(a, a, 0, 1)
#define HIGH_HALF(a) __builtin_shufflevector(a, a, 2, 3)
#define SINGLES_LOW(a, b) __builtin_shufflevector(a, b, 0, 4, 1, 5)
#define SINGLES_HIGH(a, b) __builtin_shufflevector(a, b, 2, 6, 3, 7)
#define DOUBLES_LOW(a, b) __builtin_shufflevector(a, b, 0, 1, 4, 5)
#define DOUBLES_HIGH(a, b) __builtin_shufflevector(a, b, 2, 3, 6, 7)
#elif W == 8
#define MIX_HALVES(a, b)                                                                                     \
    __builtin_shufflevector((halves)(a), (halves)(b), 0, 17, 2, 19, 4, 21, 6, 23, 8, 25, 10, 27, 12, 29, 14, \
                            31)
#define LOW_HALF(a) __builtin_shufflevector(a, a, 0, 1, 2, 3)
#define HIGH_HALF(a) __builtin_shufflevector(a, a, 4, 5, 6, 7)
#define SINGLES_LOW(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 4, 12, 5, 13)
#define SINGLES_HIGH(a, b) __builtin_shufflevector(a, b, 2, 10, 3, 11, 6, 14, 7, 15)
#define DOUBLES_LOW(a, b) __builtin_shufflevector(a, b, 0, 1, 8, 9, 4, 5, 12, 13)
#define DOUBLES_HIGH(a, b) __builtin_shufflevector(a, b, 2, 3, 10, 11, 6, 7, 14, 15)
#define LANES_EVEN(a, b) __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11)
#define LANES_ODD(a, b) __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15)
#else
#define MIX_HALVES(a, b)                                                                                     \
    __builtin_shufflevector((halves)(a), (halves)(b), 0, 33, 2, 35, 4, 37, 6, 39, 8, 41, 10, 43, 12, 45, 14, \
                            47, 16, 49, 18, 51, 20, 53, 22, 55, 24, 57, 26, 59, 28, 61, 30, 63)
#define LOW_HALF(a) __builtin_shufflevector(a, a, 0, 1, 2, 3, 4, 5, 6, 7)
#define HIGH_HALF(a) __builtin_shufflevector(a, a, 8, 9, 10, 11, 12, 13, 14, 15)
#define SINGLES_LOW(a, b) \
    __builtin_shufflevector(a, b, 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29)
#define SINGLES_HIGH(a, b) \
    __builtin_shufflevector(a, b, 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31)
#define DOUBLES_LOW(a, b) \
    __builtin_shufflevector(a, b, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29)
#define DOUBLES_HIGH(a, b) \
    __builtin_shufflevector(a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31)
#define LANES_EVEN(a, b) \
    __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27)
#define LANES_ODD(a, b) \
    __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31)
#endif

/* Two rows in turn: their numbers at even places, and those at odd ones. */
INLINE twos even_places(twos first, twos second) {
    return (twos)MIX_HALVES(first, second << 16);
}

INLINE twos odd_places(twos first, twos second) {
    return (twos)MIX_HALVES((random_bits)first >> 16, second);
}

/* 2 W numbers of a row: those at even places, and those at odd ones. They are widened and narrowed by shifts
 * and masks alone, and to a sum over the dims their order is all one. */
INLINE void load_two(const bfloat16 *address, vector *even, vector *odd) {
    const random_bits both = *(const random_bits *)address;
    *even = (vector)(both << 16);
    *odd = (vector)(both & 0xffff0000);
}

INLINE void store_two(bfloat16 *address, random_bits even, random_bits odd) {
    *(random_bits *)address = (random_bits)MIX_HALVES(even >> 16, odd);
}

/* 2 W numbers from `address` on: move_numbers(). */
INLINE void move_two(bfloat16 *address, lanes first, lanes second, float scale) {
    vector even, odd;
    load_two(address, &even, &odd);
    store_two(address, moved(even, first, scale), moved(odd, second, scale));
}

/* The upper and the lower halves of the random bits round two numbers. */
INTENDED_RACE static void merge(bfloat16 *rows, bfloat16 *last, bfloat16 *shared, size_t count, float share,
                                uint32_t *random) {
    random_bits bits = *(random_bits *)random;
    for (size_t i = 0; i < count; i += 2 * (size_t)W) {
        vector even, odd, even_last, odd_last, even_shared, odd_shared;
        load_two(rows + i, &even, &odd);
        load_two(last + i, &even_last, &odd_last);
        load_two(shared + i, &even_shared, &odd_shared);
        bits = next_random(bits);
        store_two(shared + i, (random_bits)(even_shared + share * (even - even_last)) + (bits & 0xffff),
                  (random_bits)(odd_shared + share * (odd - odd_last)) + (bits >> 16));
        *(random_bits *)(rows + i) = *(random_bits *)(last + i) = *(const random_bits *)(shared + i);
    }
    *(random_bits *)random = bits;
}

/* Lane i of the result is the sum of sums[i]'s lanes. Each step halves the number of vectors. */
INLINE lanes add_across(lanes *sums) {
    for (size_t i = 0; i < W / 2; i++)
        sums[i] = SINGLES_LOW(sums[2 * i], sums[2 * i + 1]) + SINGLES_HIGH(sums[2 * i], sums[2 * i + 1]);
    for (size_t i = 0; i < W / 4; i++)
        sums[i] = DOUBLES_LOW(sums[2 * i], sums[2 * i + 1]) + DOUBLES_HIGH(sums[2 * i], sums[2 * i + 1]);
#if W > 4
    for (size_t i = 0; i < W / 8; i++)
        sums[i] = LANES_EVEN(sums[2 * i], sums[2 * i + 1]) + LANES_ODD(sums[2 * i], sums[2 * i + 1]);
#endif
#if W > 8
    sums[0] = LANES_EVEN(sums[0], sums[1]) + LANES_ODD(sums[0], sums[1]);
#endif
    return sums[0];
}

/* Transposes W x W: lane i of rows[j] becomes lane j of what is stored at transposed + i * columns. First the
 * blocks of 4 x 4 in the lanes, then the lanes. */
INLINE void transpose_tile(float *transposed, size_t columns, const vector *rows) {
    vector blocks[W];
    for (size_t j = 0; j < W; j += 4) {
        const vector a = SINGLES_LOW(rows[j], rows[j + 1]), b = SINGLES_LOW(rows[j + 2], rows[j + 3]);
        const vector c = SINGLES_HIGH(rows[j], rows[j + 1]), d = SINGLES_HIGH(rows[j + 2], rows[j + 3]);
        blocks[j] = DOUBLES_LOW(a, b);
        blocks[j + 1] = DOUBLES_HIGH(a, b);
        blocks[j + 2] = DOUBLES_LOW(c, d);
        blocks[j + 3] = DOUBLES_HIGH(c, d);
    }
    for (size_t i = 0; i < 4; i++, transposed += columns) {
#if W == 4
        STORE(transposed, blocks[i]);
#elif W == 8
        STORE(transposed, LANES_EVEN(blocks[i], blocks[i + 4]));
        STORE(transposed + 4 * columns, LANES_ODD(blocks[i], blocks[i + 4]));
#else
        const vector even[2] = {LANES_EVEN(blocks[i], blocks[i + 4]),
                                LANES_EVEN(blocks[i + 8], blocks[i + 12])};
        const vector odd[2] = {LANES_ODD(blocks[i], blocks[i + 4]), LANES_ODD(blocks[i + 8], blocks[i + 12])};
        STORE(transposed, LANES_EVEN(even[0], even[1]));
        STORE(transposed + 4 * columns, LANES_EVEN(odd[0], odd[1]));
        STORE(transposed + 8 * columns, LANES_ODD(even[0], even[1]));
        STORE(transposed + 12 * columns, LANES_ODD(odd[0], odd[1]));
#endif
    }
}

/* The next part of what is cut into as few parts of at most `most` as there can be, all of nearly the same
 * size. */
INLINE size_t next_part(size_t left, size_t most) {
    const size_t parts = (left + most - 1) / most;
    return parts == 1 ? left : (left + parts - 1) / parts; /* divisions are slow */
}

/* --- fetching --- */

/* The rows that the next step needs, a few at a time between the tiles of an update: asked for all at once
 * they would hold it up. */
struct ahead {
    bfloat16 *const *rows;
    size_t left, at_once, dim;
    bool to_write;
};

/* Rows are fetched to be written: a line that another core has changed then comes with the right to change
 * it, which otherwise takes a second way between the cores. Processors with AVX2 or AVX-512 all can but
 * Haswell, where the instruction does nothing, as on some without AVX2. */
static bool fetches_to_write(void) {
#if KERNEL_WIDTH == 8
    return !__builtin_cpu_is("haswell");
#else
    return W > 8;
#endif
}

/* For the update of a step: fetch_ahead() is called for every two rows updated. */
static struct ahead plan_ahead(const struct kernel_step *step) {
    const size_t tiles = step->rows + step->window + step->noise_count / 2;
    return (struct ahead){step->ahead, step->ahead_count, step->ahead_count / tiles + 1, step->dim,
                          fetches_to_write()};
}

INLINE void fetch_ahead(struct ahead *ahead, size_t pairs) {
    const size_t most = pairs * ahead->at_once, count = most < ahead->left ? most : ahead->left;
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
    whole places;
    for (int i = 0; i < W; i++)
        places[i] = i;
    for (size_t r = 0; r < rows; r++) {
        const whole start = (whole){0} + (int32_t)(begin[r] - first - (uint32_t)(r / 2 * 2));
        const whole stop = start + (int32_t)(end[r] - begin[r]);
        for (size_t k = 0; k < columns; k += W) {
            const whole at = places + (int32_t)k;
            const whole in = (at >= start) & (at < stop);
            STORE(bands + r * columns + k, (vector)((whole)LOAD(weights + r % 2 * columns + k) & in));
        }
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

/* The vector kernels, written once with the vector extensions of GCC and Clang. A scan_*.c file defines
 *   SCAN_NAME, SCAN_TABLE       the name, the table to define
 *   SCAN_WIDTH                  floats a vector: 4, 8 or 16
 *   TILE_TARGETS, TILE_VECTORS  the register tile of multiply: sums kept at once
 * and includes this; the Makefile compiles it with the instruction set's flags. Loops over a tile have
 * constant bounds, so that the sums live in registers. */
#include <stdint.h>

#include "search/scan_list.h"
#if SCAN_X86
#include <immintrin.h>
#endif

#define W SCAN_WIDTH
#define VECTORS (SCAN_ROWS / W)
#define INLINE static inline __attribute__((always_inline))

typedef float vector __attribute__((vector_size(W * 4), aligned(W * 4), may_alias));
typedef int32_t whole __attribute__((vector_size(W * 4), aligned(W * 4), may_alias));

#define LOAD(address) (*(const vector *)(address))
#define STORE(address, value) (*(vector *)(address) = (value))

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

/* --- one target --- */

/* Lane i of the result is the sum of sums[i]'s lanes: each step halves the vectors and the lanes of a sum. */
INLINE vector add_across(vector *sums) {
    for (size_t half = W / 2; half > 0; half /= 2)
        for (size_t i = 0; i < half; i++)
            sums[i] = FIRST_HALVES(sums[i], sums[i + half]) + SECOND_HALVES(sums[i], sums[i + half]);
    return sums[0];
}

/* Eight bits to floats. GCC makes a long way of the general form where one instruction does it. */
#if SCAN_X86 && W == 16
INLINE vector widen(const int8_t *codes) {
    return (vector)_mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(*(const __m128i *)codes));
}
#elif SCAN_X86 && W == 8
INLINE vector widen(const int8_t *codes) {
    return (vector)_mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)codes)));
}
#else
typedef int8_t bytes __attribute__((vector_size(W), aligned(W), may_alias));
typedef int16_t halves __attribute__((vector_size(W * 2), may_alias));

INLINE vector widen(const int8_t *codes) {
    const halves half = __builtin_convertvector(*(const bytes *)codes, halves);
    return __builtin_convertvector(__builtin_convertvector(half, whole), vector);
}
#endif

/* Rows are floats, or codes: a constant where this is called, so that either has loops of its own. */
INLINE vector load_row(const void *row, size_t d, bool codes) {
    return codes ? widen((const int8_t *)row + d) : LOAD((const float *)row + d);
}

/* The lanes of the result add up to the product. One row after the other, as memory is fetched ahead; four
 * sums, since one would wait for itself. */
INLINE vector row_product(const float *target, const void *row, size_t stride, bool codes) {
    vector sums[4] = {{0}};
    size_t d = 0;
    for (; d + 4 * (size_t)W <= stride; d += 4 * (size_t)W)
        for (size_t i = 0; i < 4; i++)
            sums[i] += LOAD(target + d + i * W) * load_row(row, d + i * W, codes);
    for (; d < stride; d += W)
        sums[0] += LOAD(target + d) * load_row(row, d, codes);
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

INLINE void row_products(float *products, const float *target, const void *rows, size_t count, size_t stride,
                         bool codes) {
    const size_t row_bytes = stride * (codes ? sizeof(int8_t) : sizeof(float));
    for (size_t first = 0; first < count; first += W) {
        vector sums[W] = {{0}};
        const size_t left = count - first, here = left < W ? left : W;
        for (size_t r = 0; r < here; r++)
            sums[r] = row_product(target, (const char *)rows + (first + r) * row_bytes, stride, codes);
        STORE(products + first, add_across(sums));
    }
}

static void dots(float *products, const float *target, const float *rows, size_t count, size_t stride) {
    row_products(products, target, rows, count, stride, false);
}

static void quantized_dots(float *products, const float *target, const int8_t *codes, size_t count,
                           size_t stride) {
    row_products(products, target, codes, count, stride, true);
}

/* --- many targets --- */

/* One step of a transpose of W x W: log2 W of them put lane i of row j into lane j of row i. */
INLINE void shuffle_rows(vector *to, const vector *from) {
    for (size_t i = 0; i < W / 2; i++) {
        to[2 * i] = FIRST_HALVES(from[i], from[i + W / 2]);
        to[2 * i + 1] = SECOND_HALVES(from[i], from[i + W / 2]);
    }
}

/* Rows `first` to `first + W`, dims `at` to `at + W`. */
INLINE void pack_tile(float *panel, const float *rows, const float *factors, size_t count, size_t stride,
                      size_t first, size_t at) {
    vector here[W], shuffled[W];
    for (size_t i = 0; i < W; i++) {
        const size_t r = first + i < count ? first + i : count - 1;
        here[i] = LOAD(rows + r * stride + at) * factors[r];
    }
    shuffle_rows(shuffled, here);
    shuffle_rows(here, shuffled);
#if W > 4
    shuffle_rows(shuffled, here);
#endif
#if W > 8
    shuffle_rows(here, shuffled);
#endif
    for (size_t i = 0; i < W; i++)
        STORE(panel + (at + i) * SCAN_ROWS + first, W == 8 ? shuffled[i] : here[i]);
}

static void pack(float *panel, const float *rows, const float *factors, size_t count, size_t stride) {
    for (size_t at = 0; at < stride; at += W)
        for (size_t r = 0; r < SCAN_ROWS; r += W)
            pack_tile(panel, rows, factors, count, stride, r, at);
}

/* The targets behind those at hand are fetched ahead: they are read in as many places at once as the tile has
 * targets, which is more than a processor follows. */
INLINE void multiply_tile(float *products, const float *targets, size_t stride, const float *panel,
                          size_t dim, size_t count) {
    vector sums[TILE_TARGETS][TILE_VECTORS] = {{{0}}};
    for (size_t from = 0; from < dim; from += 16) {
        const size_t to = from + 16 < dim ? from + 16 : dim;
        for (size_t t = 0; t < count; t++)
            __builtin_prefetch(targets + (count + t) * stride + from);
        for (size_t d = from; d < to; d++) {
            vector rows[TILE_VECTORS];
            for (size_t v = 0; v < TILE_VECTORS; v++)
                rows[v] = LOAD(panel + d * SCAN_ROWS + v * W);
            for (size_t t = 0; t < count; t++)
                for (size_t v = 0; v < TILE_VECTORS; v++)
                    sums[t][v] += targets[t * stride + d] * rows[v];
        }
    }
    for (size_t t = 0; t < count; t++)
        for (size_t v = 0; v < TILE_VECTORS; v++)
            STORE(products + t * SCAN_ROWS + v * W, sums[t][v]);
}

static void multiply(float *products, const float *targets, size_t count, size_t stride, const float *panel,
                     size_t dim) {
    for (size_t at = 0; at < SCAN_ROWS; at += TILE_VECTORS * (size_t)W) {
        size_t t = 0;
        for (; t + TILE_TARGETS <= count; t += TILE_TARGETS)
            multiply_tile(products + t * SCAN_ROWS + at, targets + t * stride, stride, panel + at, dim,
                          TILE_TARGETS);
        for (; t < count; t++)
            multiply_tile(products + t * SCAN_ROWS + at, targets + t * stride, stride, panel + at, dim, 1);
    }
}

/* --- what reaches the cut --- */

/* Are the lanes all zero? */
INLINE bool is_zero(whole value) {
    union {
        whole lanes;
        uint64_t words[W / 2];
    } bits = {value};
    uint64_t any = 0;
    for (size_t i = 0; i < W / 2; i++)
        any |= bits.words[i];
    return any == 0;
}

INLINE bool reaches(const float *values, float cut) {
    whole below = LOAD(values) < cut;
    for (size_t v = 1; v < VECTORS; v++)
        below &= LOAD(values + v * W) < cut;
    return !is_zero(~below);
}

static size_t reach(uint32_t *found, const float *products, const float *cuts, size_t count) {
    size_t size = 0;
    for (size_t t = 0; t < count; t++)
        if (reaches(products + t * SCAN_ROWS, cuts[t]))
            found[size++] = (uint32_t)t;
    return size;
}

INLINE vector choose(whole condition, vector yes, vector no) {
    return (vector)(((whole)yes & condition) | ((whole)no & ~condition));
}

static void highest(float *values, const float *products, size_t count) {
    vector most[VECTORS];
    for (size_t v = 0; v < VECTORS; v++)
        most[v] = LOAD(products + v * W);
    for (size_t t = 1; t < count; t++)
        for (size_t v = 0; v < VECTORS; v++) {
            const vector here = LOAD(products + t * SCAN_ROWS + v * W);
            most[v] = choose(here > most[v], here, most[v]);
        }
    for (size_t v = 0; v < VECTORS; v++)
        STORE(values + v * W, most[v]);
}

static size_t reach_rows(uint32_t *found, const float *products, const float *cuts, size_t count) {
    size_t size = 0;
    for (size_t t = 0; t < count; t++) {
        whole below = LOAD(products + t * SCAN_ROWS) < LOAD(cuts);
        for (size_t v = 1; v < VECTORS; v++)
            below &= LOAD(products + t * SCAN_ROWS + v * W) < LOAD(cuts + v * W);
        if (!is_zero(~below))
            found[size++] = (uint32_t)t;
    }
    return size;
}

static bool sum(float *values, const float *products, const struct scan_part *parts, size_t count,
                float cut) {
    vector sums[VECTORS] = {{0}};
    for (size_t i = 0; i < count; i++)
        for (size_t v = 0; v < VECTORS; v++)
            sums[v] += parts[i].weight * LOAD(products + parts[i].target * SCAN_ROWS + v * W);
    for (size_t v = 0; v < VECTORS; v++)
        STORE(values + v * W, sums[v]);
    return reaches(values, cut);
}

/* 0 for what is below it, NaN stays. */
INLINE vector not_negative(vector value) {
    return (vector)((whole)value & ~(value < 0));
}

static bool ratio(float *values, const float *products, const struct scan_part *parts, size_t count,
                  float slack, float offset, float cut) {
    vector above[VECTORS], below[VECTORS];
    for (size_t v = 0; v < VECTORS; v++)
        above[v] = below[v] = (vector){0} + 1.0f;
    for (size_t i = 0; i < count; i++)
        for (size_t v = 0; v < VECTORS; v++) {
            const vector product = LOAD(products + parts[i].target * SCAN_ROWS + v * W);
            if (parts[i].weight > 0)
                above[v] *= (1.0f + product + slack) * 0.5f;
            else
                below[v] *= not_negative((1.0f + product - slack) * 0.5f);
        }
    for (size_t v = 0; v < VECTORS; v++)
        STORE(values + v * W, above[v] / (below[v] + offset));
    return reaches(values, cut);
}

const struct scan_kernel SCAN_TABLE = {SCAN_NAME, dots,    quantized_dots, pack, multiply,
                                       reach,     highest, reach_rows,     sum,  ratio};

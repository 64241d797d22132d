/* The search's vector kernels. A scan_*.c file defines
 *   SCAN_NAME, SCAN_TABLE       the name, and the table to define
 *   SIMD_WIDTH                  see base/simd.inc.h
 *   TILE_TARGETS, TILE_VECTORS  the register tile of multiply: how many sums are kept at once
 * and includes this. Loops over a tile have constant bounds, so that the sums live in registers. */
#include "base/simd.inc.h"
#include "search/scan_list.h"

#define VECTORS (SCAN_ROWS / W)

/* --- one target --- */

/* 8-bit integers to floats. GCC's code for the general form is long where one instruction would do. */
#if CPU_X86 && W == 16
INLINE vector widen(const int8_t *quantized) {
    return (vector)_mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(*(const __m128i *)quantized));
}
#elif CPU_X86 && W == 8
INLINE vector widen(const int8_t *quantized) {
    return (vector)_mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)quantized)));
}
#else
typedef int8_t int8s __attribute__((vector_size(W), aligned(W), may_alias));
typedef int16_t int16s __attribute__((vector_size(W * 2), may_alias));

INLINE vector widen(const int8_t *quantized) {
    const int16s values = __builtin_convertvector(*(const int8s *)quantized, int16s);
    return __builtin_convertvector(__builtin_convertvector(values, integers), vector);
}
#endif

/* `quantized` is a constant wherever this is called, so that each kind of row has its own loops. */
INLINE vector load_row(const void *row, size_t d, bool quantized) {
    return quantized ? widen((const int8_t *)row + d) : LOAD((const float *)row + d);
}

/* The lanes of the result add up to the product. Row after row, as memory is prefetched; four sums, since
 * each addition waits for the one before it. */
INLINE vector row_product(const float *target, const void *row, size_t stride, bool quantized) {
    vector sums[4] = {{0}};
    size_t d = 0;
    for (; d + 4 * (size_t)W <= stride; d += 4 * (size_t)W)
        for (size_t i = 0; i < 4; i++)
            sums[i] += LOAD(target + d + i * W) * load_row(row, d + i * W, quantized);
    for (; d < stride; d += W)
        sums[0] += LOAD(target + d) * load_row(row, d, quantized);
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

INLINE void row_products(float *products, const float *target, const void *rows, size_t count, size_t stride,
                         bool quantized) {
    const size_t row_bytes = stride * (quantized ? sizeof(int8_t) : sizeof(float));
    for (size_t first = 0; first < count; first += W) {
        vector sums[W] = {{0}};
        const size_t left = count - first, here = left < W ? left : W;
        for (size_t r = 0; r < here; r++)
            sums[r] = row_product(target, (const char *)rows + (first + r) * row_bytes, stride, quantized);
        STORE(products + first, add_across(sums));
    }
}

static void dots(float *products, const float *target, const float *rows, size_t count, size_t stride) {
    row_products(products, target, rows, count, stride, false);
}

static void quantized_dots(float *products, const float *target, const int8_t *quantized, size_t count,
                           size_t stride) {
    row_products(products, target, quantized, count, stride, true);
}

/* --- many targets --- */

/* Rows `first` to `first + W`, dims `at` to `at + W`. */
INLINE void pack_tile(float *panel, const float *rows, const float *factors, size_t count, size_t stride,
                      size_t first, size_t at) {
    vector here[W];
    for (size_t i = 0; i < W; i++) {
        const size_t r = first + i < count ? first + i : count - 1;
        here[i] = LOAD(rows + r * stride + at) * factors[r];
    }
    transpose_tile(panel + at * SCAN_ROWS + first, SCAN_ROWS, here);
}

static void pack(float *panel, const float *rows, const float *factors, size_t count, size_t stride) {
    for (size_t at = 0; at < stride; at += W)
        for (size_t r = 0; r < SCAN_ROWS; r += W)
            pack_tile(panel, rows, factors, count, stride, r, at);
}

/* Prefetches the targets of the next tile: a tile reads in as many places at once as it has targets, more
 * than the hardware prefetcher follows. */
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

/* --- cuts --- */

/* Are the lanes all zero? */
INLINE bool is_zero(integers value) {
    union {
        integers lanes;
        uint64_t words[W / 2];
    } bits = {value};
    uint64_t any = 0;
    for (size_t i = 0; i < W / 2; i++)
        any |= bits.words[i];
    return any == 0;
}

INLINE bool reaches(const float *values, float cut) {
    integers below = LOAD(values) < cut;
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
        integers below = LOAD(products + t * SCAN_ROWS) < LOAD(cuts);
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

/* Negative lanes become 0; NaN stays. */
INLINE vector not_negative(vector value) {
    return (vector)((integers)value & ~(value < 0));
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

const struct scan_kernel SCAN_TABLE = {
    .name = SCAN_NAME,
    SCAN_FUNCTIONS,
};

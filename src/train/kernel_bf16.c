/* AVX-512 with products of bfloat16: twice the multiply-adds an instruction. The matrices stay float. A
 * step's rows, and the gradients' weights, are rounded to bfloat16 as they are packed, and products are
 * summed up as floats. One instruction multiplies two neighbours and adds both products, so everything is
 * packed in twos: along the dims for scores, and two rows in turn for updates, which sum over rows. */
#include "train/kernel_list.h"
#if KERNEL_X86
#define KERNEL_WIDTH 16
#include "train/vector_source.h"

#define SCORE_ROWS ((size_t)12)
#define UPDATE_VECTORS 7

/* Sixteen times two bfloat16. */
typedef int32_t twos __attribute__((vector_size(64), aligned(64), may_alias));
typedef int32_t half_twos __attribute__((vector_size(32), aligned(32), may_alias));
typedef int16_t shorts __attribute__((vector_size(64), aligned(64), may_alias));

#define LOAD_TWOS(address) (*(const twos *)(address))
#define STORE_TWOS(address, value) (*(twos *)(address) = (value))

/* sum + both products of twos, lane by lane. Instructions by name: the compilers' functions for them differ.
 */
INLINE vector add_products(vector sum, twos a, twos b) {
#ifdef __clang_analyzer__
    return sum + (vector)(a + b); /* it knows no such instructions */
#else
    __asm__("vdpbf16ps %2, %1, %0" : "+v"(sum) : "v"(a), "v"(b));
    return sum;
#endif
}

/* Rounded to nearest: the lanes of `low`, then those of `high`. */
INLINE twos narrow(vector low, vector high) {
#ifdef __clang_analyzer__
    return (twos)(low + high);
#else
    twos result;
    __asm__("vcvtne2ps2bf16 %1, %2, %0" : "=v"(result) : "v"(low), "v"(high));
    return result;
#endif
}

/* Lane i of the first half and lane i of the second become two neighbours. */
INLINE twos interleave(twos halves) {
    return (twos)__builtin_shufflevector((shorts)halves, (shorts)halves, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5,
                                         21, 6, 22, 7, 23, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14,
                                         30, 15, 31);
}

/* A step's room, in twos. */
struct pack {
    size_t half;           /* of a packed row: `stride` rounded up to 32, halved */
    int32_t *input_dims;   /* (rows, half): twos along the dims */
    int32_t *input_rows;   /* (rows / 2, stride): two rows in turn */
    int32_t *slot_dims;    /* (slots, half) */
    int32_t *slot_rows;    /* (slots / 2, stride) */
    int32_t *noise_dims;   /* (half, columns): transposed */
    int32_t *noise_rows;   /* (columns / 2, stride) */
    int32_t *pair_slots;   /* (rows, band_columns / 2): weights, twos along the slots */
    int32_t *pair_inputs;  /* (rows / 2, band_columns): of two rows in turn */
    int32_t *noise_words;  /* (rows, columns / 2) */
    int32_t *noise_inputs; /* (rows / 2, columns) */
};

static struct pack plan(const struct kernel_step *step) {
    const size_t slots = step->rows + 2 * step->window + 2, stride = step->stride, columns = step->columns;
    struct pack pack = {.half = (stride + 31) / 32 * 16};
    pack.input_dims = (int32_t *)(void *)step->room;
    pack.input_rows = pack.input_dims + step->rows * pack.half;
    pack.slot_dims = pack.input_rows + step->rows / 2 * stride;
    pack.slot_rows = pack.slot_dims + slots * pack.half;
    pack.noise_dims = pack.slot_rows + slots / 2 * stride;
    pack.noise_rows = pack.noise_dims + columns * pack.half;
    pack.pair_inputs = pack.noise_rows + columns / 2 * stride;
    pack.pair_slots = pack.pair_inputs + step->rows / 2 * step->band_columns;
    pack.noise_inputs = pack.pair_slots + step->rows / 2 * step->band_columns;
    pack.noise_words = pack.noise_inputs + step->rows / 2 * columns;
    return pack;
}

/* --- packing --- */

INLINE twos pack_dims(const float *row, size_t d, size_t stride) {
    return narrow(LOAD(row + d), d + 16 < stride ? LOAD(row + d + 16) : (vector){0});
}

/* Two rows from dim d on, `vectors` vectors of each: 1 or 2. */
INLINE void pack_tile(int32_t *dims, int32_t *rows, float *const *sources, size_t d, size_t half,
                      size_t vectors) {
    const vector zero = {0};
    const vector first = LOAD(sources[0] + d), second = LOAD(sources[1] + d);
    const vector first_next = vectors > 1 ? LOAD(sources[0] + d + 16) : zero;
    const vector second_next = vectors > 1 ? LOAD(sources[1] + d + 16) : zero;
    STORE_TWOS(dims + d / 2, narrow(first, first_next));
    STORE_TWOS(dims + half + d / 2, narrow(second, second_next));
    STORE_TWOS(rows + d, interleave(narrow(first, second)));
    if (vectors > 1)
        STORE_TWOS(rows + d + 16, interleave(narrow(first_next, second_next)));
}

INTENDED_RACE static void pack_rows(int32_t *dims, int32_t *rows, float *const *sources, size_t count,
                                    size_t stride, size_t half) {
    for (size_t r = 0; r < count; r += 2, dims += 2 * half, rows += stride) {
        size_t d = 0;
        for (; d + 32 <= stride; d += 32)
            pack_tile(dims, rows, sources + r, d, half, 2);
        if (d < stride)
            pack_tile(dims, rows, sources + r, d, half, 1);
    }
}

INTENDED_RACE static void pack_noise(const struct kernel_step *step, const struct pack *pack) {
    for (size_t j = 0; j < step->columns; j += 16)
        for (size_t d = 0; d < step->stride; d += 32) {
            vector rows[16];
            for (size_t i = 0; i < 16; i++)
                rows[i] = (vector)pack_dims(step->noise[j + i], d, step->stride);
            transpose_tile((float *)pack->noise_dims + d / 2 * step->columns + j, step->columns, rows);
        }
    for (size_t j = 0; j < step->noise_count; j += 2)
        for (size_t d = 0; d < step->stride; d += 16)
            STORE_TWOS(pack->noise_rows + j / 2 * step->stride + d,
                       interleave(narrow(LOAD(step->noise[j] + d), LOAD(step->noise[j + 1] + d))));
}

/* A matrix of weights, (rows, columns), along its columns and in twos of rows. */
static void pack_weights(int32_t *along, int32_t *across, const float *weights, size_t rows, size_t columns) {
    for (size_t r = 0; r < rows; r += 2)
        for (size_t k = 0; k < columns; k += 16) {
            const float *first = weights + r * columns + k;
            const twos both = narrow(LOAD(first), LOAD(first + columns));
            int32_t *to = along + (r * columns + k) / 2;
            *(half_twos *)to = __builtin_shufflevector(both, both, 0, 1, 2, 3, 4, 5, 6, 7);
            *(half_twos *)(to + columns / 2) = __builtin_shufflevector(both, both, 8, 9, 10, 11, 12, 13, 14,
                                                                       15);
            STORE_TWOS(across + r / 2 * columns + k, interleave(both));
        }
}

/* --- scores --- */

INLINE void score_tile(const struct kernel_step *step, const struct pack *pack, size_t p, size_t j,
                       size_t rows, size_t vectors) {
    const int32_t *inputs = pack->input_dims + p * pack->half, *noise = pack->noise_dims + j;
    vector sums[SCORE_ROWS][2] = {{{0}}};
    for (size_t d = 0; d < (step->dim + 1) / 2; d++) {
        twos words[2];
        for (size_t v = 0; v < vectors; v++)
            words[v] = LOAD_TWOS(noise + d * step->columns + v * 16);
        for (size_t r = 0; r < rows; r++) {
            const twos input = (twos){0} + inputs[r * pack->half + d];
            for (size_t v = 0; v < vectors; v++)
                sums[r][v] = add_products(sums[r][v], input, words[v]);
        }
    }
    for (size_t r = 0; r < rows; r++)
        for (size_t v = 0; v < vectors; v++)
            STORE(step->noise_scores + (p + r) * step->columns + j + v * 16, sums[r][v]);
}

/* In tiles of nearly as many rows each. */
INLINE void score_rows(const struct kernel_step *step, const struct pack *pack, size_t j, size_t vectors) {
    for (size_t p = 0, rows; p < step->rows; p += rows) {
        rows = 2 * next_part((step->rows - p) / 2, SCORE_ROWS / 2);
        switch (rows) {
#define CASE(n)                                   \
    case n:                                       \
        score_tile(step, pack, p, j, n, vectors); \
        break
            CASE(2);
            CASE(4);
            CASE(6);
            CASE(8);
            CASE(10);
            CASE(12);
#undef CASE
        }
    }
}

static void score_noise(const struct kernel_step *step, const struct pack *pack) {
    size_t j = 0;
    for (; j + 32 <= step->columns; j += 32)
        score_rows(step, pack, j, 2);
    if (j < step->columns)
        score_rows(step, pack, j, 1);
}

/* One row with `count` slots, kept in registers until their lanes are added up. */
INLINE vector score_slots(const int32_t *input, const int32_t *slots, size_t half, size_t count) {
    vector sums[16] = {{0}};
    for (size_t d = 0; d < half; d += 16) {
        const twos values = LOAD_TWOS(input + d);
        for (size_t k = 0; k < count; k++)
            sums[k] = add_products(sums[k], values, LOAD_TWOS(slots + k * half + d));
    }
    return add_across(sums);
}

static void score_pairs(const struct kernel_step *step, const struct pack *pack) {
    const size_t reach = 2 * step->window + 2, half = pack->half;
    for (size_t p = 0; p < step->rows; p++)
        for (size_t k = 0; k < step->band_columns; k += 16) {
            const int32_t *input = pack->input_dims + p * half,
                          *slots = pack->slot_dims + (p / 2 * 2 + k) * half;
            float *to = step->pairs + p * step->band_columns + k;
            switch (next_slots(reach, k)) {
#define CASE(n)                                        \
    case n:                                            \
        STORE(to, score_slots(input, slots, half, n)); \
        break
                CASE(4);
                CASE(8);
                CASE(12);
                CASE(16);
#undef CASE
            }
        }
}

static void scores(const struct kernel_step *step) {
    const struct pack pack = plan(step);
    pack_rows(pack.input_dims, pack.input_rows, step->inputs, step->rows, step->stride, pack.half);
    pack_rows(pack.slot_dims, pack.slot_rows, step->slots, step->rows + 2 * step->window + 2, step->stride,
              pack.half);
    pack_noise(step, &pack);
    score_noise(step, &pack);
    score_pairs(step, &pack);
}

/* --- updates --- */

/* Sources of two targets: target t has two source rows i with the two weights
 * weights[t * target_step + i * source_step]. */
struct part {
    const int32_t *sources; /* (count, stride) */
    size_t count;
    const int32_t *weights;
    size_t target_step, source_step;
};

INLINE void add_part(vector sums[2][UPDATE_VECTORS], const struct part *part, size_t stride, size_t at,
                     size_t vectors) {
    const int32_t *weights = part->weights, *source = part->sources + at;
    for (size_t i = 0; i < part->count; i++, weights += part->source_step, source += stride) {
        const twos first = (twos){0} + weights[0], second = (twos){0} + weights[part->target_step];
        for (size_t v = 0; v < vectors; v++) {
            const twos values = LOAD_TWOS(source + v * 16);
            sums[0][v] = add_products(sums[0][v], first, values);
            sums[1][v] = add_products(sums[1][v], second, values);
        }
    }
}

INLINE void update_tile(float *const *targets, const struct part *parts, size_t count, float scale,
                        size_t stride, size_t at, size_t vectors) {
    vector sums[2][UPDATE_VECTORS] = {{{0}}};
    for (size_t i = 0; i < count; i++)
        add_part(sums, &parts[i], stride, at, vectors);
    for (size_t t = 0; t < 2; t++)
        for (size_t v = 0; v < vectors; v++) {
            float *target = targets[t] + at + v * 16;
            STORE(target, LOAD(target) + scale * sums[t][v]);
        }
}

/* Rows are cut into parts of nearly equal width, each at most UPDATE_VECTORS vectors. */
INTENDED_RACE static void update_two(float *const *targets, const struct part *parts, size_t count,
                                     float scale, size_t stride) {
    for (size_t at = 0, vectors; at < stride; at += vectors * 16) {
        vectors = next_part((stride - at) / 16, UPDATE_VECTORS);
        switch (vectors) {
#define CASE(n)                                                   \
    case n:                                                       \
        update_tile(targets, parts, count, scale, stride, at, n); \
        break
            CASE(1);
            CASE(2);
            CASE(3);
            CASE(4);
            CASE(5);
            CASE(6);
            CASE(7);
#undef CASE
        }
    }
}

static void update(const struct kernel_step *step, float scale) {
    const struct pack pack = plan(step);
    const size_t reach = 2 * step->window, stride = step->stride, band = step->band_columns;
    struct ahead ahead = plan_ahead(step);
    pack_weights(pack.pair_slots, pack.pair_inputs, step->pairs, step->rows, band);
    pack_weights(pack.noise_words, pack.noise_inputs, step->noise_scores, step->rows, step->columns);
    for (size_t p = 0; p < step->rows; p += 2) {
        const struct part parts[] = {
            {pack.slot_rows + p / 2 * stride, step->window + 1, pack.pair_slots + p * band / 2, band / 2, 1},
            {pack.noise_rows, (step->noise_count + 1) / 2, pack.noise_words + p * step->columns / 2,
             step->columns / 2, 1},
        };
        fetch_ahead(&ahead);
        update_two(step->inputs + p, parts, 2, scale, stride);
    }
    for (size_t s = 0; s < step->rows + reach; s += 2) {
        const size_t from = s > reach ? s - reach : 0, to = s + 2 < step->rows ? s + 2 : step->rows;
        const struct part part = {pack.input_rows + from / 2 * stride, (to - from) / 2,
                                  pack.pair_inputs + from / 2 * band + (s - from), 1, band - 2};
        fetch_ahead(&ahead);
        update_two(step->slots + s, &part, 1, scale, stride);
    }
    for (size_t j = 0; j < step->noise_count; j += 2) {
        const struct part part = {pack.input_rows, step->rows / 2, pack.noise_inputs + j, 1, step->columns};
        fetch_ahead(&ahead);
        update_two(step->noise + j, &part, 1, scale, stride);
    }
}

const struct kernel kernel_bf16 = {
    "avx512bf16", 0x1p-9f, scores, update, logistic, weigh, multiply_adds,
};
#endif

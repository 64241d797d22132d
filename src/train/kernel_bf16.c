/* AVX-512 with products of bfloat16: twice the multiply-adds an instruction. The rows have such numbers, the
 * gradients' weights are rounded to them as they are packed, and products are summed up as floats. One
 * instruction multiplies two neighbours and adds both products, so everything is packed in twos: along the
 * dims for scores, and two rows in turn for updates, which sum over rows. */
#include "train/kernel_list.h"
#if KERNEL_X86
#define KERNEL_WIDTH 16
#define SCORE_ROWS 12    /* the register tile of noise scores: at most so many rows by two vectors */
#define UPDATE_VECTORS 7 /* of updates: two rows by so many */
#include "train/vector_source.h"

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

/* Lane i of one and lane i of the other become two neighbours: of their lower and their upper halves. */
INLINE twos interleave_low(twos a, twos b) {
    return (twos)__builtin_shufflevector((shorts)a, (shorts)b, 0, 32, 1, 33, 2, 34, 3, 35, 4, 36, 5, 37, 6,
                                         38, 7, 39, 8, 40, 9, 41, 10, 42, 11, 43, 12, 44, 13, 45, 14, 46, 15,
                                         47);
}

INLINE twos interleave_high(twos a, twos b) {
    return (twos)__builtin_shufflevector((shorts)a, (shorts)b, 16, 48, 17, 49, 18, 50, 19, 51, 20, 52, 21, 53,
                                         22, 54, 23, 55, 24, 56, 25, 57, 26, 58, 27, 59, 28, 60, 29, 61, 30,
                                         62, 31, 63);
}

/* The lanes of the lower half and those of the upper half. */
INLINE twos interleave_halves(twos both) {
    return (twos)__builtin_shufflevector((shorts)both, (shorts)both, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21,
                                         6, 22, 7, 23, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30,
                                         15, 31);
}

/* How much of a row is worked on. */
INLINE size_t width_of(const struct kernel_step *step) {
    return kernel_floats(step->dim);
}

/* A step's room, in twos. */
struct room {
    size_t half;           /* of a row as it stands in its matrix, in twos */
    size_t width;          /* of packed twos of rows */
    int32_t *input_dims;   /* (rows, half): twos along the dims */
    int32_t *input_rows;   /* (rows / 2, width): two rows in turn */
    int32_t *slot_dims;    /* (slots, half) */
    int32_t *slot_rows;    /* (slots / 2, width) */
    int32_t *noise_dims;   /* (half, columns): transposed */
    int32_t *noise_rows;   /* (columns / 2, width) */
    int32_t *pair_slots;   /* (rows, band_columns / 2): weights, twos along the slots */
    int32_t *pair_inputs;  /* (rows / 2, band_columns): of two rows in turn */
    int32_t *noise_words;  /* (rows, columns / 2) */
    int32_t *noise_inputs; /* (rows / 2, columns) */
};

static struct room plan(const struct kernel_step *step) {
    const size_t slots = step->rows + 2 * step->window + 2, columns = step->columns;
    struct room room = {.half = kernel_stride(step->dim) / 2, .width = width_of(step)};
    room.input_dims = (int32_t *)(void *)step->room;
    room.input_rows = room.input_dims + step->rows * room.half;
    room.slot_dims = room.input_rows + step->rows / 2 * room.width;
    room.slot_rows = room.slot_dims + slots * room.half;
    room.noise_dims = room.slot_rows + slots / 2 * room.width;
    room.noise_rows = room.noise_dims + columns * room.half;
    room.pair_inputs = room.noise_rows + columns / 2 * room.width;
    room.pair_slots = room.pair_inputs + step->rows / 2 * step->band_columns;
    room.noise_inputs = room.pair_slots + step->rows / 2 * step->band_columns;
    room.noise_words = room.noise_inputs + step->rows / 2 * columns;
    return room;
}

/* --- packing --- */

/* Two rows in turn, from dim d on. */
INLINE void pack_two(int32_t *rows, twos first, twos second, size_t d, size_t width) {
    STORE_TWOS(rows + d, interleave_low(first, second));
    if (d + 16 < width)
        STORE_TWOS(rows + d + 16, interleave_high(first, second));
}

INTENDED_RACE static void pack_rows(int32_t *dims, int32_t *rows, bfloat16 *const *sources, size_t count,
                                    const struct room *room) {
    for (size_t r = 0; r < count; r += 2, dims += 2 * room->half, rows += room->width)
        for (size_t d = 0; d < room->width; d += 32) {
            const twos first = LOAD_TWOS(sources[r] + d), second = LOAD_TWOS(sources[r + 1] + d);
            STORE_TWOS(dims + d / 2, first);
            STORE_TWOS(dims + room->half + d / 2, second);
            pack_two(rows, first, second, d, room->width);
        }
}

INTENDED_RACE static void pack_noise(const struct kernel_step *step, const struct room *room) {
    for (size_t j = 0; j < step->columns; j += 16)
        for (size_t d = 0; d < room->width; d += 32) {
            vector rows[16];
            for (size_t i = 0; i < 16; i++)
                rows[i] = (vector)LOAD_TWOS(step->noise[j + i] + d);
            for (size_t i = 0; i < 16; i += 2)
                pack_two(room->noise_rows + (j + i) / 2 * room->width, (twos)rows[i], (twos)rows[i + 1], d,
                         room->width);
            transpose_tile((float *)room->noise_dims + d / 2 * step->columns + j, step->columns, rows);
        }
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
            STORE_TWOS(across + r / 2 * columns + k, interleave_halves(both));
        }
}

/* --- scores --- */

INLINE void score_tile(const struct kernel_step *step, const struct room *room, size_t p, size_t j,
                       size_t rows, size_t vectors) {
    const int32_t *inputs = room->input_dims + p * room->half, *noise = room->noise_dims + j;
    vector sums[SCORE_ROWS][2] = {{{0}}};
    for (size_t d = 0; d < (step->dim + 1) / 2; d++) {
        twos words[2];
        for (size_t v = 0; v < vectors; v++)
            words[v] = LOAD_TWOS(noise + d * step->columns + v * 16);
        for (size_t r = 0; r < rows; r++) {
            const twos input = (twos){0} + inputs[r * room->half + d];
            for (size_t v = 0; v < vectors; v++)
                sums[r][v] = add_products(sums[r][v], input, words[v]);
        }
    }
    for (size_t r = 0; r < rows; r++)
        for (size_t v = 0; v < vectors; v++)
            STORE(step->noise_scores + (p + r) * step->columns + j + v * 16, sums[r][v]);
}

/* One row with `count` slots, kept in registers until their lanes are added up. */
INLINE vector score_slots(const struct room *room, size_t p, size_t k, size_t count) {
    const size_t half = room->half;
    const int32_t *input = room->input_dims + p * half, *slots = room->slot_dims + (p / 2 * 2 + k) * half;
    vector sums[16] = {{0}};
    for (size_t d = 0; d < half; d += 16) {
        const twos values = LOAD_TWOS(input + d);
        for (size_t i = 0; i < count; i++)
            sums[i] = add_products(sums[i], values, LOAD_TWOS(slots + i * half + d));
    }
    return add_across(sums);
}

/* In tiles of nearly as many rows each. */
INLINE void score_rows(const struct kernel_step *step, const struct room *room, size_t j, size_t vectors) {
    for (size_t p = 0, rows; p < step->rows; p += rows) {
        rows = 2 * next_part((step->rows - p) / 2, SCORE_ROWS / 2);
        switch (rows) {
#define CASE(n)                                   \
    case n:                                       \
        score_tile(step, room, p, j, n, vectors); \
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

static void score_noise(const struct kernel_step *step, const struct room *room) {
    size_t j = 0;
    for (; j + 2 * (size_t)W <= step->columns; j += 2 * (size_t)W)
        score_rows(step, room, j, 2);
    if (j < step->columns)
        score_rows(step, room, j, 1);
}

/* How many of a band's slots from k on are scored at once: fours to a vector's lanes. Those beyond `reach`
 * are there, if of no use; none are left from `reach` on. */
INLINE size_t next_slots(size_t reach, size_t k) {
    const size_t left = k < reach ? (reach - k + 3) / 4 * 4 : 0;
    return left < W ? left : W;
}

static void score_pairs(const struct kernel_step *step, const struct room *room) {
    const size_t reach = 2 * step->window + 2;
    for (size_t p = 0; p < step->rows; p++)
        for (size_t k = 0; k < step->band_columns; k += W) {
            float *to = step->pairs + p * step->band_columns + k;
            switch (next_slots(reach, k)) {
#define CASE(n)                                \
    case n:                                    \
        STORE(to, score_slots(room, p, k, n)); \
        break
                CASE(4);
                CASE(8);
                CASE(12);
                CASE(16);
#undef CASE
            }
        }
}

/* --- updates --- */

/* Sources of two targets: target t has two source rows i with the two weights
 * weights[t * target_step + i * source_step]. */
struct part {
    const int32_t *sources; /* (count, width) */
    size_t count;
    const int32_t *weights;
    size_t target_step, source_step;
};

INLINE void add_part(vector sums[2][UPDATE_VECTORS], const struct part *part, size_t width, size_t at,
                     size_t vectors) {
    const int32_t *weights = part->weights, *source = part->sources + at;
    for (size_t i = 0; i < part->count; i++, weights += part->source_step, source += width) {
        const twos first = (twos){0} + weights[0], second = (twos){0} + weights[part->target_step];
        for (size_t v = 0; v < vectors; v++) {
            const twos values = LOAD_TWOS(source + v * 16);
            sums[0][v] = add_products(sums[0][v], first, values);
            sums[1][v] = add_products(sums[1][v], second, values);
        }
    }
}

/* Two rows, which may be the same, by what an update has summed up for each: targets[t] from `at` on. */
INLINE void move_rows(bfloat16 *const *targets, size_t at, vector sums[2][UPDATE_VECTORS], size_t vectors,
                      float scale) {
    for (size_t t = 0; t < 2; t++)
        for (size_t v = 0; v < vectors; v++)
            move_numbers(targets[t] + at + v * W, sums[t][v], scale);
}

INLINE void update_tile(bfloat16 *const *targets, const struct part *parts, size_t count, float scale,
                        size_t width, size_t at, size_t vectors) {
    vector sums[2][UPDATE_VECTORS] = {{{0}}};
    for (size_t i = 0; i < count; i++)
        add_part(sums, &parts[i], width, at, vectors);
    move_rows(targets, at, sums, vectors, scale);
}

/* Rows are cut into parts of nearly equal width, each at most UPDATE_VECTORS vectors. */
INTENDED_RACE static void update_two(bfloat16 *const *targets, const struct part *parts, size_t count,
                                     float scale, size_t width) {
    for (size_t at = 0, vectors; at < width; at += vectors * W) {
        vectors = next_part((width - at) / W, UPDATE_VECTORS);
        switch (vectors) {
#define CASE(n)                                                  \
    case n:                                                      \
        update_tile(targets, parts, count, scale, width, at, n); \
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

/* --- steps --- */

static void scores(const struct kernel_step *step) {
    const struct room room = plan(step);
    pack_rows(room.input_dims, room.input_rows, step->inputs, step->rows, &room);
    pack_rows(room.slot_dims, room.slot_rows, step->slots, step->rows + 2 * step->window + 2, &room);
    pack_noise(step, &room);
    score_noise(step, &room);
    score_pairs(step, &room);
}

static void update(const struct kernel_step *step, float scale) {
    const struct room room = plan(step);
    const size_t reach = 2 * step->window, width = room.width, band = step->band_columns;
    struct ahead ahead = plan_ahead(step);
    pack_weights(room.pair_slots, room.pair_inputs, step->pairs, step->rows, band);
    pack_weights(room.noise_words, room.noise_inputs, step->noise_scores, step->rows, step->columns);
    for (size_t p = 0; p < step->rows; p += 2) {
        const struct part parts[] = {
            {room.slot_rows + p / 2 * width, step->window + 1, room.pair_slots + p * band / 2, band / 2, 1},
            {room.noise_rows, (step->noise_count + 1) / 2, room.noise_words + p * step->columns / 2,
             step->columns / 2, 1},
        };
        fetch_ahead(&ahead, 1);
        update_two(step->inputs + p, parts, 2, scale, width);
    }
    for (size_t s = 0; s < step->rows + reach; s += 2) {
        const size_t from = s > reach ? s - reach : 0, to = s + 2 < step->rows ? s + 2 : step->rows;
        const struct part part = {room.input_rows + from / 2 * width, (to - from) / 2,
                                  room.pair_inputs + from / 2 * band + (s - from), 1, band - 2};
        fetch_ahead(&ahead, 1);
        update_two(step->slots + s, &part, 1, scale, width);
    }
    for (size_t j = 0; j < step->noise_count; j += 2) {
        const struct part part = {room.input_rows, step->rows / 2, room.noise_inputs + j, 1, step->columns};
        fetch_ahead(&ahead, 1);
        update_two(step->noise + j, &part, 1, scale, width);
    }
}

/* --- logistic --- */

/* 2^x: the nearest whole number into the exponent, and for the rest, in [-1/2, 1/2], a polynomial whose
 * largest relative error, 3e-6, is the least that this degree allows. */
INLINE vector power_of_two(vector x) {
    const vector nearest = (vector)_mm512_roundscale_ps((__m512)x,
                                                        _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    const vector rest = x - nearest;
    vector sum = rest * 0.00957010192f + 0.0559178617f;
    sum = sum * rest + 0.240247448f;
    sum = sum * rest + 0.693121815f;
    sum = sum * rest + 0.999999261f;
    return (vector)_mm512_scalef_ps((__m512)sum, (__m512)nearest);
}

/* The reciprocal is exact to 2^-14, which weights that are rounded to 2^-9 don't feel. */
static void logistic(float *values, size_t count) {
    for (size_t i = 0; i < count; i += W) {
        const vector power = power_of_two(LOAD(values + i) * -1.44269504f);
        STORE(values + i, (vector)_mm512_rcp14_ps((__m512)(1.0f + power)));
    }
}

const struct kernel kernel_bf16 = {
    "avx512bf16", 0x1p-9f, scores, update, merge, logistic, weigh, multiply_adds,
};
#endif

/* The kernels that keep floats as they are. A kernel_*.c file defines, besides KERNEL_WIDTH,
 *   KERNEL_NAME, KERNEL_TABLE   the name for users, the table to define
 *   SCORE_ROWS                  the register tile of noise scores: at most so many rows by two vectors
 *   UPDATE_VECTORS              of updates: two rows by so many vectors
 * Loops over a tile have constant bounds, so that the sums live in registers. */
#include "train/vector_source.h"

/* The room: copies of the inputs, and the noise rows transposed. */
static float *copies_of(const struct kernel_step *step) {
    return step->room;
}

static float *transposed_of(const struct kernel_step *step) {
    return step->room + step->rows * step->stride;
}

INTENDED_RACE static void copy_inputs(const struct kernel_step *step) {
    float *copy = copies_of(step);
    for (size_t p = 0; p < step->rows; p++, copy += step->stride)
        for (size_t d = 0; d < step->stride; d += W)
            STORE(copy + d, LOAD(step->inputs[p] + d));
}

/* transposed[d, j] = noise[j][d]: (stride, columns). */
INTENDED_RACE static void transpose_noise(const struct kernel_step *step) {
    float *transposed = transposed_of(step);
    for (size_t j = 0; j < step->columns; j += W)
        for (size_t d = 0; d < step->stride; d += W) {
            vector rows[W];
            for (size_t i = 0; i < W; i++)
                rows[i] = LOAD(step->noise[j + i] + d);
            transpose_tile(transposed + d * step->columns + j, step->columns, rows);
        }
}

/* --- scores --- */

/* `rows` rows by `vectors` vectors of noise words, summed over dim in registers. */
INLINE void score_tile(const struct kernel_step *step, size_t p, size_t j, size_t rows, size_t vectors) {
    const float *inputs = copies_of(step) + p * step->stride, *transposed = transposed_of(step) + j;
    vector sums[SCORE_ROWS][2] = {{{0}}};
    for (size_t d = 0; d < step->dim; d++) {
        vector noise[2];
        for (size_t v = 0; v < vectors; v++)
            noise[v] = LOAD(transposed + d * step->columns + v * W);
        for (size_t r = 0; r < rows; r++)
            for (size_t v = 0; v < vectors; v++)
                sums[r][v] += inputs[r * step->stride + d] * noise[v];
    }
    for (size_t r = 0; r < rows; r++)
        for (size_t v = 0; v < vectors; v++)
            STORE(step->noise_scores + (p + r) * step->columns + j + v * W, sums[r][v]);
}

/* In tiles of nearly as many rows each. */
INLINE void score_rows(const struct kernel_step *step, size_t j, size_t vectors) {
    for (size_t p = 0, rows; p < step->rows; p += rows) {
        rows = 2 * next_part((step->rows - p) / 2, SCORE_ROWS / 2);
        switch (rows) {
#define CASE(n)                             \
    case n:                                 \
        score_tile(step, p, j, n, vectors); \
        break
            CASE(2);
            CASE(4);
            CASE(6);
#if SCORE_ROWS > 6
            CASE(8);
            CASE(10);
            CASE(12);
#endif
#undef CASE
        }
    }
}

static void score_noise(const struct kernel_step *step) {
    size_t j = 0;
    for (; j + 2 * (size_t)W <= step->columns; j += 2 * (size_t)W)
        score_rows(step, j, 2);
    if (j < step->columns)
        score_rows(step, j, 1);
}

/* One row with `count` slots, kept in registers until their lanes are added up. */
INLINE vector score_slots(const float *input, float *const *slots, size_t stride, size_t count) {
    vector sums[W] = {{0}};
    for (size_t d = 0; d < stride; d += W) {
        const vector values = LOAD(input + d);
        for (size_t k = 0; k < count; k++)
            sums[k] += values * LOAD(slots[k] + d);
    }
    return add_across(sums);
}

INTENDED_RACE static void score_pairs(const struct kernel_step *step) {
    const size_t reach = 2 * step->window + 2;
    for (size_t p = 0; p < step->rows; p++)
        for (size_t k = 0; k < step->band_columns; k += W) {
            const float *input = copies_of(step) + p * step->stride;
            float *const *slots = step->slots + p / 2 * 2 + k, *to = step->pairs + p * step->band_columns + k;
            switch (next_slots(reach, k)) {
#define CASE(n)                                                \
    case n:                                                    \
        STORE(to, score_slots(input, slots, step->stride, n)); \
        break
                CASE(4);
#if W > 4
                CASE(8);
#endif
#if W > 8
                CASE(12);
                CASE(16);
#endif
#undef CASE
            }
        }
}

static void scores(const struct kernel_step *step) {
    copy_inputs(step);
    transpose_noise(step);
    score_noise(step);
    score_pairs(step);
}

/* --- updates --- */

/* Sources of two targets, in twos as well: target t has source 2 i + odd with the weight
 * weights[t * target_step + i * pair_step + odd * odd_step]. */
struct part {
    float *const *sources;
    size_t pairs;
    const float *weights;
    size_t target_step, pair_step, odd_step;
};

INLINE void add_part(vector sums[2][UPDATE_VECTORS], const struct part *part, size_t at, size_t vectors) {
    const float *weights = part->weights;
    for (size_t i = 0; i < part->pairs; i++, weights += part->pair_step)
        for (size_t odd = 0; odd < 2; odd++) {
            const float *source = part->sources[2 * i + odd] + at, *weight = weights + odd * part->odd_step;
            const vector first = (vector){0} + weight[0], second = (vector){0} + weight[part->target_step];
            for (size_t v = 0; v < vectors; v++) {
                vector values = LOAD(source + v * W);
                IN_REGISTER(values);
                sums[0][v] += first * values;
                sums[1][v] += second * values;
            }
        }
}

INLINE void update_tile(float *const *targets, const struct part *parts, size_t count, float scale, size_t at,
                        size_t vectors) {
    vector sums[2][UPDATE_VECTORS] = {{{0}}};
    for (size_t i = 0; i < count; i++)
        add_part(sums, &parts[i], at, vectors);
    for (size_t t = 0; t < 2; t++)
        for (size_t v = 0; v < vectors; v++) {
            float *target = targets[t] + at + v * W;
            STORE(target, LOAD(target) + scale * sums[t][v]);
        }
}

/* Rows are cut into parts of nearly equal width, each at most UPDATE_VECTORS vectors. */
INTENDED_RACE static void update_two(float *const *targets, const struct part *parts, size_t count,
                                     float scale, size_t stride) {
    for (size_t at = 0, vectors; at < stride; at += vectors * W) {
        vectors = next_part((stride - at) / W, UPDATE_VECTORS);
        switch (vectors) {
#define CASE(n)                                           \
    case n:                                               \
        update_tile(targets, parts, count, scale, at, n); \
        break
            CASE(1);
            CASE(2);
            CASE(3);
            CASE(4);
#if UPDATE_VECTORS > 4
            CASE(5);
#endif
#if UPDATE_VECTORS > 5
            CASE(6);
            CASE(7);
#endif
#undef CASE
        }
    }
}

static void update_inputs(const struct kernel_step *step, float scale, struct ahead *ahead) {
    for (size_t p = 0; p < step->rows; p += 2) {
        const struct part parts[] = {
            {step->slots + p, step->window + 1, step->pairs + p * step->band_columns, step->band_columns, 2,
             1},
            {step->noise, (step->noise_count + 1) / 2, step->noise_scores + p * step->columns, step->columns,
             2, 1},
        };
        fetch_ahead(ahead);
        update_two(step->inputs + p, parts, 2, scale, step->stride);
    }
}

/* Slots s and s + 1, s even, are in the bands of rows s - 2 w to s + 1. */
static void update_slots(const struct kernel_step *step, float *const *copies, float scale,
                         struct ahead *ahead) {
    const size_t reach = 2 * step->window;
    for (size_t s = 0; s < step->rows + reach; s += 2) {
        const size_t from = s > reach ? s - reach : 0, to = s + 2 < step->rows ? s + 2 : step->rows;
        const struct part part = {copies + from,
                                  (to - from) / 2,
                                  step->pairs + from * step->band_columns + (s - from),
                                  1,
                                  2 * step->band_columns - 2,
                                  step->band_columns};
        fetch_ahead(ahead);
        update_two(step->slots + s, &part, 1, scale, step->stride);
    }
}

static void update_noise(const struct kernel_step *step, float *const *copies, float scale,
                         struct ahead *ahead) {
    for (size_t j = 0; j < step->noise_count; j += 2) {
        const struct part part = {copies, step->rows / 2,    step->noise_scores + j,
                                  1,      2 * step->columns, step->columns};
        fetch_ahead(ahead);
        update_two(step->noise + j, &part, 1, scale, step->stride);
    }
}

static void update(const struct kernel_step *step, float scale) {
    float *copies[KERNEL_ROWS_MOST];
    for (size_t p = 0; p < step->rows; p++)
        copies[p] = copies_of(step) + p * step->stride;
    struct ahead ahead = plan_ahead(step);
    update_inputs(step, scale, &ahead);
    update_slots(step, copies, scale, &ahead);
    update_noise(step, copies, scale, &ahead);
}

const struct kernel KERNEL_TABLE = {
    KERNEL_NAME, 0x1p-24f, scores, update, logistic, weigh, multiply_adds,
};

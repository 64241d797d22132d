/* The kernels that multiply floats. A kernel_*.c file defines, besides KERNEL_WIDTH,
 *   KERNEL_NAME, KERNEL_TABLE   the name for users, the table to define
 *   SCORE_ROWS                  the register tile of noise scores: at most so many rows by two vectors
 *   UPDATE_VECTORS              of updates: two rows by so many vectors
 * Loops over a tile have constant bounds, so that the sums live in registers. */
#include "train/vector_source.h"

/* A step's room: all its rows as floats. */
struct room {
    size_t width;
    float *inputs;     /* (rows, width) */
    float *slots;      /* (slots, width) */
    float *noise;      /* (columns, width) */
    float *transposed; /* (width, columns): the noise */
};

static struct room plan(const struct kernel_step *step) {
    struct room room = {.width = width_of(step), .inputs = step->room};
    room.slots = room.inputs + step->rows * room.width;
    room.noise = room.slots + (step->rows + 2 * step->window + 2) * room.width;
    room.transposed = room.noise + step->columns * room.width;
    return room;
}

INTENDED_RACE static void copy_rows(float *to, bfloat16 *const *rows, size_t count, size_t width) {
    for (size_t r = 0; r < count; r++, to += width)
        for (size_t d = 0; d < width; d += W)
            STORE(to + d, load_numbers(rows[r] + d));
}

static void transpose_noise(const struct room *room, size_t columns) {
    for (size_t j = 0; j < columns; j += W)
        for (size_t d = 0; d < room->width; d += W) {
            vector rows[W];
            for (size_t i = 0; i < W; i++)
                rows[i] = LOAD(room->noise + (j + i) * room->width + d);
            transpose_tile(room->transposed + d * columns + j, columns, rows);
        }
}

/* --- scores --- */

/* `rows` rows by `vectors` vectors of noise words, summed over dim in registers. */
INLINE void score_tile(const struct kernel_step *step, const struct room *room, size_t p, size_t j,
                       size_t rows, size_t vectors) {
    const float *inputs = room->inputs + p * room->width, *transposed = room->transposed + j;
    vector sums[SCORE_ROWS][2] = {{{0}}};
    for (size_t d = 0; d < step->dim; d++) {
        vector noise[2];
        for (size_t v = 0; v < vectors; v++)
            noise[v] = LOAD(transposed + d * step->columns + v * W);
        for (size_t r = 0; r < rows; r++)
            for (size_t v = 0; v < vectors; v++)
                sums[r][v] += inputs[r * room->width + d] * noise[v];
    }
    for (size_t r = 0; r < rows; r++)
        for (size_t v = 0; v < vectors; v++)
            STORE(step->noise_scores + (p + r) * step->columns + j + v * W, sums[r][v]);
}

/* One row with `count` slots, kept in registers until their lanes are added up. */
INLINE vector score_slots(const struct room *room, size_t p, size_t k, size_t count) {
    const size_t width = room->width;
    const float *input = room->inputs + p * width, *slots = room->slots + (p / 2 * 2 + k) * width;
    vector sums[W] = {{0}};
    for (size_t d = 0; d < width; d += W) {
        const vector values = LOAD(input + d);
        for (size_t i = 0; i < count; i++)
            sums[i] += values * LOAD(slots + i * width + d);
    }
    return add_across(sums);
}

/* --- updates --- */

/* Sources of two targets, in twos as well: target t has source 2 i + odd with the weight
 * weights[t * target_step + i * pair_step + odd * odd_step]. */
struct part {
    const float *sources; /* (2 pairs, width) */
    size_t pairs;
    const float *weights;
    size_t target_step, pair_step, odd_step;
};

INLINE void add_part(vector sums[2][UPDATE_VECTORS], const struct part *part, size_t width, size_t at,
                     size_t vectors) {
    const float *weights = part->weights, *source = part->sources + at;
    for (size_t i = 0; i < part->pairs; i++, weights += part->pair_step)
        for (size_t odd = 0; odd < 2; odd++, source += width) {
            const float *weight = weights + odd * part->odd_step;
            const vector first = (vector){0} + weight[0], second = (vector){0} + weight[part->target_step];
            for (size_t v = 0; v < vectors; v++) {
                vector values = LOAD(source + v * W);
                IN_REGISTER(values);
                sums[0][v] += first * values;
                sums[1][v] += second * values;
            }
        }
}

#include "train/tiles_source.h"

/* --- steps --- */

static void scores(const struct kernel_step *step) {
    const struct room room = plan(step);
    copy_rows(room.inputs, step->inputs, step->rows, room.width);
    copy_rows(room.slots, step->slots, step->rows + 2 * step->window + 2, room.width);
    copy_rows(room.noise, step->noise, step->columns, room.width);
    transpose_noise(&room, step->columns);
    score_noise(step, &room);
    score_pairs(step, &room);
}

static void update_inputs(const struct kernel_step *step, const struct room *room, float scale,
                          struct ahead *ahead) {
    for (size_t p = 0; p < step->rows; p += 2) {
        const struct part parts[] = {
            {room->slots + p * room->width, step->window + 1, step->pairs + p * step->band_columns,
             step->band_columns, 2, 1},
            {room->noise, (step->noise_count + 1) / 2, step->noise_scores + p * step->columns, step->columns,
             2, 1},
        };
        fetch_ahead(ahead);
        update_two(step->inputs + p, parts, 2, scale, room->width);
    }
}

/* Slots s and s + 1, s even, are in the bands of rows s - 2 w to s + 1. */
static void update_slots(const struct kernel_step *step, const struct room *room, float scale,
                         struct ahead *ahead) {
    const size_t reach = 2 * step->window;
    for (size_t s = 0; s < step->rows + reach; s += 2) {
        const size_t from = s > reach ? s - reach : 0, to = s + 2 < step->rows ? s + 2 : step->rows;
        const struct part part = {room->inputs + from * room->width,
                                  (to - from) / 2,
                                  step->pairs + from * step->band_columns + (s - from),
                                  1,
                                  2 * step->band_columns - 2,
                                  step->band_columns};
        fetch_ahead(ahead);
        update_two(step->slots + s, &part, 1, scale, room->width);
    }
}

static void update_noise(const struct kernel_step *step, const struct room *room, float scale,
                         struct ahead *ahead) {
    for (size_t j = 0; j < step->noise_count; j += 2) {
        const struct part part = {room->inputs,      step->rows / 2, step->noise_scores + j, 1,
                                  2 * step->columns, step->columns};
        fetch_ahead(ahead);
        update_two(step->noise + j, &part, 1, scale, room->width);
    }
}

static void update(const struct kernel_step *step, float scale) {
    const struct room room = plan(step);
    struct ahead ahead = plan_ahead(step);
    update_inputs(step, &room, scale, &ahead);
    update_slots(step, &room, scale, &ahead);
    update_noise(step, &room, scale, &ahead);
}

/* --- logistic --- */

INLINE vector choose(whole condition, vector yes, vector no) {
    return (vector)(((whole)yes & condition) | ((whole)no & ~condition));
}

/* exp(x) for |x| <= 87: x = n ln 2 + r with |r| <= ln 2 / 2, exp(r) by its Taylor polynomial of degree 6
 * (relative error below 2e-7), and n into the exponent. Adding 1.5 * 2^23 rounds to the nearest whole number.
 */
INLINE vector exponential(vector x) {
    const float magic = 12582912.0f;
    const vector shifted = x * 1.44269504f + magic;
    const vector n = shifted - magic;
    const vector r = (x - n * 0.693145752f) - n * 1.42860677e-6f;
    vector sum = r * (1.0f / 720) + (1.0f / 120);
    sum = sum * r + (1.0f / 24);
    sum = sum * r + (1.0f / 6);
    sum = sum * r + 0.5f;
    sum = sum * r + 1.0f;
    sum = sum * r + 1.0f;
    return (vector)((whole)sum + ((whole)shifted << 23));
}

static void logistic(float *values, size_t count) {
    for (size_t i = 0; i < count; i += W) {
        vector x = -LOAD(values + i);
        const vector most = (vector){0} + 80.0f;
        x = choose(x > most, most, x);
        x = choose(x < -most, -most, x);
        STORE(values + i, 1.0f / (1.0f + exponential(x)));
    }
}

const struct kernel KERNEL_TABLE = {
    KERNEL_NAME, 0x1p-24f, scores, update, merge, logistic, weigh, multiply_adds,
};

/* The reference: what every kernel computes, in plain loops. */
#include <math.h>

#include "base/race.h"
#include "train/kernel_list.h"

INTENDED_RACE static float dot(const float *a, const float *b, size_t size) {
    float sum = 0;
    for (size_t d = 0; d < size; d++)
        sum += a[d] * b[d];
    return sum;
}

static void scores(const struct kernel_step *step) {
    for (size_t p = 0; p < step->rows; p++) {
        for (size_t k = 0; k < 2 * step->window + 2; k++)
            step->pairs[p * step->band_columns + k] = dot(step->inputs[p], step->slots[p / 2 * 2 + k],
                                                          step->dim);
        for (size_t j = 0; j < step->columns; j++)
            step->noise_scores[p * step->columns + j] = dot(step->inputs[p], step->noise[j], step->dim);
    }
}

static void logistic(float *values, size_t count) {
    for (size_t i = 0; i < count; i++)
        values[i] = 1 / (1 + expf(-values[i]));
}

static void weigh(float *values, size_t rows, size_t columns, const float *row_weights,
                  const float *column_weights) {
    for (size_t r = 0; r < rows; r++)
        for (size_t j = 0; j < columns; j++)
            values[r * columns + j] *= row_weights[r] * column_weights[j];
}

INTENDED_RACE static void copy_inputs(const struct kernel_step *step) {
    for (size_t p = 0; p < step->rows; p++)
        for (size_t d = 0; d < step->stride; d++)
            step->room[p * step->stride + d] = step->inputs[p][d];
}

/* target += weight * source. */
INTENDED_RACE static void add(float *target, float weight, const float *source, size_t dim) {
    for (size_t d = 0; d < dim; d++)
        target[d] += weight * source[d];
}

static void update(const struct kernel_step *step, float scale) {
    copy_inputs(step);
    for (size_t p = 0; p < step->rows; p++) {
        const float *pairs = step->pairs + p * step->band_columns;
        const float *noise = step->noise_scores + p * step->columns;
        for (size_t k = 0; k < 2 * step->window + 2; k++)
            add(step->inputs[p], scale * pairs[k], step->slots[p / 2 * 2 + k], step->dim);
        for (size_t j = 0; j < step->noise_count; j++)
            add(step->inputs[p], scale * noise[j], step->noise[j], step->dim);
    }
    for (size_t p = 0; p < step->rows; p++) {
        const float *pairs = step->pairs + p * step->band_columns;
        const float *noise = step->noise_scores + p * step->columns;
        const float *input = step->room + p * step->stride;
        for (size_t k = 0; k < 2 * step->window + 2; k++)
            add(step->slots[p / 2 * 2 + k], scale * pairs[k], input, step->dim);
        for (size_t j = 0; j < step->noise_count; j++)
            add(step->noise[j], scale * noise[j], input, step->dim);
    }
}

static double multiply_adds(size_t rounds) {
    volatile float result;
    float sums[4] = {1, 2, 3, 4};
    for (size_t i = 0; i < rounds; i++)
        for (size_t k = 0; k < 4; k++)
            sums[k] = sums[k] * 0.999f + 0.001f;
    for (size_t k = 0; k < 4; k++)
        result = sums[k];
    (void)result;
    return 8 * (double)rounds;
}

const struct kernel kernel_scalar = {
    "scalar", 0x1p-24f, scores, update, logistic, weigh, multiply_adds,
};

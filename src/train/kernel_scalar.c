/* The reference: what every kernel computes, in plain loops. */
#include <math.h>

#include "base/race.h"
#include "train/kernel_list.h"

INTENDED_RACE static void copy_rows(float *copies, const float *const *sources, size_t rows, size_t stride) {
    for (size_t r = 0; r < rows; r++)
        for (size_t d = 0; d < stride; d++)
            copies[r * stride + d] = sources[r][d];
}

INTENDED_RACE static void transpose(float *transposed, size_t columns, const float *const *sources,
                                    size_t stride) {
    for (size_t d = 0; d < stride; d++)
        for (size_t j = 0; j < columns; j++)
            transposed[d * columns + j] = sources[j][d];
}

static void noise_scores(float *scores, const float *inputs, size_t rows, size_t stride, size_t dim,
                         const float *transposed, size_t columns) {
    for (size_t r = 0; r < rows; r++)
        for (size_t j = 0; j < columns; j++) {
            float sum = 0;
            for (size_t d = 0; d < dim; d++)
                sum += inputs[r * stride + d] * transposed[d * columns + j];
            scores[r * columns + j] = sum;
        }
}

INTENDED_RACE static void pair_scores(float *scores, const float *const *inputs, const float *const *outputs,
                                      size_t count, size_t stride) {
    for (size_t k = 0; k < count; k++) {
        float sum = 0;
        for (size_t d = 0; d < stride; d++)
            sum += inputs[k][d] * outputs[k][d];
        scores[k] = sum;
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

static float weight_of(const struct kernel_weights *weights, size_t target, size_t source) {
    const ptrdiff_t distance = (ptrdiff_t)source - (ptrdiff_t)target - weights->shift;
    const bool within = distance >= -weights->reach && distance <= weights->reach;
    return within ? weights->values[target * weights->target_step + source * weights->source_step] : 0;
}

INTENDED_RACE static void update(float *const *targets, size_t target_count, const float *const *sources,
                                 size_t source_count, const struct kernel_weights *weights, float scale,
                                 size_t stride) {
    for (size_t t = 0; t < target_count; t++)
        for (size_t d = 0; d < stride; d++) {
            float sum = 0;
            for (size_t s = 0; s < source_count; s++)
                sum += weight_of(weights, t, s) * sources[s][d];
            targets[t][d] += scale * sum;
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
    "scalar", copy_rows, transpose, noise_scores, pair_scores, logistic, weigh, update, multiply_adds,
};

/* The negative squared distance: s = -|q - k|^2 / T = (2 q.k - |q|^2 - |k|^2) / T. With g = dL/ds the chain
 * rule gives dL/dq = 2 g (k - q) / T, so the weight of the other row is 2 g / T, and that of the row itself
 * is minus the sum of these. */
#include <math.h>
#include <string.h>

#include "train/batch.h"
#include "train/scores.h"

static void apply(const struct batch *batch) {
    const struct kernel_step *step = &batch->step;
    const float factor = 1 / (float)batch->parameters->temperature.value;
    for (size_t p = 0; p < step->rows; p++) {
        float *pairs = step->pairs + p * step->band_columns, *noise = step->noise_scores + p * step->columns;
        const float *contexts = batch->context_squares + p / 2 * 2, center = batch->center_squares[p];
        for (size_t k = 0; k < 2 * step->window + 2; k++)
            pairs[k] = (2 * pairs[k] - center - contexts[k]) * factor;
        for (size_t j = 0; j < step->columns; j++)
            noise[j] = (2 * noise[j] - center - batch->noise_squares[j]) * factor;
    }
}

static void backprop(const struct batch *batch) {
    const struct kernel_step *step = &batch->step;
    const float factor = 2 / (float)batch->parameters->temperature.value;
    memset(batch->context_self, 0, (step->rows + 2 * step->window) * sizeof(float));
    memset(batch->noise_self, 0, step->columns * sizeof(float));
    for (size_t p = 0; p < step->rows; p++) {
        float *pairs = step->pairs + p * step->band_columns, *noise = step->noise_scores + p * step->columns;
        float *contexts = batch->context_self + p / 2 * 2;
        for (size_t k = 0; k < 2 * step->window + 2; k++)
            contexts[k] -= pairs[k] *= factor;
        for (size_t j = 0; j < step->columns; j++)
            batch->noise_self[j] -= noise[j] *= factor;
        batch->center_self[p] = -batch_sum(pairs, 2 * step->window + 2) - batch_sum(noise, step->columns);
    }
}

const struct score score_l2 = {
    .name = "l2",
    .help = "the negative squared distance",
    .source = "Hadsell, Chopra, LeCun 2006, \"Dimensionality reduction by learning an invariant mapping\", "
              "equation 1, squared",
    .min = -INFINITY,
    .max = 0,
    .squares = true,
    .apply = apply,
    .backprop = backprop,
};

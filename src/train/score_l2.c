/* The negative squared distance: s = -|q - k|^2 / T = (2 q.k - |q|^2 - |k|^2) / T. With g = dL/ds the chain
 * rule gives dL/dq = 2 g (k - q) / T, so the weight of the other row is 2 g / T, and that of the row itself
 * is minus the sum of these. */
#include <math.h>
#include <string.h>

#include "train/batch.h"
#include "train/scores.h"

static void apply(const struct batch *batch, const struct kernel *kernel) {
    (void)kernel;
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

/* A pair of weight w moves a row by 2 w / T of its distance to the other row, however short the rows are, and
 * the noise of a center as much again. So that a step never goes farther than the distance, the limit 5.4 of
 * B (step_limits.c) must keep alpha * 4 / T * (pairs of the word) * (its occurrences) below 1: a weight
 * of 21.6 / T, where the logistic losses have 6. What one step adds to a noise row needs a third of that. */
static struct loss_limits limits(struct loss_limits of_loss, const struct parameters *parameters) {
    const double center = fmax(3.6 / parameters->temperature.value, 1);
    const double noise = fmax(1 / parameters->temperature.value, 1);
    return (struct loss_limits){of_loss.center * center, of_loss.context * center, of_loss.noise * noise};
}

const struct score score_l2 = {
    .name = "l2",
    .help = "the negative squared distance",
    .source = "Hadsell, Chopra, LeCun 2006, \"Dimensionality reduction by learning an invariant mapping\", "
              "equation 1, squared",
    .min = -INFINITY,
    .max = 0,
    .squares = true,
    .limits = limits,
    .apply = apply,
    .backprop = backprop,
};

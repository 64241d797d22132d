/* The cosine: s = q.k / (|q| |k| T). With g = dL/ds the chain rule gives
 *   dL/dq = g / (|q| |k| T) k - g s / |q|^2 q,
 * so a row is also moved by a multiple of itself, which keeps its gradient at a right angle to it. */
#include <math.h>
#include <string.h>

#include "train/batch.h"
#include "train/scores.h"

/* From here on, the squared norms are reciprocal norms. */
static void apply(const struct batch *batch, const struct kernel *kernel) {
    const struct kernel_step *step = &batch->step;
    const float factor = 1 / (float)batch->parameters->temperature.value;
    kernel->invert_norms(batch->center_squares, step->rows);
    kernel->invert_norms(batch->context_squares, step->rows + 2 * step->window);
    kernel->invert_norms(batch->noise_squares, step->columns);
    for (size_t p = 0; p < step->rows; p++) {
        float *pairs = step->pairs + p * step->band_columns, *noise = step->noise_scores + p * step->columns;
        const float *contexts = batch->context_squares + p / 2 * 2;
        const float center = batch->center_squares[p] * factor;
        for (size_t k = 0; k < 2 * step->window + 2; k++)
            pairs[k] *= center * contexts[k];
        for (size_t j = 0; j < step->columns; j++)
            noise[j] *= center * batch->noise_squares[j];
    }
    memcpy(batch->kept_pairs, step->pairs, step->rows * step->band_columns * sizeof(float));
    memcpy(batch->kept_noise, step->noise_scores, step->rows * step->columns * sizeof(float));
}

/* Turns the gradients of a center with `count` other rows into weights, and subtracts g s from the self
 * factors of both sides. */
static void backprop_row(float *gradients, const float *scores, float center, const float *others,
                         float *center_self, float *other_selves, size_t count) {
    float sum = 0;
    for (size_t i = 0; i < count; i++) {
        const float self = gradients[i] * scores[i];
        sum += self;
        other_selves[i] -= self;
        gradients[i] *= center * others[i];
    }
    *center_self -= sum;
}

static void divide_by_squares(float *selves, const float *norms, size_t count) {
    for (size_t i = 0; i < count; i++)
        selves[i] *= norms[i] * norms[i];
}

static void backprop(const struct batch *batch) {
    const struct kernel_step *step = &batch->step;
    const size_t contexts = step->rows + 2 * step->window;
    const float factor = 1 / (float)batch->parameters->temperature.value;
    memset(batch->center_self, 0, step->rows * sizeof(float));
    memset(batch->context_self, 0, contexts * sizeof(float));
    memset(batch->noise_self, 0, step->columns * sizeof(float));
    for (size_t p = 0; p < step->rows; p++) {
        const size_t pairs = p * step->band_columns, noise = p * step->columns, context = p / 2 * 2;
        const float center = batch->center_squares[p] * factor;
        backprop_row(step->pairs + pairs, batch->kept_pairs + pairs, center, batch->context_squares + context,
                     batch->center_self + p, batch->context_self + context, 2 * step->window + 2);
        backprop_row(step->noise_scores + noise, batch->kept_noise + noise, center, batch->noise_squares,
                     batch->center_self + p, batch->noise_self, step->columns);
    }
    divide_by_squares(batch->center_self, batch->center_squares, step->rows);
    divide_by_squares(batch->context_self, batch->context_squares, contexts);
    divide_by_squares(batch->noise_self, batch->noise_squares, step->columns);
}

const struct score score_cosine = {
    .name = "cosine",
    .help = "the cosine of the angle between center and context",
    .source = "Khosla et al. 2020, \"Supervised contrastive learning\", section 3",
    .min = -1,
    .max = 1,
    .squares = true,
    .keeps = true,
    .start_contexts = true,
    .apply = apply,
    .backprop = backprop,
};

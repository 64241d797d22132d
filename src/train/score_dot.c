/* The dot product of the two rows, as in word2vec: s = q.k / T. */
#include <math.h>

#include "train/batch.h"
#include "train/scores.h"

static void divide(const struct batch *batch) {
    const struct kernel_step *step = &batch->step;
    const float factor = 1 / (float)batch->parameters->temperature.value;
    if (factor == 1)
        return;
    for (size_t i = 0; i < step->rows * step->band_columns; i++)
        step->pairs[i] *= factor;
    for (size_t i = 0; i < step->rows * step->columns; i++)
        step->noise_scores[i] *= factor;
}

static void apply(const struct batch *batch, const struct kernel *kernel) {
    (void)kernel;
    divide(batch);
}

const struct score score_dot = {
    .name = "dot",
    .help = "the dot product of center and context",
    .source = "Mikolov et al. 2013",
    .min = -INFINITY,
    .max = INFINITY,
    .apply = apply,
    .backprop = divide, /* by the chain rule, gradients are divided, too */
};

/* The triplet loss: each positive pair must beat each noise draw by a margin m. Row p has pairs of weight w_k
 * with score s_k, and noise words of score n_j drawn d_j of N times:
 *
 *   L = sum_k w_k sum_j d_j / N max(0, m - s_k + n_j)
 *
 * so its gradient counts violations. With --hard, the noise word with the highest score stands for all N
 * draws. */
#include <math.h>

#include "train/batch.h"
#include "train/losses.h"

/* A pair puts at most 1 on its context and as much on all noise draws together. */
static struct loss_limits limits(const struct parameters *parameters) {
    (void)parameters;
    return (struct loss_limits){.center = 6, .context = 1, .noise = 5};
}

static size_t hardest_noise(const struct batch *batch, size_t p) {
    const float *scores = batch->step.noise_scores + p * batch->step.columns;
    size_t hardest = 0;
    for (size_t j = 1; j < batch->step.noise_count; j++)
        if (scores[j] > scores[hardest])
            hardest = j;
    return hardest;
}

static void hard_gradient(const struct batch *batch, size_t p) {
    const struct kernel_step *step = &batch->step;
    const size_t hardest = hardest_noise(batch, p);
    float *noise = step->noise_scores + p * step->columns, *pairs = step->pairs + p * step->band_columns;
    const float *weights = batch->pair_weights + p * step->band_columns;
    const float threshold = noise[hardest] + (float)batch->parameters->margin.value;
    float sum = 0;
    for (size_t k = 0; k < step->band_columns; k++) {
        const float weight = pairs[k] < threshold ? weights[k] : 0;
        pairs[k] = -weight;
        sum += weight;
    }
    for (size_t j = 0; j < step->columns; j++)
        noise[j] = 0;
    noise[hardest] = sum;
}

static void gradient(const struct batch *batch, const struct kernel *kernel) {
    const struct kernel_step *step = &batch->step;
    const struct kernel_hinge hinge = {.margin = (float)batch->parameters->margin.value,
                                       .scale = 1 / (float)batch->parameters->noise,
                                       .pair_weights = batch->pair_weights,
                                       .column_weights = batch->draws};
    if (batch->parameters->hard)
        for (size_t p = 0; p < step->rows; p++)
            hard_gradient(batch, p);
    else
        kernel->hinge(step, &hinge);
}

/* --- the value --- */

/* The sum of `of(m - s_k + n_j)` over the noise words of a pair, each with its weight. */
static double sum_noise(const struct batch *batch, size_t p, double pair, double (*of)(double)) {
    const struct kernel_step *step = &batch->step;
    const float *noise = step->noise_scores + p * step->columns;
    const double gap = batch->parameters->margin.value - pair;
    if (batch->parameters->hard)
        return of(gap + (double)noise[hardest_noise(batch, p)]);
    double sum = 0;
    for (size_t j = 0; j < step->noise_count; j++)
        sum += (double)batch->draws[j] * of(gap + (double)noise[j]);
    return sum / (double)batch->parameters->noise;
}

static double sum_pairs(const struct batch *batch, double (*of)(double)) {
    const struct kernel_step *step = &batch->step;
    double sum = 0;
    for (size_t i = 0; i < step->rows * step->band_columns; i++)
        if (batch->pair_weights[i] > 0)
            sum += (double)batch->pair_weights[i] *
                   sum_noise(batch, i / step->band_columns, (double)step->pairs[i], of);
    return sum;
}

static double positive_part(double x) {
    return x > 0 ? x : 0;
}

static double is_positive(double x) {
    return x > 0 ? 1 : 0;
}

static double value(const struct batch *batch) {
    return sum_pairs(batch, positive_part);
}

static double violations(const struct batch *batch) {
    return sum_pairs(batch, is_positive);
}

const struct loss loss_triplet = {
    .name = "triplet",
    .help = "each pair must beat noise words by a margin",
    .source = "Schroff, Kalenichenko, Philbin 2015, \"FaceNet\", equation 2",
    .score = SCORE_l2,
    .defaults = {[SCORE_dot] = {.alpha = 0.1, .temperature = 1, .margin = 2},
                 [SCORE_cosine] = {.alpha = 0.05, .temperature = 0.15, .margin = 1},
                 [SCORE_l2] = {.alpha = 0.045, .temperature = 1, .margin = 2}},
    .hard = true,
    .limits = limits,
    .gradient = gradient,
    .value = value,
    .violations = violations,
};

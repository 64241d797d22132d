/* The contrastive loss of pairs: positives come as close as they can, and noise stays out of a margin m. With
 * scores s_k of weight w_k and noise scores n_j, which have the weight of SGNS, d_j m_p K / N:
 *   L = -sum_k w_k s_k + sum_j d_j m_p K / N max(0, m + n_j)
 * With --score l2 these are |q - k|^2 and max(0, m - |q - k|^2). The paper has max(0, m - |q - k|)^2 for the
 * noise. Squared distances need no square root, push with a force that does not fade before the margin, and
 * make the loss linear in the score, so that it works with cosines, too. Scores must have a maximum, or
 * positive pairs would pull for ever. */
#include "train/batch.h"
#include "train/logistic.h"

static float noise_weight(const struct batch *batch, size_t p) {
    return batch->row_pairs[p] * (float)batch->parameters->negative / (float)batch->parameters->noise;
}

static void gradient(const struct batch *batch, const struct kernel *kernel) {
    (void)kernel;
    const struct kernel_step *step = &batch->step;
    const float threshold = -(float)batch->parameters->margin.value;
    for (size_t i = 0; i < step->rows * step->band_columns; i++)
        step->pairs[i] = -batch->pair_weights[i];
    for (size_t p = 0; p < step->rows; p++) {
        float *noise = step->noise_scores + p * step->columns;
        const float weight = noise_weight(batch, p);
        for (size_t j = 0; j < step->columns; j++)
            noise[j] = noise[j] > threshold ? weight * batch->draws[j] : 0;
    }
}

static double value(const struct batch *batch) {
    const struct kernel_step *step = &batch->step;
    double sum = 0;
    for (size_t i = 0; i < step->rows * step->band_columns; i++)
        if (batch->pair_weights[i] > 0)
            sum -= (double)batch->pair_weights[i] * (double)step->pairs[i];
    for (size_t p = 0; p < step->rows; p++)
        for (size_t j = 0; j < step->noise_count; j++) {
            const double inside = batch->parameters->margin.value +
                                  (double)step->noise_scores[p * step->columns + j];
            sum += inside > 0 ? (double)(noise_weight(batch, p) * batch->draws[j]) * inside : 0;
        }
    return sum;
}

static struct loss_limits limits(const struct parameters *parameters) {
    const double k = 2 * (double)parameters->negative;
    return (struct loss_limits){2 + k, 2, k};
}

static double violations(const struct batch *batch) {
    const struct kernel_step *step = &batch->step;
    double sum = 0;
    for (size_t p = 0; p < step->rows; p++)
        for (size_t j = 0; j < step->noise_count; j++)
            if (batch->parameters->margin.value + (double)step->noise_scores[p * step->columns + j] > 0)
                sum += (double)(batch->row_pairs[p] * batch->draws[j]);
    return sum / (double)batch->parameters->noise;
}

const struct loss loss_pair = {
    .name = "pair",
    .help = "pairs come close, noise words keep a margin away",
    .source = "Hadsell, Chopra, LeCun 2006, \"Dimensionality reduction by learning an invariant mapping\", "
              "equation 4",
    .score = SCORE_l2,
    .defaults = {[SCORE_cosine] = {.alpha = 0.02, .temperature = 0.15, .margin = -2},
                 [SCORE_l2] = {.alpha = 0.01, .temperature = 1, .margin = 1}},
    .bounded = true,
    .limits = limits,
    .gradient = gradient,
    .value = value,
    .violations = violations,
};

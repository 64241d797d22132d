/* Noise-contrastive estimation: SGNS with s - log(K q(word)), a density ratio, in place of s. It makes the
 * scores s themselves log probabilities. */
#include "train/logistic.h"

static void gradient(const struct batch *batch, const struct kernel *kernel) {
    const struct kernel_step *step = &batch->step;
    for (size_t i = 0; i < step->rows * step->band_columns; i++)
        step->pairs[i] -= batch->pair_log_noise[i];
    for (size_t p = 0; p < step->rows; p++)
        for (size_t j = 0; j < step->columns; j++)
            step->noise_scores[p * step->columns + j] -= batch->noise_log_noise[j];
    logistic_gradient(batch, kernel);
}

static double value(const struct batch *batch) {
    return logistic_value(batch, true);
}

static bool always(const struct parameters *parameters) {
    (void)parameters;
    return true;
}

const struct loss loss_nce = {
    .name = "nce",
    .help = "noise-contrastive estimation; its scores are log probabilities",
    .source =
        "Gutmann, Hyvarinen 2010, \"Noise-contrastive estimation\", equation 3; Mnih, Teh 2012, equation 8",
    .log_noise = always,
    .score = SCORE_dot,
    .defaults = {[SCORE_dot] = {.alpha = 0.05, .temperature = 1},
                 [SCORE_cosine] = {.alpha = 0.05, .temperature = 0.1},
                 [SCORE_l2] = {.alpha = 0.05, .temperature = 2}},
    .limits = logistic_limits,
    .gradient = gradient,
    .value = value,
};

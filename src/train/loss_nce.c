/* Noise-contrastive estimation: SGNS with s - log(K q(word)), a density ratio, in place of s. It makes the
 * scores s themselves log probabilities. */
#include "train/logistic.h"

static void gradient(const struct batch *batch, const struct kernel *kernel) {
    logistic_subtract_log_noise(batch);
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

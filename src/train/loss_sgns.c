/* Skip-gram with negative sampling: L = sum -log sigmoid(s) over the pairs + sum -log sigmoid(-s) over the
 * noise. */
#include "train/logistic.h"

static double value(const struct batch *batch) {
    return logistic_value(batch, false);
}

const struct loss loss_sgns = {
    .name = "sgns",
    .help = "skip-gram with negative sampling",
    .source = "Mikolov et al. 2013, \"Distributed representations of words and phrases and their "
              "compositionality\", equation 4",
    .score = SCORE_dot,
    .defaults = {[SCORE_dot] = {.alpha = 0.05, .temperature = 1},
                 [SCORE_cosine] = {.alpha = 0.05, .temperature = 0.1},
                 [SCORE_l2] = {.alpha = 0.05, .temperature = 2}},
    .limits = logistic_limits,
    .gradient = logistic_gradient,
    .value = value,
};

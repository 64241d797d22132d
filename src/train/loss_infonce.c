/* InfoNCE: each positive pair against the noise draws of its block, by a softmax. Row p has pairs of weight
 * w_k with score s_k, and noise words of score n_j drawn d_j times. With Z_p = sum_j d_j exp(n_j),
 *
 *   L = -sum_k w_k log P_k,    P_k = exp(s_k) / (exp(s_k) + Z_p) = sigmoid(s_k - log Z_p)
 *   dL/ds_k = w_k (P_k - 1)
 *   dL/dn_j = d_j exp(n_j) / Z_p sum_k w_k (1 - P_k)
 *
 * so it is a logistic loss whose threshold is log Z_p. With --log-q, log(K q(word)) is subtracted from each
 * score first, as in sampled softmax: scores become log probabilities, up to a constant for each center. */
#include "train/log_sum.h"
#include "train/logistic.h"

/* A pair puts at most 1 on its context and as much on all noise draws together; but most of that may fall on
 * a single noise word, and a softmax over rows on both sides of the center is up to four times as curved as a
 * logistic function. */
static struct loss_limits limits(const struct parameters *parameters) {
    (void)parameters;
    return (struct loss_limits){.center = 6, .context = 1, .noise = 5};
}

static void gradient(const struct batch *batch, const struct kernel *kernel) {
    const struct kernel_step *step = &batch->step;
    const size_t band = step->band_columns, columns = step->columns;
    _Alignas(64) float logs[KERNEL_ROWS_MAX];
    if (batch->parameters->log_q)
        logistic_subtract_log_noise(batch);
    kernel->softmax(step->noise_scores, step->rows, columns, batch->draws, 0, logs);
    logistic_pair_gradient(batch, kernel, logs);
    for (size_t p = 0; p < step->rows; p++) {
        const float errors = -batch_sum(step->pairs + p * band, band);
        for (size_t j = 0; j < columns; j++)
            step->noise_scores[p * columns + j] *= errors;
    }
}

static double value(const struct batch *batch) {
    const struct kernel_step *step = &batch->step;
    const bool log_q = batch->parameters->log_q;
    double value = 0;
    for (size_t p = 0; p < step->rows; p++) {
        const float *noise = step->noise_scores + p * step->columns;
        struct log_sum sum = LOG_SUM_EMPTY;
        for (size_t j = 0; j < step->noise_count; j++)
            log_sum_add(&sum, (double)noise[j] - (log_q ? (double)batch->noise_log_noise[j] : 0),
                        (double)batch->draws[j]);
        value += logistic_pair_value(batch, p, log_sum_value(&sum), log_q);
    }
    return value;
}

static bool log_noise(const struct parameters *parameters) {
    return parameters->log_q;
}

const struct loss loss_infonce = {
    .name = "infonce",
    .help = "each pair against the noise words of its block, by a softmax",
    .source =
        "van den Oord, Li, Vinyals 2018, \"Representation learning with contrastive predictive coding\", "
        "equation 4",
    .score = SCORE_dot,
    .defaults = {[SCORE_dot] = {.alpha = 0.05, .temperature = 1},
                 [SCORE_cosine] = {.alpha = 0.05, .temperature = 0.15},
                 [SCORE_l2] = {.alpha = 0.05, .temperature = 2}},
    .log_q = true,
    .log_noise = log_noise,
    .limits = limits,
    .gradient = gradient,
    .value = value,
};

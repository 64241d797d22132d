/* InfoNCE: each positive pair against the noise draws of its block, by a softmax. Row p has pairs of weight
 * w_k with score s_k, and noise words of score n_j drawn d_j times. With Z_p = sum_j d_j exp(n_j), L = -sum_k
 * w_k log P_k,              P_k = exp(s_k) / (exp(s_k) + Z_p) = sigmoid(s_k - log Z_p) dL/ds_k = w_k (P_k -
 * 1) =: -f_k,     dL/dn_j = d_j exp(n_j) / Z_p sum_k f_k so it is a logistic loss whose threshold is log Z_p.
 * With --log-q, log(K q(word)) is taken from each score first, as in sampled softmax: the scores become log
 * probabilities, up to a constant for each center. */
#include <math.h>

#include "train/batch.h"
#include "train/losses.h"

/* A pair puts at most 1 on its context and as much on all noise draws together; but most of that may fall on
 * a single noise word, and a softmax over rows on both sides of the center is up to four times as curved as a
 * logistic function. */
static struct loss_limits limits(const struct parameters *parameters) {
    (void)parameters;
    return (struct loss_limits){.center = 6, .context = 1, .noise = 5};
}

static void subtract_log_noise(const struct batch *batch) {
    const struct kernel_step *step = &batch->step;
    for (size_t i = 0; i < step->rows * step->band_columns; i++)
        step->pairs[i] -= batch->pair_log_noise[i];
    for (size_t p = 0; p < step->rows; p++)
        for (size_t j = 0; j < step->columns; j++)
            step->noise_scores[p * step->columns + j] -= batch->noise_log_noise[j];
}

static void gradient(const struct batch *batch, const struct kernel *kernel) {
    const struct kernel_step *step = &batch->step;
    const size_t band = step->band_columns, columns = step->columns;
    _Alignas(64) float logs[KERNEL_ROWS_MAX];
    if (batch->parameters->log_q)
        subtract_log_noise(batch);
    kernel->softmax(step->noise_scores, step->rows, columns, batch->draws, 0, logs);
    for (size_t p = 0; p < step->rows; p++)
        for (size_t k = 0; k < band; k++)
            step->pairs[p * band + k] -= logs[p];
    kernel->logistic(step->pairs, step->rows * band);
    kernel->weigh_errors(step->pairs, 1, batch->pair_weights, step->rows * band);
    for (size_t p = 0; p < step->rows; p++) {
        const float errors = -batch_sum(step->pairs + p * band, band);
        for (size_t j = 0; j < columns; j++)
            step->noise_scores[p * columns + j] *= errors;
    }
}

/* --- the value --- */

static double score_of(float score, const float *log_noise, size_t i) {
    return (double)score - (log_noise != NULL ? (double)log_noise[i] : 0);
}

/* log Z_p. */
static double log_sum(const struct batch *batch, size_t p, const float *log_noise) {
    const struct kernel_step *step = &batch->step;
    const float *noise = step->noise_scores + p * step->columns;
    double max = -INFINITY, sum = 0;
    for (size_t j = 0; j < step->noise_count; j++)
        max = fmax(max, score_of(noise[j], log_noise, j));
    for (size_t j = 0; j < step->noise_count; j++)
        sum += (double)batch->draws[j] * exp(score_of(noise[j], log_noise, j) - max);
    return max + log(sum);
}

static double value(const struct batch *batch) {
    const struct kernel_step *step = &batch->step;
    const bool log_q = batch->parameters->log_q;
    double sum = 0;
    for (size_t p = 0; p < step->rows; p++) {
        const double threshold = log_sum(batch, p, log_q ? batch->noise_log_noise : NULL);
        for (size_t i = p * step->band_columns; i < (p + 1) * step->band_columns; i++) {
            if (!(batch->pair_weights[i] > 0))
                continue;
            const double x = threshold - score_of(step->pairs[i], log_q ? batch->pair_log_noise : NULL, i);
            sum += (double)batch->pair_weights[i] * (x > 0 ? x + log1p(exp(-x)) : log1p(exp(x)));
        }
    }
    return sum;
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

#include "train/logistic.h"

#include <math.h>

struct loss_limits logistic_limits(const struct parameters *parameters) {
    const double negative = (double)parameters->negative;
    return (struct loss_limits){.center = 1 + negative, .context = 1, .noise = negative};
}

/* weights[p] = m_p K / N: the weight of one noise draw for row p. */
static void weigh_noise(const struct batch *batch, float weights[KERNEL_ROWS_MAX]) {
    const float share = (float)batch->parameters->negative / (float)batch->parameters->noise;
    for (size_t p = 0; p < batch->step.rows; p++)
        weights[p] = batch->row_pairs[p] * share;
}

void logistic_subtract_log_noise(const struct batch *batch) {
    const struct kernel_step *step = &batch->step;
    for (size_t i = 0; i < step->rows * step->band_columns; i++)
        step->pairs[i] -= batch->pair_log_noise[i];
    for (size_t p = 0; p < step->rows; p++)
        for (size_t j = 0; j < step->columns; j++)
            step->noise_scores[p * step->columns + j] -= batch->noise_log_noise[j];
}

static void pair_gradient(const struct batch *batch, const struct kernel *kernel) {
    const struct kernel_step *step = &batch->step;
    const size_t entries = step->rows * step->band_columns;
    kernel->logistic(step->pairs, entries);
    kernel->weigh_errors(step->pairs, 1, batch->pair_weights, entries);
}

void logistic_pair_gradient(const struct batch *batch, const struct kernel *kernel, const float *thresholds) {
    const struct kernel_step *step = &batch->step;
    for (size_t p = 0; p < step->rows; p++)
        for (size_t k = 0; k < step->band_columns; k++)
            step->pairs[p * step->band_columns + k] -= thresholds[p];
    pair_gradient(batch, kernel);
}

void logistic_gradient(const struct batch *batch, const struct kernel *kernel) {
    const struct kernel_step *step = &batch->step;
    float noise_weights[KERNEL_ROWS_MAX];
    weigh_noise(batch, noise_weights);
    pair_gradient(batch, kernel);
    kernel->logistic(step->noise_scores, step->rows * step->columns);
    kernel->weigh(step->noise_scores, step->rows, step->columns, noise_weights, batch->draws);
}

/* The sum of weights[i] * log(1 + exp(sign * (values[i] - shifts[i] - threshold))), without overflow.
 * `shifts` may be NULL. Logarithms are the expensive part, so factors of weight 1, each between 1 and 2, are
 * multiplied first and share one logarithm. */
static double sum_softplus(const float *values, const float *shifts, double threshold, const float *weights,
                           size_t count, double sign) {
    double sum = 0, product = 1;
    for (size_t i = 0; i < count; i++) {
        if (!(weights[i] > 0))
            continue;
        const double x = sign * ((double)values[i] - (shifts != NULL ? (double)shifts[i] : 0) - threshold);
        const double factor = 1 + exp(-fabs(x)), weight = (double)weights[i];
        sum += x > 0 ? weight * x : 0;
        if (weight == 1)
            product *= factor;
        else
            sum += weight * log(factor);
        if (product > 0x1p1000) {
            sum += log(product);
            product = 1;
        }
    }
    return sum + log(product);
}

double logistic_pair_value(const struct batch *batch, size_t p, double threshold, bool log_noise) {
    const size_t band = batch->step.band_columns;
    return sum_softplus(batch->step.pairs + p * band, log_noise ? batch->pair_log_noise + p * band : NULL,
                        threshold, batch->pair_weights + p * band, band, -1);
}

double logistic_value(const struct batch *batch, bool log_noise) {
    const size_t columns = batch->step.columns;
    float noise_weights[KERNEL_ROWS_MAX];
    weigh_noise(batch, noise_weights);
    double value = 0;
    for (size_t p = 0; p < batch->step.rows; p++)
        value += logistic_pair_value(batch, p, 0, log_noise) +
                 (double)noise_weights[p] * sum_softplus(batch->step.noise_scores + p * columns,
                                                         log_noise ? batch->noise_log_noise : NULL, 0,
                                                         batch->draws, columns, 1);
    return value;
}

#include "train/losses.h"

#include <math.h>

/* The sum of weights[i] * log(1 + exp(sign * (values[i] - shifts[i]))), without overflow. `shifts` may be
 * NULL. Logarithms are what takes time, so there is one for many factors of weight 1, each from 1 to 2. */
static double sum_softplus(const float *values, const float *shifts, const float *weights, size_t count,
                           double sign) {
    double sum = 0, product = 1;
    for (size_t i = 0; i < count; i++) {
        if (!(weights[i] > 0))
            continue;
        const double x = sign * ((double)values[i] - (shifts != NULL ? (double)shifts[i] : 0));
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

/* --- sgns (Mikolov et al. 2013): L = sum -log s(score of a pair) + sum weight * -log s(-score of noise) ---
 */

static void sgns_gradient(const struct scores *scores, const struct kernel *kernel) {
    const size_t places = scores->rows * scores->band_columns;
    kernel->logistic(scores->pairs, places);
    kernel->weigh_errors(scores->pairs, 1, scores->pair_weights, places);
    kernel->logistic(scores->noise, scores->rows * scores->columns);
    kernel->weigh(scores->noise, scores->rows, scores->columns, scores->row_weights, scores->draws);
}

/* With the pair's and the noise word's shift taken from their scores; sgns has none. */
static double logistic_loss(const struct scores *scores, bool shifted) {
    const size_t band = scores->band_columns, columns = scores->columns;
    double loss = 0;
    for (size_t p = 0; p < scores->rows; p++)
        loss += sum_softplus(scores->pairs + p * band, shifted ? scores->pair_shifts + p * band : NULL,
                             scores->pair_weights + p * band, band, -1) +
                (double)scores->row_weights[p] * sum_softplus(scores->noise + p * columns,
                                                              shifted ? scores->noise_shifts : NULL,
                                                              scores->draws, columns, 1);
    return loss;
}

static double sgns_loss(const struct scores *scores) {
    return logistic_loss(scores, false);
}

/* --- nce (Gutmann, Hyvarinen 2010; Mnih, Teh 2012): sgns of the density ratio, s - log(K q) for s --- */

static void nce_gradient(const struct scores *scores, const struct kernel *kernel) {
    for (size_t i = 0; i < scores->rows * scores->band_columns; i++)
        scores->pairs[i] -= scores->pair_shifts[i];
    for (size_t p = 0; p < scores->rows; p++)
        for (size_t j = 0; j < scores->columns; j++)
            scores->noise[p * scores->columns + j] -= scores->noise_shifts[j];
    sgns_gradient(scores, kernel);
}

static double nce_loss(const struct scores *scores) {
    return logistic_loss(scores, true);
}

const struct loss loss_table[] = {
    {"sgns", "skip-gram with negative sampling", false, sgns_gradient, sgns_loss},
    {"nce", "noise-contrastive estimation, the density ratio corrected by log(K q)", true, nce_gradient,
     nce_loss},
    {NULL, NULL, false, NULL, NULL},
};

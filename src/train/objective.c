#include "train/objective.h"

#include <math.h>

/* log(1 + exp(x)), without overflow. */
static double softplus(double x) {
    return x > 0 ? x + log1p(exp(-x)) : log1p(exp(x));
}

/* --- sgns (Mikolov et al. 2013): L = sum -log s(score of a pair) + sum weight * -log s(-score of noise) ---
 */

static void sgns_gradient(const struct scores *scores, const struct kernel *kernel) {
    const size_t places = scores->rows * scores->band_columns;
    kernel->logistic(scores->pairs, places);
    for (size_t i = 0; i < places; i++)
        scores->pairs[i] = (scores->pairs[i] - 1) * scores->pair_weights[i];
    kernel->logistic(scores->noise, scores->rows * scores->columns);
    kernel->weigh(scores->noise, scores->rows, scores->columns, scores->row_weights, scores->draws);
}

/* With the pair's and the noise word's shift taken from their scores; sgns has none. */
static double logistic_loss(const struct scores *scores, bool shifted) {
    double loss = 0;
    for (size_t i = 0; i < scores->rows * scores->band_columns; i++)
        if (scores->pair_weights[i] > 0)
            loss += (double)scores->pair_weights[i] *
                    softplus((shifted ? (double)scores->pair_shifts[i] : 0) - (double)scores->pairs[i]);
    for (size_t p = 0; p < scores->rows; p++)
        for (size_t j = 0; j < scores->columns; j++) {
            const double weight = (double)scores->row_weights[p] * (double)scores->draws[j];
            if (weight > 0)
                loss += weight * softplus((double)scores->noise[p * scores->columns + j] -
                                          (shifted ? (double)scores->noise_shifts[j] : 0));
        }
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

const struct objective objectives[] = {
    {"sgns", "skip-gram with negative sampling", false, sgns_gradient, sgns_loss},
    {"nce", "noise-contrastive estimation, the density ratio corrected by log(K q)", true, nce_gradient,
     nce_loss},
    {NULL, NULL, false, NULL, NULL},
};

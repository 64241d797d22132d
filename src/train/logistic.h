/* What the losses of the SGNS family share: a logistic classifier that tells pairs from noise. */
#ifndef SGNS_TRAIN_LOGISTIC_H
#define SGNS_TRAIN_LOGISTIC_H

#include "train/batch.h"
#include "train/losses.h"

/* A pair puts weight 1 on its context, K on the noise, and 1 + K on its center. */
struct loss_limits logistic_limits(const struct parameters *parameters);

/* Replaces each score s of a pair of weight w by (sigmoid(s) - 1) w, and each score of a noise word by
 * sigmoid(s) m_p K / N times the draws of the word. */
void logistic_gradient(const struct batch *batch, const struct kernel *kernel);

/* The sum of -w log sigmoid(s) over the pairs and of -log sigmoid(-s), weighted as above, over the noise. If
 * `log_noise` is true, log(K q(word)) is subtracted from each score first. */
double logistic_value(const struct batch *batch, bool log_noise);

#endif

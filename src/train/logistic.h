/* What the losses of the SGNS family share: a logistic classifier that tells pairs from noise. */
#ifndef SGNS_TRAIN_LOGISTIC_H
#define SGNS_TRAIN_LOGISTIC_H

#include "train/batch.h"
#include "train/losses.h"

/* One pair: 1 on its context, K on the noise, and both on its center. */
struct loss_limits logistic_limits(const struct parameters *parameters);

/* The scores s become (sigmoid(s) - 1) w for pairs of weight w, and sigmoid(s) m_p K / N times the draws of
 * the word for noise. */
void logistic_gradient(const struct batch *batch, const struct kernel *kernel);

/* The sum of -w log sigmoid(s) over the pairs and of -log sigmoid(-s), weighted as above, over the noise. If
 * `log_noise`, log(K q(word)) is taken from each score first. */
double logistic_value(const struct batch *batch, bool log_noise);

#endif

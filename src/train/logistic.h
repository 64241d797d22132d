/* What losses share that classify pairs by a logistic function: SGNS and NCE tell them from noise, InfoNCE
 * and supcon compare them with a threshold. */
#ifndef SGNS_TRAIN_LOGISTIC_H
#define SGNS_TRAIN_LOGISTIC_H

#include "train/batch.h"
#include "train/losses.h"

/* A pair puts weight 1 on its context, K on the noise, and 1 + K on its center. */
struct loss_limits logistic_limits(const struct parameters *parameters);

/* Subtracts log(K q(word)) from every score. */
void logistic_subtract_log_noise(const struct batch *batch);

/* Replaces each score s of a pair of weight w by (sigmoid(s - thresholds[p]) - 1) w; thresholds: (P). */
void logistic_pair_gradient(const struct batch *batch, const struct kernel *kernel, const float *thresholds);

/* The sum of -w log sigmoid(s - threshold) over the pairs of row p. If `log_noise` is true, log(K q(word)) is
 * subtracted from each score first. */
double logistic_pair_value(const struct batch *batch, size_t p, double threshold, bool log_noise);

/* Replaces each score s of a pair of weight w by (sigmoid(s) - 1) w, and each score of a noise word by
 * sigmoid(s) m_p K / N times the draws of the word. */
void logistic_gradient(const struct batch *batch, const struct kernel *kernel);

/* The sum of -w log sigmoid(s) over the pairs and of -log sigmoid(-s), weighted as above, over the noise. If
 * `log_noise` is true, log(K q(word)) is subtracted from each score first. */
double logistic_value(const struct batch *batch, bool log_noise);

#endif

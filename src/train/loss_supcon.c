/* InfoNCE for the pairs of the text, and beside it supervised contrastive learning: words that share the
 * label of a center are further positives, and compete with the noise together. Row p has pairs of weight w_k
 * and score s_k, n such positives of score t_i and weight V / n, and noise words of score n_j drawn d_j
 * times, without those that share the label. With
 *
 *   Z = sum_j d_j exp(n_j),    S = sum_i exp(t_i)
 *
 * the pairs have the loss of InfoNCE (loss_infonce.c), and the further positives
 *
 *   L_out = V log(Z + S) - V / n sum_i t_i    dL/dt_i = V exp(t_i) / (Z + S) - V / n
 *   L_in = V log(Z + S) - V log(S / n)        dL/dt_i = V exp(t_i) (1 / (Z + S) - 1 / S)
 *
 * and dL/dn_j = V d_j exp(n_j) / (Z + S) for both, beside that of the pairs. Without labels it is InfoNCE. */
#include <float.h>
#include <string.h>

#include "train/log_sum.h"
#include "train/logistic.h"

/* As for InfoNCE; labels add their weight to a center and to the words that share its label. */
static struct loss_limits limits(const struct parameters *parameters) {
    const double all = 1 + parameters->label_weight;
    return (struct loss_limits){.center = 6 * all, .context = all, .noise = 5 * all};
}

/* The further positives of a row: their number, and V. */
static size_t count_positives(const struct batch *batch, size_t p, double *weight) {
    const float *weights = batch->label_weights + p * batch->step.columns;
    size_t count = 0;
    *weight = 0;
    for (size_t j = 0; j < batch->step.noise_count; j++) {
        count += weights[j] > 0;
        *weight += (double)weights[j];
    }
    return count;
}

/* Row p of the columns. `scores` are those before the softmax of the noise, whose logarithm is `noise_log`,
 * and `errors` is what the pairs put on the noise. */
static void column_gradient(const struct batch *batch, size_t p, const float *scores, float noise_log,
                            float errors) {
    const size_t columns = batch->step.columns;
    const float *weights = batch->label_weights + p * columns;
    float *values = batch->step.noise_scores + p * columns;
    double weight;
    const size_t count = count_positives(batch, p, &weight);
    float max = noise_log, sum = 0;
    for (size_t j = 0; j < columns; j++)
        max = weights[j] > 0 && scores[j] > max ? scores[j] : max;
    for (size_t j = 0; j < columns; j++)
        sum += weights[j] > 0 ? expf(scores[j] - max) : 0;
    const float noise = expf(noise_log - max), all = noise + sum, total = (float)weight;
    const bool out = batch->parameters->supcon == SUPCON_OUT;
    for (size_t j = 0; j < columns; j++) {
        const float power = weights[j] > 0 ? expf(scores[j] - max) : 0;
        const float target = out ? 1 / (float)(count > 0 ? count : 1) : power / fmaxf(sum, FLT_MIN);
        values[j] = weights[j] > 0 ? total * (power / all - target)
                                   : values[j] * (errors + total * noise / all);
    }
}

static void gradient(const struct batch *batch, const struct kernel *kernel) {
    const struct kernel_step *step = &batch->step;
    const size_t band = step->band_columns, columns = step->columns;
    _Alignas(64) float logs[KERNEL_ROWS_MAX];
    memcpy(batch->kept_noise, step->noise_scores, step->rows * columns * sizeof(float));
    kernel->softmax(step->noise_scores, step->rows, columns, batch->noise_weights, columns, logs);
    logistic_pair_gradient(batch, kernel, logs);
    for (size_t p = 0; p < step->rows; p++)
        column_gradient(batch, p, batch->kept_noise + p * columns, logs[p],
                        -batch_sum(step->pairs + p * band, band));
}

/* --- the value --- */

/* Of the further positives; `all` has the sum of the noise. */
static double positives_value(const struct batch *batch, size_t p, struct log_sum all) {
    const float *weights = batch->label_weights + p * batch->step.columns;
    const float *scores = batch->step.noise_scores + p * batch->step.columns;
    struct log_sum positives = LOG_SUM_EMPTY;
    double weight, mean = 0;
    const size_t count = count_positives(batch, p, &weight);
    if (count == 0)
        return 0;
    for (size_t j = 0; j < batch->step.noise_count; j++)
        if (weights[j] > 0) {
            log_sum_add(&positives, (double)scores[j], 1 / (double)count);
            log_sum_add(&all, (double)scores[j], 1);
            mean += (double)scores[j] / (double)count;
        }
    const bool out = batch->parameters->supcon == SUPCON_OUT;
    return weight * (log_sum_value(&all) - (out ? mean : log_sum_value(&positives)));
}

static double value(const struct batch *batch) {
    const size_t columns = batch->step.columns;
    double value = 0;
    for (size_t p = 0; p < batch->step.rows; p++) {
        const float *scores = batch->step.noise_scores + p * columns,
                    *weights = batch->noise_weights + p * columns;
        struct log_sum noise = LOG_SUM_EMPTY;
        for (size_t j = 0; j < batch->step.noise_count; j++)
            if (weights[j] > 0)
                log_sum_add(&noise, (double)scores[j], (double)weights[j]);
        value += positives_value(batch, p, noise) +
                 logistic_pair_value(batch, p, log_sum_value(&noise), false);
    }
    return value;
}

const struct loss loss_supcon = {
    .name = "supcon",
    .help = "InfoNCE, and words that share a label against the noise together",
    .source = "Khosla et al. 2020, \"Supervised contrastive learning\", equations 2 and 3",
    .score = SCORE_dot,
    .defaults = {[SCORE_dot] = {.alpha = 0.05, .temperature = 1},
                 [SCORE_cosine] = {.alpha = 0.05, .temperature = 0.15},
                 [SCORE_l2] = {.alpha = 0.05, .temperature = 2}},
    .labels = true,
    .limits = limits,
    .gradient = gradient,
    .value = value,
};

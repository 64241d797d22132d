/* InfoNCE for the pairs of the text (loss_infonce.c), and beside it supervised contrastive learning between
 * words that have labels. The words of a block that have a label are compared with a few labeled words, both
 * by their word vectors. Row p with weight V has n positives among these, of score t_i, which share its
 * label; with the scores t_a of all of them, positive or not,
 *
 *   S = sum_a exp(t_a),    S_p = sum_i exp(t_i)
 *   L_out = V log S - V / n sum_i t_i     dL/dt_a = V exp(t_a) / S - V / n if positive
 *   L_in = V log S - V log(S_p / n)       dL/dt_a = V exp(t_a) / S - V exp(t_a) / S_p if positive
 *
 * Without labels it is InfoNCE. */
#include <float.h>
#include <string.h>

#include "train/log_sum.h"
#include "train/logistic.h"

/* As for InfoNCE; labels add their weight to a center and to the words that share its label. */
static struct loss_limits limits(const struct parameters *parameters) {
    const double all = 1 + parameters->label_weight;
    return (struct loss_limits){.center = 6 * all, .context = all, .noise = 5 * all};
}

/* The positives of a row: their number, and V. */
static size_t count_positives(const struct batch *batch, size_t p, double *weight) {
    const float *weights = batch->label_weights + p * batch->step.columns;
    size_t count = 0;
    *weight = 0;
    for (size_t j = 0; j < batch->step.noise_count; j++) {
        count += weights[j] > 0;
        *weight += weights[j] > 0 ? (double)weights[j] : 0;
    }
    return count;
}

/* The sums of exp(t - max) over the words that row p is compared with, and over its positives. */
struct label_sums {
    float max, all, positives;
};

static struct label_sums sum_labels(const struct batch *batch, size_t p) {
    const size_t count = batch->step.noise_count;
    const float *weights = batch->label_weights + p * batch->step.columns;
    const float *scores = batch->kept_noise + p * batch->step.columns;
    struct label_sums sums = {.max = -FLT_MAX};
    for (size_t j = 0; j < count; j++)
        sums.max = weights[j] != 0 && scores[j] > sums.max ? scores[j] : sums.max;
    for (size_t j = 0; j < count; j++) {
        const float power = weights[j] != 0 ? expf(scores[j] - sums.max) : 0;
        sums.all += power;
        sums.positives += weights[j] > 0 ? power : 0;
    }
    return sums;
}

/* Row p of the columns, after the softmax; `errors` is what the pairs put on the noise. */
static void column_gradient(const struct batch *batch, size_t p, float errors) {
    const size_t columns = batch->step.columns;
    const float *weights = batch->label_weights + p * columns, *scores = batch->kept_noise + p * columns;
    float *values = batch->step.noise_scores + p * columns;
    double weight;
    const size_t count = count_positives(batch, p, &weight);
    const struct label_sums sums = count > 0 ? sum_labels(batch, p) : (struct label_sums){0};
    const float total = (float)weight;
    const bool out = batch->parameters->supcon == SUPCON_OUT;
    for (size_t j = 0; j < columns; j++) {
        values[j] *= errors;
        if (count == 0 || weights[j] == 0)
            continue;
        const float power = expf(scores[j] - sums.max);
        const float target = out ? 1 / (float)count : power / fmaxf(sums.positives, FLT_MIN);
        values[j] = total * (power / sums.all - (weights[j] > 0 ? target : 0));
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
        column_gradient(batch, p, -batch_sum(step->pairs + p * band, band));
}

/* --- the value --- */

static double labels_value(const struct batch *batch, size_t p) {
    const float *weights = batch->label_weights + p * batch->step.columns;
    const float *scores = batch->step.noise_scores + p * batch->step.columns;
    struct log_sum all = LOG_SUM_EMPTY, positives = LOG_SUM_EMPTY;
    double weight, mean = 0;
    const size_t count = count_positives(batch, p, &weight);
    if (count == 0)
        return 0;
    for (size_t j = 0; j < batch->step.noise_count; j++) {
        if (weights[j] != 0)
            log_sum_add(&all, (double)scores[j], 1);
        if (weights[j] > 0) {
            log_sum_add(&positives, (double)scores[j], 1 / (double)count);
            mean += (double)scores[j] / (double)count;
        }
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
        value += labels_value(batch, p) + logistic_pair_value(batch, p, log_sum_value(&noise), false);
    }
    return value;
}

const struct loss loss_supcon = {
    .name = "supcon",
    .help = "InfoNCE, and labeled words are compared: the same label is positive",
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

/* InfoNCE for the pairs of the text, and for words that share a label a loss in which they compete with the
 * noise together. Row p has pairs of weight w_k and score s_k, n mates (words with the label of its center)
 * of score t_i and weight V / n, and noise words of score n_j drawn d_j times, without those that share the
 * label. With Z = sum_j d_j exp(n_j),    S = sum_i exp(t_i) the pairs have the loss of InfoNCE
 * (loss_infonce.c), and the mates L_out = V log(Z + S) - V / n sum_i t_i           dL/dt_i = V exp(t_i) / (Z
 * + S) - V / n L_in = V log(Z + S) - V log(S / n)               dL/dt_i = V exp(t_i) (1 / (Z + S) - 1 / S)
 * and dL/dn_j = V d_j exp(n_j) / (Z + S) for both, beside that of the pairs. Without labels this is InfoNCE.
 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "train/batch.h"
#include "train/losses.h"

/* As for InfoNCE; labels add their weight to a center and to the words that share its label. */
static struct loss_limits limits(const struct parameters *parameters) {
    const double all = 1 + parameters->label_weight;
    return (struct loss_limits){.center = 6 * all, .context = all, .noise = 5 * all};
}

/* The mates of a row: their number, and V. */
static size_t count_mates(const struct batch *batch, size_t p, double *weight) {
    const float *mates = batch->label_weights + p * batch->step.columns;
    size_t count = 0;
    *weight = 0;
    for (size_t j = 0; j < batch->step.noise_count; j++) {
        count += mates[j] > 0;
        *weight += (double)mates[j];
    }
    return count;
}

/* Row p of the columns. `scores` are those of the mates; the noise has become a softmax, whose logarithm is
 * `noise_log`, and `errors` is what the pairs put on it. */
static void column_gradient(const struct batch *batch, size_t p, const float *scores, float noise_log,
                            float errors) {
    const size_t columns = batch->step.columns;
    const float *mates = batch->label_weights + p * columns;
    float *values = batch->step.noise_scores + p * columns;
    double weight;
    const size_t count = count_mates(batch, p, &weight);
    float max = noise_log, sum = 0;
    for (size_t j = 0; j < columns; j++)
        max = mates[j] > 0 && scores[j] > max ? scores[j] : max;
    for (size_t j = 0; j < columns; j++)
        sum += mates[j] > 0 ? expf(scores[j] - max) : 0;
    const float noise = expf(noise_log - max), all = noise + sum, total = (float)weight;
    const bool out = batch->parameters->supcon == SUPCON_OUT;
    for (size_t j = 0; j < columns; j++) {
        const float power = mates[j] > 0 ? expf(scores[j] - max) : 0;
        const float target = out ? 1 / (float)(count > 0 ? count : 1) : power / fmaxf(sum, FLT_MIN);
        values[j] = mates[j] > 0 ? total * (power / all - target)
                                 : values[j] * (errors + total * noise / all);
    }
}

static void gradient(const struct batch *batch, const struct kernel *kernel) {
    const struct kernel_step *step = &batch->step;
    const size_t band = step->band_columns, columns = step->columns;
    _Alignas(64) float logs[KERNEL_ROWS_MAX];
    memcpy(batch->mate_scores, step->noise_scores, step->rows * columns * sizeof(float));
    kernel->softmax(step->noise_scores, step->rows, columns, batch->noise_weights, columns, logs);
    for (size_t p = 0; p < step->rows; p++)
        for (size_t k = 0; k < band; k++)
            step->pairs[p * band + k] -= logs[p];
    kernel->logistic(step->pairs, step->rows * band);
    kernel->weigh_errors(step->pairs, 1, batch->pair_weights, step->rows * band);
    for (size_t p = 0; p < step->rows; p++)
        column_gradient(batch, p, batch->mate_scores + p * columns, logs[p],
                        -batch_sum(step->pairs + p * band, band));
}

/* --- the value --- */

/* A sum of weighted exponentials, with the largest exponent taken out. */
struct log_sum {
    double max, sum;
};

static void add(struct log_sum *to, double score, double weight) {
    const double max = fmax(to->max, score);
    to->sum = to->sum * exp(to->max - max) + weight * exp(score - max);
    to->max = max;
}

static double mates_value(const struct batch *batch, size_t p, struct log_sum all) {
    const float *mates = batch->label_weights + p * batch->step.columns;
    const float *scores = batch->step.noise_scores + p * batch->step.columns;
    struct log_sum positives = {-1e300, 0};
    double weight, sum = 0;
    const size_t count = count_mates(batch, p, &weight);
    if (count == 0)
        return 0;
    for (size_t j = 0; j < batch->step.noise_count; j++)
        if (mates[j] > 0) {
            add(&positives, (double)scores[j], 1 / (double)count);
            add(&all, (double)scores[j], 1);
            sum += (double)scores[j] / (double)count;
        }
    const double of_positives = batch->parameters->supcon == SUPCON_OUT ? sum
                                                                        : positives.max + log(positives.sum);
    return weight * (all.max + log(all.sum) - of_positives);
}

static double row_value(const struct batch *batch, size_t p) {
    const struct kernel_step *step = &batch->step;
    const float *weights = batch->noise_weights + p * step->columns;
    struct log_sum noise = {-1e300, 0};
    for (size_t j = 0; j < step->noise_count; j++)
        if (weights[j] > 0)
            add(&noise, (double)step->noise_scores[p * step->columns + j], (double)weights[j]);
    double sum = mates_value(batch, p, noise);
    for (size_t i = p * step->band_columns; i < (p + 1) * step->band_columns; i++)
        if (batch->pair_weights[i] > 0) {
            const double x = noise.max + log(noise.sum) - (double)step->pairs[i];
            sum += (double)batch->pair_weights[i] * (x > 0 ? x + log1p(exp(-x)) : log1p(exp(x)));
        }
    return sum;
}

static double value(const struct batch *batch) {
    double sum = 0;
    for (size_t p = 0; p < batch->step.rows; p++)
        sum += row_value(batch, p);
    return sum;
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

/* Supervised contrastive learning: a center has several positives, which compete with the noise together.
 * They are the contexts of the text, with their pair weights, and words that share the label of the center.
 * With the weights w_i of the positives of a row, W their sum, d_j the draws of its noise words, which do not
 * share its label, Z = sum_i w_i exp(s_i) + sum_j d_j exp(n_j),    S = sum_i w_i exp(s_i) L_out = sum_i w_i
 * (log Z - s_i)                 dL/ds_i = W w_i exp(s_i) / Z - w_i L_in = W (log Z - log(S / W)) dL/ds_i = W
 * w_i exp(s_i) (1 / Z - 1 / S) and dL/dn_j = W d_j exp(n_j) / Z for both. The paper has weights of 1 and one
 * vector for each word. */
#include <math.h>

#include "train/batch.h"
#include "train/losses.h"

/* As for InfoNCE; labels add their weight to a center and to the words that share its label. */
static struct loss_limits limits(const struct parameters *parameters) {
    const double all = 1 + parameters->label_weight;
    return (struct loss_limits){.center = 6 * all, .context = all, .noise = 5 * all};
}

/* What a row needs beyond its softmaxes: over the pairs, and over noise and mates together. */
struct row {
    float total;       /* W */
    float pairs, rest; /* the shares of the two softmaxes in Z */
    float positives;   /* S / Z */
};

/* Noise and mates never weigh in the same column. */
static struct row row_of(const struct batch *batch, size_t p, float pairs_log, float rest_log) {
    const struct kernel_step *step = &batch->step;
    const float *rest = step->noise_scores + p * step->columns,
                *mates = batch->label_weights + p * step->columns;
    const float max = fmaxf(pairs_log, rest_log);
    const float pairs = expf(pairs_log - max), others = expf(rest_log - max);
    struct row row = {.total = batch->row_pairs[p] + batch_sum(mates, step->columns),
                      .pairs = pairs / (pairs + others),
                      .rest = others / (pairs + others)};
    row.positives = row.pairs;
    for (size_t j = 0; j < step->columns; j++)
        row.positives += mates[j] > 0 ? rest[j] * row.rest : 0;
    return row;
}

static void row_gradient(const struct batch *batch, size_t p, const struct row *row) {
    const struct kernel_step *step = &batch->step;
    float *pairs = step->pairs + p * step->band_columns, *rest = step->noise_scores + p * step->columns;
    const float *weights = batch->pair_weights + p * step->band_columns;
    const float *mates = batch->label_weights + p * step->columns;
    const bool out = batch->parameters->supcon == SUPCON_OUT;
    /* Of a positive, whose share in Z is x: W x - w, or W x (1 - Z / S). */
    const float factor = out ? row->total : row->total * (1 - 1 / fmaxf(row->positives, 1e-30f));
    const float subtract = out ? 1 : 0;
    for (size_t k = 0; k < step->band_columns; k++)
        pairs[k] = factor * row->pairs * pairs[k] - subtract * weights[k];
    for (size_t j = 0; j < step->columns; j++)
        rest[j] = (mates[j] > 0 ? factor : row->total) * row->rest * rest[j] - subtract * mates[j];
}

static void gradient(const struct batch *batch, const struct kernel *kernel) {
    const struct kernel_step *step = &batch->step;
    _Alignas(64) float pairs_logs[KERNEL_ROWS_MAX], rest_logs[KERNEL_ROWS_MAX];
    /* Where a column is noise it is no mate, so the sum of both is the weight of either. */
    for (size_t i = 0; i < step->rows * step->columns; i++)
        batch->noise_weights[i] += batch->label_weights[i];
    kernel->softmax(step->pairs, step->rows, step->band_columns, batch->pair_weights, step->band_columns,
                    pairs_logs);
    kernel->softmax(step->noise_scores, step->rows, step->columns, batch->noise_weights, step->columns,
                    rest_logs);
    for (size_t p = 0; p < step->rows; p++) {
        const struct row row = row_of(batch, p, pairs_logs[p], rest_logs[p]);
        row_gradient(batch, p, &row);
    }
}

/* --- the value --- */

/* A sum of weighted exponentials, with the largest exponent taken out. */
struct log_sum {
    double max, sum;
};

static void add(struct log_sum *to, const float *scores, const float *weights, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (!(weights[i] > 0))
            continue;
        const double score = (double)scores[i], max = fmax(to->max, score);
        to->sum = to->sum * exp(to->max - max) + (double)weights[i] * exp(score - max);
        to->max = max;
    }
}

static double weighted_sum(const float *scores, const float *weights, size_t count, double *total) {
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        if (weights[i] > 0) {
            sum += (double)weights[i] * (double)scores[i];
            *total += (double)weights[i];
        }
    return sum;
}

static double row_value(const struct batch *batch, size_t p) {
    const struct kernel_step *step = &batch->step;
    const size_t band = step->band_columns, columns = step->columns;
    const float *pairs = step->pairs + p * band, *rest = step->noise_scores + p * columns;
    const float *weights = batch->pair_weights + p * band, *mates = batch->label_weights + p * columns;
    struct log_sum positives = {-1e300, 0};
    double total = 0;
    const double scores = weighted_sum(pairs, weights, band, &total) +
                          weighted_sum(rest, mates, columns, &total);
    if (!(total > 0))
        return 0;
    add(&positives, pairs, weights, band);
    add(&positives, rest, mates, columns);
    struct log_sum all = positives;
    add(&all, rest, batch->noise_weights + p * columns, columns);
    const double log_all = all.max + log(all.sum), log_positives = positives.max + log(positives.sum / total);
    return batch->parameters->supcon == SUPCON_OUT ? total * log_all - scores
                                                   : total * (log_all - log_positives);
}

static double value(const struct batch *batch) {
    double sum = 0;
    for (size_t p = 0; p < batch->step.rows; p++)
        sum += row_value(batch, p);
    return sum;
}

const struct loss loss_supcon = {
    .name = "supcon",
    .help = "supervised contrastive: contexts and words that share a label, against noise",
    .source = "Khosla et al. 2020, \"Supervised contrastive learning\", equations 2 and 3",
    .score = SCORE_dot,
    .defaults = {[SCORE_dot] = {.alpha = 0.05, .temperature = 1},
                 [SCORE_cosine] = {.alpha = 0.05, .temperature = 0.1},
                 [SCORE_l2] = {.alpha = 0.05, .temperature = 1}},
    .labels = true,
    .limits = limits,
    .gradient = gradient,
    .value = value,
};

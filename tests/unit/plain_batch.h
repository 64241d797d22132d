/* A batch computed in the plain way: rows in double, dot products one by one. From it follows what a step
 * must do, for every loss and score, without knowing which ones there are. */
#ifndef SGNS_TESTS_PLAIN_BATCH_H
#define SGNS_TESTS_PLAIN_BATCH_H

#include <math.h>
#include <string.h>

#include "kernels/kernel_list.h"
#include "train/batch.h"

#define PLAIN_VOCAB ((size_t)40)
#define PLAIN_DIM ((size_t)11)
#define PLAIN_WINDOW ((size_t)3)
#define PLAIN_MARGIN (1 + 0x1p-9) /* not a difference of scores that are multiples of 2^-8 */
#define PLAIN_BAND ((size_t)16)
#define PLAIN_NOISE ((size_t)64)
#define PLAIN_CONTEXTS (KERNEL_ROWS_MAX + 2 * PLAIN_WINDOW + 2)

/* A model: (vocab, dim) row-major. */
struct plain_rows {
    double input[PLAIN_VOCAB][PLAIN_DIM], output[PLAIN_VOCAB][PLAIN_DIM];
};

struct plain_batch {
    struct batch batch;
    uint32_t centers[KERNEL_ROWS_MAX], contexts[PLAIN_CONTEXTS], noise[PLAIN_NOISE]; /* words */
    bool missing[PLAIN_CONTEXTS]; /* beyond the ends of the passage */
    size_t length;                /* centers, not counting a last one without weights */
    _Alignas(64) float pairs[KERNEL_ROWS_MAX * PLAIN_BAND];
    _Alignas(64) float pair_weights[KERNEL_ROWS_MAX * PLAIN_BAND];
    _Alignas(64) float pair_log_noise[KERNEL_ROWS_MAX * PLAIN_BAND];
    _Alignas(64) float noise_scores[KERNEL_ROWS_MAX * PLAIN_NOISE];
    _Alignas(64) float noise_weights[KERNEL_ROWS_MAX * PLAIN_NOISE],
        label_weights[KERNEL_ROWS_MAX * PLAIN_NOISE];
    float kept_pairs[KERNEL_ROWS_MAX * PLAIN_BAND], kept_noise[KERNEL_ROWS_MAX * PLAIN_NOISE];
    _Alignas(64) float row_pairs[KERNEL_ROWS_MAX], draws[PLAIN_NOISE], noise_log_noise[PLAIN_NOISE];
    _Alignas(64) float center_squares[KERNEL_ROWS_MAX], context_squares[PLAIN_CONTEXTS],
        noise_squares[PLAIN_NOISE];
    _Alignas(64) float center_self[KERNEL_ROWS_MAX], context_self[PLAIN_CONTEXTS], noise_self[PLAIN_NOISE];
};

static inline double plain_dot(const double *a, const double *b) {
    double sum = 0;
    for (size_t d = 0; d < PLAIN_DIM; d++)
        sum += a[d] * b[d];
    return sum;
}

/* Lists noise words as the batcher does: in the order of their first draws. */
static inline void plain_list_noise(struct plain_batch *plain, const uint32_t *drawn, size_t count) {
    size_t columns = 0;
    for (size_t i = 0; i < count; i++) {
        size_t j = 0;
        while (j < columns && plain->noise[j] != drawn[i])
            j++;
        plain->noise[j] = drawn[i];
        columns += j == columns;
        plain->draws[j] += 1;
    }
    plain->batch.step.noise_count = columns;
    plain->batch.step.columns = kernel_floats(columns);
}

static inline void plain_list_pairs(struct plain_batch *plain, const struct passage *passage, size_t at) {
    for (size_t p = 0; p < plain->length; p++) {
        plain->centers[p] = passage->words[at + p];
        for (size_t c = passage->window_begin[at + p]; c < passage->window_end[at + p]; c++)
            if (c != at + p) {
                const double weight = parameters_pair_weight(plain->batch.parameters,
                                                             c > at + p ? c - at - p : at + p - c);
                plain->pair_weights[p * PLAIN_BAND + c + PLAIN_WINDOW - at - p / 2 * 2] = (float)weight;
                plain->row_pairs[p] += (float)weight;
                plain->batch.pairs += weight;
            }
    }
    for (size_t s = 0; s < PLAIN_CONTEXTS; s++) {
        plain->missing[s] = at + s < PLAIN_WINDOW || at + s - PLAIN_WINDOW >= passage->size;
        plain->contexts[s] = plain->missing[s] ? 0 : passage->words[at + s - PLAIN_WINDOW];
    }
}

/* The batch of words `at` to at + length of the passage with these noise draws. log_noise: (PLAIN_VOCAB). */
static inline void plain_batch_create(struct plain_batch *plain, const struct parameters *parameters,
                                      const struct passage *passage, size_t at, size_t length,
                                      const uint32_t *drawn, const float *log_noise) {
    memset(plain, 0, sizeof *plain);
    plain->length = length;
    plain->batch = (struct batch){.parameters = parameters,
                                  .pair_weights = plain->pair_weights,
                                  .row_pairs = plain->row_pairs,
                                  .draws = plain->draws,
                                  .pair_log_noise = plain->pair_log_noise,
                                  .noise_log_noise = plain->noise_log_noise,
                                  .noise_weights = plain->noise_weights,
                                  .label_weights = plain->label_weights,
                                  .kept_pairs = plain->kept_pairs,
                                  .kept_noise = plain->kept_noise,
                                  .center_squares = plain->center_squares,
                                  .context_squares = plain->context_squares,
                                  .noise_squares = plain->noise_squares,
                                  .center_self = plain->center_self,
                                  .context_self = plain->context_self,
                                  .noise_self = plain->noise_self};
    struct kernel_step *step = &plain->batch.step;
    *step = (struct kernel_step){.dim = PLAIN_DIM,
                                 .rows = length + length % 2,
                                 .window = PLAIN_WINDOW,
                                 .band_columns = PLAIN_BAND,
                                 .pairs = plain->pairs,
                                 .noise_scores = plain->noise_scores};
    plain_list_noise(plain, drawn, (size_t)parameters->noise);
    plain_list_pairs(plain, passage, at);
    for (size_t i = 0; i < length * step->columns; i++)
        plain->noise_weights[i] = plain->draws[i % step->columns];
    for (size_t i = 0; i < length * PLAIN_BAND; i++)
        if (plain->pair_weights[i] > 0)
            plain->pair_log_noise[i] = log_noise[plain->contexts[i / PLAIN_BAND / 2 * 2 + i % PLAIN_BAND]];
    for (size_t j = 0; j < step->noise_count; j++)
        plain->noise_log_noise[j] = log_noise[plain->noise[j]];
}

/* The scores of these rows. */
static inline void plain_score(struct plain_batch *plain, const struct plain_rows *rows,
                               const struct score *score) {
    const struct kernel_step *step = &plain->batch.step;
    for (size_t p = 0; p < plain->length; p++) {
        const double *center = rows->input[plain->centers[p]];
        plain->center_squares[p] = (float)plain_dot(center, center);
        for (size_t k = 0; k < 2 * PLAIN_WINDOW + 2; k++) {
            const size_t s = p / 2 * 2 + k;
            const double *context = rows->output[plain->contexts[s]];
            plain->context_squares[s] = plain->missing[s] ? 0 : (float)plain_dot(context, context);
            plain->pairs[p * PLAIN_BAND + k] = plain->missing[s] ? 0 : (float)plain_dot(center, context);
        }
        for (size_t j = 0; j < step->noise_count; j++) {
            const double *noise = rows->output[plain->noise[j]];
            plain->noise_squares[j] = (float)plain_dot(noise, noise);
            plain->noise_scores[p * step->columns + j] = (float)plain_dot(center, noise);
        }
    }
    score->apply(&plain->batch, &kernel_scalar);
}

static inline void plain_add(double *to, const double *row, double factor, double *sizes) {
    for (size_t d = 0; d < PLAIN_DIM; d++) {
        to[d] += factor * row[d];
        if (sizes != NULL)
            sizes[d] += fabs(factor * row[d]);
    }
}

static inline void plain_add_pair(struct plain_rows *gradient, struct plain_rows *sizes,
                                  const struct plain_rows *rows, uint32_t center, uint32_t other,
                                  double slope) {
    plain_add(gradient->input[center], rows->output[other], slope,
              sizes != NULL ? sizes->input[center] : NULL);
    plain_add(gradient->output[other], rows->input[center], slope,
              sizes != NULL ? sizes->output[other] : NULL);
}

/* Adds the part of the self factors, which are zero unless the score sets them. */
static inline void plain_add_selves(const struct plain_batch *plain, struct plain_rows *gradient,
                                    const struct plain_rows *rows) {
    const struct kernel_step *step = &plain->batch.step;
    for (size_t p = 0; p < plain->length; p++)
        plain_add(gradient->input[plain->centers[p]], rows->input[plain->centers[p]],
                  (double)plain->center_self[p], NULL);
    for (size_t s = 0; s < step->rows + 2 * PLAIN_WINDOW; s++)
        if (!plain->missing[s])
            plain_add(gradient->output[plain->contexts[s]], rows->output[plain->contexts[s]],
                      (double)plain->context_self[s], NULL);
    for (size_t j = 0; j < step->noise_count; j++)
        plain_add(gradient->output[plain->noise[j]], rows->output[plain->noise[j]],
                  (double)plain->noise_self[j], NULL);
}

/* The gradient of the loss of the batch with respect to its rows, by the chain rule. Overwrites the scores.
 * If `sizes` is not NULL, it gets the sums of the magnitudes of the terms. */
static inline void plain_gradient(struct plain_batch *plain, const struct plain_rows *rows,
                                  const struct loss *loss, const struct score *score,
                                  const struct kernel *kernel, struct plain_rows *gradient,
                                  struct plain_rows *sizes) {
    const struct kernel_step *step = &plain->batch.step;
    loss->gradient(&plain->batch, kernel);
    score->backprop(&plain->batch);
    for (size_t p = 0; p < plain->length; p++) {
        for (size_t k = 0; k < 2 * PLAIN_WINDOW + 2; k++)
            if (plain->pair_weights[p * PLAIN_BAND + k] > 0)
                plain_add_pair(gradient, sizes, rows, plain->centers[p], plain->contexts[p / 2 * 2 + k],
                               (double)plain->pairs[p * PLAIN_BAND + k]);
        for (size_t j = 0; j < step->noise_count; j++)
            plain_add_pair(gradient, sizes, rows, plain->centers[p], plain->noise[j],
                           (double)plain->noise_scores[p * step->columns + j]);
    }
    plain_add_selves(plain, gradient, rows);
}

/* Moves rows by row = (1 - alpha * self) * row - alpha * sum. */
struct plain_mover {
    double alpha, roundoff;                  /* roundoff: of the kernel's weights */
    double sum[PLAIN_DIM], sizes[PLAIN_DIM]; /* sizes: the sum of the magnitudes of the terms */
};

/* A number is rounded to bfloat16 as it moves, by up to 2^-7 of it. What it was off by before moves along. */
static inline void plain_move(struct plain_mover *mover, double *row, double *errors, double self) {
    const double keep = 1 - mover->alpha * self;
    for (size_t d = 0; d < PLAIN_DIM; d++) {
        row[d] = keep * row[d] - mover->alpha * mover->sum[d];
        errors[d] = fabs(keep) * errors[d] + 0x1p-7 * fabs(row[d]) + 1e-4 +
                    5 * mover->roundoff * mover->alpha * mover->sizes[d];
    }
    memset(mover->sum, 0, sizeof mover->sum);
    memset(mover->sizes, 0, sizeof mover->sizes);
}

/* A step for scores with self factors, which multiply rows as they are when their turn comes. `plain` holds
 * the gradients; `old` are the rows that were scored, `rows` become the new ones, and `errors` bounds of what
 * a kernel may differ. mover: alpha and roundoff are set, and the rest is zero. */
static inline void plain_update(const struct plain_batch *plain, const struct plain_rows *old,
                                struct plain_mover mover, struct plain_rows *rows,
                                struct plain_rows *errors) {
    const struct kernel_step *step = &plain->batch.step;
    for (size_t p = 0; p < plain->length; p++) {
        const uint32_t center = plain->centers[p];
        for (size_t k = 0; k < 2 * PLAIN_WINDOW + 2; k++)
            plain_add(mover.sum, old->output[plain->contexts[p / 2 * 2 + k]],
                      plain->missing[p / 2 * 2 + k] ? 0 : (double)plain->pairs[p * PLAIN_BAND + k],
                      mover.sizes);
        for (size_t j = 0; j < step->noise_count; j++)
            plain_add(mover.sum, old->output[plain->noise[j]],
                      (double)plain->noise_scores[p * step->columns + j], mover.sizes);
        plain_move(&mover, rows->input[center], errors->input[center], (double)plain->center_self[p]);
    }
    for (size_t s = 0; s < plain->length + 2 * PLAIN_WINDOW; s++) {
        const uint32_t context = plain->contexts[s];
        for (size_t p = 0; p < plain->length && !plain->missing[s]; p++)
            if (p / 2 * 2 <= s && s < p / 2 * 2 + 2 * PLAIN_WINDOW + 2)
                plain_add(mover.sum, old->input[plain->centers[p]],
                          (double)plain->pairs[p * PLAIN_BAND + s - p / 2 * 2], mover.sizes);
        if (!plain->missing[s])
            plain_move(&mover, rows->output[context], errors->output[context],
                       (double)plain->context_self[s]);
    }
    for (size_t j = 0; j < step->noise_count; j++) {
        const uint32_t noise = plain->noise[j];
        for (size_t p = 0; p < plain->length; p++)
            plain_add(mover.sum, old->input[plain->centers[p]],
                      (double)plain->noise_scores[p * step->columns + j], mover.sizes);
        plain_move(&mover, rows->output[noise], errors->output[noise], (double)plain->noise_self[j]);
    }
}

#endif

/* The reference: what every kernel computes, in plain loops. */
#include <float.h>
#include <math.h>

#include "base/race.h"
#include "kernels/kernel_list.h"

INTENDED_RACE static float dot(const bfloat16 *a, const bfloat16 *b, size_t size) {
    float sum = 0;
    for (size_t d = 0; d < size; d++)
        sum += bfloat16_value(a[d]) * bfloat16_value(b[d]);
    return sum;
}

static void scores(const struct kernel_step *step) {
    for (size_t p = 0; p < step->rows; p++) {
        for (size_t k = 0; k < 2 * step->window + 2; k++)
            step->pairs[p * step->band_columns + k] = dot(step->centers[p], step->contexts[p / 2 * 2 + k],
                                                          step->dim);
        for (size_t j = 0; j < step->columns; j++)
            step->noise_scores[p * step->columns + j] = dot(step->centers[p], step->noise[j], step->dim);
    }
}

static void squares(bfloat16 *const *rows, size_t count, size_t dim, float *squares) {
    for (size_t r = 0; r < count; r++)
        squares[r] = dot(rows[r], rows[r], dim);
}

static void invert_norms(float *values, size_t count) {
    for (size_t i = 0; i < count; i++)
        values[i] = 1 / sqrtf(values[i] + KERNEL_SQUARE_MIN);
}

static void logistic(float *values, size_t count) {
    for (size_t i = 0; i < count; i++)
        values[i] = 1 / (1 + expf(-values[i]));
}

static void softmax(float *values, size_t rows, size_t columns, const float *weights, size_t weight_stride,
                    float *logs) {
    for (size_t r = 0; r < rows; r++, values += columns, weights += weight_stride) {
        float max = -FLT_MAX, sum = 0;
        for (size_t j = 0; j < columns; j++)
            if (weights[j] > 0 && values[j] > max)
                max = values[j];
        for (size_t j = 0; j < columns; j++)
            sum += values[j] = weights[j] > 0 ? weights[j] * expf(values[j] - max) : 0;
        for (size_t j = 0; j < columns; j++)
            values[j] /= fmaxf(sum, FLT_MIN);
        logs[r] = max + logf(fmaxf(sum, FLT_MIN));
    }
}

static void hinge_row(const struct kernel_step *step, const struct kernel_hinge *hinge, size_t p) {
    const size_t band = step->band_columns;
    float *pairs = step->pairs + p * band, *noise = step->noise_scores + p * step->columns;
    const float *pair_weights = hinge->pair_weights + p * band;
    float violations[KERNEL_BAND_MAX] = {0};
    for (size_t j = 0; j < step->columns; j++) {
        float sum = 0;
        for (size_t k = 0; k < band; k++)
            if (noise[j] > pairs[k] - hinge->margin) {
                violations[k] += hinge->column_weights[j];
                sum += pair_weights[k];
            }
        noise[j] = hinge->scale * hinge->column_weights[j] * sum;
    }
    for (size_t k = 0; k < band; k++)
        pairs[k] = -hinge->scale * pair_weights[k] * violations[k];
}

static void hinge(const struct kernel_step *step, const struct kernel_hinge *hinge) {
    for (size_t p = 0; p < step->rows; p++)
        hinge_row(step, hinge, p);
}

static void weigh(float *values, size_t rows, size_t columns, const float *row_weights,
                  const float *column_weights) {
    for (size_t r = 0; r < rows; r++)
        for (size_t j = 0; j < columns; j++)
            values[r * columns + j] *= row_weights[r] * column_weights[j];
}

static void weigh_errors(float *values, float target, const float *weights, size_t count) {
    for (size_t i = 0; i < count; i++)
        values[i] = (values[i] - target) * weights[i];
}

static void weigh_bands(float *bands, size_t rows, size_t columns, const uint32_t *begin, const uint32_t *end,
                        uint32_t first, const float *weights) {
    for (uint32_t r = 0; r < rows; r++)
        for (uint32_t k = 0; k < columns; k++) {
            const uint32_t since = first + r / 2 * 2 + k - begin[r];
            bands[r * columns + k] = since < end[r] - begin[r] ? weights[r % 2 * columns + k] : 0;
        }
}

/* The workspace holds copies of the centers, (rows, dim), and a sum, (dim). */
INTENDED_RACE static void copy_centers(const struct kernel_step *step) {
    for (size_t p = 0; p < step->rows; p++)
        for (size_t d = 0; d < step->dim; d++)
            step->workspace[p * step->dim + d] = bfloat16_value(step->centers[p][d]);
}

static float *start_sum(const struct kernel_step *step) {
    float *sum = step->workspace + step->rows * step->dim;
    for (size_t d = 0; d < step->dim; d++)
        sum[d] = 0;
    return sum;
}

INTENDED_RACE static void add_row(float *sum, float weight, const bfloat16 *row, size_t dim) {
    for (size_t d = 0; d < dim; d++)
        sum[d] += weight * bfloat16_value(row[d]);
}

static void add_copy(float *sum, float weight, const float *copy, size_t dim) {
    for (size_t d = 0; d < dim; d++)
        sum[d] += weight * copy[d];
}

/* row = keep * row + scale * sum. */
INTENDED_RACE static void move(bfloat16 *row, float keep, float scale, const float *sum, size_t dim) {
    for (size_t d = 0; d < dim; d++)
        row[d] = bfloat16_round(keep * bfloat16_value(row[d]) + scale * sum[d], bfloat16_random(sum[d]));
}

static void update_centers(const struct kernel_step *step, float scale) {
    for (size_t p = 0; p < step->rows; p++) {
        float *sum = start_sum(step);
        for (size_t k = 0; k < 2 * step->window + 2; k++)
            add_row(sum, step->pairs[p * step->band_columns + k], step->contexts[p / 2 * 2 + k], step->dim);
        for (size_t j = 0; j < step->noise_count; j++)
            add_row(sum, step->noise_scores[p * step->columns + j], step->noise[j], step->dim);
        move(step->centers[p], kernel_keep(step->center_self, p, scale), scale, sum, step->dim);
    }
}

static void update_contexts(const struct kernel_step *step, float scale) {
    const size_t reach = 2 * step->window;
    for (size_t s = 0; s < step->rows + reach; s++) {
        float *sum = start_sum(step);
        for (size_t p = 0; p < step->rows; p++)
            if (p / 2 * 2 <= s && s <= p / 2 * 2 + reach + 1)
                add_copy(sum, step->pairs[p * step->band_columns + s - p / 2 * 2],
                         step->workspace + p * step->dim, step->dim);
        move(step->contexts[s], kernel_keep(step->context_self, s, scale), scale, sum, step->dim);
    }
}

static void update_noise(const struct kernel_step *step, float scale) {
    for (size_t j = 0; j < step->noise_count; j++) {
        float *sum = start_sum(step);
        for (size_t p = 0; p < step->rows; p++)
            add_copy(sum, step->noise_scores[p * step->columns + j], step->workspace + p * step->dim,
                     step->dim);
        move(step->noise[j], kernel_keep(step->noise_self, j, scale), scale, sum, step->dim);
    }
}

static void update(const struct kernel_step *step, float scale) {
    copy_centers(step);
    update_centers(step, scale);
    update_contexts(step, scale);
    update_noise(step, scale);
}

/* The next state of a generator (Marsaglia 2003, "Xorshift RNGs"). */
static uint32_t next_random(uint32_t *random) {
    *random ^= *random << 13;
    *random ^= *random >> 17;
    *random ^= *random << 5;
    return *random;
}

INTENDED_RACE static void merge(bfloat16 *rows, bfloat16 *last, bfloat16 *shared, size_t count, float share,
                                uint32_t *random) {
    for (size_t i = 0; i < count; i++) {
        const float learned = bfloat16_value(rows[i]) - bfloat16_value(last[i]);
        rows[i] = last[i] = shared[i] = bfloat16_round(bfloat16_value(shared[i]) + share * learned,
                                                       next_random(random));
    }
}

static double multiply_adds(size_t rounds) {
    volatile float result;
    float sums[4] = {1, 2, 3, 4};
    for (size_t i = 0; i < rounds; i++)
        for (size_t k = 0; k < 4; k++)
            sums[k] = sums[k] * 0.999f + 0.001f;
    for (size_t k = 0; k < 4; k++)
        result = sums[k];
    (void)result;
    return 8 * (double)rounds;
}

const struct kernel kernel_scalar = {
    .name = "scalar",
    .row_roundoff = 0x1p-24f,
    .weight_roundoff = 0x1p-24f,
    KERNEL_FUNCTIONS,
};

#include "train/geometry.h"

#include <math.h>

/* Of each passage: the centers whose pairs count, and of these, the words for the uniformity. */
#define PASSAGE_CENTERS 512
#define PASSAGE_WORDS 64

/* Partial sums of a dot product; a compiler keeps them in vectors. */
#define LANES 8

static double add_lanes(const double *sums) {
    return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

/* The squared distance of two rows, scaled to unit length. A row of zeros is at a right angle to all. */
static double squared_distance(const struct geometry_rows *rows, size_t a, size_t b) {
    const float *x = rows->rows + a * rows->stride, *y = rows->rows + b * rows->stride;
    double products[LANES] = {0}, squares_x[LANES] = {0}, squares_y[LANES] = {0};
    for (size_t at = 0; at < rows->stride; at += LANES)
        for (size_t i = 0; i < LANES; i++) {
            const double x_i = (double)x[at + i], y_i = (double)y[at + i];
            products[i] += x_i * y_i;
            squares_x[i] += x_i * x_i;
            squares_y[i] += y_i * y_i;
        }
    const double xy = add_lanes(products), xx = add_lanes(squares_x), yy = add_lanes(squares_y);
    return xx > 0 && yy > 0 ? 2 - 2 * xy / sqrt(xx * yy) : 2;
}

void geometry_add(struct geometry_sample *sample, const struct geometry_rows *rows,
                  const struct passage *passage, const struct parameters *parameters) {
    for (size_t p = 0; p < passage->size && p < PASSAGE_CENTERS; p++) {
        for (size_t c = passage->window_begin[p]; c < passage->window_end[p]; c++) {
            if (c == p)
                continue;
            const double weight = parameters_pair_weight(parameters, c > p ? c - p : p - c);
            sample->distances += weight * squared_distance(rows, passage->words[p], passage->words[c]);
            sample->pairs += weight;
        }
        if (p < PASSAGE_WORDS && sample->count < GEOMETRY_WORDS_MAX)
            sample->words[sample->count++] = passage->words[p];
    }
}

struct geometry geometry_of(const struct geometry_sample *sample, const struct geometry_rows *rows) {
    struct geometry geometry = {.alignment = 0, .uniformity = 0};
    if (!(sample->pairs > 0) || sample->count < 2)
        return geometry;
    double sum = 0;
    for (size_t i = 0; i < sample->count; i++)
        for (size_t j = 0; j < i; j++)
            sum += exp(-2 * squared_distance(rows, sample->words[i], sample->words[j]));
    const double pairs = (double)sample->count * (double)(sample->count - 1) / 2;
    geometry.alignment = sample->distances / sample->pairs;
    geometry.uniformity = log(sum / pairs);
    return geometry;
}

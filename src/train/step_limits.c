#include "train/step_limits.h"

#include <math.h>

/* The limits of A, B and C. */
#define NOISE_ROW_MAX 1.5
#define INPUT_ROW_MAX 5.4
#define NOISE_PAIR_MAX 0.015625

/* A single word must fit even if a noise row is drawn twice. */
#define DRAWS_EXPECTED 2

size_t step_limits_noise(double alpha, double negative, size_t noise_words) {
    const double least = ceil(alpha * negative / NOISE_PAIR_MAX);
    return (double)noise_words >= least ? noise_words : (size_t)least;
}

struct step_limits step_limits_choose(double alpha, double window, double mean_pairs, double negative,
                                      double noise) {
    const double noise_row = alpha * negative / noise; /* A for one pair */
    const double input_row = alpha * mean_pairs * (1 + negative);
    const double passes = ceil(
        fmax(fmax(input_row / INPUT_ROW_MAX, 2 * window * DRAWS_EXPECTED * noise_row / NOISE_ROW_MAX), 1));
    const double occurrences = fmin(floor(INPUT_ROW_MAX * passes / input_row), BLOCK_WORDS_MAX);
    return (struct step_limits){
        .passes = (size_t)passes,
        .occurrences = occurrences < 1 ? 1 : (size_t)occurrences,
        .pairs = (size_t)fmin(NOISE_ROW_MAX * passes / noise_row, 2 * window * (double)BLOCK_WORDS_MAX)};
}

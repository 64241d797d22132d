#include "train/step_limits.h"

#include <math.h>

/* The limits of B and C. */
#define CENTER_ROW_MAX 5.4
#define NOISE_PAIR_MAX 0.015625

/* A single word must fit even if a noise word is drawn twice. */
#define DRAWS_EXPECTED 2

uint64_t step_limits_noise(struct loss_limits limits, double alpha, uint64_t noise) {
    const double min = ceil(alpha * limits.noise / NOISE_PAIR_MAX);
    return (double)noise >= min ? noise : (uint64_t)min;
}

struct step_limits step_limits_choose(struct loss_limits limits, double alpha, double pairs_max,
                                      double pairs_mean, double noise, double noise_row) {
    const double pair = alpha * limits.noise / noise; /* A for one pair */
    const double center_row = alpha * pairs_mean * limits.center;
    const double passes = ceil(
        fmax(fmax(center_row / CENTER_ROW_MAX, pairs_max * DRAWS_EXPECTED * pair / noise_row), 1));
    const double occurrences = fmin(floor(CENTER_ROW_MAX * passes / center_row), BLOCK_WORDS_MAX);
    return (struct step_limits){
        .passes = (size_t)passes,
        .occurrences = occurrences < 1 ? 1 : (size_t)occurrences,
        .pairs = (size_t)fmin(noise_row * passes / pair, pairs_max * (double)BLOCK_WORDS_MAX)};
}

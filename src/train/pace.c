#include "train/pace.h"

#include <math.h>

/* The limits of A and B. With few noise words each counts so much that a row's steps no longer average out:
 * below so many the limit of A falls in proportion. */
#define NOISE_ROW_MOST 1.5
#define NOISE_WORDS_ENOUGH 8.0
#define INPUT_ROW_MOST 5.4

/* A single word must fit even if a noise row is drawn twice. */
#define DRAWS_EXPECTED 2

struct pace pace_choose(double alpha, double window, double mean_pairs, double negative, double noise) {
    const double noise_row = alpha * negative / noise; /* A for one pair */
    const double input_row = alpha * mean_pairs * (1 + negative);
    const double noise_row_most = NOISE_ROW_MOST * fmin(noise / NOISE_WORDS_ENOUGH, 1);
    const double passes = ceil(
        fmax(fmax(input_row / INPUT_ROW_MOST, 2 * window * DRAWS_EXPECTED * noise_row / noise_row_most), 1));
    const double occurrences = fmin(floor(INPUT_ROW_MOST * passes / input_row), PACE_LENGTH_MOST);
    return (struct pace){.passes = (size_t)passes,
                         .occurrences = occurrences < 1 ? 1 : (size_t)occurrences,
                         .pairs = noise_row_most * passes / noise_row};
}

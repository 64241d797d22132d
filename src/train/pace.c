#include "train/pace.h"

#include <math.h>

/* The limits of A and B. */
#define NOISE_ROW_MOST 1.5
#define INPUT_ROW_MOST 5.4

struct pace pace_choose(double alpha, double pairs, double negative, double noise) {
    const double input_row = alpha * pairs * (1 + negative);
    const double passes = ceil(fmax(input_row / INPUT_ROW_MOST, 1));
    const double noise_row = alpha * pairs / passes * negative / noise;
    struct pace pace = {.passes = (size_t)passes,
                        .occurrences = (size_t)fmin(INPUT_ROW_MOST * passes / input_row, PACE_LENGTH_MOST),
                        .noise_limit = fmin(NOISE_ROW_MOST / noise_row, 1e6)};
    if (pace.occurrences < 1)
        pace.occurrences = 1;
    pace.length = pace_length(&pace, 1);
    return pace;
}

size_t pace_length(const struct pace *pace, size_t draws) {
    const double length = pace->noise_limit / (double)draws;
    if (length < 1)
        return 1;
    return length < (double)PACE_LENGTH_MOST ? (size_t)length : PACE_LENGTH_MOST;
}

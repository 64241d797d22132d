#include "model/quantize.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define QUANTIZED_MAX 127

static double largest(const float *row, size_t dim) {
    double max = 0;
    for (size_t d = 0; d < dim; d++)
        max = fabs((double)row[d]) > max ? fabs((double)row[d]) : max;
    return max;
}

struct quantization quantize_row(int8_t *quantized, const float *row, float norm, size_t dim, size_t stride) {
    memset(quantized, 0, stride);
    if (!(norm >= FLT_MIN && norm <= FLT_MAX))
        return (struct quantization){0, 0};
    double square = 0;
    for (size_t d = 0; d < dim; d++)
        square += (double)row[d] * (double)row[d];
    if (!(square > 0 && square <= DBL_MAX))
        return (struct quantization){0, 0};
    const double length = sqrt(square), step = QUANTIZED_MAX / largest(row, dim);
    const float scale = (float)(1 / (step * length));
    double distance = 0;
    for (size_t d = 0; d < dim; d++) {
        const double value = (double)row[d] * step;
        quantized[d] = (int8_t)(value < 0 ? value - 0.5 : value + 0.5);
        const double off = (double)row[d] / length - (double)scale * quantized[d];
        distance += off * off;
    }
    /* Rounding in these sums loses less than a millionth of the distance, or less than 1e-13 if the distance
     * is close to 0: far less than the search allows for its own products (slack, in search/nearest.c). */
    return (struct quantization){scale, (float)(sqrt(distance) * (1 + 1e-6))};
}

#include "model/quantize.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define CODE_MAX 127

static double largest(const float *row, size_t dim) {
    double most = 0;
    for (size_t d = 0; d < dim; d++)
        most = fabs((double)row[d]) > most ? fabs((double)row[d]) : most;
    return most;
}

struct quantization quantize_row(int8_t *codes, const float *row, float norm, size_t dim, size_t stride) {
    memset(codes, 0, stride);
    if (!(norm >= FLT_MIN && norm <= FLT_MAX))
        return (struct quantization){0, 0};
    double square = 0;
    for (size_t d = 0; d < dim; d++)
        square += (double)row[d] * (double)row[d];
    const double length = sqrt(square), step = CODE_MAX / largest(row, dim);
    const float scale = (float)(1 / (step * length));
    double distance = 0;
    for (size_t d = 0; d < dim; d++) {
        const double code = (double)row[d] * step;
        codes[d] = (int8_t)(code < 0 ? code - 0.5 : code + 0.5);
        const double off = (double)row[d] / length - (double)scale * codes[d];
        distance += off * off;
    }
    /* The sums above lose less than a millionth of the distance; or, if it is next to 0, less than 1e-13,
     * which is nothing beside what a product of floats may lose (slack, in query/nearest.c). */
    return (struct quantization){scale, (float)(sqrt(distance) * (1 + 1e-6))};
}

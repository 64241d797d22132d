#include "search/vectors.h"

#include <math.h>

#define LANES 8

typedef float floats __attribute__((vector_size(LANES * sizeof(float)), aligned(4), may_alias));
typedef double doubles __attribute__((vector_size(LANES * sizeof(double)), aligned(8), may_alias));

double vector_dot(const float *a, const float *b, size_t stride) {
    doubles sum = {0};
    for (size_t d = 0; d < stride; d += LANES)
        sum += __builtin_convertvector(*(const floats *)(a + d), doubles) *
               __builtin_convertvector(*(const floats *)(b + d), doubles);
    return ((sum[0] + sum[1]) + (sum[2] + sum[3])) + ((sum[4] + sum[5]) + (sum[6] + sum[7]));
}

double vector_length(const float *row, size_t stride) {
    return sqrt(vector_dot(row, row, stride));
}

double vector_cosine(const float *a, double square_a, const float *b, double square_b, size_t stride) {
    return vector_dot(a, b, stride) / sqrt(square_a * square_b);
}

bool vector_word_usable(const struct model *model, size_t id) {
    return vector_usable(model->norms[id]) &&
           vector_usable((float)vector_length(vector_row(model, id), model->stride));
}

void vector_add(double *sum, const float *row, double weight, size_t stride) {
    for (size_t d = 0; d < stride; d++)
        sum[d] += weight * (double)row[d];
}

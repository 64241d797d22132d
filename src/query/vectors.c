#include "query/vectors.h"

#include <math.h>

/* Four partial sums side by side: one register on every machine, and no leave needed to reorder sums. */
typedef float quad __attribute__((vector_size(16)));

void vector_add_unit(const struct model *model, size_t id, float weight, float *target) {
    const float *row = vector_row(model, id);
    const float norm = model->norms[id];
    for (size_t d = 0; d < model->stride; d++)
        target[d] += weight * (row[d] / norm);
}

bool vector_unit(float *target, size_t stride) {
    double square = 0;
    for (size_t d = 0; d < stride; d++)
        square += (double)target[d] * (double)target[d];
    const double length = sqrt(square);
    if (!(length >= 1e-6 && length <= FLT_MAX))
        return false;
    for (size_t d = 0; d < stride; d++)
        target[d] = (float)((double)target[d] / length);
    return true;
}

static float sum_quad(quad q) {
    return (q[0] + q[1]) + (q[2] + q[3]);
}

static float product(const quad *a, const quad *b, size_t quads) {
    quad sum = {0};
    for (size_t d = 0; d < quads; d++)
        sum += a[d] * b[d];
    return sum_quad(sum);
}

/* Two targets by four rows: eight sums fit the sixteen registers of the plainest x86-64, and each value
 * loaded is used more than once. */
static void products_2_by_4(const quad *targets, const quad *rows, size_t quads, float *first,
                            float *second) {
    const quad *row0 = rows, *row1 = row0 + quads, *row2 = row1 + quads, *row3 = row2 + quads;
    quad a0 = {0}, a1 = {0}, a2 = {0}, a3 = {0};
    quad b0 = {0}, b1 = {0}, b2 = {0}, b3 = {0};
    for (size_t d = 0; d < quads; d++) {
        const quad a = targets[d], b = targets[quads + d];
        a0 += a * row0[d];
        b0 += b * row0[d];
        a1 += a * row1[d];
        b1 += b * row1[d];
        a2 += a * row2[d];
        b2 += b * row2[d];
        a3 += a * row3[d];
        b3 += b * row3[d];
    }
    first[0] = sum_quad(a0), first[1] = sum_quad(a1), first[2] = sum_quad(a2), first[3] = sum_quad(a3);
    second[0] = sum_quad(b0), second[1] = sum_quad(b1), second[2] = sum_quad(b2), second[3] = sum_quad(b3);
}

void vector_products(const float *targets, size_t target_count, const float *rows, size_t row_count,
                     size_t stride, float *products) {
    const size_t quads = stride / 4;
    const quad *target_quads = (const quad *)targets, *row_quads = (const quad *)rows;
    for (size_t t = 0; t < target_count; t += 2) {
        const size_t pair = target_count - t < 2 ? 1 : 2;
        const size_t tiled = pair == 2 ? row_count - row_count % 4 : 0;
        for (size_t r = 0; r < tiled; r += 4)
            products_2_by_4(target_quads + t * quads, row_quads + r * quads, quads,
                            products + t * row_count + r, products + (t + 1) * row_count + r);
        for (size_t p = t; p < t + pair; p++)
            for (size_t r = tiled; r < row_count; r++)
                products[p * row_count + r] = product(target_quads + p * quads, row_quads + r * quads, quads);
    }
}

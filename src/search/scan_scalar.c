/* The reference. */
#include "search/scan_list.h"

static void dots(float *products, const float *target, const float *rows, size_t count, size_t stride) {
    for (size_t r = 0; r < count; r++) {
        float sum = 0;
        for (size_t d = 0; d < stride; d++)
            sum += target[d] * rows[r * stride + d];
        products[r] = sum;
    }
}

static void quantized_dots(float *products, const float *target, const int8_t *quantized, size_t count,
                           size_t stride) {
    for (size_t r = 0; r < count; r++) {
        float sum = 0;
        for (size_t d = 0; d < stride; d++)
            sum += target[d] * (float)quantized[r * stride + d];
        products[r] = sum;
    }
}

static void pack(float *panel, const float *rows, const float *factors, size_t count, size_t stride) {
    for (size_t d = 0; d < stride; d++)
        for (size_t r = 0; r < SCAN_ROWS; r++)
            panel[d * SCAN_ROWS + r] = r < count ? factors[r] * rows[r * stride + d] : 0;
}

static void multiply(float *products, const float *targets, size_t count, size_t stride, const float *panel,
                     size_t dim) {
    for (size_t t = 0; t < count; t++)
        for (size_t r = 0; r < SCAN_ROWS; r++) {
            float sum = 0;
            for (size_t d = 0; d < dim; d++)
                sum += targets[t * stride + d] * panel[d * SCAN_ROWS + r];
            products[t * SCAN_ROWS + r] = sum;
        }
}

static bool reaches(const float *values, float cut) {
    bool any = false;
    for (size_t r = 0; r < SCAN_ROWS; r++)
        any |= !(values[r] < cut);
    return any;
}

static size_t reach(uint32_t *found, const float *products, const float *cuts, size_t count) {
    size_t size = 0;
    for (size_t t = 0; t < count; t++)
        if (reaches(products + t * SCAN_ROWS, cuts[t]))
            found[size++] = (uint32_t)t;
    return size;
}

static void highest(float *values, const float *products, size_t count) {
    for (size_t r = 0; r < SCAN_ROWS; r++) {
        values[r] = products[r];
        for (size_t t = 1; t < count; t++)
            if (products[t * SCAN_ROWS + r] > values[r])
                values[r] = products[t * SCAN_ROWS + r];
    }
}

static size_t reach_rows(uint32_t *found, const float *products, const float *cuts, size_t count) {
    size_t size = 0;
    for (size_t t = 0; t < count; t++) {
        bool any = false;
        for (size_t r = 0; r < SCAN_ROWS; r++)
            any |= !(products[t * SCAN_ROWS + r] < cuts[r]);
        if (any)
            found[size++] = (uint32_t)t;
    }
    return size;
}

static bool sum(float *values, const float *products, const struct scan_part *parts, size_t count,
                float cut) {
    for (size_t r = 0; r < SCAN_ROWS; r++) {
        values[r] = 0;
        for (size_t i = 0; i < count; i++)
            values[r] += parts[i].weight * products[parts[i].target * SCAN_ROWS + r];
    }
    return reaches(values, cut);
}

static bool ratio(float *values, const float *products, const struct scan_part *parts, size_t count,
                  float slack, float offset, float cut) {
    for (size_t r = 0; r < SCAN_ROWS; r++) {
        float above = 1, below = 1;
        for (size_t i = 0; i < count; i++) {
            const float product = products[parts[i].target * SCAN_ROWS + r];
            const float low = (1 + product - slack) / 2;
            if (parts[i].weight > 0)
                above *= (1 + product + slack) / 2;
            else
                below *= low < 0 ? 0 : low;
        }
        values[r] = above / (below + offset);
    }
    return reaches(values, cut);
}

const struct scan_kernel scan_scalar = {
    .name = "scalar",
    SCAN_FUNCTIONS,
};

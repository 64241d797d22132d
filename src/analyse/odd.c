#include "analyse/odd.h"

#include <math.h>
#include <string.h>

#include "search/vectors.h"

size_t odd_find(const struct direction *directions, size_t count, double *sum, size_t stride,
                double *scores) {
    memset(sum, 0, stride * sizeof *sum);
    for (size_t i = 0; i < count; i++)
        vector_add(sum, directions[i].row, 1 / sqrt(directions[i].square), stride);
    size_t odd = 0;
    for (size_t i = 0; i < count; i++) {
        double product = 0;
        for (size_t d = 0; d < stride; d++)
            product += sum[d] * ((double)directions[i].row[d] / sqrt(directions[i].square));
        scores[i] = (product - 1) / (double)(count - 1); /* its cosine to itself does not count */
        if (scores[i] <= scores[odd])
            odd = i;
    }
    return odd;
}

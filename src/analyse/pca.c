/* Subspace iteration: a block of vectors is multiplied by the covariance matrix, which is never formed, and
 * made orthogonal again. In each round the matrix is diagonalized within the block's space (Rayleigh and
 * Ritz), so that the first two vectors converge as fast as the whole block allows. */
#include "analyse/pca.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/rng.h"
#include "base/threads.h"
#include "search/vectors.h"

#define BLOCK 8
#define CHUNK_ROWS 64
#define ROUNDS_MAX 500
#define CHANGE_MIN 1e-22 /* squared */
#define SWEEPS 12

struct pca {
    const float *rows;
    size_t count, stride, chunks;
    double *mean;      /* (stride) */
    double *vectors;   /* (BLOCK, stride) orthonormal, or zero beyond the rank */
    double *products;  /* (BLOCK, stride) the covariance matrix times the vectors, not divided by count */
    double *sums;      /* (chunks, BLOCK + 1, stride) those of each chunk, and its rows' sum */
    double *projected; /* (chunks, BLOCK) sums of the rows' coordinates, zero but for rounding */
    double variance;   /* the sum over all dimensions, not divided by count */
    double values[BLOCK];
};

static double dot(const double *a, const double *b, size_t stride) {
    double sum = 0;
    for (size_t d = 0; d < stride; d++)
        sum += a[d] * b[d];
    return sum;
}

/* The coordinate of a row, from the mean, along a vector. */
static double coordinate(const struct pca *pca, size_t row, const double *vector) {
    const float *x = pca->rows + row * pca->stride;
    double sum = 0;
    for (size_t d = 0; d < pca->stride; d++)
        sum += ((double)x[d] - pca->mean[d]) * vector[d];
    return sum;
}

/* Calls with the mean still zero sum the rows; the sums of the chunks are added up in order. */
static void sum_rows(void *context, size_t thread, size_t first, size_t end) {
    const struct pca *pca = context;
    double *sum = pca->sums + first / CHUNK_ROWS * (BLOCK + 1) * pca->stride;
    (void)thread;
    memset(sum, 0, pca->stride * sizeof *sum);
    for (size_t i = first; i < end; i++)
        vector_add(sum, pca->rows + i * pca->stride, 1, pca->stride);
}

static void multiply_chunk(void *context, size_t thread, size_t first, size_t end) {
    const struct pca *pca = context;
    const size_t chunk = first / CHUNK_ROWS, stride = pca->stride;
    double *sums = pca->sums + chunk * (BLOCK + 1) * stride, *projected = pca->projected + chunk * BLOCK;
    (void)thread;
    memset(sums, 0, BLOCK * stride * sizeof *sums);
    memset(projected, 0, BLOCK * sizeof *projected);
    for (size_t i = first; i < end; i++)
        for (size_t b = 0; b < BLOCK; b++) {
            const double along = coordinate(pca, i, pca->vectors + b * stride);
            vector_add(sums + b * stride, pca->rows + i * stride, along, stride);
            projected[b] += along;
        }
}

static bool find_mean(struct pca *pca, size_t threads, struct error *error) {
    if (!threads_share(threads, pca->count, CHUNK_ROWS, sum_rows, pca, error))
        return false;
    for (size_t chunk = 0; chunk < pca->chunks; chunk++)
        for (size_t d = 0; d < pca->stride; d++)
            pca->mean[d] += pca->sums[chunk * (BLOCK + 1) * pca->stride + d];
    for (size_t d = 0; d < pca->stride; d++)
        pca->mean[d] /= (double)pca->count;
    for (size_t i = 0; i < pca->count; i++)
        for (size_t d = 0; d < pca->stride; d++) {
            const double from_mean = (double)pca->rows[i * pca->stride + d] - pca->mean[d];
            pca->variance += from_mean * from_mean;
        }
    return true;
}

/* products = (rows - mean)^T (rows - mean) vectors */
static bool multiply(struct pca *pca, size_t threads, struct error *error) {
    const size_t stride = pca->stride;
    if (!threads_share(threads, pca->count, CHUNK_ROWS, multiply_chunk, pca, error))
        return false;
    memset(pca->products, 0, BLOCK * stride * sizeof *pca->products);
    for (size_t chunk = 0; chunk < pca->chunks; chunk++)
        for (size_t b = 0; b < BLOCK; b++) {
            const double *sum = pca->sums + (chunk * (BLOCK + 1) + b) * stride;
            const double projected = pca->projected[chunk * BLOCK + b];
            for (size_t d = 0; d < stride; d++)
                pca->products[b * stride + d] += sum[d] - projected * pca->mean[d];
        }
    return true;
}

/* Makes the vectors orthonormal (Gram and Schmidt, twice); one that depends on those before becomes zero. */
static void orthonormalize(struct pca *pca) {
    const size_t stride = pca->stride;
    for (size_t b = 0; b < BLOCK; b++) {
        double *vector = pca->vectors + b * stride;
        const double before = sqrt(dot(vector, vector, stride));
        for (size_t other = 0; other < 2 * b; other++) {
            const double *earlier = pca->vectors + other % b * stride;
            const double along = dot(vector, earlier, stride);
            for (size_t d = 0; d < stride; d++)
                vector[d] -= along * earlier[d];
        }
        const double length = sqrt(dot(vector, vector, stride));
        const double scale = length > 1e-12 * before && length > 1e-150 ? 1 / length : 0;
        for (size_t d = 0; d < stride; d++)
            vector[d] *= scale;
    }
}

/* One rotation of Jacobi's method: matrix[p][q] becomes 0. */
static void rotate(double matrix[BLOCK][BLOCK], double rotation[BLOCK][BLOCK], size_t p, size_t q) {
    if (fabs(matrix[p][q]) <= 1e-300)
        return;
    const double theta = (matrix[q][q] - matrix[p][p]) / (2 * matrix[p][q]);
    const double t = (theta < 0 ? -1 : 1) / (fabs(theta) + sqrt(theta * theta + 1));
    const double c = 1 / sqrt(t * t + 1), s = t * c;
    for (size_t i = 0; i < BLOCK; i++) {
        const double a = matrix[i][p], b = matrix[i][q];
        matrix[i][p] = c * a - s * b;
        matrix[i][q] = s * a + c * b;
    }
    for (size_t i = 0; i < BLOCK; i++) {
        const double a = matrix[p][i], b = matrix[q][i], x = rotation[i][p], y = rotation[i][q];
        matrix[p][i] = c * a - s * b;
        matrix[q][i] = s * a + c * b;
        rotation[i][p] = c * x - s * y;
        rotation[i][q] = s * x + c * y;
    }
}

/* The eigenvectors of a symmetric matrix as the columns of `rotation`; the matrix becomes diagonal. */
static void diagonalize(double matrix[BLOCK][BLOCK], double rotation[BLOCK][BLOCK]) {
    for (size_t i = 0; i < BLOCK; i++)
        for (size_t j = 0; j < BLOCK; j++)
            rotation[i][j] = i == j;
    for (int sweep = 0; sweep < SWEEPS; sweep++)
        for (size_t p = 0; p < BLOCK; p++)
            for (size_t q = p + 1; q < BLOCK; q++)
                rotate(matrix, rotation, p, q);
}

/* vectors = products, combined so that the largest eigenvalues come first, and made orthonormal. Returns by
 * how much the first two vectors have changed, squared. */
static double renew(struct pca *pca) {
    const size_t stride = pca->stride;
    double matrix[BLOCK][BLOCK], rotation[BLOCK][BLOCK], change = 0;
    for (size_t i = 0; i < BLOCK; i++)
        for (size_t j = 0; j < BLOCK; j++)
            matrix[i][j] = (dot(pca->vectors + i * stride, pca->products + j * stride, stride) +
                            dot(pca->vectors + j * stride, pca->products + i * stride, stride)) /
                           2;
    diagonalize(matrix, rotation);
    double *older = pca->sums; /* whose content is used up */
    memcpy(older, pca->vectors, BLOCK * stride * sizeof *older);
    bool taken[BLOCK] = {false};
    for (size_t b = 0; b < BLOCK; b++) {
        size_t best = BLOCK;
        for (size_t i = 0; i < BLOCK; i++)
            if (!taken[i] && (best == BLOCK || matrix[i][i] > matrix[best][best]))
                best = i;
        taken[best] = true;
        pca->values[b] = matrix[best][best];
        for (size_t d = 0; d < stride; d++) {
            double sum = 0;
            for (size_t i = 0; i < BLOCK; i++)
                sum += rotation[i][best] * pca->products[i * stride + d];
            pca->vectors[b * stride + d] = sum;
        }
    }
    orthonormalize(pca);
    for (size_t b = 0; b < 2; b++) {
        const double *now = pca->vectors + b * stride, *then = older + b * stride;
        const double sign = dot(now, then, stride) < 0 ? -1 : 1;
        for (size_t d = 0; d < stride; d++)
            change += (now[d] - sign * then[d]) * (now[d] - sign * then[d]);
    }
    return change;
}

static bool iterate(struct pca *pca, size_t threads, struct error *error) {
    struct rng rng = rng_seed(0, 0);
    for (size_t i = 0; i < BLOCK * pca->stride; i++)
        pca->vectors[i] = (double)rng_unit(&rng) - 0.5;
    orthonormalize(pca);
    double change = 1;
    for (size_t round = 0; round < ROUNDS_MAX && change > CHANGE_MIN; round++) {
        if (!multiply(pca, threads, error))
            return false;
        change = renew(pca);
    }
    return true;
}

/* The sign of a component says nothing; it is chosen so that results can be compared. */
static double sign_of(const double *vector, size_t stride) {
    size_t largest = 0;
    for (size_t d = 1; d < stride; d++)
        if (fabs(vector[d]) > fabs(vector[largest]))
            largest = d;
    return vector[largest] < 0 ? -1 : 1;
}

bool pca_project(double *points, const float *rows, size_t count, size_t stride, double shares[2],
                 size_t threads, struct error *error) {
    struct pca pca = {.rows = rows, .count = count, .stride = stride};
    pca.chunks = (count + CHUNK_ROWS - 1) / CHUNK_ROWS;
    pca.mean = memory_allocate(stride, sizeof *pca.mean, "the components", error);
    pca.vectors = memory_allocate(BLOCK * stride, sizeof *pca.vectors, "the components", error);
    pca.products = memory_allocate(BLOCK * stride, sizeof *pca.products, "the components", error);
    pca.sums = memory_allocate(pca.chunks * (BLOCK + 1), stride * sizeof *pca.sums, "the components", error);
    pca.projected = memory_allocate(pca.chunks * BLOCK, sizeof *pca.projected, "the components", error);
    const bool done = pca.mean != NULL && pca.vectors != NULL && pca.products != NULL && pca.sums != NULL &&
                      pca.projected != NULL && find_mean(&pca, threads, error) &&
                      iterate(&pca, threads, error);
    for (size_t b = 0; done && b < 2; b++) {
        const double *vector = pca.vectors + b * stride, sign = sign_of(vector, stride);
        shares[b] = pca.variance > 0 ? pca.values[b] / pca.variance : 0;
        for (size_t i = 0; i < count; i++)
            points[2 * i + b] = sign * coordinate(&pca, i, vector);
    }
    free(pca.mean);
    free(pca.vectors);
    free(pca.products);
    free(pca.sums);
    free(pca.projected);
    return done;
}

#include "analyse/tsne.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/rng.h"
#include "base/threads.h"
#include "search/vectors.h"

/* Rows of a chunk: each thread takes several, and a few words are not worth a thread. */
#define CHUNK_ROWS 64

/* Floats summed side by side, so that the compiler can use vectors; sums are the same whether it does or not.
 */
#define LANES 8

/* Where points beyond the last one are: so far away that they add nothing. */
#define FAR_AWAY 1e9F

#define EXAGGERATION 12.0
#define EXAGGERATED_MAX 250
#define BISECTIONS 60

size_t tsne_stride(size_t count) {
    return (count + LANES - 1) / LANES * LANES;
}

/* --- affinities --- */

struct affinities {
    float *values; /* (count, stride) */
    const float *rows;
    double *squares;   /* (count) the rows' products with themselves; owned */
    double *distances; /* (threads, count) squared; owned */
    size_t count, stride, row_stride;
    double perplexity;
};

/* weights[j] = exp(-beta (distance - nearest)) for j != i. Returns their entropy; *sum is their sum. */
static double entropy(const double *distances, double nearest, size_t i, size_t count, double beta,
                      double *sum) {
    double weighted = 0;
    *sum = 0;
    for (size_t j = 0; j < count; j++) {
        const double distance = distances[j] - nearest, weight = j == i ? 0 : exp(-beta * distance);
        *sum += weight;
        weighted += weight * distance;
    }
    return log(*sum) + beta * weighted / *sum;
}

/* The beta for which the entropy is that of `perplexity` equal neighbors: larger ones have less. Equal
 * distances may keep the entropy above it. */
static double find_beta(const struct affinities *affinities, const double *distances, double nearest,
                        size_t i) {
    const double target = log(affinities->perplexity);
    double low = 0, high = INFINITY, beta = 1;
    for (int step = 0; step < BISECTIONS; step++) {
        double sum;
        const double difference = entropy(distances, nearest, i, affinities->count, beta, &sum) - target;
        if (fabs(difference) < 1e-5)
            break;
        if (difference > 0)
            low = beta;
        else
            high = beta;
        beta = isinf(high) ? beta * 4 : (low + high) / 2;
    }
    return beta;
}

/* p(j | i) for a row. */
static void find_row(const struct affinities *affinities, size_t i, double *distances) {
    const size_t count = affinities->count;
    const float *row = affinities->rows + i * affinities->row_stride;
    float *values = affinities->values + i * affinities->stride;
    double nearest = INFINITY, sum;
    for (size_t j = 0; j < count; j++) {
        const double product = vector_dot(row, affinities->rows + j * affinities->row_stride,
                                          affinities->row_stride);
        distances[j] = fmax(affinities->squares[i] + affinities->squares[j] - 2 * product, 0);
        if (j != i)
            nearest = fmin(nearest, distances[j]);
    }
    const double beta = find_beta(affinities, distances, nearest, i);
    entropy(distances, nearest, i, count, beta, &sum);
    for (size_t j = 0; j < count; j++)
        values[j] = j == i ? 0 : (float)(exp(-beta * (distances[j] - nearest)) / sum);
}

static void find_rows(void *context, size_t thread, size_t first, size_t end) {
    const struct affinities *affinities = context;
    for (size_t i = first; i < end; i++)
        find_row(affinities, i, affinities->distances + thread * affinities->count);
}

/* Each pair belongs to its earlier row. */
static void symmetrize(void *context, size_t thread, size_t first, size_t end) {
    const struct affinities *affinities = context;
    const size_t stride = affinities->stride;
    const float share = 1 / (2 * (float)affinities->count);
    (void)thread;
    for (size_t i = first; i < end; i++)
        for (size_t j = i + 1; j < affinities->count; j++) {
            float *one = &affinities->values[i * stride + j], *other = &affinities->values[j * stride + i];
            *one = *other = (*one + *other) * share;
        }
}

bool tsne_affinities(float *values, const float *rows, size_t count, size_t stride, double perplexity,
                     size_t threads, struct error *error) {
    struct affinities affinities = {
        .values = values, .rows = rows, .count = count, .stride = tsne_stride(count), .row_stride = stride};
    affinities.perplexity = fmax(fmin(perplexity, (double)(count - 1) / 3), 1);
    affinities.squares = memory_allocate(count, sizeof *affinities.squares, "the distances", error);
    affinities.distances = memory_allocate(threads, count * sizeof *affinities.distances, "the distances",
                                           error);
    memset(values, 0, count * affinities.stride * sizeof *values);
    bool done = affinities.squares != NULL && affinities.distances != NULL;
    for (size_t i = 0; done && i < count; i++)
        affinities.squares[i] = vector_dot(rows + i * stride, rows + i * stride, stride);
    if (count > 1)
        done = done && threads_share(threads, count, CHUNK_ROWS, find_rows, &affinities, error) &&
               threads_share(threads, count, CHUNK_ROWS, symmetrize, &affinities, error);
    free(affinities.squares);
    free(affinities.distances);
    return done;
}

/* --- the gradient --- */

/* The forces on each point, and the sum over all pairs that divides the repulsion. */
struct forces {
    const float *affinities; /* (count, stride) */
    float *x, *y;            /* (stride) the points, and FAR_AWAY beyond them; owned */
    double *attraction;      /* (count, 2) sum p w (y_i - y_j), w = 1 / (1 + |y_i - y_j|^2); owned */
    double *repulsion;       /* (count, 2) sum w^2 (y_i - y_j); owned */
    double *weights;         /* (count) sum w over the other points; owned */
    size_t count, stride;
};

static bool forces_create(struct forces *forces, const float *affinities, size_t count, struct error *error) {
    *forces = (struct forces){.affinities = affinities, .count = count, .stride = tsne_stride(count)};
    forces->x = memory_allocate(forces->stride, sizeof *forces->x, "the points", error);
    forces->y = memory_allocate(forces->stride, sizeof *forces->y, "the points", error);
    forces->attraction = memory_allocate(count, 2 * sizeof *forces->attraction, "the forces", error);
    forces->repulsion = memory_allocate(count, 2 * sizeof *forces->repulsion, "the forces", error);
    forces->weights = memory_allocate(count, sizeof *forces->weights, "the forces", error);
    return forces->x != NULL && forces->y != NULL && forces->attraction != NULL &&
           forces->repulsion != NULL && forces->weights != NULL;
}

static void forces_free(struct forces *forces) {
    free(forces->x);
    free(forces->y);
    free(forces->attraction);
    free(forces->repulsion);
    free(forces->weights);
}

static double sum_lanes(const float *lanes) {
    double sum = 0;
    for (size_t l = 0; l < LANES; l++)
        sum += (double)lanes[l];
    return sum;
}

static void force_on(const struct forces *forces, size_t i) {
    const float *p = forces->affinities + i * forces->stride, x = forces->x[i], y = forces->y[i];
    float weights[LANES] = {0}, pull_x[LANES] = {0}, pull_y[LANES] = {0}, push_x[LANES] = {0},
          push_y[LANES] = {0};
    for (size_t j = 0; j < forces->stride; j += LANES)
        for (size_t l = 0; l < LANES; l++) {
            const float dx = x - forces->x[j + l], dy = y - forces->y[j + l];
            const float weight = 1 / (1 + dx * dx + dy * dy), pull = p[j + l] * weight,
                        push = weight * weight;
            weights[l] += weight;
            pull_x[l] += pull * dx;
            pull_y[l] += pull * dy;
            push_x[l] += push * dx;
            push_y[l] += push * dy;
        }
    forces->weights[i] = sum_lanes(weights) - 1; /* the point itself */
    forces->attraction[2 * i] = sum_lanes(pull_x);
    forces->attraction[2 * i + 1] = sum_lanes(pull_y);
    forces->repulsion[2 * i] = sum_lanes(push_x);
    forces->repulsion[2 * i + 1] = sum_lanes(push_y);
}

static void force_on_chunk(void *context, size_t thread, size_t first, size_t end) {
    const struct forces *forces = context;
    (void)thread;
    for (size_t i = first; i < end; i++)
        force_on(forces, i);
}

static bool find_gradient(struct forces *forces, double *gradient, const double *points, double exaggeration,
                          size_t threads, struct error *error) {
    for (size_t i = 0; i < forces->stride; i++) {
        forces->x[i] = i < forces->count ? (float)points[2 * i] : FAR_AWAY;
        forces->y[i] = i < forces->count ? (float)points[2 * i + 1] : FAR_AWAY;
    }
    if (!threads_share(threads, forces->count, CHUNK_ROWS, force_on_chunk, forces, error))
        return false;
    double total = 0;
    for (size_t i = 0; i < forces->count; i++)
        total += forces->weights[i];
    for (size_t i = 0; i < 2 * forces->count; i++)
        gradient[i] = 4 *
                      (exaggeration * forces->attraction[i] - (total > 0 ? forces->repulsion[i] / total : 0));
    return true;
}

bool tsne_gradient(double *gradient, const float *affinities, const double *points, size_t count,
                   double exaggeration, size_t threads, struct error *error) {
    struct forces forces;
    const bool done = forces_create(&forces, affinities, count, error) &&
                      find_gradient(&forces, gradient, points, exaggeration, threads, error);
    forces_free(&forces);
    return done;
}

/* sum p log p - sum p log w + log sum w, since the sum of p is 1 and q = w / sum w. */
double tsne_divergence(const float *affinities, const double *points, size_t count) {
    const size_t stride = tsne_stride(count);
    double cost = 0, weights = 0, sum = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < count; j++) {
            const double dx = points[2 * i] - points[2 * j], dy = points[2 * i + 1] - points[2 * j + 1];
            const double inverse = 1 + dx * dx + dy * dy, p = (double)affinities[i * stride + j];
            weights += i == j ? 0 : 1 / inverse;
            sum += p;
            cost += p > 0 ? p * log(p * inverse) : 0;
        }
    return sum > 0 ? cost + sum * log(weights) : 0;
}

/* --- descent --- */

struct descent {
    double *gradient, *velocity, *gains; /* (2 count) owned */
    double rate;
};

/* A gain grows while a coordinate keeps its direction and shrinks when it turns (Jacobs 1988). */
static void step(const struct descent *descent, double *points, size_t count, double momentum) {
    double mean[2] = {0, 0};
    for (size_t i = 0; i < 2 * count; i++) {
        const bool same = (descent->gradient[i] > 0) == (descent->velocity[i] > 0);
        descent->gains[i] = fmax(same ? descent->gains[i] * 0.8 : descent->gains[i] + 0.2, 0.01);
        descent->velocity[i] = momentum * descent->velocity[i] -
                               descent->rate * descent->gains[i] * descent->gradient[i];
        points[i] += descent->velocity[i];
        mean[i % 2] += points[i] / (double)count;
    }
    for (size_t i = 0; i < 2 * count; i++)
        points[i] -= mean[i % 2];
}

static bool descend(double *points, const float *affinities, size_t count,
                    const struct tsne_settings *settings, struct error *error) {
    struct descent descent = {.rate = fmax((double)count / EXAGGERATION / 4, 50)};
    struct forces forces;
    descent.gradient = memory_allocate(count, 2 * sizeof *descent.gradient, "the gradient", error);
    descent.velocity = memory_allocate(count, 2 * sizeof *descent.velocity, "the gradient", error);
    descent.gains = memory_allocate(count, 2 * sizeof *descent.gains, "the gradient", error);
    bool done = forces_create(&forces, affinities, count, error) && descent.gradient != NULL &&
                descent.velocity != NULL && descent.gains != NULL;
    for (size_t i = 0; done && i < 2 * count; i++)
        descent.gains[i] = 1;
    const size_t quarter = settings->rounds / 4,
                 exaggerated = quarter < EXAGGERATED_MAX ? quarter : EXAGGERATED_MAX;
    for (size_t round = 0; done && round < settings->rounds; round++) {
        const bool early = round < exaggerated;
        done = find_gradient(&forces, descent.gradient, points, early ? EXAGGERATION : 1, settings->threads,
                             error);
        if (done)
            step(&descent, points, count, early ? 0.5 : 0.8);
    }
    forces_free(&forces);
    free(descent.gradient);
    free(descent.velocity);
    free(descent.gains);
    return done;
}

/* Scales the start to a standard deviation of 1e-4 along the first axis, and shifts each point a little. */
static void prepare(double *points, size_t count, uint64_t seed) {
    double square = 0;
    for (size_t i = 0; i < count; i++)
        square += points[2 * i] * points[2 * i];
    const double deviation = sqrt(square / (double)count), scale = deviation > 0 ? 1e-4 / deviation : 0;
    struct rng rng = rng_seed(seed, 0);
    for (size_t i = 0; i < 2 * count; i++)
        points[i] = points[i] * scale + 1e-6 * ((double)rng_unit(&rng) - 0.5);
}

bool tsne_project(double *points, const float *rows, size_t count, size_t stride,
                  const struct tsne_settings *settings, double *divergence, struct error *error) {
    const size_t bytes = count * tsne_stride(count) * sizeof(float);
    float *affinities = memory_pages(bytes, "the affinities of all pairs of words", error);
    bool done = affinities != NULL && tsne_affinities(affinities, rows, count, stride, settings->perplexity,
                                                      settings->threads, error);
    if (done) {
        prepare(points, count, settings->seed);
        done = descend(points, affinities, count, settings, error);
    }
    if (done)
        *divergence = tsne_divergence(affinities, points, count);
    memory_pages_free(affinities, bytes);
    return done;
}

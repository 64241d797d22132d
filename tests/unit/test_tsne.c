#include "analyse/tsne.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyse/pca.h"
#include "base/memory.h"
#include "base/rng.h"
#include "harness.h"

#define STRIDE 32

/* Rows around `groups` centers in turn. */
static float *make_rows(size_t count, size_t groups, float spread, uint64_t seed) {
    float *rows = calloc(count * STRIDE, sizeof *rows);
    struct rng rng = rng_seed(seed, 0);
    for (size_t i = 0; i < count; i++) {
        struct rng center = rng_seed(seed, 1 + i % groups);
        for (size_t d = 0; d < STRIDE; d++)
            rows[i * STRIDE + d] = rng_unit(&center) - 0.5F + spread * (rng_unit(&rng) - 0.5F);
    }
    return rows;
}

static float *make_affinities(struct test *test, const float *rows, size_t count, double perplexity,
                              size_t threads) {
    struct error error = {.kind = ERROR_NONE};
    float *affinities = calloc(count * tsne_stride(count), sizeof *affinities);
    CHECK_MSG(test, tsne_affinities(affinities, rows, count, STRIDE, perplexity, threads, &error), "%s",
              error.text);
    return affinities;
}

static double *make_points(size_t count, double spread, uint64_t seed) {
    double *points = calloc(count, 2 * sizeof *points);
    struct rng rng = rng_seed(seed, 99);
    for (size_t i = 0; i < 2 * count; i++)
        points[i] = spread * ((double)rng_unit(&rng) - 0.5);
    return points;
}

static double lay_out(struct test *test, double *points, const float *rows, size_t count,
                      struct tsne_settings settings) {
    struct error error = {.kind = ERROR_NONE};
    double divergence = -1, shares[2];
    CHECK(test, pca_project(points, rows, count, STRIDE, shares, settings.threads, &error));
    CHECK_MSG(test, tsne_project(points, rows, count, STRIDE, &settings, &divergence, &error), "%s",
              error.text);
    for (size_t i = 0; i < 2 * count; i++)
        CHECK_MSG(test, isfinite(points[i]), "%zu", i);
    return divergence;
}

static bool same(const double *a, const double *b, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (a[i] < b[i] || a[i] > b[i])
            return false;
    return true;
}

static void affinities_are_a_distribution(struct test *test) {
    enum { ROWS = 203 };
    float *rows = make_rows(ROWS, 7, 1, 1), *affinities = make_affinities(test, rows, ROWS, 20, 2);
    const size_t stride = tsne_stride(ROWS);
    double sum = 0;
    for (size_t i = 0; i < ROWS; i++) {
        double row = 0;
        for (size_t j = 0; j < stride; j++) {
            const float p = affinities[i * stride + j];
            CHECK(test, p >= 0 && (i != j || p == 0) && (j < ROWS || p == 0));
            CHECK(test, j >= ROWS || p == affinities[j * stride + i]);
            row += (double)p;
        }
        CHECK_MSG(test, row >= 0.5 / ROWS - 1e-6, "row %zu has %g", i, row); /* p(j | i) alone */
        sum += row;
    }
    CHECK_MSG(test, fabs(sum - 1) < 1e-5, "%g", sum);
    free(rows);
    free(affinities);
}

/* A regular simplex: all pairs alike. And of a pair near each other, far from the rest, each is the other's
 * only neighbor when the perplexity is 1. */
static void affinities_that_are_known(struct test *test) {
    enum { ROWS = 8 };
    float rows[ROWS * STRIDE] = {0};
    for (size_t i = 0; i < ROWS; i++)
        rows[i * STRIDE + i] = 1;
    float *affinities = make_affinities(test, rows, ROWS, 30, 1);
    for (size_t i = 0; i < ROWS; i++)
        for (size_t j = 0; j < ROWS; j++)
            CHECK_MSG(test, fabs((double)affinities[i * ROWS + j] - (i == j ? 0 : 1.0 / 56)) < 1e-7,
                      "%zu %zu", i, j);
    free(affinities);
    for (size_t i = 0; i < ROWS; i++) {
        memset(rows + i * STRIDE, 0, STRIDE * sizeof *rows);
        const size_t pair = i / 2;
        rows[i * STRIDE] = (float)(100 * pair * pair + i % 2);
    }
    affinities = make_affinities(test, rows, ROWS, 1, 1);
    for (size_t i = 0; i < ROWS; i++)
        for (size_t j = 0; j < ROWS; j++) {
            const double right = i != j && i / 2 == j / 2 ? 1.0 / 8 : 0;
            CHECK_MSG(test, fabs((double)affinities[i * ROWS + j] - right) < 1e-4, "%zu %zu: %g", i, j,
                      (double)affinities[i * ROWS + j]);
        }
    free(affinities);
}

/* Finite differences of the divergence. */
static void the_gradient_is_right(struct test *test) {
    enum { ROWS = 45 };
    float *rows = make_rows(ROWS, 5, 0.5F, 3), *affinities = make_affinities(test, rows, ROWS, 8, 1);
    for (int scale = 0; scale < 3; scale++) {
        double *points = make_points(ROWS,
                                     scale == 0   ? 0.1
                                     : scale == 1 ? 3
                                                  : 60,
                                     4),
               *gradient = calloc(ROWS, 2 * sizeof *gradient);
        struct error error = {.kind = ERROR_NONE};
        CHECK(test, tsne_gradient(gradient, affinities, points, ROWS, 1, 3, &error));
        double largest = 0;
        for (size_t i = 0; i < (size_t)2 * ROWS; i++)
            largest = fmax(largest, fabs(gradient[i]));
        CHECK(test, largest > 1e-5);
        for (size_t i = 0; i < (size_t)2 * ROWS; i++) {
            const double at = points[i], step = 1e-5;
            points[i] = at + step;
            const double above = tsne_divergence(affinities, points, ROWS);
            points[i] = at - step;
            const double below = tsne_divergence(affinities, points, ROWS);
            points[i] = at;
            CHECK_MSG(test, fabs((above - below) / (2 * step) - gradient[i]) < 1e-4 * largest + 1e-9,
                      "%zu: %g, not %g", i, gradient[i], (above - below) / (2 * step));
        }
        free(points);
        free(gradient);
    }
    free(rows);
    free(affinities);
}

/* Exaggeration multiplies the attraction alone: g(e) is linear in e. */
static void exaggeration_is_linear(struct test *test) {
    enum { ROWS = 20 };
    float *rows = make_rows(ROWS, 3, 0.5F, 5), *affinities = make_affinities(test, rows, ROWS, 5, 1);
    double *points = make_points(ROWS, 2, 6), gradients[3][2 * ROWS];
    struct error error = {.kind = ERROR_NONE};
    for (size_t e = 0; e < 3; e++)
        CHECK(test, tsne_gradient(gradients[e], affinities, points, ROWS, 1 + 4 * (double)e, 1, &error));
    for (size_t i = 0; i < (size_t)2 * ROWS; i++)
        CHECK_MSG(test, fabs(gradients[0][i] + gradients[2][i] - 2 * gradients[1][i]) < 1e-9, "%zu", i);
    CHECK(test, !same(gradients[0], gradients[2], (size_t)2 * ROWS));
    free(rows);
    free(affinities);
    free(points);
}

static void the_divergence_falls(struct test *test) {
    enum { ROWS = 150 };
    float *rows = make_rows(ROWS, 6, 0.6F, 7);
    double points[2 * ROWS], last = INFINITY;
    static const size_t rounds[] = {0, 120, 400};
    for (size_t i = 0; i < 3; i++) {
        const double divergence = lay_out(
            test, points, rows, ROWS,
            (struct tsne_settings){.perplexity = 12, .rounds = rounds[i], .seed = 1, .threads = 1});
        CHECK_MSG(test, divergence >= 0 && divergence < last * 0.9, "%zu rounds: %g after %g", rounds[i],
                  divergence, last);
        last = divergence;
    }
    CHECK_MSG(test, last < 0.5, "%g", last);
    free(rows);
}

/* Each point's nearest is of its own group. */
static void groups_stay_together(struct test *test) {
    enum { ROWS = 120, GROUPS = 5 };
    float *rows = make_rows(ROWS, GROUPS, 0.5F, 8);
    double points[2 * ROWS];
    lay_out(test, points, rows, ROWS,
            (struct tsne_settings){.perplexity = 10, .rounds = 400, .seed = 1, .threads = 2});
    for (size_t i = 0; i < ROWS; i++) {
        size_t nearest = ROWS;
        double smallest = INFINITY;
        for (size_t j = 0; j < ROWS; j++) {
            const double distance = hypot(points[2 * i] - points[2 * j],
                                          points[2 * i + 1] - points[2 * j + 1]);
            if (j != i && distance < smallest) {
                smallest = distance;
                nearest = j;
            }
        }
        CHECK_MSG(test, nearest % GROUPS == i % GROUPS, "%zu is next to %zu", i, nearest);
    }
    free(rows);
}

static void threads_change_nothing_but_the_seed_does(struct test *test) {
    enum { ROWS = 270 };
    float *rows = make_rows(ROWS, 9, 1, 9);
    double one[2 * ROWS], other[2 * ROWS];
    struct tsne_settings settings = {.perplexity = 30, .rounds = 60, .seed = 1, .threads = 1};
    lay_out(test, one, rows, ROWS, settings);
    for (settings.threads = 2; settings.threads <= 7; settings.threads += 5) {
        lay_out(test, other, rows, ROWS, settings);
        CHECK_MSG(test, same(one, other, (size_t)2 * ROWS), "%zu threads", settings.threads);
    }
    settings.seed = 2;
    lay_out(test, other, rows, ROWS, settings);
    CHECK(test, !same(one, other, (size_t)2 * ROWS));
    free(rows);
}

/* One row, two, and several that are the same. */
static void few_rows_and_equal_ones(struct test *test) {
    enum { ROWS = 12 };
    float *rows = make_rows(ROWS, ROWS, 1, 10);
    double points[2 * ROWS];
    const struct tsne_settings settings = {.perplexity = 30, .rounds = 200, .seed = 1, .threads = 3};
    for (size_t count = 1; count <= ROWS; count++)
        lay_out(test, points, rows, count, settings);
    for (size_t i = 1; i < ROWS; i++)
        memcpy(rows + i * STRIDE, rows, STRIDE * sizeof *rows);
    lay_out(test, points, rows, ROWS, settings);
    for (size_t i = 0; i < ROWS; i++)
        for (size_t j = 0; j < i; j++)
            CHECK_MSG(test, points[2 * i] != points[2 * j], "%zu and %zu are in one place", i, j);
    free(rows);
}

static const struct test_case cases[] = {
    {"tsne: affinities are a distribution", affinities_are_a_distribution},
    {"tsne: affinities that are known", affinities_that_are_known},
    {"tsne: the gradient is that of the divergence", the_gradient_is_right},
    {"tsne: exaggeration multiplies the attraction", exaggeration_is_linear},
    {"tsne: the divergence falls", the_divergence_falls},
    {"tsne: groups stay together", groups_stay_together},
    {"tsne: threads change nothing, the seed does", threads_change_nothing_but_the_seed_does},
    {"tsne: few rows, and equal ones", few_rows_and_equal_ones},
};

TEST_MAIN(cases)

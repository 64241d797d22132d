#include "analyse/pca.h"

#include <math.h>
#include <stdlib.h>

#include "base/rng.h"
#include "harness.h"

#define STRIDE 32

static void project(struct test *test, double *points, const float *rows, size_t count, double shares[2],
                    size_t threads) {
    struct error error = {.kind = ERROR_NONE};
    CHECK_MSG(test, pca_project(points, rows, count, STRIDE, shares, threads, &error), "%s", error.text);
}

/* A grid in a plane of 20 dimensions, far from the origin: along (1, 1, ..) / sqrt 20 ten times as wide as
 * along (1, -1, 1, ..) / sqrt 20. */
static void a_known_plane(struct test *test) {
    enum { SIDE = 11, ROWS = SIDE * SIDE, DIM = 20 };
    static float rows[ROWS * STRIDE];
    double points[2 * ROWS], shares[2];
    for (size_t i = 0; i < ROWS; i++) {
        const size_t row = i / SIDE;
        const double a = 10 * ((double)row - 5), b = (double)(i % SIDE) - 5;
        for (size_t d = 0; d < DIM; d++)
            rows[i * STRIDE + d] = (float)(100 + (a + (d % 2 == 0 ? b : -b)) / sqrt(DIM));
    }
    project(test, points, rows, ROWS, shares, 2);
    CHECK_MSG(test, fabs(shares[0] - 100.0 / 101) < 1e-6 && fabs(shares[1] - 1.0 / 101) < 1e-6, "%g %g",
              shares[0], shares[1]);
    for (size_t i = 0; i < ROWS; i++) {
        const size_t row = i / SIDE;
        const double a = 10 * ((double)row - 5), b = (double)(i % SIDE) - 5;
        /* All coordinates of a component are equally large here, so rounding decides its sign. */
        CHECK_MSG(test, fabs(fabs(points[2 * i]) - fabs(a)) < 1e-3, "%zu: %g, not %g", i, points[2 * i], a);
        CHECK_MSG(test, fabs(fabs(points[2 * i + 1]) - fabs(b)) < 1e-3, "%zu: %g, not %g", i,
                  points[2 * i + 1], b);
    }
}

/* Dimensions of variances 1, 1/4, 1/9 ..: the components are the first two dimensions, with their signs. */
static void components_along_the_axes(struct test *test) {
    enum { ROWS = 4000 };
    float *rows = calloc((size_t)ROWS * STRIDE, sizeof *rows);
    double *points = calloc(ROWS, 2 * sizeof *points), shares[2], total = 0, squares[2] = {0, 0};
    struct rng rng = rng_seed(1, 0);
    for (size_t i = 0; i < ROWS; i++)
        for (size_t d = 0; d < STRIDE; d++)
            rows[i * STRIDE + d] = (rng_unit(&rng) - 0.5F) / (float)(d + 1);
    project(test, points, rows, ROWS, shares, 1);
    for (size_t d = 0; d < STRIDE; d++)
        total += 1 / (double)((d + 1) * (d + 1));
    CHECK_MSG(test, fabs(shares[0] - 1 / total) < 0.02 && fabs(shares[1] - 0.25 / total) < 0.01, "%g %g",
              shares[0], shares[1]);
    for (size_t i = 0; i < ROWS; i++)
        for (size_t b = 0; b < 2; b++) {
            CHECK_MSG(test, fabs(points[2 * i + b] - (double)rows[i * STRIDE + b]) < 0.1, "row %zu", i);
            squares[b] += points[2 * i + b] * points[2 * i + b] / ROWS;
        }
    CHECK_MSG(test, fabs(squares[0] - 1.0 / 12) < 0.01 && squares[1] < squares[0], "%g", squares[0]);
    free(rows);
    free(points);
}

static bool same(const double *a, const double *b, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (a[i] < b[i] || a[i] > b[i])
            return false;
    return true;
}

static void threads_change_nothing(struct test *test) {
    enum { ROWS = 500 };
    static float rows[ROWS * STRIDE];
    double one[2 * ROWS], many[2 * ROWS], shares[2];
    struct rng rng = rng_seed(2, 0);
    for (size_t i = 0; i < (size_t)ROWS * STRIDE; i++)
        rows[i] = rng_unit(&rng);
    project(test, one, rows, ROWS, shares, 1);
    for (size_t threads = 2; threads <= 5; threads += 3) {
        project(test, many, rows, ROWS, shares, threads);
        CHECK(test, same(one, many, (size_t)2 * ROWS));
    }
}

/* Fewer directions than the block has vectors, down to none. */
static void rows_that_hardly_differ(struct test *test) {
    enum { ROWS = 9 };
    float rows[ROWS * STRIDE] = {0};
    double points[2 * ROWS], shares[2];
    for (size_t i = 0; i < ROWS; i++)
        rows[i * STRIDE + 3] = (float)i;
    project(test, points, rows, ROWS, shares, 2);
    CHECK_MSG(test, fabs(shares[0] - 1) < 1e-9 && fabs(shares[1]) < 1e-9, "%g %g", shares[0], shares[1]);
    for (size_t i = 0; i < ROWS; i++)
        CHECK_MSG(test, fabs(points[2 * i] - ((double)i - 4)) < 1e-9 && fabs(points[2 * i + 1]) < 1e-9, "%zu",
                  i);
    for (size_t i = 0; i < ROWS; i++)
        rows[i * STRIDE + 3] = 7;
    for (size_t count = 1; count <= ROWS; count += 4) {
        project(test, points, rows, count, shares, 2);
        CHECK(test, shares[0] == 0 && shares[1] == 0);
        for (size_t i = 0; i < 2 * count; i++)
            CHECK(test, points[i] == 0);
    }
}

static const struct test_case cases[] = {
    {"pca: a known plane", a_known_plane},
    {"pca: components along the axes", components_along_the_axes},
    {"pca: threads change nothing", threads_change_nothing},
    {"pca: rows that hardly differ", rows_that_hardly_differ},
};

TEST_MAIN(cases)

/* Ridge regression: the solution satisfies the normal equations, and shrinks with lambda. */
#include <math.h>
#include <string.h>

#include "base/rng.h"
#include "eval/ridge.h"
#include "harness.h"

#define DIM 7
#define ROWS 30
#define OUTPUTS 2

static double rows[ROWS][DIM], targets[ROWS][OUTPUTS];

static void fill(void) {
    struct rng rng = rng_seed(2, 7);
    for (size_t r = 0; r < ROWS; r++) {
        for (size_t d = 0; d < DIM; d++)
            rows[r][d] = (double)rng_unit(&rng) - 0.5;
        for (size_t o = 0; o < OUTPUTS; o++)
            targets[r][o] = (double)rng_unit(&rng) - 0.5;
    }
}

static bool fit(struct ridge *ridge, double strength) {
    struct error error = {0};
    if (!ridge_create(ridge, DIM, OUTPUTS, &error))
        return false;
    for (size_t r = 0; r < ROWS; r++)
        ridge_add(ridge, rows[r], targets[r]);
    return ridge_solve(ridge, strength);
}

/* X^T (T - X B) = lambda B. */
static void check_equations(struct test *test, double strength) {
    struct ridge ridge;
    double lambda = 0, residuals[ROWS][OUTPUTS];
    CHECK(test, fit(&ridge, strength));
    for (size_t r = 0; r < ROWS; r++) {
        ridge_predict(&ridge, rows[r], residuals[r]);
        for (size_t o = 0; o < OUTPUTS; o++)
            residuals[r][o] = targets[r][o] - residuals[r][o];
        for (size_t d = 0; d < DIM; d++)
            lambda += strength * rows[r][d] * rows[r][d] / DIM;
    }
    for (size_t d = 0; d < DIM; d++)
        for (size_t o = 0; o < OUTPUTS; o++) {
            double sum = 0;
            for (size_t r = 0; r < ROWS; r++)
                sum += rows[r][d] * residuals[r][o];
            const double expected = lambda * ridge.weights[d * OUTPUTS + o];
            CHECK_MSG(test, fabs(sum - expected) < 1e-12, "strength %g: %g, not %g", strength, sum, expected);
        }
    ridge_free(&ridge);
}

static void test_equations(struct test *test) {
    fill();
    check_equations(test, 0);
    check_equations(test, 0.3);
    check_equations(test, 100);
}

/* A map that exists is found. */
static void test_exact(struct test *test) {
    struct ridge ridge;
    fill();
    for (size_t r = 0; r < ROWS; r++)
        for (size_t o = 0; o < OUTPUTS; o++)
            targets[r][o] = (double)(o + 1) * rows[r][o] - rows[r][DIM - 1];
    CHECK(test, fit(&ridge, 0));
    for (size_t d = 0; d < DIM; d++)
        for (size_t o = 0; o < OUTPUTS; o++) {
            const double expected = (d == o ? (double)(o + 1) : 0) - (d == DIM - 1 ? 1 : 0);
            CHECK(test, fabs(ridge.weights[d * OUTPUTS + o] - expected) < 1e-10);
        }
    ridge_free(&ridge);
}

static void test_zeros(struct test *test) {
    struct ridge ridge;
    memset(rows, 0, sizeof rows);
    CHECK(test, !fit(&ridge, 1));
    ridge_free(&ridge);
}

static const struct test_case cases[] = {
    {"ridge: the normal equations hold", test_equations},
    {"ridge: an exact map is found", test_exact},
    {"ridge: rows of zeros have no solution", test_zeros},
};
TEST_MAIN(cases)

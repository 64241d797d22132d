#include "model/codes.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "base/rng.h"
#include "harness.h"

#define STRIDE ((size_t)112)

static float length_of(const float *row) {
    double square = 0;
    for (size_t d = 0; d < STRIDE; d++)
        square += (double)row[d] * (double)row[d];
    return (float)sqrt(square);
}

/* A row of a kind: alike numbers; one that outweighs all others; a few among zeros; two that differ much. */
static void make_row(float *row, size_t dim, size_t kind, struct rng *rng) {
    const float size = powf(10, 60 * rng_unit(rng) - 30);
    memset(row, 0, STRIDE * sizeof *row);
    for (size_t d = 0; d < dim; d++) {
        const float number = (rng_unit(rng) - 0.5F) * size;
        row[d] = kind == 0 ? number : kind == 1 ? number * (d == 0 ? 1 : 1e-4F) : d % 7 == 0 ? number : 0;
    }
    row[0] = row[0] == 0 ? size : row[0];
}

/* `error` is the distance between the row at length 1 and scale * codes, no less and hardly more. */
static void check_error(struct test *test, const float *row, size_t dim, const char *what) {
    int8_t codes[STRIDE];
    memset(codes, 99, sizeof codes);
    const struct code_scale made = codes_make(codes, row, length_of(row), dim, STRIDE);
    double square = 0, distance = 0;
    int most = 0;
    for (size_t d = 0; d < STRIDE; d++)
        square += (double)row[d] * (double)row[d];
    for (size_t d = 0; d < STRIDE; d++) {
        const double off = (double)row[d] / sqrt(square) - (double)made.scale * codes[d];
        distance += off * off;
        most = codes[d] > most ? codes[d] : -codes[d] > most ? -codes[d] : most;
        CHECK_MSG(test, d < dim || codes[d] == 0, "%s: code %zu", what, d);
    }
    CHECK_MSG(test, most == 127, "%s: at most %d", what, most);
    CHECK_MSG(test,
              sqrt(distance) <= (double)made.error && (double)made.error <= sqrt(distance) * 1.00001 + 1e-30,
              "%s: %g, not %g", what, (double)made.error, sqrt(distance));
    /* Half a step in each number is the most that rounding takes. */
    CHECK_MSG(test, (double)made.error <= (double)made.scale * 0.50001 * sqrt((double)dim), "%s", what);
}

static void the_error_is_the_distance(struct test *test) {
    struct rng rng = rng_seed(4, 0);
    float row[STRIDE];
    for (size_t round = 0; round < 3000; round++) {
        const size_t dim = 1 + rng_below(&rng, STRIDE), kind = round % 3;
        make_row(row, dim, kind, &rng);
        check_error(test, row, dim, kind == 0 ? "alike" : kind == 1 ? "one large" : "few");
    }
}

/* What the search relies on: no cosine is above scale * (t . codes) + error. */
static void no_cosine_is_beyond_the_error(struct test *test) {
    struct rng rng = rng_seed(5, 0);
    float row[STRIDE], other[STRIDE];
    int8_t codes[STRIDE];
    for (size_t round = 0; round < 3000; round++) {
        make_row(row, 100, round % 3, &rng);
        make_row(other, 100, round / 3 % 3, &rng);
        if (round % 4 == 0)
            memcpy(other, row, sizeof row);
        const struct code_scale made = codes_make(codes, row, length_of(row), 100, STRIDE);
        double product = 0, coded = 0, row_square = 0, other_square = 0;
        for (size_t d = 0; d < STRIDE; d++) {
            product += (double)row[d] * (double)other[d];
            coded += (double)made.scale * codes[d] * (double)other[d];
            row_square += (double)row[d] * (double)row[d];
            other_square += (double)other[d] * (double)other[d];
        }
        const double off = product / sqrt(row_square * other_square) - coded / sqrt(other_square);
        CHECK_MSG(test, fabs(off) <= (double)made.error + 1e-12, "%zu: %g is more than %g", round, off,
                  (double)made.error);
    }
}

static void rows_without_a_direction(struct test *test) {
    const float odd[] = {0, NAN, INFINITY, FLT_MIN / 8};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        float row[STRIDE] = {odd[i]};
        int8_t codes[STRIDE], zeros[STRIDE] = {0};
        memset(codes, 99, sizeof codes);
        const struct code_scale made = codes_make(codes, row, fabsf(odd[i]), 5, STRIDE);
        CHECK_MSG(test, made.scale == 0 && made.error == 0, "%g", (double)odd[i]);
        CHECK_MSG(test, memcmp(codes, zeros, sizeof zeros) == 0, "%g", (double)odd[i]);
    }
}

static const struct test_case cases[] = {
    {"codes: the error is the distance", the_error_is_the_distance},
    {"codes: no cosine is beyond the error", no_cosine_is_beyond_the_error},
    {"codes: rows without a direction", rows_without_a_direction},
};

TEST_MAIN(cases)

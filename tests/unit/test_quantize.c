#include "model/quantize.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "base/rng.h"
#include "harness.h"

#define STRIDE ((size_t)1024)

static float length_of(const float *row) {
    double square = 0;
    for (size_t d = 0; d < STRIDE; d++)
        square += (double)row[d] * (double)row[d];
    return (float)sqrt(square);
}

/* A row of a kind: alike numbers; one that outweighs all others; a few among zeros; all sizes that a float
 * has, denormal ones too. */
#define KINDS 4

static void make_row(float *row, size_t dim, size_t kind, struct rng *rng) {
    const float size = powf(10, 60 * rng_unit(rng) - 30);
    memset(row, 0, STRIDE * sizeof *row);
    for (size_t d = 0; d < dim; d++) {
        const float number = (rng_unit(rng) - 0.5F) * size;
        row[d] = kind == 0   ? number
                 : kind == 1 ? number * (d == 0 ? 1 : 1e-4F)
                 : kind == 2 ? (d % 7 == 0 ? number : 0)
                             : (rng_unit(rng) - 0.5F) * powf(10, 80 * rng_unit(rng) - 44);
    }
    row[0] = row[0] == 0 ? size : row[0];
}

/* `error` is the distance between the row at length 1 and scale * codes, no less and hardly more. */
static void check_error(struct test *test, const float *row, size_t dim, const char *what) {
    int8_t codes[STRIDE];
    memset(codes, 99, sizeof codes);
    const struct quantization made = quantize_row(codes, row, length_of(row), dim, STRIDE);
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

/* Dims from 1 to the most that a row has here, both ends often. */
static size_t some_dim(struct rng *rng, size_t round) {
    return round % 5 == 0 ? 1 : round % 5 == 1 ? STRIDE : 1 + rng_below(rng, (uint32_t)STRIDE);
}

static void the_error_is_the_distance(struct test *test) {
    static const char *const kinds[KINDS] = {"alike", "one large", "few", "all sizes"};
    struct rng rng = rng_seed(4, 0);
    float row[STRIDE];
    for (size_t round = 0; round < 2000; round++) {
        const size_t dim = some_dim(&rng, round), kind = round % KINDS;
        make_row(row, dim, kind, &rng);
        if (length_of(row) >= FLT_MIN)
            check_error(test, row, dim, kinds[kind]);
    }
}

/* What the search relies on: no cosine to `other` is further from scale * (t . codes) than error. Returns how
 * much of it is used. */
static double check_cosine(struct test *test, const float *row, const float *other, const int8_t *codes,
                           struct quantization made) {
    double product = 0, coded = 0, row_square = 0, other_square = 0;
    for (size_t d = 0; d < STRIDE; d++) {
        product += (double)row[d] * (double)other[d];
        coded += (double)made.scale * codes[d] * (double)other[d];
        row_square += (double)row[d] * (double)row[d];
        other_square += (double)other[d] * (double)other[d];
    }
    const double off = fabs(product / sqrt(row_square * other_square) - coded / sqrt(other_square));
    CHECK_MSG(test, off <= (double)made.error + 1e-12, "%g is more than %g", off, (double)made.error);
    return off / (double)made.error;
}

static void no_cosine_is_beyond_the_error(struct test *test) {
    struct rng rng = rng_seed(5, 0);
    float row[STRIDE], other[STRIDE];
    int8_t codes[STRIDE];
    for (size_t round = 0; round < 2000; round++) {
        const size_t dim = some_dim(&rng, round);
        make_row(row, dim, round % KINDS, &rng);
        make_row(other, dim, round / KINDS % KINDS, &rng);
        if (round % 7 == 0)
            memcpy(other, row, sizeof row);
        if (length_of(row) >= FLT_MIN && length_of(other) >= FLT_MIN)
            check_cosine(test, row, other, codes, quantize_row(codes, row, length_of(row), dim, STRIDE));
    }
}

/* The worst that can be asked is what the codes lack: its cosine is off by all of the error. */
static void the_error_is_reached(struct test *test) {
    struct rng rng = rng_seed(6, 0);
    float row[STRIDE], lack[STRIDE];
    int8_t codes[STRIDE];
    for (size_t round = 0; round < 500; round++) {
        const size_t dim = 2 + rng_below(&rng, (uint32_t)STRIDE - 1);
        make_row(row, dim, 0, &rng);
        const struct quantization made = quantize_row(codes, row, length_of(row), dim, STRIDE);
        for (size_t d = 0; d < STRIDE; d++)
            lack[d] = row[d] / length_of(row) - made.scale * (float)codes[d];
        const double used = check_cosine(test, row, lack, codes, made);
        CHECK_MSG(test, used > 0.999, "%zu dims: %g", dim, used);
    }
}

static void rows_without_a_direction(struct test *test) {
    const float odd[] = {0, NAN, INFINITY, FLT_MIN / 8};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        float row[STRIDE] = {odd[i]};
        int8_t codes[STRIDE], zeros[STRIDE] = {0};
        memset(codes, 99, sizeof codes);
        const struct quantization made = quantize_row(codes, row, fabsf(odd[i]), 5, STRIDE);
        CHECK_MSG(test, made.scale == 0 && made.error == 0, "%g", (double)odd[i]);
        CHECK_MSG(test, memcmp(codes, zeros, sizeof zeros) == 0, "%g", (double)odd[i]);
    }
}

/* As in a damaged file. */
static void rows_with_the_norm_of_others(struct test *test) {
    const float odd[] = {0, NAN, INFINITY};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        float row[STRIDE] = {odd[i]};
        int8_t codes[STRIDE], zeros[STRIDE] = {0};
        memset(codes, 99, sizeof codes);
        const struct quantization made = quantize_row(codes, row, 1, 5, STRIDE);
        CHECK_MSG(test, made.scale == 0 && made.error == 0, "%g", (double)odd[i]);
        CHECK_MSG(test, memcmp(codes, zeros, sizeof zeros) == 0, "%g", (double)odd[i]);
    }
}

static const struct test_case cases[] = {
    {"codes: rows with the norm of others", rows_with_the_norm_of_others},
    {"codes: the error is the distance", the_error_is_the_distance},
    {"codes: no cosine is beyond the error", no_cosine_is_beyond_the_error},
    {"codes: the error is reached", the_error_is_reached},
    {"codes: rows without a direction", rows_without_a_direction},
};

TEST_MAIN(cases)

/* Every kernel that this machine can run against the scalar reference. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "harness.h"
#include "train/kernel.h"
#include "train/kernel_list.h"

#define ROUND_UP(n) (((n) + KERNEL_ROW_FLOATS - 1) / KERNEL_ROW_FLOATS * KERNEL_ROW_FLOATS)

/* Aligned room with random values in [-1, 1), and zeros beyond `dim` in every row. */
static float *make_rows(size_t rows, size_t dim, size_t stride, struct rng *rng) {
    float *values = aligned_alloc(64, ROUND_UP(rows * stride + KERNEL_ROW_FLOATS) * sizeof *values);
    memset(values, 0, ROUND_UP(rows * stride + KERNEL_ROW_FLOATS) * sizeof *values);
    for (size_t r = 0; r < rows; r++)
        for (size_t d = 0; d < dim; d++)
            values[r * stride + d] = 2 * rng_unit(rng) - 1;
    return values;
}

/* Rounding errors of a sum of n products of numbers below 1: of the sum itself at most n 1e-6, sixteen units
 * in the last place; of the factors, random, below u sqrt(n) with roundoff u, of which four times as much is
 * allowed.
 */
static bool close_to(const struct kernel *kernel, float a, float b, size_t terms) {
    const float factors = kernel->roundoff * 4 * sqrtf((float)terms);
    return fabsf(a - b) <= 1e-6f * (float)(terms + 4) + factors;
}

static size_t differences(const struct kernel *kernel, const float *a, const float *b, size_t count,
                          size_t terms) {
    size_t different = 0;
    for (size_t i = 0; i < count; i++)
        different += !close_to(kernel, a[i], b[i], terms);
    return different;
}

/* A step with matrices of its own, (vocab, stride), whose last row is the row of zeros. */
struct example {
    struct kernel_step step;
    size_t vocab;
    float *input, *output;
    float **inputs, **slots, **noise;
};

static float **choose_rows(float *matrix, size_t stride, size_t count, size_t room, size_t vocab,
                           struct rng *rng) {
    float **rows = calloc(room, sizeof *rows);
    for (size_t i = 0; i < room; i++)
        rows[i] = matrix + (i < count ? rng_below(rng, (uint32_t)vocab - 1) : vocab - 1) * stride;
    return rows;
}

static struct example make_example(size_t rows, size_t window, size_t noise, size_t dim, struct rng *rng) {
    const size_t stride = ROUND_UP(dim), columns = ROUND_UP(noise), band = ROUND_UP(2 * window + 2);
    const size_t even = rows + rows % 2, slots = even + 2 * window;
    struct example example = {.vocab = 2 * (even + slots + columns)};
    example.input = make_rows(example.vocab, dim, stride, rng);
    example.output = make_rows(example.vocab, dim, stride, rng);
    memset(example.input + (example.vocab - 1) * stride, 0, stride * sizeof(float));
    memset(example.output + (example.vocab - 1) * stride, 0, stride * sizeof(float));
    example.inputs = choose_rows(example.input, stride, rows, even, example.vocab, rng);
    example.slots = choose_rows(example.output, stride, slots, slots + 2, example.vocab, rng);
    example.noise = choose_rows(example.output, stride, noise, columns, example.vocab, rng);
    example.step = (struct kernel_step){
        .dim = dim,
        .stride = stride,
        .rows = even,
        .inputs = example.inputs,
        .window = window,
        .slots = example.slots,
        .band_columns = band,
        .pairs = make_rows(even, 0, band, rng),
        .noise_count = noise,
        .columns = columns,
        .noise = example.noise,
        .noise_scores = make_rows(even, 0, columns, rng),
        .room = make_rows(1, 0, kernel_room(even, slots + 2, columns, band, stride), rng),
        .ahead_count = rows,
        .ahead = example.inputs};
    return example;
}

static void free_example(struct example *example) {
    free(example->input);
    free(example->output);
    free(example->inputs);
    free(example->slots);
    free(example->noise);
    free(example->step.pairs);
    free(example->step.noise_scores);
    free(example->step.room);
}

/* What an update is given: a weight for every slot that a row can have, its own included, and for every noise
 * word. */
static void fill_weights(struct kernel_step *step, size_t rows, struct rng *rng) {
    memset(step->pairs, 0, step->rows * step->band_columns * sizeof *step->pairs);
    memset(step->noise_scores, 0, step->rows * step->columns * sizeof *step->noise_scores);
    for (size_t p = 0; p < rows; p++) {
        for (size_t k = 0; k <= 2 * step->window; k++)
            step->pairs[p * step->band_columns + p % 2 + k] = 2 * rng_unit(rng) - 1;
        for (size_t j = 0; j < step->noise_count; j++)
            step->noise_scores[p * step->columns + j] = 2 * rng_unit(rng) - 1;
    }
}

/* The same random numbers make the same example for both. */
static void check_step(struct test *test, const struct kernel *kernel, size_t rows, size_t window,
                       size_t noise, size_t dim) {
    struct rng rng = rng_seed(rows * 1000 + noise, dim), same = rng;
    struct example expected = make_example(rows, window, noise, dim, &rng);
    struct example actual = make_example(rows, window, noise, dim, &same);
    struct kernel_step *a = &expected.step, *b = &actual.step;
    kernel_scalar.scores(a);
    kernel->scores(b);
    for (size_t p = 0; p < a->rows; p++)
        CHECK_MSG(test,
                  differences(kernel, a->pairs + p * a->band_columns, b->pairs + p * a->band_columns,
                              2 * window + 2, dim) == 0,
                  "%s pairs of %zu, rows %zu window %zu dim %zu", kernel->name, p, rows, window, dim);
    CHECK_MSG(test, differences(kernel, a->noise_scores, b->noise_scores, a->rows * a->columns, dim) == 0,
              "%s noise, rows %zu noise %zu dim %zu", kernel->name, rows, noise, dim);
    fill_weights(a, rows, &rng);
    fill_weights(b, rows, &same);
    kernel_scalar.update(a, -0.3f);
    kernel->update(b, -0.3f);
    const size_t floats = expected.vocab * a->stride, sources = 2 * window + noise + rows;
    CHECK_MSG(test, differences(kernel, expected.input, actual.input, floats, sources) == 0,
              "%s inputs, rows %zu window %zu noise %zu dim %zu", kernel->name, rows, window, noise, dim);
    CHECK_MSG(test, differences(kernel, expected.output, actual.output, floats, sources) == 0,
              "%s outputs, rows %zu window %zu noise %zu dim %zu", kernel->name, rows, window, noise, dim);
    size_t padding = 0;
    for (size_t i = 0; i < floats; i++)
        if (i % a->stride >= dim || i / a->stride == actual.vocab - 1)
            padding += actual.input[i] != 0 || actual.output[i] != 0;
    CHECK_MSG(test, padding == 0, "%s wrote beyond the dims, or zeros", kernel->name);
    free_example(&expected);
    free_example(&actual);
}

static void check_weigh(struct test *test, const struct kernel *kernel, size_t rows, size_t columns) {
    struct rng rng = rng_seed(rows, columns);
    float *row_weights = make_rows(1, rows, ROUND_UP(rows + 1), &rng);
    float *column_weights = make_rows(1, columns, columns, &rng);
    float *expected = make_rows(rows, columns, columns, &rng), *actual = make_rows(rows, 0, columns, &rng);
    memcpy(actual, expected, rows * columns * sizeof *expected);
    kernel_scalar.weigh(expected, rows, columns, row_weights, column_weights);
    kernel->weigh(actual, rows, columns, row_weights, column_weights);
    CHECK_MSG(test, memcmp(expected, actual, rows * columns * sizeof *expected) == 0,
              "%s rows %zu columns %zu", kernel->name, rows, columns);
    free(row_weights);
    free(column_weights);
    free(expected);
    free(actual);
}

static void check_shape(struct test *test, size_t rows, size_t window, size_t noise, size_t dim) {
    const struct kernel *kernel;
    for (size_t i = 0; (kernel = kernel_at(i)) != NULL; i++)
        check_step(test, kernel, rows, window, noise, dim);
}

static void test_dims(struct test *test) {
    for (size_t dim = 1; dim <= 130; dim++)
        check_shape(test, 1 + dim % 32, 1 + dim % 7, 1 + dim * 7 % 40, dim);
    const size_t dims[] = {200, 300, 301, 1024};
    for (size_t i = 0; i < sizeof dims / sizeof *dims; i++)
        check_shape(test, 13 + i, 5, 31 + i, dims[i]);
}

static void test_counts(struct test *test) {
    for (size_t rows = 1; rows <= KERNEL_ROWS_MOST; rows++)
        check_shape(test, rows, 5, 1 + rows * 5 % 37, 20);
    for (size_t noise = 1; noise <= 70; noise++)
        check_shape(test, 1 + noise % 9, 2, noise, 33);
    for (size_t window = 1; window <= 40; window++)
        check_shape(test, 1 + window % 13, window, 17, 16);
}

static void test_weigh(struct test *test) {
    const struct kernel *kernel;
    for (size_t i = 0; (kernel = kernel_at(i)) != NULL; i++)
        for (size_t rows = 1; rows <= 9; rows++)
            check_weigh(test, kernel, rows, KERNEL_ROW_FLOATS * rows);
}

/* Bound: 1e-6 relative for scores within +-80, where exp stays in range; beyond, the limits 0 and 1. */
static void test_logistic(struct test *test) {
    enum { COUNT = 16 * 4000, HALF = COUNT / 2 };
    float *values = aligned_alloc(64, COUNT * sizeof *values);
    const struct kernel *kernel;
    for (size_t i = 0; (kernel = kernel_at(i)) != NULL; i++) {
        double worst = 0;
        for (size_t k = 0; k < COUNT; k++)
            values[k] = ((float)k - HALF) * (160.0f / COUNT);
        kernel->logistic(values, COUNT);
        for (size_t k = 0; k < COUNT; k++) {
            const float score = ((float)k - HALF) * (160.0f / COUNT);
            const double exact = 1 / (1 + exp(-(double)score));
            const double difference = fabs((double)values[k] - exact) / exact;
            worst = difference > worst ? difference : worst;
        }
        CHECK_MSG(test, worst < 1e-6, "%s: %g", kernel->name, worst);
        for (size_t k = 0; k < 16; k++)
            values[k] = k % 2 == 0 ? 1e30f : -1e30f;
        kernel->logistic(values, 16);
        for (size_t k = 0; k < 16; k++)
            CHECK_MSG(test, fabsf(values[k] - (k % 2 == 0 ? 1 : 0)) < 1e-30f, "%s: %g", kernel->name,
                      (double)values[k]);
    }
    free(values);
}

static void test_choose(struct test *test) {
    struct error error = {0};
    CHECK(test, kernel_choose(NULL, &error) == kernel_at(0));
    CHECK(test, kernel_choose("scalar", &error) == &kernel_scalar);
    CHECK(test, error.kind == ERROR_NONE);
    CHECK(test, kernel_choose("mmx", &error) == NULL);
    CHECK(test, error.kind == ERROR_INPUT && strstr(error.text, "scalar") != NULL);
}

static const struct test_case cases[] = {
    {"kernel: every one equals the reference, all dims", test_dims},
    {"kernel: every one equals the reference, all counts of rows, noise words and windows", test_counts},
    {"kernel: gradients weighed", test_weigh},
    {"kernel: the logistic function is exact to 1e-6", test_logistic},
    {"kernel: chosen by name", test_choose},
};
TEST_MAIN(cases)

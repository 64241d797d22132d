/* Every kernel that this machine can run against the scalar reference. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "harness.h"
#include "train/kernel.h"
#include "train/kernel_list.h"

#define ROUND_UP(n) (((n) + KERNEL_ROW_FLOATS - 1) / KERNEL_ROW_FLOATS * KERNEL_ROW_FLOATS)

/* Aligned room with random values of about unit size, and zeros beyond `dim` in every row. */
static float *make_rows(size_t rows, size_t dim, size_t stride, struct rng *rng) {
    float *values = aligned_alloc(64, ROUND_UP(rows * stride + KERNEL_ROW_FLOATS) * sizeof *values);
    memset(values, 0, ROUND_UP(rows * stride + KERNEL_ROW_FLOATS) * sizeof *values);
    for (size_t r = 0; r < rows; r++)
        for (size_t d = 0; d < dim; d++)
            values[r * stride + d] = 2 * rng_unit(rng) - 1;
    return values;
}

/* Rounding errors of a sum of n products of numbers below 1 grow with n; 1e-6 is sixteen units in the last
 * place. */
static bool close_to(float a, float b, size_t terms) {
    return fabsf(a - b) <= 1e-6f * (float)(terms + 4);
}

static size_t differences(const float *a, const float *b, size_t count, size_t terms) {
    size_t different = 0;
    for (size_t i = 0; i < count; i++)
        different += !close_to(a[i], b[i], terms);
    return different;
}

/* One shape, with all arrays a kernel needs. */
struct shape {
    size_t rows, noise, dim, stride, columns, pairs;
    float *inputs, *outputs, *transposed, *scores, *weights;
    const float **sources, **pair_inputs, **pair_outputs;
    float **targets;
};

static struct shape make_shape(size_t rows, size_t noise, size_t dim, struct rng *rng) {
    struct shape shape = {
        .rows = rows, .noise = noise, .dim = dim, .stride = ROUND_UP(dim), .columns = ROUND_UP(noise)};
    shape.pairs = rng_below(rng, (uint32_t)rows * 8);
    const size_t sources = shape.columns;
    shape.inputs = make_rows(rows, dim, shape.stride, rng);
    shape.outputs = make_rows(sources, dim, shape.stride, rng);
    shape.transposed = make_rows(shape.stride, 0, shape.columns, rng);
    shape.scores = make_rows(rows > 0 ? rows : 1, 0, shape.columns + shape.pairs + 16, rng);
    shape.weights = make_rows(rows, noise, shape.columns, rng);
    shape.sources = calloc(sources + 1, sizeof *shape.sources);
    shape.targets = calloc(rows + 1, sizeof *shape.targets);
    for (size_t i = 0; i < sources; i++)
        shape.sources[i] = shape.outputs + i * shape.stride;
    for (size_t i = 0; i < rows; i++)
        shape.targets[i] = shape.inputs + i * shape.stride;
    shape.pair_inputs = calloc(ROUND_UP(shape.pairs + 1), sizeof *shape.pair_inputs);
    shape.pair_outputs = calloc(ROUND_UP(shape.pairs + 1), sizeof *shape.pair_outputs);
    for (size_t k = 0; k < ROUND_UP(shape.pairs); k++) {
        shape.pair_inputs[k] = shape.targets[rng_below(rng, (uint32_t)rows)];
        shape.pair_outputs[k] = shape.sources[rng_below(rng, (uint32_t)sources)];
    }
    return shape;
}

static void free_shape(struct shape *shape) {
    free(shape->inputs);
    free(shape->outputs);
    free(shape->transposed);
    free(shape->scores);
    free(shape->weights);
    free(shape->pair_inputs);
    free(shape->pair_outputs);
    free(shape->sources);
    free(shape->targets);
}

/* The same call on both; `same` compares what they wrote. */
static void check_scores(struct test *test, const struct kernel *kernel, struct shape *shape) {
    const size_t scores = shape->rows * shape->columns, cells = shape->stride * shape->columns;
    float *expected = make_rows(1, 0, scores + cells + ROUND_UP(shape->pairs) + 32,
                                &(struct rng){{1, 2, 3, 4}});
    kernel_scalar.transpose(expected, shape->columns, shape->sources, shape->stride);
    kernel->transpose(shape->transposed, shape->columns, shape->sources, shape->stride);
    CHECK_MSG(test, memcmp(expected, shape->transposed, cells * sizeof *expected) == 0,
              "%s dim %zu noise %zu", kernel->name, shape->dim, shape->noise);
    kernel_scalar.noise_scores(expected, shape->inputs, shape->rows, shape->stride, shape->dim,
                               shape->transposed, shape->columns);
    kernel->noise_scores(shape->scores, shape->inputs, shape->rows, shape->stride, shape->dim,
                         shape->transposed, shape->columns);
    CHECK_MSG(test, differences(expected, shape->scores, scores, shape->dim) == 0,
              "%s dim %zu rows %zu noise %zu", kernel->name, shape->dim, shape->rows, shape->noise);
    kernel_scalar.pair_scores(expected, shape->pair_inputs, shape->pair_outputs, shape->pairs, shape->stride);
    kernel->pair_scores(shape->scores, shape->pair_inputs, shape->pair_outputs, shape->pairs, shape->stride);
    CHECK_MSG(test, differences(expected, shape->scores, shape->pairs, shape->dim) == 0,
              "%s dim %zu pairs %zu", kernel->name, shape->dim, shape->pairs);
    free(expected);
}

/* The reference works on copies of the inputs, so that both start from the same values. */
static void check_update(struct test *test, const struct kernel *kernel, struct shape *shape) {
    const size_t floats = shape->rows * shape->stride;
    float *copies = make_rows(shape->rows, 0, shape->stride, &(struct rng){{1, 2, 3, 4}});
    float **copied = calloc(shape->rows + 1, sizeof *copied);
    for (size_t r = 0; r < shape->rows; r++)
        copied[r] = copies + r * shape->stride;
    kernel->copy_rows(copies, (const float *const *)shape->targets, shape->rows, shape->stride);
    CHECK(test, memcmp(copies, shape->inputs, floats * sizeof *copies) == 0);
    const struct kernel_weights weights = {shape->weights, shape->columns, 1, 0, KERNEL_REACH_ALL};
    kernel_scalar.update(copied, shape->rows, shape->sources, shape->noise, &weights, -0.3f, shape->stride);
    kernel->update(shape->targets, shape->rows, shape->sources, shape->noise, &weights, -0.3f, shape->stride);
    CHECK_MSG(test, differences(copies, shape->inputs, floats, shape->noise) == 0,
              "%s dim %zu rows %zu noise %zu", kernel->name, shape->dim, shape->rows, shape->noise);
    for (size_t r = 0; r < shape->rows; r++)
        for (size_t d = shape->dim; d < shape->stride; d++)
            CHECK(test, shape->inputs[r * shape->stride + d] == 0);
    free(copies);
    free(copied);
}

/* The other way round: noise rows as targets, weights taken by columns. */
static void check_transposed_update(struct test *test, const struct kernel *kernel, struct shape *shape) {
    const size_t floats = shape->noise * shape->stride;
    float *expected = make_rows(shape->noise, 0, shape->stride, &(struct rng){{1, 2, 3, 4}});
    float *actual = make_rows(shape->noise, 0, shape->stride, &(struct rng){{1, 2, 3, 4}});
    float **to_expected = calloc(shape->noise, sizeof *to_expected),
          **to_actual = calloc(shape->noise, sizeof *to_actual);
    for (size_t j = 0; j < shape->noise; j++) {
        to_expected[j] = expected + j * shape->stride;
        to_actual[j] = actual + j * shape->stride;
    }
    const struct kernel_weights weights = {shape->weights, 1, shape->columns, 0, KERNEL_REACH_ALL};
    const float *const *sources = (const float *const *)shape->targets;
    kernel_scalar.update(to_expected, shape->noise, sources, shape->rows, &weights, 0.7f, shape->stride);
    kernel->update(to_actual, shape->noise, sources, shape->rows, &weights, 0.7f, shape->stride);
    CHECK_MSG(test, differences(expected, actual, floats, shape->rows) == 0, "%s dim %zu rows %zu noise %zu",
              kernel->name, shape->dim, shape->rows, shape->noise);
    free(expected);
    free(actual);
    free(to_expected);
    free(to_actual);
}

/* Each target with the sources near it only, to either side of the matrix' ends. */
static void check_band(struct test *test, const struct kernel *kernel, struct shape *shape, struct rng *rng) {
    const size_t floats = shape->rows * shape->stride;
    const ptrdiff_t shift = (ptrdiff_t)rng_below(rng, 30) - 15, reach = (ptrdiff_t)rng_below(rng, 9);
    float *band = make_rows(shape->rows, 0, shape->columns, rng);
    float *expected = make_rows(shape->rows, 0, shape->stride, rng);
    float *actual = make_rows(shape->rows, 0, shape->stride, rng);
    float **to_expected = calloc(shape->rows, sizeof *to_expected),
          **to_actual = calloc(shape->rows, sizeof *to_actual);
    for (size_t r = 0; r < shape->rows; r++) {
        to_expected[r] = expected + r * shape->stride;
        to_actual[r] = actual + r * shape->stride;
        for (size_t s = 0; s < shape->noise; s++)
            if (labs((ptrdiff_t)s - (ptrdiff_t)r - shift) <= reach)
                band[r * shape->columns + s] = rng_unit(rng);
    }
    const struct kernel_weights within = {band, shape->columns, 1, shift, reach};
    const struct kernel_weights all = {band, shape->columns, 1, 0, KERNEL_REACH_ALL};
    kernel_scalar.update(to_expected, shape->rows, shape->sources, shape->noise, &all, 1.5f, shape->stride);
    kernel->update(to_actual, shape->rows, shape->sources, shape->noise, &within, 1.5f, shape->stride);
    CHECK_MSG(test, differences(expected, actual, floats, shape->noise) == 0,
              "%s rows %zu shift %td reach %td", kernel->name, shape->rows, shift, reach);
    free(band);
    free(expected);
    free(actual);
    free(to_expected);
    free(to_actual);
}

static void check_weigh(struct test *test, const struct kernel *kernel, struct shape *shape,
                        struct rng *rng) {
    float *row_weights = make_rows(1, shape->rows, ROUND_UP(shape->rows + 1), rng);
    float *column_weights = make_rows(1, shape->columns, shape->columns, rng);
    float *expected = make_rows(shape->rows, 0, shape->columns, rng);
    memcpy(expected, shape->weights, shape->rows * shape->columns * sizeof *expected);
    kernel_scalar.weigh(expected, shape->rows, shape->columns, row_weights, column_weights);
    kernel->weigh(shape->weights, shape->rows, shape->columns, row_weights, column_weights);
    CHECK(test, differences(expected, shape->weights, shape->rows * shape->columns, 1) == 0);
    free(row_weights);
    free(column_weights);
    free(expected);
}

static void check_shape(struct test *test, size_t rows, size_t noise, size_t dim) {
    struct rng rng = rng_seed(rows * 1000 + noise, dim);
    const struct kernel *kernel;
    for (size_t i = 0; (kernel = kernel_at(i)) != NULL; i++) {
        struct shape shape = make_shape(rows, noise, dim, &rng);
        check_scores(test, kernel, &shape);
        check_update(test, kernel, &shape);
        check_transposed_update(test, kernel, &shape);
        check_band(test, kernel, &shape, &rng);
        check_weigh(test, kernel, &shape, &rng);
        free_shape(&shape);
    }
}

static void test_dims(struct test *test) {
    for (size_t dim = 1; dim <= 130; dim++)
        check_shape(test, 1 + dim % 32, 1 + dim * 7 % 40, dim);
    const size_t dims[] = {200, 300, 301, 1024};
    for (size_t i = 0; i < sizeof dims / sizeof *dims; i++)
        check_shape(test, 13 + i, 31 + i, dims[i]);
}

static void test_counts(struct test *test) {
    for (size_t rows = 1; rows <= 33; rows++)
        check_shape(test, rows, 1 + rows * 5 % 37, 20);
    for (size_t noise = 1; noise <= 70; noise++)
        check_shape(test, 1 + noise % 9, noise, 33);
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
    {"kernel: every one equals the reference, odd row and noise counts", test_counts},
    {"kernel: the logistic function is exact to 1e-6", test_logistic},
    {"kernel: chosen by name", test_choose},
};
TEST_MAIN(cases)

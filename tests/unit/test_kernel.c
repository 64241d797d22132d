/* Every kernel that this machine can run against the scalar reference. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "harness.h"
#include "kernels/kernel_list.h"
#include "kernels/registry.h"

static void *aligned_zeros(size_t count, size_t size) {
    const size_t bytes = (count * size + 64) / 64 * 64;
    void *zeros = aligned_alloc(64, bytes);
    memset(zeros, 0, bytes);
    return zeros;
}

/* Random values in [-1, 1), and zeros beyond `dim` in every row. */
static float *make_floats(size_t rows, size_t dim, size_t stride, struct rng *rng) {
    float *values = aligned_zeros(rows * stride, sizeof *values);
    for (size_t r = 0; r < rows; r++)
        for (size_t d = 0; d < dim; d++)
            values[r * stride + d] = 2 * rng_unit(rng) - 1;
    return values;
}

/* An integer from -2 to 2: sums of their products are exact in every kernel. */
static float small(struct rng *rng) {
    return (float)rng_below(rng, 5) - 2;
}

/* A matrix's rows: such numbers, or any in [-1, 1). */
static bfloat16 *make_rows(size_t rows, size_t dim, bool integers, struct rng *rng) {
    const size_t stride = kernel_stride(dim);
    bfloat16 *values = aligned_zeros(rows * stride, sizeof *values);
    for (size_t r = 0; r < rows; r++)
        for (size_t d = 0; d < dim; d++)
            values[r * stride + d] = bfloat16_round(integers ? small(rng) : 2 * rng_unit(rng) - 1, 0x8000);
    return values;
}

/* How far a sum of n products of numbers below 1 may be off: by rounding products and sums, at most n 1e-6,
 * sixteen units in the last place; by rounding factors, which errs by 0.47 roundoff sqrt(n) in the mean of
 * squares, six times that (two of a thousand million sums are farther off). Integer factors are exact. */
static float tolerance(const struct kernel *kernel, size_t terms, bool integers) {
    const float factors = integers ? 0 : 2.8f * kernel->row_roundoff * sqrtf((float)terms);
    return 1e-6f * (float)(terms + 4) + factors;
}

static size_t differences(const float *a, const float *b, size_t count, float most) {
    size_t different = 0;
    for (size_t i = 0; i < count; i++)
        different += !(fabsf(a[i] - b[i]) <= most);
    return different;
}

/* A step with matrices of its own, (vocab, stride), whose last row is the row of zeros. */
struct example {
    struct kernel_step step;
    size_t vocab;
    bfloat16 *center_matrix, *context_matrix;
    float *self; /* of all rows, or NULL */
    bfloat16 **centers, **contexts, **noise;
};

static bfloat16 **choose_rows(bfloat16 *matrix, size_t stride, size_t count, size_t capacity, size_t vocab,
                              struct rng *rng) {
    bfloat16 **rows = calloc(capacity, sizeof *rows);
    for (size_t i = 0; i < capacity; i++)
        rows[i] = matrix + (i < count ? rng_below(rng, (uint32_t)vocab - 1) : vocab - 1) * stride;
    return rows;
}

static struct example make_example(size_t rows, size_t window, size_t noise, size_t dim, bool integers,
                                   struct rng *rng) {
    const size_t stride = kernel_stride(dim), columns = kernel_floats(noise),
                 band = kernel_floats(2 * window + 2);
    const size_t even = rows + rows % 2, contexts = even + 2 * window;
    struct example example = {.vocab = 2 * (even + contexts + columns)};
    example.center_matrix = make_rows(example.vocab, dim, integers, rng);
    example.context_matrix = make_rows(example.vocab, dim, integers, rng);
    memset(example.center_matrix + (example.vocab - 1) * stride, 0, stride * sizeof *example.center_matrix);
    memset(example.context_matrix + (example.vocab - 1) * stride, 0, stride * sizeof *example.context_matrix);
    example.centers = choose_rows(example.center_matrix, stride, rows, even, example.vocab, rng);
    example.contexts = choose_rows(example.context_matrix, stride, contexts, contexts + 2, example.vocab,
                                   rng);
    example.noise = choose_rows(example.context_matrix, stride, noise, columns, example.vocab, rng);
    example.step = (struct kernel_step){
        .dim = dim,
        .rows = even,
        .centers = example.centers,
        .window = window,
        .contexts = example.contexts,
        .band_columns = band,
        .pairs = aligned_zeros(even * band, sizeof(float)),
        .noise_count = noise,
        .columns = columns,
        .noise = example.noise,
        .noise_scores = aligned_zeros(even * columns, sizeof(float)),
        .workspace = aligned_zeros(kernel_workspace(even, contexts + 2, columns, band, dim), sizeof(float)),
        .ahead_count = rows,
        .ahead = example.centers};
    /* Whatever a kernel reads of its workspace, it must have written. */
    memset(example.step.workspace, 0x7f,
           kernel_workspace(even, contexts + 2, columns, band, dim) * sizeof(float));
    return example;
}

static void free_example(struct example *example) {
    free(example->center_matrix);
    free(example->context_matrix);
    free(example->centers);
    free(example->contexts);
    free(example->noise);
    free(example->step.pairs);
    free(example->step.noise_scores);
    free(example->step.workspace);
    free(example->self);
}

/* What an update is given: a weight for every context that a row can have, its own included, and for every
 * noise word. */
static void fill_weights(struct kernel_step *step, size_t rows, struct rng *rng) {
    memset(step->pairs, 0, step->rows * step->band_columns * sizeof *step->pairs);
    memset(step->noise_scores, 0, step->rows * step->columns * sizeof *step->noise_scores);
    for (size_t p = 0; p < rows; p++) {
        for (size_t k = 0; k <= 2 * step->window; k++)
            step->pairs[p * step->band_columns + p % 2 + k] = small(rng);
        for (size_t j = 0; j < step->noise_count; j++)
            step->noise_scores[p * step->columns + j] = small(rng);
    }
}

static void check_scores(struct test *test, const struct kernel *kernel, const struct kernel_step *expected,
                         const struct kernel_step *actual, bool integers) {
    const size_t band = expected->band_columns, dim = expected->dim;
    const float most = tolerance(kernel, dim, integers);
    kernel_scalar.scores(expected);
    kernel->scores(actual);
    for (size_t p = 0; p < expected->rows; p++)
        CHECK_MSG(test,
                  differences(expected->pairs + p * band, actual->pairs + p * band, 2 * expected->window + 2,
                              most) == 0,
                  "%s pairs of %zu, rows %zu window %zu dim %zu", kernel->name, p, expected->rows,
                  expected->window, dim);
    CHECK_MSG(test,
              differences(expected->noise_scores, actual->noise_scores, expected->rows * expected->columns,
                          most) == 0,
              "%s noise, rows %zu noise %zu dim %zu", kernel->name, expected->rows, expected->noise_count,
              dim);
}

/* The same random numbers make the same example for both. */
static void check_step(struct test *test, const struct kernel *kernel, size_t rows, size_t window,
                       size_t noise, size_t dim, bool integers) {
    struct rng rng = rng_seed(rows * 1000 + noise, dim), same = rng;
    struct example expected = make_example(rows, window, noise, dim, integers, &rng);
    struct example actual = make_example(rows, window, noise, dim, integers, &same);
    check_scores(test, kernel, &expected.step, &actual.step, integers);
    const size_t stride = kernel_stride(dim), numbers = expected.vocab * stride;
    fill_weights(&expected.step, rows, &rng);
    fill_weights(&actual.step, rows, &same);
    kernel_scalar.update(&expected.step, -2);
    kernel->update(&actual.step, -2);
    if (integers)
        CHECK_MSG(test,
                  memcmp(expected.center_matrix, actual.center_matrix, numbers * sizeof(bfloat16)) == 0 &&
                      memcmp(expected.context_matrix, actual.context_matrix, numbers * sizeof(bfloat16)) == 0,
                  "%s rows %zu window %zu noise %zu dim %zu", kernel->name, rows, window, noise, dim);
    size_t padding = 0;
    for (size_t i = 0; i < numbers; i++)
        if (i % stride >= dim || i / stride == actual.vocab - 1)
            padding += actual.center_matrix[i] != 0 || actual.context_matrix[i] != 0;
    CHECK_MSG(test, padding == 0, "%s wrote beyond the dims, or zeros", kernel->name);
    free_example(&expected);
    free_example(&actual);
}

static void check_weigh(struct test *test, const struct kernel *kernel, size_t rows, size_t columns) {
    struct rng rng = rng_seed(rows, columns);
    float *row_weights = make_floats(1, rows, kernel_floats(rows + 1), &rng);
    float *column_weights = make_floats(1, columns, columns, &rng);
    float *expected = make_floats(rows, columns, columns, &rng),
          *actual = make_floats(rows, 0, columns, &rng);
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

static void check_weigh_errors(struct test *test, const struct kernel *kernel, size_t count) {
    struct rng rng = rng_seed(count, 2);
    float *weights = make_floats(1, count, count, &rng), *expected = make_floats(1, count, count, &rng);
    float *actual = aligned_zeros(count, sizeof *actual);
    memcpy(actual, expected, count * sizeof *expected);
    kernel_scalar.weigh_errors(expected, 1, weights, count);
    kernel->weigh_errors(actual, 1, weights, count);
    CHECK_MSG(test, memcmp(expected, actual, count * sizeof *expected) == 0, "%s count %zu", kernel->name,
              count);
    free(weights);
    free(expected);
    free(actual);
}

/* Windows of all sizes around words `at` to at + rows, which may be the first ones; weights that fall with
 * the distance. */
static void check_bands(struct test *test, const struct kernel *kernel, size_t at, size_t rows,
                        size_t window) {
    const size_t columns = kernel_floats(2 * window + 2);
    const uint32_t first = (uint32_t)(at - window);
    struct rng rng = rng_seed(at * 1000 + rows, window);
    uint32_t begin[KERNEL_ROWS_MAX], end[KERNEL_ROWS_MAX];
    for (size_t r = 0; r < rows; r++) {
        const size_t before = rng_below(&rng, (uint32_t)window + 1);
        begin[r] = (uint32_t)(before > at + r ? 0 : at + r - before);
        end[r] = (uint32_t)(at + r) + 1 + rng_below(&rng, (uint32_t)window + 1);
    }
    float *weights = aligned_zeros(2 * columns, sizeof *weights);
    for (size_t d = 1; d <= window; d++)
        for (size_t odd = 0; odd < 2; odd++)
            weights[odd * columns + window + odd - d] = weights[odd * columns + window + odd + d] = 1 /
                                                                                                    (float)d;
    float *expected = aligned_zeros(rows * columns, sizeof *expected);
    float *actual = aligned_zeros(rows * columns, sizeof *actual);
    memset(actual, 0x7f, rows * columns * sizeof *actual);
    kernel_scalar.weigh_bands(expected, rows, columns, begin, end, first, weights);
    kernel->weigh_bands(actual, rows, columns, begin, end, first, weights);
    CHECK_MSG(test, memcmp(expected, actual, rows * columns * sizeof *expected) == 0,
              "%s at %zu rows %zu window %zu", kernel->name, at, rows, window);
    /* The reference, by what a window is. */
    double sum = 0, right = 0;
    for (size_t i = 0; i < rows * columns; i++)
        sum += (double)expected[i];
    for (size_t r = 0; r < rows; r++)
        for (size_t p = begin[r]; p < end[r]; p++)
            right += p == at + r ? 0 : (double)(1 / (float)(p > at + r ? p - at - r : at + r - p));
    CHECK_MSG(test, fabs(sum - right) < 1e-9, "weights of %g, not %g", sum, right);
    free(weights);
    free(expected);
    free(actual);
}

static void check_shape(struct test *test, size_t rows, size_t window, size_t noise, size_t dim) {
    const struct kernel *kernel;
    for (size_t i = 0; (kernel = kernel_at(i)) != NULL; i++)
        for (int integers = 0; integers < 2; integers++)
            check_step(test, kernel, rows, window, noise, dim, integers == 1);
}

static void test_dims(struct test *test) {
    for (size_t dim = 1; dim <= 130; dim++)
        check_shape(test, 1 + dim % 32, 1 + dim % 7, 1 + dim * 7 % 40, dim);
    const size_t dims[] = {200, 300, 301, 1024};
    for (size_t i = 0; i < sizeof dims / sizeof *dims; i++)
        check_shape(test, 13 + i, 5, 31 + i, dims[i]);
}

static void test_counts(struct test *test) {
    for (size_t rows = 1; rows <= KERNEL_ROWS_MAX; rows++)
        check_shape(test, rows, 5, 1 + rows * 5 % 37, 20);
    for (size_t noise = 1; noise <= 70; noise++)
        check_shape(test, 1 + noise % 9, 2, noise, 33);
    for (size_t window = 1; window <= 40; window++)
        check_shape(test, 1 + window % 13, window, 17, 16);
}

/* Errors of rounding up or down, in units of the last place: each below one, and none in the mean. Of n
 * independent ones the sum is within 4.5 times sqrt(n) / 2 but in 7 of a million tests. */
struct errors {
    double sum;
    size_t count, too_large;
};

static void add_error(struct errors *errors, bfloat16 stored, double exact) {
    int exponent;
    frexp(exact, &exponent);
    const double error = ldexp((double)bfloat16_value(stored) - exact, 8 - exponent);
    errors->sum += exact < 0 ? -error : error; /* else a tendency to zero would cancel */
    errors->too_large += fabs(error) > 1.001;
    errors->count++;
}

static void check_errors(struct test *test, const struct errors *errors, const char *what, double size) {
    const double deviations = errors->sum / (0.5 * sqrt((double)errors->count));
    CHECK_MSG(test, errors->too_large == 0, "%s, updates of %g: %zu of %zu", what, size, errors->too_large,
              errors->count);
    CHECK_MSG(test, fabs(deviations) < 4.5, "%s, updates of %g: %g standard deviations", what, size,
              deviations);
}

/* Where the noise words move one row's numbers: by sums of all sizes, some far below the last place. */
static double exact_input(const struct example *example, size_t d, float scale) {
    double sum = 0;
    for (size_t j = 0; j < example->step.noise_count; j++)
        sum += (double)example->step.noise_scores[j] * (double)bfloat16_value(example->noise[j][d]);
    return (double)bfloat16_value(example->centers[0][d]) + (double)scale * sum;
}

/* Scores, as a kernel keeps the rows of then, and the weights that stood there before. */
static void score_only(const struct kernel *kernel, const struct kernel_step *step) {
    const size_t bytes = step->columns * sizeof(float);
    float *weights = malloc(bytes);
    memcpy(weights, step->noise_scores, bytes);
    kernel->scores(step);
    memset(step->pairs, 0, step->rows * step->band_columns * sizeof *step->pairs);
    memset(step->noise_scores, 0, step->rows * bytes);
    memcpy(step->noise_scores, weights, bytes);
    free(weights);
}

/* A multiple of 1/128 within [-1, 1], which every kernel has as an exact factor. */
static bfloat16 exact_factor(float value) {
    return bfloat16_round(roundf(value * 128) / 128, 0);
}

static void check_rounding(struct test *test, const struct kernel *kernel, float scale) {
    enum { DIM = 1024, NOISE = 20 };
    struct errors errors = {0};
    for (uint64_t seed = 0; seed < 40; seed++) {
        struct rng rng = rng_seed(seed, 1);
        struct example example = make_example(1, 1, NOISE, DIM, false, &rng);
        double exact[DIM];
        for (size_t i = 0; i < example.vocab * DIM; i++)
            example.context_matrix[i] = exact_factor(bfloat16_value(example.context_matrix[i]));
        for (size_t j = 0; j < NOISE; j++)
            example.step.noise_scores[j] = bfloat16_value(bfloat16_round(rng_unit(&rng), 0));
        score_only(kernel, &example.step);
        for (size_t d = 0; d < DIM; d++)
            exact[d] = exact_input(&example, d, scale);
        kernel->update(&example.step, scale);
        for (size_t d = 0; d < DIM; d++)
            if (fabs(exact[d]) > 0.02 * fabs((double)scale)) /* the rest is the rounding of what cancels */
                add_error(&errors, example.centers[0][d], exact[d]);
        free_example(&example);
    }
    check_errors(test, &errors, kernel->name, (double)scale);
}

/* All factors alike and their mantissas full: sums are as large as they can be beside the largest factor. */
static struct example make_full(size_t dim) {
    struct rng rng = rng_seed(1, dim);
    struct example example = make_example(KERNEL_ROWS_MAX, 5, 64, dim, true, &rng);
    const size_t stride = kernel_stride(dim);
    for (size_t i = 0; i < (example.vocab - 1) * stride; i++)
        example.center_matrix[i] = example.context_matrix[i] = i % stride < dim ? 0x3fff : 0;
    return example;
}

static void fill_full_weights(struct kernel_step *step) {
    memset(step->pairs, 0, step->rows * step->band_columns * sizeof *step->pairs);
    for (size_t p = 0; p < step->rows; p++) {
        for (size_t k = 0; k <= 2 * step->window; k++)
            step->pairs[p * step->band_columns + p % 2 + k] = 0.999f;
        for (size_t j = 0; j < step->noise_count; j++)
            step->noise_scores[p * step->columns + j] = 0.999f;
    }
}

/* Numbers that differ by more than what rounds to another bfloat16 or two. */
static size_t unlike(const bfloat16 *a, const bfloat16 *b, size_t count) {
    size_t different = 0;
    for (size_t i = 0; i < count; i++)
        different += !(fabsf(bfloat16_value(a[i]) - bfloat16_value(b[i])) <=
                       0x1p-6f * fabsf(bfloat16_value(a[i])));
    return different;
}

static void check_full(struct test *test, const struct kernel *kernel, size_t dim) {
    struct example expected = make_full(dim), actual = make_full(dim);
    const struct kernel_step *step = &expected.step;
    kernel_scalar.scores(step);
    kernel->scores(&actual.step);
    const float bound = 0.001f * step->noise_scores[0];
    CHECK_MSG(
        test,
        differences(step->pairs, actual.step.pairs, 12, bound) == 0 &&
            differences(step->noise_scores, actual.step.noise_scores, step->rows * step->columns, bound) == 0,
        "%s dim %zu: scores", kernel->name, dim);
    fill_full_weights(&expected.step);
    fill_full_weights(&actual.step);
    kernel_scalar.update(step, 0.125f);
    kernel->update(&actual.step, 0.125f);
    const size_t count = expected.vocab * kernel_stride(dim);
    CHECK_MSG(test,
              unlike(expected.center_matrix, actual.center_matrix, count) +
                      unlike(expected.context_matrix, actual.context_matrix, count) ==
                  0,
              "%s dim %zu: rows", kernel->name, dim);
    free_example(&expected);
    free_example(&actual);
}

static void test_full(struct test *test) {
    const size_t dims[] = {1, 16, 32, 33, 100, 128, 129, 512, 513, 2048, 2049, 4096};
    const struct kernel *kernel;
    for (size_t i = 0; (kernel = kernel_at(i)) != NULL; i++)
        for (size_t k = 0; k < sizeof dims / sizeof *dims; k++)
            check_full(test, kernel, dims[k]);
}

/* A weight just below a power of two is not rounded to what its bits can't hold. */
static void test_largest_weight(struct test *test) {
    const struct kernel *kernel;
    for (size_t i = 0; (kernel = kernel_at(i)) != NULL; i++) {
        struct rng rng = rng_seed(4, 4);
        struct example example = make_example(1, 1, 1, 1, true, &rng);
        *example.centers[0] = bfloat16_round(1, 0);
        *example.noise[0] = bfloat16_round(2, 0);
        example.step.noise_scores[0] = 0;
        score_only(kernel, &example.step);
        example.step.noise_scores[0] = nextafterf(1, 0);
        kernel->update(&example.step, 3);
        const float input = bfloat16_value(*example.centers[0]), noise = bfloat16_value(*example.noise[0]);
        CHECK_MSG(test, fabsf(input - 7) <= 0.03125f && fabsf(noise - 5) <= 0.03125f, "%s: %g and %g",
                  kernel->name, (double)input, (double)noise);
        free_example(&example);
    }
}

static void test_rounding(struct test *test) {
    const float scales[] = {-1e-5f, 1e-4f, -1e-3f, 0.0123f, -0.3f, 1, 10};
    const struct kernel *kernel;
    for (size_t i = 0; (kernel = kernel_at(i)) != NULL; i++)
        for (size_t k = 0; k < sizeof scales / sizeof *scales; k++)
            check_rounding(test, kernel, scales[k]);
}

/* --- self factors --- */

/* Self factors for all rows that move, in [-1, 1); zero for those that only fill up. */
static void add_self(struct example *example, size_t rows, struct rng *rng) {
    struct kernel_step *step = &example->step;
    const size_t contexts = step->rows + 2 * step->window, max = kernel_floats(contexts + step->columns);
    example->self = aligned_zeros(3 * max, sizeof *example->self);
    for (size_t p = 0; p < rows; p++)
        example->self[p] = 2 * rng_unit(rng) - 1;
    for (size_t s = 0; s < contexts; s++)
        example->self[max + s] = 2 * rng_unit(rng) - 1;
    for (size_t j = 0; j < step->noise_count; j++)
        example->self[2 * max + j] = 2 * rng_unit(rng) - 1;
    step->center_self = example->self;
    step->context_self = example->self + max;
    step->noise_self = example->self + 2 * max;
}

/* What an update makes of number d of center (kind 0), context (kind 1) or noise row (kind 2) `index`. */
static double exact_row(const struct kernel_step *step, int kind, size_t index, size_t d, double scale) {
    double sum = 0, row = 0, self = 0;
    if (kind == 0) {
        row = (double)bfloat16_value(step->centers[index][d]);
        self = (double)step->center_self[index];
        for (size_t k = 0; k < 2 * step->window + 2; k++)
            sum += (double)step->pairs[index * step->band_columns + k] *
                   (double)bfloat16_value(step->contexts[index / 2 * 2 + k][d]);
        for (size_t j = 0; j < step->noise_count; j++)
            sum += (double)step->noise_scores[index * step->columns + j] *
                   (double)bfloat16_value(step->noise[j][d]);
    } else {
        row = (double)bfloat16_value((kind == 1 ? step->contexts : step->noise)[index][d]);
        self = (double)(kind == 1 ? step->context_self : step->noise_self)[index];
        for (size_t p = 0; p < step->rows; p++) {
            const bool in_band = p / 2 * 2 <= index && index < p / 2 * 2 + 2 * step->window + 2;
            const float weight = kind == 2 ? step->noise_scores[p * step->columns + index]
                                 : in_band ? step->pairs[p * step->band_columns + index - p / 2 * 2]
                                           : 0;
            sum += (double)weight * (double)bfloat16_value(step->centers[p][d]);
        }
    }
    return row + scale * (sum + self * row);
}

/* Each row stands in one place only, so that what it becomes is known exactly. */
static struct example make_distinct(size_t rows, size_t window, size_t noise, size_t dim, struct rng *rng) {
    struct example example = make_example(rows, window, noise, dim, true, rng);
    const size_t stride = kernel_stride(dim), contexts = example.step.rows + 2 * window;
    for (size_t p = 0; p < rows; p++)
        example.centers[p] = example.center_matrix + p * stride;
    for (size_t s = 0; s < contexts; s++)
        example.contexts[s] = example.context_matrix + s * stride;
    for (size_t j = 0; j < noise; j++)
        example.noise[j] = example.context_matrix + (contexts + j) * stride;
    return example;
}

static size_t count_wrong(const struct example *before, const struct example *after, int kind, size_t count,
                          double scale) {
    bfloat16 *const *rows = kind == 0 ? after->centers : kind == 1 ? after->contexts : after->noise;
    size_t wrong = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t d = 0; d < before->step.dim; d++) {
            const double exact = exact_row(&before->step, kind, i, d, scale);
            wrong += !(fabs((double)bfloat16_value(rows[i][d]) - exact) <= 0x1p-7 * fabs(exact) + 1e-5);
        }
    return wrong;
}

/* The rows of `before` are scored too, but not updated. */
static void check_self(struct test *test, const struct kernel *kernel, size_t rows, size_t window,
                       size_t noise, size_t dim) {
    struct rng rng = rng_seed(rows * 100 + noise, dim), same = rng;
    struct example before = make_distinct(rows, window, noise, dim, &rng);
    struct example after = make_distinct(rows, window, noise, dim, &same);
    kernel->scores(&after.step);
    fill_weights(&before.step, rows, &rng);
    fill_weights(&after.step, rows, &same);
    add_self(&before, rows, &rng);
    add_self(&after, rows, &same);
    kernel->update(&after.step, -0.25f);
    CHECK_MSG(test,
              count_wrong(&before, &after, 0, rows, -0.25) == 0 &&
                  count_wrong(&before, &after, 1, after.step.rows + 2 * window, -0.25) == 0 &&
                  count_wrong(&before, &after, 2, noise, -0.25) == 0,
              "%s: self factors, rows %zu window %zu noise %zu dim %zu", kernel->name, rows, window, noise,
              dim);
    free_example(&before);
    free_example(&after);
}

static void test_self(struct test *test) {
    const struct kernel *kernel;
    for (size_t i = 0; (kernel = kernel_at(i)) != NULL; i++)
        for (size_t dim = 1; dim <= 130; dim += 3)
            check_self(test, kernel, 1 + dim % 20, 1 + dim % 6, 1 + dim * 7 % 40, dim);
}

/* A row in two places is moved twice, and the second self factor multiplies what the first move made. */
static void test_self_of_repeated_row(struct test *test) {
    const struct kernel *kernel;
    for (size_t i = 0; (kernel = kernel_at(i)) != NULL; i++) {
        struct rng rng = rng_seed(1, 2);
        struct example example = make_distinct(2, 1, 2, 1, &rng);
        *example.noise[0] = bfloat16_round(8, 0);
        example.noise[1] = example.noise[0];
        kernel->scores(&example.step);
        fill_weights(&example.step, 0, &rng);
        const float self[16] = {0.5f, 0.25f};
        example.step.noise_self = self;
        kernel->update(&example.step, 2);
        const double value = (double)bfloat16_value(*example.noise[0]);
        CHECK_MSG(test, value == 24, "%s: %g", kernel->name, value);
        free_example(&example);
    }
}

/* --- squares --- */

static void check_squares(struct test *test, const struct kernel *kernel, size_t count, size_t dim) {
    struct rng rng = rng_seed(count, dim);
    const size_t stride = kernel_stride(dim);
    bfloat16 *matrix = make_rows(count, dim, false, &rng), **rows = calloc(count, sizeof *rows);
    float *squares = aligned_zeros(kernel_floats(count), sizeof *squares);
    for (size_t r = 0; r < count; r++)
        rows[r] = matrix + (count - 1 - r) * stride;
    kernel->squares(rows, count, dim, squares);
    size_t wrong = 0;
    for (size_t r = 0; r < count; r++) {
        double exact = 0;
        for (size_t d = 0; d < dim; d++)
            exact += (double)bfloat16_value(rows[r][d]) * (double)bfloat16_value(rows[r][d]);
        wrong += !(fabs((double)squares[r] - exact) <= 1e-6 * (exact + 1));
    }
    CHECK_MSG(test, wrong == 0, "%s: %zu of %zu squares, dim %zu", kernel->name, wrong, count, dim);
    free(matrix);
    free(rows);
    free(squares);
}

/* Of tiny, usual and huge squares; roots and quotients are rounded correctly, so the bits are the same. */
static void check_inverted(struct test *test, const struct kernel *kernel, size_t count) {
    struct rng rng = rng_seed(count, 9);
    float *values = aligned_zeros(kernel_floats(count), sizeof *values);
    float *expected = aligned_zeros(kernel_floats(count), sizeof *expected);
    for (size_t i = 0; i < count; i++)
        expected[i] = values[i] = i % 5 == 0 ? 0 : ldexpf(rng_unit(&rng), (int)rng_below(&rng, 120) - 60);
    kernel->invert_norms(values, count);
    kernel_scalar.invert_norms(expected, count);
    size_t wrong = 0;
    for (size_t i = 0; i < count; i++)
        wrong += values[i] != expected[i] || !isfinite(values[i]) || !(values[i] > 0);
    CHECK_MSG(test, wrong == 0, "%s: %zu of %zu norms", kernel->name, wrong, count);
    CHECK(test, fabsf(expected[0] - 1e6f) < 1);
    free(values);
    free(expected);
}

static void test_inverted(struct test *test) {
    const struct kernel *kernel;
    for (size_t i = 0; (kernel = kernel_at(i)) != NULL; i++)
        for (size_t count = 1; count < 100; count += 7)
            check_inverted(test, kernel, count);
}

static void test_squares(struct test *test) {
    const struct kernel *kernel;
    for (size_t i = 0; (kernel = kernel_at(i)) != NULL; i++) {
        for (size_t count = 1; count <= 40; count++)
            check_squares(test, kernel, count, 100);
        for (size_t dim = 1; dim <= 130; dim++)
            check_squares(test, kernel, 1 + dim % 20, dim);
    }
}

static void check_merge(struct test *test, const struct kernel *kernel, float share) {
    enum { COUNT = 32 * 2000 };
    struct rng rng = rng_seed(5, 5);
    bfloat16 *rows = make_rows(1, COUNT, false, &rng), *last = make_rows(1, COUNT, false, &rng);
    bfloat16 *shared = make_rows(1, COUNT, false, &rng);
    uint32_t *random = aligned_zeros(KERNEL_ROW_FLOATS, sizeof *random);
    double *exact = calloc(COUNT, sizeof *exact);
    for (size_t i = 0; i < KERNEL_ROW_FLOATS; i++)
        random[i] = (uint32_t)rng_next(&rng) | 1;
    for (size_t i = 0; i < COUNT; i++)
        exact[i] = (double)bfloat16_value(shared[i]) +
                   (double)share * ((double)bfloat16_value(rows[i]) - (double)bfloat16_value(last[i]));
    kernel->merge(rows, last, shared, COUNT, share, random);
    struct errors errors = {0};
    for (size_t i = 0; i < COUNT; i++)
        if (exact[i] != 0)
            add_error(&errors, shared[i], exact[i]);
    check_errors(test, &errors, kernel->name, (double)share);
    CHECK_MSG(test,
              memcmp(rows, shared, COUNT * sizeof *rows) == 0 &&
                  memcmp(last, shared, COUNT * sizeof *last) == 0,
              "%s: rows are not what is shared", kernel->name);
    free(rows);
    free(last);
    free(shared);
    free(random);
    free(exact);
}

static void test_merge(struct test *test) {
    const struct kernel *kernel;
    for (size_t i = 0; (kernel = kernel_at(i)) != NULL; i++) {
        check_merge(test, kernel, 1);
        check_merge(test, kernel, 0.5f);
        check_merge(test, kernel, 0.125f);
    }
}

static void test_weigh(struct test *test) {
    const struct kernel *kernel;
    for (size_t i = 0; (kernel = kernel_at(i)) != NULL; i++)
        for (size_t rows = 1; rows <= 9; rows++)
            check_weigh(test, kernel, rows, KERNEL_ROW_FLOATS * rows);
}

static void test_weigh_errors(struct test *test) {
    const struct kernel *kernel;
    for (size_t i = 0; (kernel = kernel_at(i)) != NULL; i++)
        for (size_t count = KERNEL_ROW_FLOATS; count <= 9 * KERNEL_ROW_FLOATS; count += KERNEL_ROW_FLOATS)
            check_weigh_errors(test, kernel, count);
}

static void test_bands(struct test *test) {
    const struct kernel *kernel;
    for (size_t i = 0; (kernel = kernel_at(i)) != NULL; i++)
        for (size_t window = 1; window <= 40; window++)
            for (size_t at = 0; at <= 100; at += 20)
                check_bands(test, kernel, at, 1 + (window * 7 + at) % KERNEL_ROWS_MAX, window);
}

/* The bound is relative, for scores within +-80, where exp stays in range; beyond, the limits 0 and 1. */
static void test_logistic(struct test *test) {
    enum { COUNT = 16 * 4000, HALF = COUNT / 2 };
    float *values = aligned_alloc(64, COUNT * sizeof *values);
    const struct kernel *kernel;
    for (size_t i = 0; (kernel = kernel_at(i)) != NULL; i++) {
        const double bound = fmax(1e-6, (double)kernel->weight_roundoff / 16);
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
        CHECK_MSG(test, worst < bound, "%s: %g", kernel->name, worst);
        for (size_t k = 0; k < 16; k++)
            values[k] = k % 2 == 0 ? 1e30f : -1e30f;
        kernel->logistic(values, 16);
        for (size_t k = 0; k < 16; k++)
            CHECK_MSG(test, k % 2 == 0 ? fabs((double)values[k] - 1) < bound : fabsf(values[k]) < 1e-30f,
                      "%s: %g", kernel->name, (double)values[k]);
    }
    free(values);
}

/* One row of scores against the same in double. */
static void check_softmax_row(struct test *test, const char *name, size_t columns, const float *scores,
                              const float *weights, const float *values, float log_value) {
    double max = -INFINITY, sum = 0;
    for (size_t j = 0; j < columns; j++)
        max = weights[j] > 0 ? fmax(max, (double)scores[j]) : max;
    for (size_t j = 0; j < columns; j++)
        sum += weights[j] > 0 ? (double)weights[j] * exp((double)scores[j] - max) : 0;
    const double log_sum = max + log(sum);
    CHECK_MSG(test,
              sum > 0 ? fabs((double)log_value - log_sum) < 1e-6 * fmax(1, fabs(log_sum))
                      : log_value < -1e30f,
              "%s: log %g, not %g", name, (double)log_value, log_sum);
    for (size_t j = 0; j < columns; j++) {
        const double exact = weights[j] > 0 ? (double)weights[j] * exp((double)scores[j] - log_sum) : 0;
        CHECK_MSG(test, fabs((double)values[j] - exact) < 1e-6 * exact + 1e-33, "%s, score %g: %g, not %g",
                  name, (double)scores[j], (double)values[j], exact);
    }
}

/* Rows of scores within +-spread. A third of the columns weigh nothing, and their scores are the largest;
 * with weights for each row, the second row has no weight at all. */
static void check_softmax(struct test *test, const struct kernel *kernel, size_t rows, size_t columns,
                          float spread, size_t stride) {
    struct rng rng = rng_seed(rows, columns);
    float *scores = make_floats(rows, columns, columns, &rng),
          *values = aligned_zeros(rows * columns, sizeof *values);
    float *weights = aligned_zeros(rows * columns, sizeof *weights);
    _Alignas(64) float logs[KERNEL_ROWS_MAX];
    for (size_t i = 0; i < (stride > 0 ? rows * columns : columns); i++)
        weights[i] = i / columns != 1 ? (float)((i / columns + i) % 3) : 0;
    for (size_t r = 0; r < rows; r++)
        for (size_t j = 0; j < columns; j++) {
            float *score = &scores[r * columns + j];
            values[r * columns + j] = *score = weights[r * stride + j] > 0 ? *score * spread : 2 * spread;
        }
    kernel->softmax(values, rows, columns, weights, stride, logs);
    for (size_t r = 0; r < rows; r++)
        check_softmax_row(test, kernel->name, columns, scores + r * columns, weights + r * stride,
                          values + r * columns, logs[r]);
    free(scores);
    free(values);
    free(weights);
}

static void test_softmax(struct test *test) {
    const struct kernel *kernel;
    for (size_t i = 0; (kernel = kernel_at(i)) != NULL; i++)
        for (size_t rows = 1; rows <= KERNEL_ROWS_MAX; rows += 7)
            for (size_t columns = KERNEL_ROW_FLOATS; columns <= 5 * KERNEL_ROW_FLOATS; columns *= 2) {
                check_softmax(test, kernel, rows, columns, 0.001f, columns);
                check_softmax(test, kernel, rows, columns, 5, 0);
                check_softmax(test, kernel, rows, columns, 1e4f, columns);
            }
}

/* A tenth of the weights are zero. All weights are multiples of 1/8, so that sums are exact. */
static void check_hinge(struct test *test, const struct kernel *kernel, size_t rows, size_t band,
                        size_t columns) {
    struct rng rng = rng_seed(band, columns);
    float *pairs = make_floats(rows, band, band, &rng), *noise = make_floats(rows, columns, columns, &rng);
    float *new_pairs = aligned_zeros(rows * band, sizeof *pairs);
    float *new_noise = aligned_zeros(rows * columns, sizeof *noise);
    float *pair_weights = aligned_zeros(rows * band, sizeof *pairs),
          *weights = aligned_zeros(columns, sizeof *noise);
    for (size_t i = 0; i < rows * band; i++)
        pair_weights[i] = (float)rng_below(&rng, 10) / 8;
    for (size_t j = 0; j < columns; j++)
        weights[j] = (float)rng_below(&rng, 10) / 8;
    memcpy(new_pairs, pairs, rows * band * sizeof *pairs);
    memcpy(new_noise, noise, rows * columns * sizeof *noise);
    const struct kernel_step step = {.rows = rows,
                                     .band_columns = band,
                                     .columns = columns,
                                     .pairs = new_pairs,
                                     .noise_scores = new_noise};
    const struct kernel_hinge hinge = {
        .margin = 0.5f, .scale = 0.25f, .pair_weights = pair_weights, .column_weights = weights};
    kernel->hinge(&step, &hinge);
    for (size_t p = 0; p < rows; p++) {
        for (size_t k = 0; k < band; k++) {
            float sum = 0;
            for (size_t j = 0; j < columns; j++)
                sum += noise[p * columns + j] > pairs[p * band + k] - 0.5f ? weights[j] : 0;
            CHECK_MSG(test, new_pairs[p * band + k] == -0.25f * pair_weights[p * band + k] * sum, "%s",
                      kernel->name);
        }
        for (size_t j = 0; j < columns; j++) {
            float sum = 0;
            for (size_t k = 0; k < band; k++)
                sum += noise[p * columns + j] > pairs[p * band + k] - 0.5f ? pair_weights[p * band + k] : 0;
            CHECK_MSG(test, new_noise[p * columns + j] == 0.25f * weights[j] * sum, "%s", kernel->name);
        }
    }
    free(pairs);
    free(noise);
    free(new_pairs);
    free(new_noise);
    free(pair_weights);
    free(weights);
}

static void test_hinge(struct test *test) {
    const struct kernel *kernel;
    for (size_t i = 0; (kernel = kernel_at(i)) != NULL; i++)
        for (size_t band = KERNEL_ROW_FLOATS; band <= KERNEL_BAND_MAX; band *= 3)
            for (size_t columns = KERNEL_ROW_FLOATS; columns <= 80; columns += KERNEL_ROW_FLOATS)
                check_hinge(test, kernel, 1 + columns / 16, band, columns);
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
    {"kernel: rows are rounded up and down, and not at all in the mean", test_rounding},
    {"kernel: the largest sums", test_full},
    {"kernel: a weight just below a power of two", test_largest_weight},
    {"kernel: rows move by a multiple of themselves too", test_self},
    {"kernel: self factors of a row in two places", test_self_of_repeated_row},
    {"kernel: squared lengths of rows", test_squares},
    {"kernel: reciprocal lengths", test_inverted},
    {"kernel: rows merged, and rounded the same way", test_merge},
    {"kernel: gradients weighed", test_weigh},
    {"kernel: errors weighed", test_weigh_errors},
    {"kernel: weights of bands", test_bands},
    {"kernel: the logistic function is as exact as it says", test_logistic},
    {"kernel: softmax of rows, and its logarithm", test_softmax},
    {"kernel: violations of a margin", test_hinge},
    {"kernel: chosen by name", test_choose},
};
TEST_MAIN(cases)

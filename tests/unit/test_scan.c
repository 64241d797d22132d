/* Every scan kernel that this machine can run against the scalar reference. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "harness.h"
#include "search/scan_list.h"
#include "search/scan_registry.h"

#define ROUND_UP(n) (((n) + 15) / 16 * 16)

/* Aligned room with random values in [-1, 1), and zeros beyond `dim` in every row. */
static float *make_rows(size_t rows, size_t dim, size_t stride, struct rng *rng) {
    float *values = aligned_alloc(64, ROUND_UP(rows * stride + 16) * sizeof *values);
    if (values == NULL)
        exit(2);
    memset(values, 0, ROUND_UP(rows * stride + 16) * sizeof *values);
    for (size_t r = 0; r < rows; r++)
        for (size_t d = 0; d < dim; d++)
            values[r * stride + d] = 2 * rng_unit(rng) - 1;
    return values;
}

/* Rounding errors of a sum of n products of numbers below 1 grow with n; 1e-6 is sixteen units in the last
 * place. */
static size_t differences(const float *a, const float *b, size_t count, size_t terms) {
    size_t different = 0;
    for (size_t i = 0; i < count; i++)
        different += !(fabsf(a[i] - b[i]) <= 1e-6f * (float)(terms + 4));
    return different;
}

static void check_dots(struct test *test, const struct scan_kernel *kernel, size_t count, size_t dim,
                       struct rng *rng) {
    const size_t stride = ROUND_UP(dim);
    float *target = make_rows(1, dim, stride, rng), *rows = make_rows(count, dim, stride, rng);
    _Alignas(64) float expected[SCAN_ROWS] = {0}, actual[SCAN_ROWS] = {0};
    scan_scalar.dots(expected, target, rows, count, stride);
    kernel->dots(actual, target, rows, count, stride);
    CHECK_MSG(test, differences(expected, actual, count, dim) == 0, "%s: %zu rows of %zu", kernel->name,
              count, dim);
    free(target);
    free(rows);
}

static void check_code_dots(struct test *test, const struct scan_kernel *kernel, size_t count, size_t dim,
                            struct rng *rng) {
    const size_t stride = ROUND_UP(dim);
    float *target = make_rows(1, dim, stride, rng);
    int8_t *codes = aligned_alloc(16, count * stride);
    if (codes == NULL)
        exit(2);
    for (size_t i = 0; i < count * stride; i++)
        codes[i] = (int8_t)(i % stride < dim ? (int)rng_below(rng, 255) - 127 : 0);
    _Alignas(64) float expected[SCAN_ROWS] = {0}, actual[SCAN_ROWS] = {0};
    scan_scalar.quantized_dots(expected, target, codes, count, stride);
    kernel->quantized_dots(actual, target, codes, count, stride);
    for (size_t r = 0; r < SCAN_ROWS; r++) {
        expected[r] /= 127;
        actual[r] /= 127;
    }
    CHECK_MSG(test, differences(expected, actual, count, dim) == 0, "%s: %zu rows of %zu codes", kernel->name,
              count, dim);
    free(target);
    free(codes);
}

/* The reference itself, at the ends of what eight bits hold. */
static void codes_by_hand(struct test *test) {
    _Alignas(64) const float target[16] = {0.5f, -1, 2};
    _Alignas(16) const int8_t codes[32] = {127, -127, 1, 5, [16] = -128, 3, 0};
    const struct scan_kernel *kernel;
    for (size_t i = 0; (kernel = scan_kernel_at(i)) != NULL; i++) {
        _Alignas(64) float products[SCAN_ROWS];
        kernel->quantized_dots(products, target, codes, 2, 16);
        CHECK_MSG(test, products[0] == 192.5f && products[1] == -67, "%s: %g %g", kernel->name,
                  (double)products[0], (double)products[1]);
    }
}

static void check_multiply(struct test *test, const struct scan_kernel *kernel, size_t targets, size_t count,
                           size_t dim, struct rng *rng) {
    const size_t stride = ROUND_UP(dim), products = targets * SCAN_ROWS;
    float *asked = make_rows(targets, dim, stride, rng), *rows = make_rows(count, dim, stride, rng);
    float *factors = make_rows(1, SCAN_ROWS, SCAN_ROWS, rng);
    float *expected = make_rows(stride, 0, SCAN_ROWS, rng), *panel = make_rows(stride, 0, SCAN_ROWS, rng);
    scan_scalar.pack(expected, rows, factors, count, stride);
    kernel->pack(panel, rows, factors, count, stride);
    for (size_t d = 0; d < stride; d++)
        CHECK_MSG(test, memcmp(expected + d * SCAN_ROWS, panel + d * SCAN_ROWS, count * sizeof *panel) == 0,
                  "%s: dim %zu of %zu rows of %zu", kernel->name, d, count, dim);
    float *first = make_rows(1, 0, products, rng), *second = make_rows(1, 0, products, rng);
    scan_scalar.multiply(first, asked, targets, stride, panel, dim);
    kernel->multiply(second, asked, targets, stride, panel, dim);
    CHECK_MSG(test, differences(first, second, products, dim) == 0, "%s: %zu targets of %zu", kernel->name,
              targets, dim);
    free(asked);
    free(rows);
    free(factors);
    free(expected);
    free(panel);
    free(first);
    free(second);
}

static void every_dim_and_count(struct test *test) {
    const struct scan_kernel *kernel;
    struct rng rng = rng_seed(1, 0);
    for (size_t i = 0; (kernel = scan_kernel_at(i)) != NULL; i++) {
        for (size_t dim = 1; dim <= 130; dim++) {
            check_dots(test, kernel, 1 + dim % SCAN_ROWS, dim, &rng);
            check_code_dots(test, kernel, 1 + dim % SCAN_ROWS, dim, &rng);
            check_multiply(test, kernel, 1 + dim % 23, 1 + dim * 5 % SCAN_ROWS, dim, &rng);
        }
        for (size_t count = 1; count <= SCAN_ROWS; count++) {
            check_dots(test, kernel, count, 300, &rng);
            check_code_dots(test, kernel, count, 300, &rng);
            check_multiply(test, kernel, count, count, 20, &rng);
        }
    }
}

/* One value of a block of -1 is the cut, just below it, or NaN, at every place. */
static void what_reaches_the_cut(struct test *test) {
    enum { TARGETS = 3 };
    const struct scan_kernel *kernel;
    const float values[] = {0.5f, nextafterf(0.5f, 0), NAN, INFINITY, -INFINITY};
    const bool reached[] = {true, false, true, true, false};
    for (size_t i = 0; (kernel = scan_kernel_at(i)) != NULL; i++)
        for (size_t v = 0; v < 5; v++)
            for (size_t place = 0; place < TARGETS * SCAN_ROWS; place++) {
                _Alignas(64) float products[TARGETS * SCAN_ROWS];
                const float cuts[TARGETS] = {0.5f, 0.5f, 0.5f};
                uint32_t found[TARGETS] = {9, 9, 9};
                for (size_t p = 0; p < TARGETS * SCAN_ROWS; p++)
                    products[p] = p == place ? values[v] : -1;
                const size_t count = kernel->reach(found, products, cuts, TARGETS);
                CHECK_MSG(test, count == reached[v] && (count == 0 || found[0] == place / SCAN_ROWS),
                          "%s: value %zu, place %zu: %zu, %u", kernel->name, v, place, count,
                          (unsigned)found[0]);
            }
}

static void all_of_several_targets(struct test *test) {
    const struct scan_kernel *kernel;
    _Alignas(64) float products[4 * SCAN_ROWS] = {0};
    const float cuts[] = {-1, 1, -INFINITY, 0};
    for (size_t i = 0; (kernel = scan_kernel_at(i)) != NULL; i++) {
        uint32_t found[4];
        CHECK_MSG(test, kernel->reach(found, products, cuts, 4) == 3, "%s", kernel->name);
        CHECK_MSG(test, found[0] == 0 && found[1] == 2 && found[2] == 3, "%s", kernel->name);
    }
}

/* Products of every size, and a cut for each row just at the highest, or just above it. */
static void the_highest_of_each_row(struct test *test) {
    enum { TARGETS = 9 };
    struct rng rng = rng_seed(5, 0);
    float *products = make_rows(TARGETS, SCAN_ROWS, SCAN_ROWS, &rng);
    const struct scan_kernel *kernel;
    for (size_t i = 0; (kernel = scan_kernel_at(i)) != NULL; i++)
        for (size_t count = 1; count <= TARGETS; count++) {
            _Alignas(64) float expected[SCAN_ROWS], actual[SCAN_ROWS], cuts[SCAN_ROWS];
            uint32_t found[TARGETS];
            scan_scalar.highest(expected, products, count);
            kernel->highest(actual, products, count);
            for (size_t row = 0; row < SCAN_ROWS; row++) {
                CHECK_MSG(test, expected[row] == actual[row], "%s row %zu", kernel->name, row);
                for (size_t r = 0; r < SCAN_ROWS; r++)
                    cuts[r] = r == row ? expected[r] : nextafterf(expected[r], 2);
                const size_t number = kernel->reach_rows(found, products, cuts, count);
                CHECK_MSG(test, number == 1 && products[found[0] * SCAN_ROWS + row] == expected[row],
                          "%s: row %zu, %zu found", kernel->name, row, number);
                cuts[row] = nextafterf(expected[row], 2);
                CHECK_MSG(test, kernel->reach_rows(found, products, cuts, count) == 0, "%s", kernel->name);
            }
        }
    for (size_t i = 0; (kernel = scan_kernel_at(i)) != NULL; i++) {
        _Alignas(64) float cuts[SCAN_ROWS];
        uint32_t found[TARGETS];
        for (size_t r = 0; r < SCAN_ROWS; r++)
            cuts[r] = -2;
        CHECK(test, kernel->reach_rows(found, products, cuts, TARGETS) == TARGETS && found[8] == 8);
    }
    free(products);
}

static const struct scan_part parts[] = {{3, 1}, {0, -1}, {2, 1}, {2, -2.5f}};

static void sums_of_products(struct test *test) {
    struct rng rng = rng_seed(3, 0);
    float *products = make_rows(4, SCAN_ROWS, SCAN_ROWS, &rng);
    const struct scan_kernel *kernel;
    for (size_t i = 0; (kernel = scan_kernel_at(i)) != NULL; i++)
        for (size_t count = 1; count <= 4; count++) {
            _Alignas(64) float expected[SCAN_ROWS], actual[SCAN_ROWS];
            scan_scalar.sum(expected, products, parts, count, 0);
            float most = -INFINITY;
            for (size_t r = 0; r < SCAN_ROWS; r++)
                most = fmaxf(most, expected[r]);
            CHECK_MSG(test, kernel->sum(actual, products, parts, count, most - 1e-4f), "%s", kernel->name);
            CHECK_MSG(test, !kernel->sum(actual, products, parts, count, most + 1e-4f), "%s", kernel->name);
            CHECK_MSG(test, differences(expected, actual, SCAN_ROWS, 4) == 0, "%s: %zu parts", kernel->name,
                      count);
        }
    free(products);
}

/* p = 0.5 and 0 above, -0.9 and -1 below: what is below 0 with the slack counts as 0. */
static void ratios_by_hand(struct test *test) {
    _Alignas(64) float products[4 * SCAN_ROWS], values[SCAN_ROWS];
    const float rows[] = {0.5f, -0.9f, 0, -1};
    for (size_t p = 0; p < 4 * SCAN_ROWS; p++)
        products[p] = rows[p / SCAN_ROWS];
    const struct scan_part above[] = {{0, 1}, {2, 2}, {1, -1}}, zero[] = {{0, 1}, {3, -1}, {1, -1}};
    const struct scan_kernel *kernel;
    for (size_t i = 0; (kernel = scan_kernel_at(i)) != NULL; i++) {
        CHECK(test, kernel->ratio(values, products, above, 3, 0.01f, 0.001f, 0));
        for (size_t r = 0; r < SCAN_ROWS; r++)
            CHECK_MSG(test, fabsf(values[r] - 0.755f * 0.505f / 0.046f) < 1e-4f, "%s: %g", kernel->name,
                      (double)values[r]);
        CHECK(test, kernel->ratio(values, products, zero, 3, 0.01f, 0.001f, 754.9f));
        CHECK(test, !kernel->ratio(values, products, zero, 3, 0.01f, 0.001f, 755.1f));
        CHECK_MSG(test, fabsf(values[7] - 755) < 0.01f, "%s: %g", kernel->name, (double)values[7]);
    }
}

static const struct test_case cases[] = {
    {"scan: products, every dim and number of rows and targets", every_dim_and_count},
    {"scan: products of codes by hand", codes_by_hand},
    {"scan: what reaches the cut, at every place", what_reaches_the_cut},
    {"scan: several targets reach their cuts", all_of_several_targets},
    {"scan: the highest product of each row", the_highest_of_each_row},
    {"scan: sums of products", sums_of_products},
    {"scan: ratios by hand", ratios_by_hand},
};

TEST_MAIN(cases)

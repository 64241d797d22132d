#include "query/nearest.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/rng.h"
#include "harness.h"
#include "query/vectors.h"

#define ROWS 1000
#define DIM 20
#define STRIDE 32

/* Rows of small whole numbers, so that many tie exactly; every row's norm beside it. */
struct matrix {
    _Alignas(64) float rows[ROWS * STRIDE];
    float norms[ROWS];
};

static struct matrix *make_matrix(struct model *model, uint64_t seed) {
    struct matrix *matrix = aligned_alloc(64, (sizeof *matrix + 63) / 64 * 64);
    if (matrix == NULL)
        exit(2);
    memset(matrix, 0, sizeof *matrix);
    struct rng rng = rng_seed(seed, 0);
    for (size_t i = 0; i < ROWS; i++) {
        float square = 0;
        for (size_t d = 0; d < DIM; d++) {
            const float value = d < 4 ? (float)rng_below(&rng, 5) - 2 : 0;
            matrix->rows[i * STRIDE + d] = value;
            square += value * value;
        }
        matrix->norms[i] = sqrtf(square);
    }
    *model = (struct model){
        .vocab = ROWS, .dim = DIM, .stride = STRIDE, .input = matrix->rows, .norms = matrix->norms};
    return matrix;
}

static int by_cosine(const void *a, const void *b) {
    const struct neighbour *x = a, *y = b;
    if (x->cosine != y->cosine)
        return x->cosine > y->cosine ? -1 : 1;
    return x->id < y->id ? -1 : 1;
}

/* Every word sorted, by the definition alone. */
static size_t brute_force(const struct matrix *matrix, const float *target, const bool *out,
                          struct neighbour *all) {
    size_t count = 0;
    for (size_t i = 0; i < ROWS; i++) {
        float product = 0;
        for (size_t d = 0; d < DIM; d++)
            product += matrix->rows[i * STRIDE + d] * target[d];
        if (!out[i] && matrix->norms[i] > 0 && isfinite(matrix->norms[i]))
            all[count++] = (struct neighbour){i, product / matrix->norms[i]};
    }
    qsort(all, count, sizeof *all, by_cosine);
    return count;
}

static bool same(const struct neighbour *a, const struct neighbour *b, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (a[i].id != b[i].id || a[i].cosine != b[i].cosine)
            return false;
    return true;
}

/* Targets of halves and quarters, so that float sums are exact in any order. */
static void top_k_is_that_of_a_full_sort(struct test *test) {
    struct model model;
    struct matrix *matrix = make_matrix(&model, 1);
    static _Alignas(64) float target[STRIDE] = {0.5F, -0.5F, 0.25F, 0.75F};
    static struct neighbour all[ROWS], found[ROWS + 1];
    bool out[ROWS] = {false};
    const size_t left_out[] = {0, 3, 127, 128, 500, ROWS - 2};
    for (size_t i = 0; i < 6; i++)
        out[left_out[i]] = true;
    const size_t count = brute_force(matrix, target, out, all);
    CHECK(test, count > ROWS / 2);
    const size_t sizes[] = {0, 1, 2, 3, 10, 100, count - 1, count, ROWS + 1};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        const size_t expected = sizes[i] < count ? sizes[i] : count;
        const size_t got = nearest(&model, target, left_out, 6, found, sizes[i]);
        CHECK_MSG(test, got == expected, "most %zu: %zu", sizes[i], got);
        CHECK_MSG(test, same(found, all, expected), "most %zu", sizes[i]);
    }
    free(matrix);
}

static void rows_without_a_direction_never_answer(struct test *test) {
    struct model model;
    struct matrix *matrix = make_matrix(&model, 2);
    static _Alignas(64) float target[STRIDE] = {1};
    static struct neighbour found[ROWS];
    memset(matrix->rows + (size_t)5 * STRIDE, 0, DIM * sizeof(float));
    matrix->norms[5] = 0;
    matrix->rows[(size_t)6 * STRIDE] = INFINITY;
    matrix->norms[6] = INFINITY;
    matrix->rows[(size_t)7 * STRIDE] = NAN;
    matrix->norms[7] = NAN;
    matrix->rows[(size_t)8 * STRIDE] = NAN; /* a norm that does not fit its row */
    matrix->norms[8] = 1;
    const size_t count = nearest(&model, target, NULL, 0, found, ROWS);
    CHECK(test, count > ROWS / 2);
    for (size_t i = 0; i < count; i++) {
        CHECK_MSG(test, found[i].id < 5 || found[i].id > 8, "word %zu", found[i].id);
        CHECK_MSG(test, isfinite(found[i].cosine), "word %zu", found[i].id);
    }
    free(matrix);
}

static void nothing_is_left_of_a_model_left_out(struct test *test) {
    struct model model;
    struct matrix *matrix = make_matrix(&model, 3);
    static _Alignas(64) float target[STRIDE] = {1};
    struct neighbour found[4];
    const size_t left_out[] = {0, 1, 2};
    model.vocab = 3;
    CHECK(test, nearest(&model, target, left_out, 3, found, 4) == 0);
    model.vocab = 0;
    CHECK(test, nearest(&model, target, NULL, 0, found, 4) == 0);
    free(matrix);
}

/* Whole numbers: every order of summing gives the same floats. */
static void products_of_every_shape_of_block(struct test *test) {
    struct model model;
    struct matrix *matrix = make_matrix(&model, 4);
    float products[5 * 9];
    for (size_t targets = 1; targets <= 5; targets++)
        for (size_t rows = 1; rows <= 9; rows++) {
            vector_products(matrix->rows, targets, matrix->rows + (size_t)10 * STRIDE, rows, STRIDE,
                            products);
            for (size_t t = 0; t < targets; t++)
                for (size_t r = 0; r < rows; r++) {
                    float expected = 0;
                    for (size_t d = 0; d < DIM; d++)
                        expected += matrix->rows[t * STRIDE + d] * matrix->rows[(10 + r) * STRIDE + d];
                    CHECK_MSG(test, products[t * rows + r] == expected, "%zu by %zu", targets, rows);
                }
        }
    free(matrix);
}

static void equal_rows_tie_exactly_at_every_place(struct test *test) {
    const size_t rows = 11, targets = 3;
    static _Alignas(64) float all[11 * STRIDE], asked[3 * STRIDE];
    struct rng rng = rng_seed(5, 0);
    for (size_t d = 0; d < STRIDE; d++) {
        asked[d] = rng_unit(&rng) - 0.5F;
        const float value = rng_unit(&rng) - 0.5F;
        for (size_t r = 0; r < rows; r++)
            all[r * STRIDE + d] = value;
        for (size_t t = 1; t < targets; t++)
            asked[t * STRIDE + d] = asked[d];
    }
    float products[33];
    vector_products(asked, targets, all, rows, STRIDE, products);
    for (size_t i = 1; i < rows * targets; i++)
        CHECK_MSG(test, products[i] == products[0], "product %zu", i);
}

static void a_unit_vector_has_length_one_or_none(struct test *test) {
    float target[STRIDE] = {3, 4};
    CHECK(test, vector_unit(target, STRIDE));
    CHECK(test, fabsf(target[0] - 0.6F) < 1e-7F && fabsf(target[1] - 0.8F) < 1e-7F && target[2] == 0);
    float zero[STRIDE] = {0}, nan[STRIDE] = {NAN}, rest[STRIDE] = {1e-8F};
    CHECK(test, !vector_unit(zero, STRIDE));
    CHECK(test, !vector_unit(nan, STRIDE));
    CHECK(test, !vector_unit(rest, STRIDE) && rest[0] == 1e-8F);
}

static const struct test_case cases[] = {
    {"nearest: the top k of a full sort, ties by id", top_k_is_that_of_a_full_sort},
    {"nearest: rows without a direction never answer", rows_without_a_direction_never_answer},
    {"nearest: no words left", nothing_is_left_of_a_model_left_out},
    {"vectors: products of every shape of block", products_of_every_shape_of_block},
    {"vectors: equal rows tie exactly", equal_rows_tie_exactly_at_every_place},
    {"vectors: unit length", a_unit_vector_has_length_one_or_none},
};

TEST_MAIN(cases)

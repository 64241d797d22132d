#include "analyse/cluster.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/rng.h"
#include "harness.h"
#include "search/scan_registry.h"
#include "search/vectors.h"

#define STRIDE 32

struct matrix {
    float *rows;
    struct space space;
};

/* Rows around `groups` directions, one after the other in turn, as far from them as `spread` says. */
static struct matrix make_matrix(size_t count, size_t dim, size_t groups, float spread, uint64_t seed) {
    struct error error = {.kind = ERROR_NONE};
    struct matrix matrix = {.rows = memory_pages(count * STRIDE * sizeof(float), "rows", &error)};
    if (matrix.rows == NULL)
        exit(2);
    struct rng rng = rng_seed(seed, 0);
    for (size_t i = 0; i < count; i++) {
        struct rng centroid = rng_seed(seed, 1 + i % groups);
        const float size = 0.01F + 10 * rng_unit(&rng);
        for (size_t d = 0; d < dim; d++)
            matrix.rows[i * STRIDE + d] = size *
                                          (rng_unit(&centroid) - 0.5F + spread * (rng_unit(&rng) - 0.5F));
    }
    if (!space_of_rows(&matrix.space, matrix.rows, count, dim, STRIDE, 1, &error))
        exit(2);
    return matrix;
}

static void free_matrix(struct matrix *matrix) {
    memory_pages_free(matrix->rows, matrix->space.count * STRIDE * sizeof(float));
    space_free(&matrix->space);
}

static struct clusters make_clusters(struct test *test, const struct matrix *matrix,
                                     struct cluster_settings settings) {
    struct clusters clusters;
    struct error error = {.kind = ERROR_NONE};
    CHECK_MSG(test, cluster_rows(&clusters, &matrix->space, &settings, &error), "%s", error.text);
    return clusters;
}

/* Groups far apart, in the order of their first rows. A bad draw of the first centroids may merge two of
 * them; k-means++ draws well from such with a chance above 99 percent, and the seed is fixed. */
static void groups_are_found(struct test *test) {
    enum { ROWS = 500, GROUPS = 7 };
    struct matrix matrix = make_matrix(ROWS, 20, GROUPS, 0.1F, 1);
    struct clusters clusters = make_clusters(
        test, &matrix, (struct cluster_settings){.count = GROUPS, .rounds = 50, .seed = 1, .threads = 2});
    CHECK(test, clusters.settled && clusters.rounds < 50 && clusters.mean > 0.97 && clusters.mean < 1);
    for (size_t i = 0; i < ROWS; i++)
        CHECK_MSG(test, clusters.classes[i] == i % GROUPS, "row %zu: %u", i, (unsigned)clusters.classes[i]);
    for (size_t i = 0; i < GROUPS; i++)
        CHECK_MSG(test, clusters.sizes[i] == (ROWS - i + GROUPS - 1) / GROUPS, "class %zu: %zu", i,
                  clusters.sizes[i]);
    cluster_free(&clusters);
    free_matrix(&matrix);
}

/* A settled result: every row is in the class with the largest product, every centroid is the direction of
 * its rows' sum, and the figures are what they say. */
static void a_settled_result_is_consistent(struct test *test) {
    enum { ROWS = 400, CLASSES = 12 };
    struct matrix matrix = make_matrix(ROWS, 19, 5, 2, 2);
    memset(matrix.rows + (size_t)17 * STRIDE, 0, STRIDE * sizeof(float));
    struct error error = {.kind = ERROR_NONE};
    space_free(&matrix.space);
    CHECK(test, space_of_rows(&matrix.space, matrix.rows, ROWS, 19, STRIDE, 1, &error));
    struct clusters clusters = make_clusters(
        test, &matrix, (struct cluster_settings){.count = CLASSES, .rounds = 1000, .seed = 3, .threads = 1});
    CHECK(test, clusters.settled && clusters.classes[17] == CLUSTER_NONE && clusters.cosines[17] == 0);
    double sums[CLASSES][STRIDE] = {{0}}, mean = 0;
    size_t sizes[CLASSES] = {0}, next = 0;
    for (size_t i = 0; i < ROWS; i++) {
        if (i == 17)
            continue;
        const float *row = matrix.rows + i * STRIDE;
        const uint32_t label = clusters.classes[i];
        const double length = vector_length(row, STRIDE);
        const double own = vector_dot(clusters.centroids + (size_t)label * STRIDE, row, STRIDE) / length;
        for (size_t c = 0; c < CLASSES; c++)
            CHECK_MSG(test, vector_dot(clusters.centroids + c * STRIDE, row, STRIDE) / length <= own,
                      "row %zu is nearer to %zu", i, c);
        CHECK_MSG(test, fabs(own - clusters.cosines[i]) < 1e-6, "row %zu", i);
        mean += own / (ROWS - 1);
        vector_add(sums[label], row, 1 / length, STRIDE);
        sizes[label]++;
        CHECK_MSG(test, label <= next, "row %zu is the first of class %u", i, (unsigned)label);
        next = label == next ? next + 1 : next;
    }
    CHECK(test, fabs(mean - clusters.mean) < 1e-6 && next == CLASSES);
    for (size_t c = 0; c < CLASSES; c++) {
        double square = 0;
        for (size_t d = 0; d < STRIDE; d++)
            square += sums[c][d] * sums[c][d];
        for (size_t d = 0; d < STRIDE; d++)
            CHECK_MSG(test,
                      fabs((double)clusters.centroids[c * STRIDE + d] - sums[c][d] / sqrt(square)) < 1e-6,
                      "class %zu", c);
        CHECK(test, clusters.sizes[c] == sizes[c] && sizes[c] > 0);
    }
    cluster_free(&clusters);
    free_matrix(&matrix);
}

static bool same(const struct clusters *a, const struct clusters *b, size_t rows) {
    return memcmp(a->classes, b->classes, rows * sizeof *a->classes) == 0 &&
           memcmp(a->cosines, b->cosines, rows * sizeof *a->cosines) == 0 &&
           memcmp(a->centroids, b->centroids, a->centroid_bytes) == 0 && a->rounds == b->rounds;
}

static void check_all_ways(struct test *test, const struct matrix *matrix, struct cluster_settings settings) {
    const size_t rows = matrix->space.count;
    struct clusters first = make_clusters(test, matrix, settings);
    for (size_t i = 0; (settings.kernel = scan_kernel_at(i)) != NULL; i++)
        for (settings.threads = 1; settings.threads <= 3; settings.threads += 2) {
            struct clusters again = make_clusters(test, matrix, settings);
            CHECK_MSG(test, same(&first, &again, rows), "%s, %zu threads", settings.kernel->name,
                      settings.threads);
            cluster_free(&again);
        }
    cluster_free(&first);
}

/* Rows that are nearly copies, and so are the centroids, so that rounding would tell. */
static void kernels_and_threads_change_nothing(struct test *test) {
    struct matrix matrix = make_matrix(60000, 21, 40, 1.5F, 4);
    struct cluster_settings settings = {.count = 33, .rounds = 4, .seed = 5, .threads = 1};
    check_all_ways(test, &matrix, settings);
    struct clusters first = make_clusters(test, &matrix, settings);
    settings.seed = 6;
    struct clusters other = make_clusters(test, &matrix, settings);
    CHECK(test, !same(&first, &other, matrix.space.count));
    cluster_free(&other);
    cluster_free(&first);
    free_matrix(&matrix);
    matrix = make_matrix(3000, 32, 3, 3e-7F, 5);
    check_all_ways(test, &matrix,
                   (struct cluster_settings){.count = 40, .rounds = 10, .seed = 5, .threads = 1});
    free_matrix(&matrix);
}

/* Fewer different rows than classes: none stays empty. */
static void no_class_is_empty(struct test *test) {
    enum { ROWS = 50, CLASSES = 20 };
    struct matrix matrix = make_matrix(ROWS, 6, 3, 0, 7);
    struct clusters clusters = make_clusters(
        test, &matrix, (struct cluster_settings){.count = CLASSES, .rounds = 5, .seed = 1, .threads = 1});
    for (size_t c = 0; c < CLASSES; c++)
        CHECK_MSG(test, clusters.sizes[c] > 0, "class %zu", c);
    CHECK(test, clusters.mean > 0.999);
    cluster_free(&clusters);
    clusters = make_clusters(test, &matrix,
                             (struct cluster_settings){.count = ROWS, .rounds = 2, .seed = 1, .threads = 1});
    for (size_t i = 0; i < ROWS; i++)
        CHECK(test, clusters.classes[i] == i && clusters.sizes[i] == 1);
    cluster_free(&clusters);
    clusters = make_clusters(test, &matrix,
                             (struct cluster_settings){.count = 1, .rounds = 9, .seed = 1, .threads = 1});
    CHECK(test, clusters.settled && clusters.sizes[0] == ROWS && clusters.rounds == 2);
    cluster_free(&clusters);
    free_matrix(&matrix);
}

/* The first of the rows that are furthest from their centroid moves. */
static void copies_in_two_classes(struct test *test) {
    struct matrix matrix = make_matrix(9, 6, 1, 0, 9);
    for (size_t i = 1; i < 9; i++)
        memcpy(matrix.rows + i * STRIDE, matrix.rows, STRIDE * sizeof(float));
    struct clusters clusters = make_clusters(
        test, &matrix, (struct cluster_settings){.count = 2, .rounds = 3, .seed = 1, .threads = 1});
    CHECK_MSG(test, clusters.sizes[0] == 1 && clusters.sizes[1] == 8, "%zu and %zu", clusters.sizes[0],
              clusters.sizes[1]);
    cluster_free(&clusters);
    free_matrix(&matrix);
}

static void more_classes_than_rows(struct test *test) {
    struct matrix matrix = make_matrix(5, 6, 3, 1, 8);
    const struct cluster_settings settings = {.count = 6, .rounds = 2, .threads = 1};
    struct clusters clusters;
    struct error error = {.kind = ERROR_NONE};
    CHECK(test, !cluster_rows(&clusters, &matrix.space, &settings, &error));
    CHECK_MSG(test, error.kind == ERROR_NO_ANSWER && strstr(error.text, "only 5 words") != NULL, "%s",
              error.text);
    cluster_free(&clusters);
    free_matrix(&matrix);
}

static const struct test_case cases[] = {
    {"cluster: groups far apart are found", groups_are_found},
    {"cluster: a settled result is consistent", a_settled_result_is_consistent},
    {"cluster: kernels and threads change nothing, the seed does", kernels_and_threads_change_nothing},
    {"cluster: no class is empty", no_class_is_empty},
    {"cluster: copies in two classes", copies_in_two_classes},
    {"cluster: more classes than rows", more_classes_than_rows},
};

TEST_MAIN(cases)

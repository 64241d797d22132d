#include "query/query_batch.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/rng.h"
#include "harness.h"

#define ROWS 200
#define DIM 16
#define K 5

static struct space make_space(float **rows) {
    struct error error = {.kind = ERROR_NONE};
    struct space space;
    struct rng rng = rng_seed(3, 0);
    *rows = memory_pages(sizeof(float) * ROWS * DIM, "rows", &error);
    for (size_t i = 0; *rows != NULL && i < (size_t)ROWS * DIM; i++)
        (*rows)[i] = rng_unit(&rng) - 0.5F;
    if (*rows == NULL || !space_of_rows(&space, *rows, ROWS, DIM, DIM, 1, &error))
        exit(2);
    return space;
}

static void free_space(struct space *space, float *rows) {
    space_free(space);
    memory_pages_free(rows, sizeof(float) * ROWS * DIM);
}

static struct query_batch make_batch(const struct space *space) {
    return (struct query_batch){
        .search = {.space = space, .method = METHOD_ADD, .k = K, .min_score = -INFINITY, .threads = 2}};
}

/* The answers of a batch of its own. */
static void search_alone(struct test *test, const struct space *space, size_t id, struct neighbor *found) {
    struct error error = {.kind = ERROR_NONE};
    struct query_batch batch = make_batch(space);
    size_t count = 0;
    CHECK_MSG(test,
              query_batch_add_row(&batch, space->rows + id * DIM, &error) && query_batch_run(&batch, &error),
              "%s", error.text);
    const struct neighbor *answers = query_batch_answers(&batch, 0, &count);
    CHECK(test, count == K && answers[0].id == id);
    for (size_t i = 0; i < count; i++)
        found[i] = answers[i];
    query_batch_free(&batch);
}

/* So many queries that every array grows several times. Each excludes a row of its own. */
static void queries_keep_their_answers(struct test *test) {
    float *rows;
    struct space space = make_space(&rows);
    struct error error = {.kind = ERROR_NONE};
    struct query_batch batch = make_batch(&space);
    for (size_t id = 0; id < ROWS; id++) {
        const size_t excluded[] = {ROWS - 1, id}; /* not in order */
        CHECK(test, query_batch_add_row(&batch, rows + id * DIM, &error) &&
                        query_batch_exclude(&batch, excluded, id % 3, &error));
    }
    CHECK_MSG(test, query_batch_run(&batch, &error), "%s", error.text);
    for (size_t id = 0; id + 1 < ROWS; id++) {
        struct neighbor alone[K];
        size_t count;
        search_alone(test, &space, id, alone);
        const struct neighbor *found = query_batch_answers(&batch, id, &count);
        CHECK(test, count == K);
        const bool itself = id % 3 == 2; /* is excluded, as the last row is */
        for (size_t i = 0, next = itself; i < K && next < K; next++) {
            if (id % 3 > 0 && alone[next].id == ROWS - 1)
                continue;
            CHECK_MSG(test, found[i].id == alone[next].id && found[i].score == alone[next].score,
                      "query %zu, answer %zu is row %zu", id, i, found[i].id);
            i++;
        }
    }
    query_batch_free(&batch);
    free_space(&space, rows);
}

/* Queries of shared directions, and one made of an expression. */
static void directions_are_shared(struct test *test) {
    float *rows;
    struct space space = make_space(&rows);
    struct error error = {.kind = ERROR_NONE};
    struct query_batch batch = make_batch(&space);
    struct direction directions[2] = {direction_of(rows, DIM), direction_of(rows + DIM, DIM)};
    struct term terms[2] = {{0, 1}, {1, -0.5}};
    double sum[DIM];
    const double length = query_length(directions, terms, 2, sum, DIM);
    const struct expression expression = {
        .directions = directions, .terms = terms, .count = 2, .length = length};
    struct term added[2] = {{0, 1}, {0, -0.5}};
    CHECK(test, query_batch_add_row(&batch, rows + (size_t)2 * DIM, &error));
    CHECK(test, query_batch_add_direction(&batch, directions[1], &added[1].direction, &error) &&
                    query_batch_add_direction(&batch, directions[0], &added[0].direction, &error));
    for (size_t i = 0; i < 3; i++)
        CHECK(test, query_batch_add(&batch, added, 2, length, &error));
    CHECK(test, query_batch_add_expression(&batch, &expression, &error));
    CHECK(test, query_batch_run(&batch, &error));
    size_t count, other;
    const struct neighbor *found = query_batch_answers(&batch, 4, &count);
    for (size_t i = 1; i < 4; i++) {
        const struct neighbor *same = query_batch_answers(&batch, i, &other);
        CHECK(test, count == K && other == K && same[0].id == found[0].id && same[0].score == found[0].score);
    }
    CHECK(test, query_batch_answers(&batch, 0, &count)->id == 2);
    query_batch_free(&batch);
    free_space(&space, rows);
}

static void an_empty_batch(struct test *test) {
    struct error error = {.kind = ERROR_NONE};
    const struct space space = {.dim = DIM, .stride = DIM};
    struct query_batch batch = make_batch(&space);
    CHECK(test, query_batch_run(&batch, &error));
    query_batch_free(&batch);
    CHECK(test, query_batch_size(1) > query_batch_size(1000000) && query_batch_size(SIZE_MAX) == 1 &&
                    query_batch_size(0) > 1);
}

static const struct test_case cases[] = {
    {"query batch: queries keep their answers", queries_keep_their_answers},
    {"query batch: directions are shared", directions_are_shared},
    {"query batch: none", an_empty_batch},
};

TEST_MAIN(cases)

#include "search/nearest.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/rng.h"
#include "harness.h"
#include "search/scan_registry.h"
#include "search/vectors.h"

#define STRIDE 64
#define MOST 12

/* Rows with all that makes ranking hard: copies, which tie; rows that float products can't tell apart;
 * lengths of all sizes; and rows without a direction. */
struct matrix {
    float *rows;
    int8_t *codes;
    struct quantization *scales;
    struct space space;
};

static struct matrix make_matrix(size_t count, size_t dim, uint64_t seed) {
    struct error error = {.kind = ERROR_NONE};
    struct matrix matrix = {.rows = memory_pages(count * STRIDE * sizeof(float), "rows", &error)};
    if (matrix.rows == NULL)
        exit(2);
    struct rng rng = rng_seed(seed, 0);
    for (size_t i = 0; i < count; i++) {
        float *row = matrix.rows + i * STRIDE;
        const float size = powf(10, 6 * rng_unit(&rng) - 3);
        const uint32_t kind = rng_below(&rng, 8);
        const float *other = matrix.rows + (i > 0 ? rng_below(&rng, (uint32_t)i) : (size_t)0) * STRIDE;
        for (size_t d = 0; d < dim; d++) {
            const float noise = rng_unit(&rng) - 0.5F;
            row[d] = kind == 0 && i > 0  ? other[d]
                     : kind < 3 && i > 0 ? other[d] * (1 + noise * 4e-7F)
                                         : noise * size;
        }
    }
    matrix.rows[(size_t)3 * STRIDE] = NAN;
    matrix.rows[(size_t)5 * STRIDE] = INFINITY;
    memset(matrix.rows + (size_t)7 * STRIDE, 0, dim * sizeof(float));
    for (size_t d = 0; d < 2 && d < dim; d++)
        matrix.rows[(size_t)9 * STRIDE + d] = FLT_MAX; /* finite, but its length is not */
    if (!space_of_rows(&matrix.space, matrix.rows, count, dim, STRIDE, 2, &error))
        exit(2);
    return matrix;
}

/* From now on the rows are looked for by their codes first. */
static void add_codes(struct matrix *matrix) {
    struct space *space = &matrix->space;
    matrix->codes = aligned_alloc(16, space->count * STRIDE);
    matrix->scales = calloc(space->count, sizeof *matrix->scales);
    if (matrix->codes == NULL || matrix->scales == NULL)
        exit(2);
    for (size_t i = 0; i < space->count; i++)
        matrix->scales[i] = quantize_row(matrix->codes + i * STRIDE, matrix->rows + i * STRIDE,
                                         space->norms[i], space->dim, STRIDE);
    space->quantized = matrix->codes;
    space->quantization = matrix->scales;
}

static void free_matrix(struct matrix *matrix) {
    free(matrix->codes);
    free(matrix->scales);
    memory_pages_free(matrix->rows, matrix->space.count * STRIDE * sizeof(float));
    space_free(&matrix->space);
}

/* Questions of one to three terms over some of the rows. */
#define QUESTIONS 40
#define TERMS 3

struct quiz {
    struct direction directions[QUESTIONS * TERMS];
    size_t direction_count;
    struct term terms[QUESTIONS * TERMS];
    size_t excluded[QUESTIONS * TERMS];
    struct query queries[QUESTIONS];
};

static int by_number(const void *a, const void *b) {
    const size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return (x > y) - (x < y);
}

static size_t usable_row(const struct space *space, struct rng *rng) {
    for (;;) {
        const size_t id = rng_below(rng, (uint32_t)space->count);
        if (vector_usable(space->norms[id]))
            return id;
    }
}

/* `words` directions, of which all queries are made: fewer than queries, or more; whole weights times
 * `scale`. */
static void make_quiz(struct quiz *quiz, const struct matrix *matrix, size_t words, double scale,
                      uint64_t seed) {
    struct rng rng = rng_seed(seed, 1);
    double sum[STRIDE];
    size_t ids[QUESTIONS * TERMS];
    quiz->direction_count = words;
    for (size_t i = 0; i < words; i++) {
        ids[i] = usable_row(&matrix->space, &rng);
        const float *row = matrix->rows + ids[i] * STRIDE;
        quiz->directions[i] = direction_of(row, STRIDE);
    }
    for (size_t q = 0; q < QUESTIONS; q++) {
        struct term *terms = quiz->terms + q * TERMS;
        size_t *excluded = quiz->excluded + q * TERMS, count = 1 + q % TERMS;
        for (size_t i = 0; i < count; i++) {
            const size_t direction = (q * TERMS + i * 7) % words;
            terms[i] = (struct term){direction, scale * (i == 1 ? -1 : 1 + (double)(q % 2))};
            excluded[i] = ids[direction];
        }
        qsort(excluded, count, sizeof *excluded, by_number);
        const double length = query_length(quiz->directions, terms, count, sum, STRIDE);
        if (length <= 0)
            terms[1].weight = scale; /* copies that cancel each other out */
        quiz->queries[q] = (struct query){
            .terms = terms,
            .count = count,
            .length = query_length(quiz->directions, terms, count, sum, STRIDE),
            .excluded = excluded,
            .excluded_count = q % 5 == 0 ? 0 : count,
        };
    }
}

static struct search make_search(const struct quiz *quiz, const struct matrix *matrix, enum method method) {
    return (struct search){.space = &matrix->space,
                           .directions = quiz->directions,
                           .direction_count = quiz->direction_count,
                           .queries = quiz->queries,
                           .query_count = QUESTIONS,
                           .method = method,
                           .k = MOST,
                           .min_score = -INFINITY,
                           .threads = 1};
}

/* A score by the definition. */
static double define_score(const struct search *search, const struct query *query, size_t id) {
    const float *row = search->space->rows + id * STRIDE;
    double sum = 0, above = 1, below = 1;
    for (size_t i = 0; i < query->count; i++) {
        const struct term *term = &query->terms[i];
        const struct direction *direction = &search->directions[term->direction];
        const double cosine = vector_dot(direction->row, row, STRIDE) /
                              sqrt(direction->square * vector_dot(row, row, STRIDE));
        sum += term->weight * cosine;
        for (size_t times = 0; times < (size_t)fabs(term->weight); times++)
            *(term->weight > 0 ? &above : &below) *= (1 + cosine) / 2;
    }
    return search->method == METHOD_MUL ? above / (below + 1e-6) : sum / query->length;
}

static int by_score(const void *a, const void *b) {
    const struct neighbor *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return x->id < y->id ? -1 : 1;
}

static bool stands_in(const size_t *ids, size_t count, size_t id) {
    for (size_t i = 0; i < count; i++)
        if (ids[i] == id)
            return true;
    return false;
}

/* Every row sorted, by the definition alone. */
static size_t sort_all(const struct search *search, const struct query *query, struct neighbor *all) {
    size_t count = 0;
    for (size_t id = 0; id < search->space->count; id++) {
        if (!vector_usable(search->space->norms[id]) || stands_in(query->excluded, query->excluded_count, id))
            continue;
        const double score = define_score(search, query, id);
        if (score >= search->min_score)
            all[count++] = (struct neighbor){id, score};
    }
    qsort(all, count, sizeof *all, by_score);
    return count;
}

static struct neighbor *room_for(size_t count) {
    struct neighbor *room = calloc(count + 1, sizeof *room);
    if (room == NULL)
        exit(2);
    return room;
}

/* The answers of a full sort for all queries, MOST each. */
static void expect(const struct search *search, struct neighbor *expected, size_t *counts) {
    struct neighbor *all = room_for(search->space->count);
    for (size_t q = 0; q < search->query_count; q++) {
        const size_t count = sort_all(search, &search->queries[q], all);
        counts[q] = count < search->k ? count : search->k;
        memcpy(expected + q * search->k, all, counts[q] * sizeof *all);
    }
    free(all);
}

static bool same(const struct neighbor *a, const struct neighbor *b, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (a[i].id != b[i].id || a[i].score != b[i].score)
            return false;
    return true;
}

static void check_answers(struct test *test, const struct search *search, const struct neighbor *expected,
                          const size_t *expected_counts, const char *how) {
    struct error error = {.kind = ERROR_NONE};
    struct neighbor *found = room_for(search->query_count * search->k);
    size_t counts[QUESTIONS];
    CHECK_MSG(test, nearest(search, found, counts, &error), "%s", error.text);
    for (size_t q = 0; q < search->query_count; q++) {
        const size_t at = q * search->k;
        CHECK_MSG(test, counts[q] == expected_counts[q], "%s: %zu answers, not %zu", how, counts[q],
                  expected_counts[q]);
        CHECK_MSG(test, counts[q] != expected_counts[q] || same(found + at, expected + at, counts[q]),
                  "%s, kernel %s, %zu threads, query %zu of %zu", how,
                  search->kernel != NULL ? search->kernel->name : "default", search->threads, q,
                  search->query_count);
    }
    free(found);
}

/* All kernels, numbers of threads and of queries at once, also so few that codes are looked at, give the
 * answers of a full sort. */
static void check_all_ways(struct test *test, struct search search, const char *how) {
    static struct neighbor expected[QUESTIONS * MOST];
    size_t counts[QUESTIONS];
    expect(&search, expected, counts);
    for (size_t i = 0; (search.kernel = scan_kernel_at(i)) != NULL; i++)
        for (search.threads = 1; search.threads <= 3; search.threads += 2)
            check_answers(test, &search, expected, counts, how);
    const struct query *queries = search.queries;
    for (size_t i = 0; (search.kernel = scan_kernel_at(i)) != NULL; i++)
        for (size_t q = i; q < QUESTIONS; q += 3) {
            search.queries = queries + q;
            search.query_count = q % 4 + q < QUESTIONS ? 1 + q % 4 : 1;
            search.threads = 1 + q % 2;
            check_answers(test, &search, expected + q * MOST, counts + q, how);
        }
}

static void sums_are_ranked_exactly(struct test *test) {
    const size_t dims[] = {1, 17, 50, 64};
    static struct quiz quiz;
    for (size_t i = 0; i < 4; i++) {
        struct matrix matrix = make_matrix(1500 + i, dims[i], i);
        make_quiz(&quiz, &matrix, 10, i == 0 ? 1 : 0.01, i);
        check_all_ways(test, make_search(&quiz, &matrix, METHOD_ADD), "shared directions");
        make_quiz(&quiz, &matrix, (size_t)QUESTIONS * TERMS, i == 0 ? 1 : 100, i);
        check_all_ways(test, make_search(&quiz, &matrix, METHOD_ADD), "targets");
        add_codes(&matrix);
        check_all_ways(test, make_search(&quiz, &matrix, METHOD_ADD), "targets by codes");
        free_matrix(&matrix);
    }
}

/* One number outweighs the others, by which the rows differ, so that codes have little to tell them apart. */
static void codes_that_tell_little(struct test *test) {
    struct matrix matrix = make_matrix(1500, 60, 12);
    struct rng rng = rng_seed(12, 3);
    for (size_t i = 0; i < 1500; i++)
        for (size_t d = 0; d < 60; d++)
            matrix.rows[i * STRIDE + d] = d == 0 ? 20 : rng_unit(&rng) - 0.5F;
    struct error error = {.kind = ERROR_NONE};
    space_free(&matrix.space);
    CHECK(test, space_of_rows(&matrix.space, matrix.rows, 1500, 60, STRIDE, 1, &error));
    add_codes(&matrix);
    static struct quiz quiz;
    make_quiz(&quiz, &matrix, (size_t)QUESTIONS * TERMS, 1, 3);
    check_all_ways(test, make_search(&quiz, &matrix, METHOD_ADD), "codes that tell little");
    free_matrix(&matrix);
}

static void products_are_ranked_exactly(struct test *test) {
    static struct quiz quiz;
    for (size_t words = 3; words < 100; words += 40) {
        struct matrix matrix = make_matrix(1200, 64, words);
        make_quiz(&quiz, &matrix, words, words == 3 ? 1 : 10, words);
        check_all_ways(test, make_search(&quiz, &matrix, METHOD_MUL), "3CosMul");
        add_codes(&matrix);
        check_all_ways(test, make_search(&quiz, &matrix, METHOD_MUL), "3CosMul, codes or not");
        free_matrix(&matrix);
    }
}

static void all_equal_rows_answer_in_order(struct test *test) {
    struct matrix matrix = make_matrix(1000, 20, 9);
    for (size_t i = 10; i < 1000; i++)
        memcpy(matrix.rows + i * STRIDE, matrix.rows, 20 * sizeof(float));
    space_free(&matrix.space);
    struct error error = {.kind = ERROR_NONE};
    CHECK(test, space_of_rows(&matrix.space, matrix.rows, 1000, 20, STRIDE, 1, &error));
    static struct quiz quiz;
    make_quiz(&quiz, &matrix, 1, 1, 1);
    struct search search = make_search(&quiz, &matrix, METHOD_ADD);
    search.query_count = 1;
    struct neighbor found[MOST];
    size_t count;
    CHECK(test, nearest(&search, found, &count, &error) && count == MOST);
    for (size_t i = 2; i < MOST; i++)
        CHECK_MSG(test, found[i].score != found[i - 1].score || found[i].id > found[i - 1].id,
                  "place %zu: %zu behind %zu", i, found[i].id, found[i - 1].id);
    free_matrix(&matrix);
}

/* As many answers as rows, more, one, none; only those above a score; and only the first rows. */
static void check_numbers(struct test *test, struct search search, struct neighbor *expected) {
    const struct space all = *search.space;
    const size_t sizes[] = {0, 1, 2, all.count - 4, all.count, all.count + 5};
    const double least[] = {-INFINITY, -2, -0.1, 0.1, 0.999999, 1, 2};
    struct space space = all;
    size_t counts[QUESTIONS];
    search.space = &space;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes * 2; i++)
        for (size_t j = 0; j < sizeof least / sizeof *least; j++) {
            space.count = i % 2 ? all.count / 3 : all.count;
            search.k = sizes[i / 2];
            search.min_score = least[j];
            expect(&search, expected, counts);
            check_answers(test, &search, expected, counts, space.quantized != NULL ? "by codes" : "by rows");
        }
}

static void any_number_of_answers(struct test *test) {
    enum { ROWS = 300 };
    struct matrix matrix = make_matrix(ROWS, 40, 5);
    static struct quiz quiz;
    make_quiz(&quiz, &matrix, 50, 1, 5);
    struct search search = make_search(&quiz, &matrix, METHOD_ADD);
    search.query_count = 4;
    struct neighbor *expected = room_for((size_t)4 * (ROWS + 5));
    check_numbers(test, search, expected);
    add_codes(&matrix);
    check_numbers(test, search, expected);
    free(expected);
    free_matrix(&matrix);
}

/* What a row's codes lack is asked for: then the row's bound is its score, with nothing to spare, and a score
 * that is just enough must still be found. */
static void bounds_without_room(struct test *test) {
    struct matrix matrix = make_matrix(300, 50, 13);
    add_codes(&matrix);
    static struct quiz quiz;
    make_quiz(&quiz, &matrix, 1, 1, 13);
    struct search search = make_search(&quiz, &matrix, METHOD_ADD);
    struct neighbor *expected = room_for(300);
    search.query_count = 1;
    search.k = 300;
    for (size_t id = 10; id < 300; id++) {
        _Alignas(64) float lack[STRIDE];
        const float *row = matrix.rows + id * STRIDE;
        for (size_t d = 0; d < STRIDE; d++)
            lack[d] = row[d] / matrix.space.norms[id] -
                      matrix.scales[id].scale * (float)matrix.codes[id * STRIDE + d];
        quiz.directions[0] = direction_of(lack, STRIDE);
        search.min_score = define_score(&search, &quiz.queries[0], id);
        size_t counts[1];
        expect(&search, expected, counts);
        for (size_t i = 0; (search.kernel = scan_kernel_at(i)) != NULL; i++)
            check_answers(test, &search, expected, counts, "no room");
    }
    free(expected);
    free_matrix(&matrix);
}

/* Nobody checks codes when a file is opened: what damage there may do is to hide answers. */
static void damaged_codes(struct test *test) {
    const float odd[] = {0, -0.0F, -1, 1, NAN, INFINITY, -INFINITY, FLT_MAX, FLT_MIN / 2};
    struct matrix matrix = make_matrix(500, 50, 14);
    add_codes(&matrix);
    struct rng rng = rng_seed(14, 0);
    for (size_t i = 0; i < (size_t)500 * STRIDE; i++)
        matrix.codes[i] = (int8_t)((int)rng_below(&rng, 256) - 128);
    for (size_t i = 0; i < 500; i++)
        matrix.scales[i] = (struct quantization){odd[rng_below(&rng, 9)], odd[rng_below(&rng, 9)]};
    static struct quiz quiz;
    make_quiz(&quiz, &matrix, (size_t)QUESTIONS * TERMS, 1, 14);
    struct search search = make_search(&quiz, &matrix, METHOD_ADD);
    search.query_count = 1;
    for (size_t i = 0; (search.kernel = scan_kernel_at(i)) != NULL; i++)
        for (size_t q = 0; q < QUESTIONS; q++) {
            struct error error = {.kind = ERROR_NONE};
            struct neighbor found[MOST];
            size_t count = 0;
            search.queries = &quiz.queries[q];
            CHECK(test, nearest(&search, found, &count, &error) && count <= MOST);
            for (size_t n = 0; n < count; n++)
                CHECK_MSG(test,
                          found[n].id < 500 &&
                              found[n].score == define_score(&search, &quiz.queries[q], found[n].id),
                          "query %zu, place %zu", q, n);
        }
    free_matrix(&matrix);
}

static void a_score_that_is_the_least_is_kept(struct test *test) {
    struct matrix matrix = make_matrix(200, 40, 6);
    static struct quiz quiz;
    make_quiz(&quiz, &matrix, 1, 1, 6);
    struct search search = make_search(&quiz, &matrix, METHOD_ADD);
    search.query_count = 1;
    struct error error = {.kind = ERROR_NONE};
    struct neighbor found[MOST], again[MOST];
    size_t count;
    CHECK(test, nearest(&search, found, &count, &error) && count == MOST);
    search.min_score = found[4].score;
    CHECK(test, nearest(&search, again, &count, &error));
    CHECK_MSG(test, count >= 5 && count < MOST && same(found, again, count), "%zu", count);
    add_codes(&matrix);
    CHECK(test, nearest(&search, again, &count, &error));
    CHECK_MSG(test, count >= 5 && count < MOST && same(found, again, count), "%zu by codes", count);
    free_matrix(&matrix);
}

/* Lengths near the ends of what a float holds. */
static void very_long_and_very_short_rows(struct test *test) {
    struct matrix matrix = make_matrix(600, 30, 7);
    for (size_t i = 10; i < 600; i++)
        for (size_t d = 0; d < 30; d++)
            matrix.rows[i * STRIDE + d] *= i % 3 == 0 ? 1e34F : i % 3 == 1 ? 1e-34F : 1;
    struct error error = {.kind = ERROR_NONE};
    space_free(&matrix.space);
    CHECK(test, space_of_rows(&matrix.space, matrix.rows, 600, 30, STRIDE, 1, &error));
    static struct quiz quiz;
    make_quiz(&quiz, &matrix, (size_t)QUESTIONS * TERMS, 1, 3);
    check_all_ways(test, make_search(&quiz, &matrix, METHOD_ADD), "long and short");
    add_codes(&matrix);
    check_all_ways(test, make_search(&quiz, &matrix, METHOD_ADD), "long and short by codes");
    free_matrix(&matrix);
}

static void nothing_is_left_of_rows_left_out(struct test *test) {
    struct matrix matrix = make_matrix(10, 5, 8);
    static struct quiz quiz;
    make_quiz(&quiz, &matrix, 1, 1, 8);
    struct search search = make_search(&quiz, &matrix, METHOD_ADD);
    search.query_count = 1;
    struct query query = quiz.queries[0];
    const size_t all[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    query.excluded = all;
    query.excluded_count = 10;
    search.queries = &query;
    struct error error = {.kind = ERROR_NONE};
    struct neighbor found[MOST];
    size_t count = 7;
    CHECK(test, nearest(&search, found, &count, &error) && count == 0);
    struct space none = matrix.space;
    none.count = 0;
    search.space = &none;
    count = 7;
    CHECK(test, nearest(&search, found, &count, &error) && count == 0);
    search.query_count = 0;
    CHECK(test, nearest(&search, NULL, &count, &error));
    free_matrix(&matrix);
}

static void lengths_of_sums(struct test *test) {
    const float rows[2][STRIDE] = {{3, 4}, {0, 2}};
    const struct direction directions[] = {{rows[0], 25}, {rows[1], 4}};
    const struct term both[] = {{0, 1}, {1, 1}}, opposed[] = {{0, 2}, {0, -2}}, one[] = {{1, -2.5}};
    double sum[STRIDE];
    /* (0.6, 0.8) + (0, 1) */
    CHECK(test, fabs(query_length(directions, both, 2, sum, STRIDE) - sqrt(0.36 + 3.24)) < 1e-12);
    CHECK(test, query_length(directions, opposed, 2, sum, STRIDE) == 0);
    CHECK(test, query_length(directions, one, 1, sum, STRIDE) == 2.5);
}

static void products_in_double(struct test *test) {
    struct rng rng = rng_seed(11, 0);
    float a[STRIDE], b[STRIDE];
    double expected = 0;
    for (size_t d = 0; d < STRIDE; d++) {
        a[d] = (float)rng_below(&rng, 1000) - 500;
        b[d] = (float)rng_below(&rng, 1000) - 500;
        expected += (double)a[d] * (double)b[d];
    }
    CHECK(test, vector_dot(a, b, STRIDE) == expected && vector_dot(b, a, STRIDE) == expected);
    for (size_t i = 0; i < 100; i++) {
        a[i % STRIDE] = rng_unit(&rng) * 100;
        CHECK(test, vector_cosine(a, vector_dot(a, a, STRIDE), a, vector_dot(a, a, STRIDE), STRIDE) == 1);
    }
    float long_row[16] = {3e38F, 3e38F}, short_row[16] = {3e-38F, 4e-38F};
    CHECK(test, fabs(vector_length(long_row, 16) / (3e38 * sqrt(2)) - 1) < 1e-6);
    CHECK(test, fabs(vector_length(short_row, 16) / 5e-38 - 1) < 1e-6);
}

static const struct test_case cases[] = {
    {"nearest: sums are ranked as by a full sort, whatever the kernel, threads and batch",
     sums_are_ranked_exactly},
    {"nearest: codes that tell little apart", codes_that_tell_little},
    {"nearest: 3CosMul is ranked as by a full sort, likewise", products_are_ranked_exactly},
    {"nearest: equal rows answer in order", all_equal_rows_answer_in_order},
    {"nearest: any number of answers", any_number_of_answers},
    {"nearest: bounds without room", bounds_without_room},
    {"nearest: damaged codes", damaged_codes},
    {"nearest: a score that is just enough", a_score_that_is_the_least_is_kept},
    {"nearest: very long and very short rows", very_long_and_very_short_rows},
    {"nearest: no rows left", nothing_is_left_of_rows_left_out},
    {"nearest: lengths of sums", lengths_of_sums},
    {"vectors: products and lengths in double", products_in_double},
};

TEST_MAIN(cases)

#include "eval/categories.h"

#include <math.h>

#include "query/lookup.h"
#include "search/vectors.h"
#include "toy_model.h"

static const char *const words[] = {"king", "queen", "paris", "rome", "zero", "huge"};
static const float vectors[] = {1, 0, 1, 0.1F, 0, 1, 0.1F, 1, 0, 0, 1, 1};

static struct test_score score(struct model *model, const char *text, struct error *error) {
    char path[4096];
    struct test_score score = {.total = 0};
    FILE *file = fopen(test_path(path, sizeof path, "categories.txt"), "w");
    if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0)
        exit(2);
    (void)!categories_score(&score, model, path, &(struct test_settings){.threads = 1}, error);
    unlink(path);
    return score;
}

#define QUESTIONS \
    "king person\nqueen person\nparis city\nrome city\nzero nothing\nhuge nothing\nnone person\n"

static void purity(struct test *test) {
    struct error error = {.kind = ERROR_NONE};
    struct model model = toy_open(&(struct toy){.words = words, .vocab = 6, .dim = 2, .vectors = vectors});
    const struct test_score got = score(
        &model, "king person\nqueen person\nparis city\nrome city\nzero city\n", &error);
    CHECK_MSG(test, error.kind == ERROR_NONE, "%s", error.text);
    CHECK_MSG(test, got.covered == 4 && got.total == 5, "%zu/%zu", got.covered, got.total);
    CHECK_MSG(test, fabs(got.values[0] - 1) < 1e-12, "%g", got.values[0]);
    model_close(&model);
}

/* A damaged model: it says that vectors have lengths which they have not. Those words are not asked for. */
static void lengths_that_are_not_so(struct test *test) {
    struct model model = toy_open(&(struct toy){.words = words, .vocab = 6, .dim = 2, .vectors = vectors});
    float rows[6 * 16], norms[6] = {1, 1, 1, 1, 1, 1};
    const float bad[] = {NAN, INFINITY, -INFINITY, 3e38F, 1e-40F, 0};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct error error = {.kind = ERROR_NONE};
        struct model damaged = model;
        memcpy(rows, model.input, sizeof rows);
        rows[(size_t)5 * 16] = rows[(size_t)5 * 16 + 1] = bad[i];
        damaged.input = rows;
        damaged.norms = norms;
        const struct test_score got = score(&damaged, QUESTIONS, &error);
        CHECK_MSG(test, error.kind == ERROR_NONE && got.covered == 4 && got.total == 7, "%g: %zu/%zu %s",
                  (double)bad[i], got.covered, got.total, error.text);
        CHECK_MSG(test, fabs(got.values[0] - 1) < 1e-12, "%g: %g", (double)bad[i], got.values[0]);
        CHECK(test, !vector_word_usable(&damaged, 4) && !vector_word_usable(&damaged, 5));
        CHECK(test, !lookup_usable(&damaged, 5, &error) && error.kind == ERROR_NO_ANSWER);
    }
    model_close(&model);
}

static const struct test_case cases[] = {
    {"categories: purity", purity},
    {"categories: lengths that are not so", lengths_that_are_not_so},
};
TEST_MAIN(cases)

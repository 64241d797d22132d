#include "eval/word_pairs.h"

#include <math.h>

#include "toy_model.h"

struct ranking {
    const char *name;
    size_t count;
    double x[6], y[6];
    bool known;
    double expected;
};

static void spearman_by_hand(struct test *test) {
    const struct ranking rankings[] = {
        {"the same order", 4, {1, 2, 3, 4}, {-7, 0, 0.5, 1e9}, true, 1},
        {"the reverse", 3, {1, 2, 3}, {3, 2, 1}, true, -1},
        /* ranks 1 2 3 4 5 and 1 2 3.5 5 3.5: 8 / sqrt(10 * 9.5) */
        {"a tie", 5, {1, 2, 3, 4, 5}, {5, 6, 7, 8, 7}, true, 0.82078268166812329},
        /* ranks 1.5 1.5 3 4 and 2 4 2 2: -2 / sqrt(4.5 * 3) */
        {"ties on both sides", 4, {1, 1, 2, 3}, {5, 6, 5, 5}, true, -0.54433105395181736},
        {"no order", 4, {1, 2, 3, 4}, {2, 4, 1, 3}, true, 0},
        {"two pairs", 2, {1, 2}, {1, 2}, false, 0},
        {"no pairs", 0, {0}, {0}, false, 0},
        {"all scores equal", 3, {1, 1, 1}, {1, 2, 3}, false, 0},
        {"all cosines equal", 3, {1, 2, 3}, {0, 0, 0}, false, 0},
    };
    for (size_t i = 0; i < sizeof rankings / sizeof *rankings; i++) {
        const struct ranking *ranking = &rankings[i];
        struct error error = {.kind = ERROR_NONE};
        double correlation = NAN;
        bool known = false;
        CHECK(test, spearman(ranking->x, ranking->y, ranking->count, &correlation, &known, &error));
        CHECK_MSG(test, known == ranking->known, "%s", ranking->name);
        CHECK_MSG(test, !known || fabs(pearson(ranking->x, ranking->x, ranking->count) - 1) < 1e-12, "%s",
                  ranking->name);
        CHECK_MSG(test, fabs(correlation - ranking->expected) < 1e-12, "%s: %.17g", ranking->name,
                  correlation);
    }
}

static const char *const words[] = {"east", "northeast", "north", "west", "zero", "paris", "Berlin"};
static const float vectors[] = {2, 0, 1, 1, 0, 3, -1, 0, 0, 0, 1, 2, 2, 1};

static bool score(struct test_score *got, enum tokenizer_kind kind, const char *text, size_t restrict_to,
                  char *path, size_t path_size, struct error *error) {
    struct model model = toy_open(&(struct toy){
        .words = words, .vocab = sizeof words / sizeof *words, .dim = 2, .vectors = vectors, .kind = kind});
    FILE *file = fopen(test_path(path, path_size, "pairs.txt"), "w");
    if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0)
        exit(2);
    struct test_score scores[TEST_WORDS];
    const bool done = word_pairs_score(
        scores, &model, path, &(struct test_settings){.restrict_to = restrict_to, .threads = 1}, error);
    *got = scores[TEST_KNOWN]; /* without n-grams, both are the same */
    if (done && (scores[TEST_UNSEEN].covered != got->covered || scores[TEST_UNSEEN].total != got->total))
        exit(2);
    unlink(path);
    model_close(&model);
    return done;
}

struct file {
    enum tokenizer_kind kind;
    const char *text;
    size_t covered, total;
    bool known;
    double expected;
    size_t restrict_to;
};

static void files_by_hand(struct test *test) {
    const struct file files[] = {
        /* cosines 1, 0.707, 0, -1 against 9 3 7 1: ranks 4 3 2 1 and 4 2 3 1 */
        {TOKENIZER_WHITESPACE,
         "# a comment\neast east 9\r\n\r\n  east\tnortheast  3\n\neast north 7.0\neast west 1e0", 4, 4, true,
         0.8, 0},
        {TOKENIZER_WHITESPACE, "East EAST 9\neast northeast 3\neast North 7\nunknown east 4\neast zero 4\n",
         3, 5, true, 0.5, 0},
        {TOKENIZER_WHITESPACE, "Berlin paris 1\nPARIS Berlin 2\nberlin paris 3\n", 3, 3, false, 0, 0},
        {TOKENIZER_WORDS, "East EAST 9\neast northeast 3\neast North 7\n!! east 1\n", 3, 4, true, 0.5, 0},
        {TOKENIZER_WHITESPACE, "east east 9\neast northeast 3\neast north 7\nnorth north 5\neast west 1\n", 4,
         5, true, 0.21081851067789195, 3},
        {TOKENIZER_WORDS, "", 0, 0, false, 0, 0},
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct error error = {.kind = ERROR_NONE};
        struct test_score got;
        char path[4096];
        CHECK_MSG(test,
                  score(&got, files[i].kind, files[i].text, files[i].restrict_to, path, sizeof path, &error),
                  "%s", error.text);
        CHECK_MSG(test, got.covered == files[i].covered && got.total == files[i].total,
                  "file %zu: %zu of %zu", i, got.covered, got.total);
        CHECK_MSG(test,
                  files[i].known ? fabs(got.values[0] - files[i].expected) < 1e-12 && fabs(got.values[1]) <= 1
                                 : isnan(got.values[0]) && isnan(got.values[1]),
                  "file %zu: %g", i, got.values[0]);
    }
}

static void malformed_lines_are_named(struct test *test) {
    const char *const lines[] = {"east north",      "east north x",    "east north 1 2", "east",
                                 "east north nan",  "east north inf",  "east north 0x1", "east north 1,5",
                                 "a b c d e f g 1", "east north 1e999"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct error error = {.kind = ERROR_NONE};
        struct test_score got;
        char path[4096], text[256], says[4200];
        snprintf(text, sizeof text, "# one\neast north 1\n%s\neast north 1\n", lines[i]);
        CHECK_MSG(test, !score(&got, TOKENIZER_WORDS, text, 0, path, sizeof path, &error), "%s", lines[i]);
        snprintf(says, sizeof says, "%s:3: not a line of the form \"word word score\"", path);
        CHECK_MSG(test, error.kind == ERROR_INPUT && strcmp(error.text, says) == 0, "%s", error.text);
    }
}

static const struct test_case cases[] = {
    {"similarity: Spearman by hand", spearman_by_hand},
    {"similarity: files by hand", files_by_hand},
    {"similarity: malformed lines are named", malformed_lines_are_named},
};

TEST_MAIN(cases)

/* Probing: factors that are in the vectors are found, others are not, and malformed files are refused. */
#include "eval/probe.h"

#include <math.h>

#include "base/rng.h"
#include "toy_model.h"

#define WORDS 200
#define DIM 8

static char names[WORDS][8];
static const char *words[WORDS];
static float vectors[WORDS * DIM];

/* Word i is "wI". Its first dimension tells odd from even, and its second one is a number. */
static struct model make_model(void) {
    struct rng rng = rng_seed(4, 4);
    for (size_t i = 0; i < WORDS; i++) {
        snprintf(names[i], sizeof names[i], "w%zu", i);
        words[i] = names[i];
        for (size_t d = 0; d < DIM; d++)
            vectors[i * DIM + d] = rng_unit(&rng) - 0.5f;
        vectors[i * DIM] = i % 2 == 0 ? 1 : -1;
    }
    return toy_open(&(struct toy){
        .words = words, .vocab = WORDS, .dim = DIM, .vectors = vectors, .kind = TOKENIZER_WHITESPACE});
}

static bool probe_text(struct probe_factors *factors, const char *text, struct error *error) {
    struct model model = make_model();
    char path[512];
    FILE *file = fopen(test_path(path, sizeof path, "parity.tsv"), "w");
    if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0)
        exit(2);
    const bool done = probe_file(factors, &model, path, error);
    unlink(path);
    model_close(&model);
    return done;
}

static void test_factors(struct test *test) {
    static char text[WORDS * 80];
    size_t at = (size_t)snprintf(text, sizeof text, "# three factors\n\nnoword parity odd\n");
    struct model model = make_model();
    struct rng rng = rng_seed(9, 9);
    for (size_t i = 0; i < WORDS; i++)
        at += (size_t)snprintf(text + at, sizeof text - at,
                               "w%zu\tparity\t%s\nw%zu\tsecond\t%g\nw%zu coin side%u\n", i,
                               i % 2 == 0 ? "even" : "odd", i,
                               (double)vectors[i * DIM + 1] / (double)model.norms[i], i, rng_below(&rng, 2));
    model_close(&model);
    struct probe_factors factors;
    struct error error = {0};
    CHECK(test, probe_text(&factors, text, &error) && factors.count == 3);
    const struct probe_factor *parity = &factors.list[0], *second = &factors.list[1],
                              *coin = &factors.list[2];
    CHECK(test, strcmp(parity->name, "parity") == 0 && !parity->numeric && parity->classes == 2);
    CHECK(test, parity->words == WORDS && parity->total == WORDS + 1 && parity->majority == 0.5);
    CHECK_MSG(test, parity->score == 1 && parity->control < 0.7, "%g %g", parity->score, parity->control);
    CHECK(test, strcmp(second->name, "second") == 0 && second->numeric && second->classes == 0);
    CHECK_MSG(test, second->score > 0.7 && second->control < 0.05, "%g %g", second->score, second->control);
    /* By chance 100 of 200 are right, give or take 7: beyond 140 once in a hundred million seeds. */
    CHECK_MSG(test, coin->score < 0.7 && coin->score > 0.3, "%g", coin->score);
    probe_free(&factors);
}

/* The name of the file is that of the factor; a word counts once; too few words have no score. */
static void test_short(struct test *test) {
    struct probe_factors factors;
    struct error error = {0};
    CHECK(test, probe_text(&factors, "w1 1\nw2 2\nw2 3\nw3 3\nw4 5\n", &error) && factors.count == 1);
    CHECK(test,
          strstr(factors.list[0].name, "-parity") != NULL && strstr(factors.list[0].name, ".tsv") == NULL);
    CHECK(test, factors.list[0].words == 4 && factors.list[0].total == 4 && isnan(factors.list[0].score));
    probe_free(&factors);
    CHECK(test, probe_text(&factors, "w1 a\nw2 a\nw3 a\nw4 a\nw5 a\nw6 a\n", &error));
    CHECK(test, factors.list[0].words == 6 && isnan(factors.list[0].score) && isnan(factors.list[0].control));
    probe_free(&factors);
    CHECK(test, probe_text(&factors, "", &error) && factors.count == 0);
    probe_free(&factors);
}

static void test_refusals(struct test *test) {
    struct probe_factors factors;
    struct error error = {0};
    CHECK(test, !probe_text(&factors, "w1 kind a\nw2\n", &error) && error.kind == ERROR_INPUT);
    CHECK_MSG(test, strstr(error.text, ":2: not a line of the form \"word factor value\"") != NULL, "%s",
              error.text);
    probe_free(&factors);
}

static const struct test_case cases[] = {
    {"probe: finds what is in the vectors, and not what is not", test_factors},
    {"probe: short files", test_short},
    {"probe: a malformed line is refused", test_refusals},
};
TEST_MAIN(cases)

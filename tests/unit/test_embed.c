#include "analyse/embed.h"

#include <math.h>

#include "base/rng.h"
#include "search/vectors.h"
#include "toy_model.h"

#define STRIDE 16

static bool same_bytes(const void *a, const void *b, size_t bytes) {
    return memcmp(a, b, bytes) == 0;
}

static const char *const words[] = {"the", "cat", "dog", "zero", "Rome"};
static const float vectors[] = {
    1,  0, 0, /* the, 5 of 15 */
    0,  2, 0, /* cat, 4 */
    0,  0, 4, /* dog, 3 */
    0,  0, 0, /* zero, 2 */
    -3, 0, 1, /* Rome, 1 */
};

static struct model open_words(enum tokenizer_kind kind) {
    return toy_open(&(struct toy){.words = words, .vocab = 5, .dim = 3, .vectors = vectors, .kind = kind});
}

static struct embedder create(struct test *test, const struct model *model, enum embed_weights weights,
                              double smoothing) {
    struct embedder embedder;
    struct error error = {.kind = ERROR_NONE};
    CHECK_MSG(test, embed_create(&embedder, model, weights, smoothing, &error), "%s", error.text);
    return embedder;
}

static void check_text(struct test *test, const struct embedder *embedder, const char *text, double x,
                       double y, double z) {
    struct error error = {.kind = ERROR_NONE};
    const struct line texts[] = {{text, strlen(text)}};
    float row[STRIDE];
    CHECK_MSG(test, embed_texts(embedder, texts, 1, row, NULL, 1, &error), "%s", error.text);
    CHECK_MSG(test,
              fabs((double)row[0] - x) < 1e-6 && fabs((double)row[1] - y) < 1e-6 &&
                  fabs((double)row[2] - z) < 1e-6,
              "%s: %g %g %g", text, (double)row[0], (double)row[1], (double)row[2]);
    for (size_t d = 3; d < STRIDE; d++)
        CHECK(test, row[d] == 0);
}

static void plain_means(struct test *test) {
    struct model model = open_words(TOKENIZER_WORDS);
    struct embedder embedder = create(test, &model, EMBED_PLAIN, 1);
    check_text(test, &embedder, "The cat!", 0.5, 1, 0);
    check_text(test, &embedder, "cat cat, unknown dog", 0, 4.0 / 3, 4.0 / 3);
    check_text(test, &embedder, "zero the\ncat", 0.5, 1, 0);
    check_text(test, &embedder, "nothing, zero", 0, 0, 0);
    check_text(test, &embedder, "", 0, 0, 0);
    embed_free(&embedder);
    model_close(&model);
    model = open_words(TOKENIZER_WHITESPACE);
    embedder = create(test, &model, EMBED_PLAIN, 1);
    check_text(test, &embedder, "The cat, cat", 0, 2, 0);
    check_text(test, &embedder, "rome Rome", -3, 0, 1);
    embed_free(&embedder);
    model.try_lowercase = true; /* of another program: by words, as written or in small letters */
    embedder = create(test, &model, EMBED_PLAIN, 1);
    check_text(test, &embedder, "THE cat, ROME", 0.5, 1, 0);
    check_text(test, &embedder, "(Rome)", -3, 0, 1);
    embed_free(&embedder);
    model_close(&model);
}

static void sif_weights(struct test *test) {
    struct model model = open_words(TOKENIZER_WORDS);
    struct embedder embedder = create(test, &model, EMBED_SIF, 0.1);
    const double the = 0.1 / (0.1 + 5.0 / 15), cat = 0.1 / (0.1 + 4.0 / 15);
    check_text(test, &embedder, "the cat", the / 2, 2 * cat / 2, 0);
    embed_free(&embedder);
    embedder = create(test, &model, EMBED_AUTO, 0.1);
    check_text(test, &embedder, "the cat", the / 2, 2 * cat / 2, 0);
    embed_free(&embedder);
    const uint64_t none[5] = {0};
    model.counts = none;
    embedder = create(test, &model, EMBED_AUTO, 0.1);
    check_text(test, &embedder, "the cat", 0.5, 1, 0);
    embed_free(&embedder);
    struct error error = {.kind = ERROR_NONE};
    CHECK(test, !embed_create(&embedder, &model, EMBED_SIF, 0.1, &error));
    CHECK_MSG(test, error.kind == ERROR_INPUT && strstr(error.text, "no counts") != NULL, "%s", error.text);
    embed_free(&embedder);
    model_close(&model);
}

static void many_texts_on_any_threads(struct test *test) {
    enum { TEXTS = 1000 };
    struct model model = open_words(TOKENIZER_WORDS);
    struct embedder embedder = create(test, &model, EMBED_SIF, 0.01);
    static char lines[TEXTS][64];
    static struct line texts[TEXTS];
    static float one[TEXTS * STRIDE], three[TEXTS * STRIDE];
    struct rng rng = rng_seed(1, 0);
    for (size_t i = 0; i < TEXTS; i++) {
        snprintf(lines[i], sizeof lines[i], "%s %s %s", words[rng_below(&rng, 5)], words[rng_below(&rng, 5)],
                 words[rng_below(&rng, 5)]);
        texts[i] = (struct line){lines[i], strlen(lines[i])};
    }
    struct error error = {.kind = ERROR_NONE};
    CHECK(test, embed_texts(&embedder, texts, TEXTS, one, NULL, 1, &error));
    CHECK(test, embed_texts(&embedder, texts, TEXTS, three, NULL, 3, &error));
    CHECK(test, same_bytes(one, three, sizeof one));
    for (size_t i = 0; i < TEXTS; i += 97) {
        float row[STRIDE];
        CHECK(test, embed_texts(&embedder, texts + i, 1, row, NULL, 1, &error));
        CHECK(test, same_bytes(row, one + i * STRIDE, sizeof row));
    }
    embed_free(&embedder);
    model_close(&model);
}

/* Rows along a known axis, ten times as long as what they have across it. */
static void the_first_component(struct test *test) {
    enum { ROWS = 3000 };
    struct model model = open_words(TOKENIZER_WORDS);
    struct embedder embedder = create(test, &model, EMBED_PLAIN, 1), again = embedder;
    static float rows[ROWS * STRIDE];
    struct rng rng = rng_seed(2, 0);
    const double axis[] = {2.0 / 3, -1.0 / 3, 2.0 / 3};
    for (size_t i = 0; i < ROWS; i++) {
        float *row = rows + i * STRIDE;
        const float along = 20 * rng_unit(&rng) - 5;
        row[0] = along * (float)axis[0] + rng_unit(&rng) - 0.5F;
        row[1] = along * (float)axis[1] + rng_unit(&rng) - 0.5F;
        row[2] = along * (float)axis[2] + rng_unit(&rng) - 0.5F;
    }
    struct error error = {.kind = ERROR_NONE};
    CHECK(test, embed_find_component(&embedder, rows, ROWS, 1, &error));
    CHECK(test, embed_find_component(&again, rows, ROWS, 3, &error));
    CHECK(test, same_bytes(embedder.component, again.component, STRIDE * sizeof(double)));
    double product = 0, length = 0;
    for (size_t d = 0; d < 3; d++)
        product += embedder.component[d] * axis[d];
    for (size_t d = 0; d < STRIDE; d++)
        length += embedder.component[d] * embedder.component[d];
    CHECK_MSG(test, fabs(fabs(product) - 1) < 1e-4 && fabs(length - 1) < 1e-9, "%g %g", product, length);
    embed_remove(&embedder, rows, ROWS);
    bool left = false;
    for (size_t i = 0; i < ROWS; i++) {
        double across = 0;
        for (size_t d = 0; d < STRIDE; d++) {
            const double share = (double)rows[i * STRIDE + d] * embedder.component[d];
            left = left || fabs(share) > 0.1;
            across += share;
        }
        CHECK_MSG(test, fabs(across) < 1e-5, "row %zu: %g", i, across);
    }
    CHECK(test, left); /* what is across the axis is still there */
    /* Texts lose it, too. */
    struct embedder plain = create(test, &model, EMBED_PLAIN, 1);
    float with[STRIDE], without[STRIDE];
    const struct line text = {"the cat dog", 11};
    CHECK(test, embed_texts(&plain, &text, 1, with, NULL, 1, &error) &&
                    embed_texts(&embedder, &text, 1, without, NULL, 1, &error));
    embed_remove(&embedder, with, 1);
    CHECK(test, same_bytes(with, without, sizeof with));
    embed_free(&plain);
    embed_free(&embedder);
    embed_free(&again);
    model_close(&model);
}

static void no_component_without_rows(struct test *test) {
    struct model model = open_words(TOKENIZER_WORDS);
    struct embedder embedder = create(test, &model, EMBED_PLAIN, 1);
    struct error error = {.kind = ERROR_NONE};
    float zeros[2 * STRIDE] = {0};
    CHECK(test, embed_find_component(&embedder, zeros, 2, 1, &error));
    check_text(test, &embedder, "the cat", 0.5, 1, 0);
    CHECK(test, embed_find_component(&embedder, zeros, 0, 2, &error));
    check_text(test, &embedder, "the cat", 0.5, 1, 0);
    embed_free(&embedder);
    model_close(&model);
}

/* A phrase is a word; where the vocabulary lacks it, its words are. */
static void phrases_are_words(struct test *test) {
    static const char *const known[] = {"new_york", "new", "york", "in", "a_b_c"};
    static const float rows[] = {8, 0, 0, 0, 4, 0, 0, 2, 0, 0, 0, 1, 1, 1, 1};
    const struct toy toy = {.words = known,
                            .vocab = 5,
                            .dim = 3,
                            .vectors = rows,
                            .phrases = "new york\t1\nin york\t1\na b\t1\na_b c\t2\n"};
    struct model model = toy_open(&toy);
    struct embedder embedder = create(test, &model, EMBED_PLAIN, 1);
    check_text(test, &embedder, "new york", 8, 0, 0);
    check_text(test, &embedder, "in New York", 4, 0, 0.5);
    check_text(test, &embedder, "new\nyork", 0, 3, 0);
    check_text(test, &embedder, "york in york new", 0, 2, 0.25); /* in_york is not in the vocabulary */
    check_text(test, &embedder, "a b c", 1, 1, 1);
    check_text(test, &embedder, "a b in", 0, 0, 1);
    embed_free(&embedder);
    model_close(&model);
}

static const struct test_case cases[] = {
    {"embed: phrases are words", phrases_are_words},
    {"embed: plain means", plain_means},
    {"embed: SIF weights", sif_weights},
    {"embed: many texts on any number of threads", many_texts_on_any_threads},
    {"embed: the first component", the_first_component},
    {"embed: no component without rows", no_component_without_rows},
};

TEST_MAIN(cases)

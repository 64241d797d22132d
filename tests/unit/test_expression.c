#include "query/expression.h"

#include <math.h>

#include "toy_model.h"

static const char *const words[] = {"king", "man", "woman", "well-known", "paris", "zero", "-odd", "Paris"};
static const float vectors[] = {
    2, 0, 0, /* king */
    0, 3, 0, /* man */
    0, 0, 5, /* woman */
    1, 1, 1, 1, 2, 2, 0, 0, 0, 7, 0, 0, -1, 0, 0,
};
#define TEXTS_MOST 6

static struct model open_words(enum tokenizer_kind kind) {
    return toy_open(&(struct toy){
        .words = words, .vocab = sizeof words / sizeof *words, .dim = 3, .vectors = vectors, .kind = kind});
}

struct reading {
    const char *texts[TEXTS_MOST]; /* ended by NULL */
    size_t count;
    size_t ids[4];
    double weights[4];
};

static size_t count_texts(const char *const *texts) {
    size_t count = 0;
    while (count < TEXTS_MOST && texts[count] != NULL)
        count++;
    return count;
}

static void check_readings(struct test *test, enum tokenizer_kind kind, const struct reading *readings,
                           size_t count) {
    struct model model = open_words(kind);
    for (size_t i = 0; i < count; i++) {
        const struct reading *reading = &readings[i];
        struct error error = {.kind = ERROR_NONE};
        struct expression got;
        const bool done = expression_parse(&got, &model, reading->texts, count_texts(reading->texts), &error);
        CHECK_MSG(test, done && got.count == reading->count, "reading %zu (%s): %s", i, reading->texts[0],
                  error.text);
        for (size_t j = 0; done && j < got.count && j < reading->count; j++)
            CHECK_MSG(test, got.ids[j] == reading->ids[j] && got.weights[j] == reading->weights[j],
                      "reading %zu (%s), word %zu", i, reading->texts[0], j);
        if (done)
            expression_free(&got);
    }
    model_close(&model);
}

static void words_and_signs(struct test *test) {
    const struct reading readings[] = {
        {{"king"}, 1, {0}, {1}},
        {{"King"}, 1, {0}, {1}},
        {{"king", "-", "man", "+", "woman"}, 3, {0, 1, 2}, {1, -1, 1}},
        {{"king - man + woman"}, 3, {0, 1, 2}, {1, -1, 1}},
        {{"  king\t-\nman  + woman \r\n"}, 3, {0, 1, 2}, {1, -1, 1}},
        {{"woman + king", "- man"}, 3, {0, 1, 2}, {1, -1, 1}},
        {{"king man woman"}, 3, {0, 1, 2}, {1, 1, 1}},
        {{"king - man woman"}, 3, {0, 1, 2}, {1, -1, 1}},
        {{"- man + king"}, 2, {0, 1}, {1, -1}},
        {{"king -man +woman"}, 3, {0, 1, 2}, {1, -1, 1}},
        {{"well-known"}, 1, {3}, {1}},
        {{"well-known - king"}, 2, {0, 3}, {-1, 1}},
        {{"king king - man"}, 2, {0, 1}, {2, -1}},
        {{"king + man - king"}, 2, {0, 1}, {0, 1}},
    };
    check_readings(test, TOKENIZER_WORDS, readings, sizeof readings / sizeof *readings);
}

static void words_as_they_are_by_whitespace_rules(struct test *test) {
    const struct reading readings[] = {
        {{"Paris - paris"}, 2, {4, 7}, {-1, 1}},
        {{"-odd"}, 1, {6}, {1}},
        {{"king - -odd"}, 2, {0, 6}, {1, -1}},
    };
    check_readings(test, TOKENIZER_WHITESPACE, readings, sizeof readings / sizeof *readings);
}

struct refusal {
    enum tokenizer_kind kind;
    enum error_kind error;
    const char *text, *says;
};

static void what_is_no_question(struct test *test) {
    const struct refusal refusals[] = {
        {TOKENIZER_WORDS, ERROR_NO_ANSWER, "kng",
         "\"kng\" is not among the model's 8 words; did you mean \"king\"?"},
        {TOKENIZER_WORDS, ERROR_NO_ANSWER, "king - Womam",
         "\"Womam\" is not among the model's 8 words; did you mean \"woman\"?"},
        {TOKENIZER_WORDS, ERROR_NO_ANSWER, "xyzzyxyzzy", "\"xyzzyxyzzy\" is not among the model's 8 words"},
        {TOKENIZER_WORDS, ERROR_NO_ANSWER, "king+man",
         "\"king+man\" is not a single word to the model's tokenizer"},
        {TOKENIZER_WORDS, ERROR_NO_ANSWER, "!?", "\"!?\" is not a single word to the model's tokenizer"},
        {TOKENIZER_WHITESPACE, ERROR_NO_ANSWER, "King",
         "\"King\" is not among the model's 8 words; did you mean \"king\"?"},
        {TOKENIZER_WORDS, ERROR_INPUT, "", "no word in the question"},
        {TOKENIZER_WORDS, ERROR_INPUT, " \t", "no word in the question"},
        {TOKENIZER_WORDS, ERROR_INPUT, "king -", "no word behind the last \"-\""},
        {TOKENIZER_WORDS, ERROR_INPUT, "+", "no word behind the last \"+\""},
        {TOKENIZER_WORDS, ERROR_INPUT, "king + - man", "\"+\" and \"-\" without a word between them"},
    };
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        struct model model = open_words(refusals[i].kind);
        struct error error = {.kind = ERROR_NONE};
        struct expression expression;
        CHECK_MSG(test, !expression_parse(&expression, &model, &refusals[i].text, 1, &error), "%s",
                  refusals[i].text);
        CHECK_MSG(test, error.kind == refusals[i].error, "%s: kind %d", refusals[i].text, (int)error.kind);
        CHECK_MSG(test, strcmp(error.text, refusals[i].says) == 0, "%s", error.text);
        model_close(&model);
    }
}

static void a_long_word_is_cut_between_characters(struct test *test) {
    struct model model = open_words(TOKENIZER_WORDS);
    struct error error = {.kind = ERROR_NONE};
    struct expression expression;
    const char *text = "aÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄ";
    CHECK(test, !expression_parse(&expression, &model, &text, 1, &error));
    CHECK_MSG(test, strstr(error.text, "ÄÄ...\" is not") != NULL, "%s", error.text);
    model_close(&model);
}

static void the_target_is_the_sum_of_unit_vectors(struct test *test) {
    struct model model = open_words(TOKENIZER_WORDS);
    struct error error = {.kind = ERROR_NONE};
    struct expression expression;
    const char *text = "king - man + woman woman";
    float target[16];
    CHECK(test, expression_parse(&expression, &model, &text, 1, &error));
    CHECK(test, expression_target(&expression, &model, target, &error));
    /* (1, -1, 2) / sqrt(6) */
    CHECK(test, fabsf(target[0] - 0.4082483F) < 1e-6F && fabsf(target[1] + 0.4082483F) < 1e-6F &&
                    fabsf(target[2] - 0.8164966F) < 1e-6F);
    for (size_t d = 3; d < 16; d++)
        CHECK(test, target[d] == 0);
    expression_free(&expression);
    model_close(&model);
}

static void a_sum_without_a_direction(struct test *test) {
    const char *const texts[][2] = {
        {"king - king", "the words cancel each other out: no direction is left"},
        {"king + man - king - man", "the words cancel each other out: no direction is left"},
        {"king + zero", "the vector of \"zero\" is zero or not finite"},
    };
    struct model model = open_words(TOKENIZER_WORDS);
    for (size_t i = 0; i < 3; i++) {
        struct error error = {.kind = ERROR_NONE};
        struct expression expression;
        float target[16];
        CHECK(test, expression_parse(&expression, &model, &texts[i][0], 1, &error));
        CHECK(test, !expression_target(&expression, &model, target, &error));
        CHECK_MSG(test, error.kind == ERROR_NO_ANSWER && strcmp(error.text, texts[i][1]) == 0, "%s",
                  error.text);
        expression_free(&expression);
    }
    model_close(&model);
}

static const struct test_case cases[] = {
    {"expression: words and signs", words_and_signs},
    {"expression: whitespace rules", words_as_they_are_by_whitespace_rules},
    {"expression: what is no question", what_is_no_question},
    {"expression: a long word is cut between characters", a_long_word_is_cut_between_characters},
    {"expression: the sum of unit vectors", the_target_is_the_sum_of_unit_vectors},
    {"expression: a sum without a direction", a_sum_without_a_direction},
};

TEST_MAIN(cases)

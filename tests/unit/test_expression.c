#include "query/expression.h"

#include <math.h>

#include "query/lookup.h"
#include "search/vectors.h"
#include "toy_model.h"

static const char *const words[] = {"king", "man", "woman", "well-known", "paris", "zero", "-odd", "Paris",
                                    "7",    "a,b", ",",     "new_york",   "new",   "york", "\"",   "woman,"};
static const float vectors[] = {
    2,  0, 0,                            /* king */
    0,  3, 0,                            /* man */
    0,  0, 5,                            /* woman */
    1,  1, 1,                            /* well-known */
    1,  2, 2,                            /* paris */
    0,  0, 0,                            /* zero */
    7,  1, 0,                            /* -odd */
    -1, 0, 0,                            /* Paris */
    0,  1, 1,                            /* 7 */
    1,  1, 0, 1, 0, 1, 3, 1, 2, 0, 4, 0, /* new */
    3,  0, 0,                            /* york */
    1,  2, 3, 3, 2, 1,
};
enum {
    KING,
    MAN,
    WOMAN,
    WELL_KNOWN,
    PARIS,
    ZERO,
    ODD,
    CAPITAL_PARIS,
    SEVEN,
    A_B,
    COMMA,
    NEW_YORK,
    NEW,
    YORK,
    QUOTE,
    WOMAN_COMMA,
    VOCAB
};

/* The first `vocab` words. */
static struct model open_some(enum tokenizer_kind kind, size_t vocab) {
    return toy_open(
        &(struct toy){.words = words, .vocab = vocab, .dim = 3, .vectors = vectors, .kind = kind});
}

static struct model open_words(enum tokenizer_kind kind) {
    return open_some(kind, VOCAB);
}

struct reading {
    const char *text;
    size_t count;
    size_t ids[4];
    double weights[4];
};

static bool parse(struct expression *expression, const struct model *model, const char *text,
                  struct error *error) {
    return expression_parse(expression, model, text, strlen(text), METHOD_ADD, error);
}

/* Terms with the words' weights, and these words left out. Closes the model. */
static void check_model(struct test *test, struct model model, const struct reading *readings, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const struct reading *reading = &readings[i];
        struct error error = {.kind = ERROR_NONE};
        struct expression got;
        const bool done = parse(&got, &model, reading->text, &error);
        CHECK_MSG(test, done && got.count == reading->count && got.id_count == reading->count, "%s: %s",
                  reading->text, error.text);
        for (size_t j = 0; done && j < got.count && j < reading->count; j++) {
            const float *row = vector_row(&model, reading->ids[j]);
            CHECK_MSG(test,
                      got.directions[j].row == row && got.terms[j].direction == j &&
                          got.ids[j] == reading->ids[j] && got.terms[j].weight == reading->weights[j],
                      "%s: word %zu has weight %g", reading->text, j, got.terms[j].weight);
            CHECK_MSG(test, got.directions[j].square == vector_dot(row, row, model.stride), "%s",
                      reading->text);
        }
        expression_free(&got);
    }
    model_close(&model);
}

static void check_readings(struct test *test, enum tokenizer_kind kind, const struct reading *readings,
                           size_t count) {
    check_model(test, open_words(kind), readings, count);
}

static void words_and_signs(struct test *test) {
    const struct reading readings[] = {
        {"king", 1, {KING}, {1}},
        {"King", 1, {KING}, {1}},
        {"king - man + woman", 3, {KING, MAN, WOMAN}, {1, -1, 1}},
        {"  king\t-\nman  + woman \r\n", 3, {KING, MAN, WOMAN}, {1, -1, 1}},
        {"woman + king - man", 3, {KING, MAN, WOMAN}, {1, -1, 1}},
        {"king man woman", 3, {KING, MAN, WOMAN}, {1, 1, 1}},
        {"king - man woman", 3, {KING, MAN, WOMAN}, {1, -1, 1}},
        {"- man + king", 2, {KING, MAN}, {1, -1}},
        {"king -man +woman", 3, {KING, MAN, WOMAN}, {1, -1, 1}},
        {"well-known", 1, {WELL_KNOWN}, {1}},
        {"well-known - king", 2, {KING, WELL_KNOWN}, {-1, 1}},
        {"king king - man", 2, {KING, MAN}, {2, -1}},
        {"\"king\" - \"Man\"", 2, {KING, MAN}, {1, -1}},
        {"king -\"man\"", 2, {KING, MAN}, {1, -1}},
        {"\"king man", 2, {KING, MAN}, {1, 1}},
    };
    check_readings(test, TOKENIZER_WORDS, readings, sizeof readings / sizeof *readings);
}

static void numbers_are_weights_before_words(struct test *test) {
    const struct reading readings[] = {
        {"2 king - man", 2, {KING, MAN}, {2, -1}},
        {"king - 0.5 man", 2, {KING, MAN}, {1, -0.5}},
        {"king -.5 man", 2, {KING, MAN}, {1, -0.5}},
        {"2. king + 3 king", 1, {KING}, {5}},
        {"7", 1, {SEVEN}, {1}},
        {"king 7", 2, {KING, SEVEN}, {1, 1}},
        {"7 + king", 2, {KING, SEVEN}, {1, 1}},
        {"2 7", 1, {SEVEN}, {2}},
        {"3 7 king", 2, {KING, SEVEN}, {1, 3}},
        {"\"7\" king", 2, {KING, SEVEN}, {1, 1}},
        {"7 \"king\"", 1, {KING}, {7}},
    };
    check_readings(test, TOKENIZER_WORDS, readings, sizeof readings / sizeof *readings);
}

static void words_as_they_are_by_whitespace_rules(struct test *test) {
    const struct reading readings[] = {
        {"Paris - paris", 2, {PARIS, CAPITAL_PARIS}, {-1, 1}},
        {"-odd", 1, {ODD}, {1}},
        {"king - -odd", 2, {KING, ODD}, {1, -1}},
        {"a,b woman,", 2, {A_B, WOMAN_COMMA}, {1, 1}},
        {"\",\" - king", 2, {KING, COMMA}, {-1, 1}},
        {"\"\"\" - king", 2, {KING, QUOTE}, {-1, 1}},
        {"\" - king", 2, {KING, QUOTE}, {-1, 1}},
        {"\"7\"", 1, {SEVEN}, {1}},
    };
    check_readings(test, TOKENIZER_WHITESPACE, readings, sizeof readings / sizeof *readings);
}

/* A term may vanish, and its word is still left out. */
static void a_word_without_weight(struct test *test) {
    struct model model = open_words(TOKENIZER_WORDS);
    struct error error = {.kind = ERROR_NONE};
    struct expression got;
    CHECK_MSG(test, parse(&got, &model, "king + man - king", &error), "%s", error.text);
    CHECK(test, got.count == 1 && got.directions[0].row == vector_row(&model, MAN) && got.id_count == 2);
    expression_free(&got);
    model_close(&model);
}

static void phrases(struct test *test) {
    const char *text = "\"new  york\" - 2 king";
    struct error error = {.kind = ERROR_NONE};
    struct expression got;
    struct model model = open_words(TOKENIZER_WORDS);
    CHECK_MSG(test, parse(&got, &model, text, &error), "%s", error.text);
    CHECK(test, got.count == 2 && got.directions[1].row == vector_row(&model, NEW_YORK) &&
                    got.id_count == 2 && got.ids[1] == NEW_YORK);
    expression_free(&got);
    model_close(&model);
    /* Without new_york: the sum of new's and york's directions, 1 each, along the first two axes. */
    const char *const others[] = {"new", "york", "king"};
    const float rows[] = {0, 4, 0, 3, 0, 0, 0, 0, 1};
    model = toy_open(&(struct toy){.words = others, .vocab = 3, .dim = 3, .vectors = rows});
    CHECK_MSG(test, parse(&got, &model, text, &error), "%s", error.text);
    CHECK(test, got.count == 2 && got.id_count == 3 && got.terms[0].weight == -2 && got.terms[1].weight == 1);
    const float *row = got.directions[1].row;
    CHECK_MSG(test, row[0] == 1 && row[1] == 1 && row[2] == 0 && row[15] == 0, "%g %g %g", (double)row[0],
              (double)row[1], (double)row[2]);
    CHECK(test, got.directions[1].square == 2);
    expression_free(&got);
    CHECK(test, !parse(&got, &model, "\"new yorc\"", &error));
    CHECK_MSG(test, error.kind == ERROR_NO_ANSWER && strstr(error.text, "did you mean \"york\"?") != NULL,
              "%s", error.text);
    model_close(&model);
}

/* Words with blanks, as other programs' files have them: asked for in quotation marks. */
static void words_with_blanks(struct test *test) {
    const char *const others[] = {"new york", "los_angeles", "new", "york", "a  b", "san", "x"};
    const struct {
        const char *text;
        size_t id;
    } questions[] = {{"\"new york\"", 0},     {"\"new   york\"", 0}, {"\"New York\"", 0},
                     {"x - \"new york\"", 0}, {"\" new york \"", 0}, {"\"los angeles\"", 1},
                     {"\"a  b\"", 4}};
    struct error error = {.kind = ERROR_NONE};
    struct expression got;
    struct model model = toy_open(
        &(struct toy){.words = others, .vocab = 7, .dim = 7, .vectors = NULL, .kind = TOKENIZER_WHITESPACE});
    float rows[7 * 16] = {0};
    for (size_t i = 0; i < 7; i++)
        rows[i * 16 + i] = 1;
    model.input = rows;
    model.try_lowercase = true;
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
        const bool done = parse(&got, &model, questions[i].text, &error);
        CHECK_MSG(test, done && got.ids[0] == questions[i].id, "%s: %s", questions[i].text, error.text);
        if (done)
            expression_free(&got);
    }
    CHECK(test, parse(&got, &model, "\"san york\"", &error) && got.count == 1 && got.id_count == 2);
    expression_free(&got);
    model_close(&model);
}

struct refusal {
    enum tokenizer_kind kind;
    enum error_kind error;
    const char *text, *says;
};

static void what_is_no_question(struct test *test) {
    const struct refusal refusals[] = {
        {TOKENIZER_WORDS, ERROR_NO_ANSWER, "kng",
         "\"kng\" is not among the model's 16 words; did you mean \"king\"?"},
        {TOKENIZER_WORDS, ERROR_NO_ANSWER, "king - Womam",
         "\"Womam\" is not among the model's 16 words; did you mean \"woman\"?"},
        {TOKENIZER_WORDS, ERROR_NO_ANSWER, "xyzzyxyzzy", "\"xyzzyxyzzy\" is not among the model's 16 words"},
        {TOKENIZER_WORDS, ERROR_NO_ANSWER, "king+man",
         "\"king+man\" is not a single word to the model's tokenizer"},
        {TOKENIZER_WORDS, ERROR_NO_ANSWER, "!?", "\"!?\" is not a single word to the model's tokenizer"},
        {TOKENIZER_WHITESPACE, ERROR_NO_ANSWER, "King",
         "\"King\" is not among the model's 16 words; did you mean \"king\"?"},
        {TOKENIZER_WORDS, ERROR_INPUT, "", "no word in the question"},
        {TOKENIZER_WORDS, ERROR_INPUT, " \t", "no word in the question"},
        {TOKENIZER_WORDS, ERROR_INPUT, "king -", "no word after the last \"-\""},
        {TOKENIZER_WORDS, ERROR_INPUT, "+", "no word after the last \"+\""},
        {TOKENIZER_WORDS, ERROR_INPUT, "king + - man", "\"+\" and \"-\" without a word between them"},
        {TOKENIZER_WORDS, ERROR_INPUT, "0 king", "a weight is a number from 1e-06 to 1e+06, not \"0\""},
        {TOKENIZER_WORDS, ERROR_INPUT, "1000001 king",
         "a weight is a number from 1e-06 to 1e+06, not \"1000001\""},
        {TOKENIZER_WORDS, ERROR_NO_ANSWER, "king - king", "the words cancel each other out"},
        {TOKENIZER_WORDS, ERROR_NO_ANSWER, "king + man - king - man", "the words cancel each other out"},
        {TOKENIZER_WHITESPACE, ERROR_NO_ANSWER, "king + Paris", "the words cancel each other out"},
        {TOKENIZER_WORDS, ERROR_NO_ANSWER, "king + zero", "the vector of \"zero\" is zero or not finite"},
        {TOKENIZER_WORDS, ERROR_NO_ANSWER, "\"king zero\"", "the vector of \"zero\" is zero or not finite"},
        {TOKENIZER_WHITESPACE, ERROR_NO_ANSWER, "\"king Paris\"",
         "the words of \"king Paris\" cancel each other out"},
    };
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        struct model model = open_words(refusals[i].kind);
        struct error error = {.kind = ERROR_NONE};
        struct expression expression;
        CHECK_MSG(test, !parse(&expression, &model, refusals[i].text, &error), "%s", refusals[i].text);
        CHECK_MSG(test, error.kind == refusals[i].error, "%s: kind %d", refusals[i].text, (int)error.kind);
        CHECK_MSG(test, strcmp(error.text, refusals[i].says) == 0, "%s", error.text);
        model_close(&model);
    }
}

static void whole_weights_for_products(struct test *test) {
    struct model model = open_words(TOKENIZER_WHITESPACE);
    const char *const texts[] = {"2 king - man", "king + Paris", "0.5 king + 0.5 king", "100 king"};
    const char *const refused[] = {"0.5 king", "101 king", "60 king + 60 king"};
    struct expression expression;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct error error = {.kind = ERROR_NONE};
        CHECK_MSG(test, expression_parse(&expression, &model, texts[i], strlen(texts[i]), METHOD_MUL, &error),
                  "%s: %s", texts[i], error.text);
        expression_free(&expression);
    }
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct error error = {.kind = ERROR_NONE};
        CHECK_MSG(
            test,
            !expression_parse(&expression, &model, refused[i], strlen(refused[i]), METHOD_MUL, &error) &&
                error.kind == ERROR_INPUT && strstr(error.text, "whole numbers up to 100") != NULL,
            "%s: %s", refused[i], error.text);
    }
    model_close(&model);
}

static void a_long_word_is_cut_between_characters(struct test *test) {
    struct model model = open_words(TOKENIZER_WORDS);
    struct error error = {.kind = ERROR_NONE};
    struct expression expression;
    CHECK(test, !parse(&expression, &model, "aÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄ", &error));
    CHECK_MSG(test, strstr(error.text, "ÄÄ...\" is not") != NULL, "%s", error.text);
    model_close(&model);
}

struct extent {
    enum tokenizer_kind kind;
    const char *text;
    size_t bytes;
};

static void commas_end_questions(struct test *test) {
    const struct extent extents[] = {
        {TOKENIZER_WORDS, "king, man", 4},        {TOKENIZER_WORDS, "king ,man", 5},
        {TOKENIZER_WORDS, "king,man", 4},         {TOKENIZER_WORDS, "king - man", 10},
        {TOKENIZER_WORDS, ", king", 0},           {TOKENIZER_WORDS, "", 0},
        {TOKENIZER_WORDS, "\"a, b\" c, d", 8},    {TOKENIZER_WORDS, "\"a, b", 2},
        {TOKENIZER_WORDS, "\"a\", b", 3},         {TOKENIZER_WHITESPACE, "king, man", 9},
        {TOKENIZER_WHITESPACE, "king , man", 5},  {TOKENIZER_WHITESPACE, "king ,", 5},
        {TOKENIZER_WHITESPACE, "\",\" , man", 4}, {TOKENIZER_WHITESPACE, ",, man", 6},
    };
    for (size_t i = 0; i < sizeof extents / sizeof *extents; i++) {
        const struct tokenizer_rules rules = {.kind = extents[i].kind};
        const size_t bytes = expression_extent(rules, extents[i].text);
        CHECK_MSG(test, bytes == extents[i].bytes, "%s: %zu", extents[i].text, bytes);
    }
    struct model model = open_words(TOKENIZER_WORDS);
    struct error error = {.kind = ERROR_NONE};
    struct expression got;
    CHECK(test, expression_parse(&got, &model, "king, man", 4, METHOD_ADD, &error) && got.count == 1);
    expression_free(&got);
    model_close(&model);
}

static void an_analogy_is_three_words(struct test *test) {
    struct model model = open_words(TOKENIZER_WORDS);
    struct error error = {.kind = ERROR_NONE};
    struct expression got;
    const char *text = " man king \"woman\" ";
    CHECK_MSG(test, expression_parse_analogy(&got, &model, text, strlen(text), METHOD_ADD, &error), "%s",
              error.text);
    CHECK(test, got.count == 3 && got.terms[KING].weight == 1 && got.terms[MAN].weight == -1 &&
                    got.terms[WOMAN].weight == 1);
    expression_free(&got);
    const char *const refused[] = {"man king", "man king woman paris", "man - king woman", "",
                                   "man, king woman"};
    for (size_t i = 0; i < 5; i++) {
        error.kind = ERROR_NONE;
        CHECK_MSG(test,
                  !expression_parse_analogy(&got, &model, refused[i], strlen(refused[i]), METHOD_ADD, &error),
                  "%s", refused[i]);
        CHECK_MSG(test, error.kind == ERROR_INPUT && strstr(error.text, "three words") != NULL, "%s: %s",
                  refused[i], error.text);
    }
    model_close(&model);
}

static void cosines_of_expressions(struct test *test) {
    struct model model = open_words(TOKENIZER_WORDS);
    const char *const texts[] = {"king", "paris", "king - man", "2 woman + king", "\"new king\""};
    /* By hand, of the sums of unit vectors. */
    const double sums[][3] = {
        {1, 0, 0}, {1.0 / 3, 2.0 / 3, 2.0 / 3}, {1, -1, 0}, {1, 0, 2}, {1, 1, 0},
    };
    struct expression got[5];
    for (size_t i = 0; i < 5; i++) {
        struct error error = {.kind = ERROR_NONE};
        if (!parse(&got[i], &model, texts[i], &error))
            exit(2);
    }
    for (size_t i = 0; i < 5; i++)
        for (size_t j = 0; j < 5; j++) {
            double product = 0, x = 0, y = 0;
            for (size_t d = 0; d < 3; d++) {
                product += sums[i][d] * sums[j][d];
                x += sums[i][d] * sums[i][d];
                y += sums[j][d] * sums[j][d];
            }
            const double cosine = expression_cosine(&got[i], &got[j], model.stride);
            CHECK_MSG(test, fabs(cosine - product / sqrt(x * y)) < 1e-7, "%s and %s: %g", texts[i], texts[j],
                      cosine);
        }
    for (size_t i = 0; i < 5; i++)
        expression_free(&got[i]);
    model_close(&model);
}

/* Words that a list of phrases joins, as far as the vocabulary has what they make. */
static void phrases_of_the_model(struct test *test) {
    static const struct reading readings[] = {
        {"new york", 1, {NEW_YORK}, {1}},
        {"New YORK - king", 2, {KING, NEW_YORK}, {-1, 1}},
        {"king -new york man", 3, {KING, MAN, NEW_YORK}, {1, 1, -1}},
        {"2 new york 3 man", 2, {MAN, NEW_YORK}, {3, 2}},
        {"new + york", 2, {NEW, YORK}, {1, 1}},
        {"new , york", 1, {NEW}, {1}},
        {"york new", 2, {NEW, YORK}, {1, 1}},
        {"new new york", 2, {NEW_YORK, NEW}, {1, 1}},
        {"new york york", 2, {NEW_YORK, YORK}, {1, 1}},
        {"new \"york\"", 2, {NEW, YORK}, {1, 1}},
        {"\"new york\"", 1, {NEW_YORK}, {1}},
        {"new_york", 1, {NEW_YORK}, {1}},
        {"king man", 2, {KING, MAN}, {1, 1}},                             /* joined, but rare */
        {"paris new york woman", 3, {WOMAN, PARIS, NEW_YORK}, {1, 1, 1}}, /* a longer phrase is rare */
        {"well-known new york", 2, {WELL_KNOWN, NEW_YORK}, {1, 1}},
    };
    static const char list[] = "new york\t1\nking man\t1\nnew_york woman\t2\nyork york\t1\n";
    const struct toy toy = {.words = words, .vocab = VOCAB, .dim = 3, .vectors = vectors, .phrases = list};
    struct model model = toy_open(&toy);
    size_t id;
    CHECK(test, model.phrases != NULL && model.phrases->count == 1);
    CHECK(test, lookup_word(&model, " New  york ", &id) && id == NEW_YORK);
    CHECK(test, !lookup_word(&model, "king man", &id) && !lookup_word(&model, " ", &id));
    check_model(test, model, readings, sizeof readings / sizeof *readings);
    check_readings(test, TOKENIZER_WORDS, (const struct reading[]){{"new york", 2, {NEW, YORK}, {1, 1}}},
                   1); /* without the list */
}

static void analogies_of_phrases(struct test *test) {
    const struct toy toy = {
        .words = words, .vocab = VOCAB, .dim = 3, .vectors = vectors, .phrases = "new york\t1\n"};
    struct model model = toy_open(&toy);
    struct expression got;
    struct error error = {.kind = ERROR_NONE};
    const char *text = "king new york man";
    CHECK_MSG(test, expression_parse_analogy(&got, &model, text, strlen(text), METHOD_ADD, &error), "%s",
              error.text);
    CHECK(test,
          got.count == 3 && got.ids[2] == NEW_YORK && got.terms[2].weight > 0 && got.terms[0].weight < 0);
    expression_free(&got);
    model_close(&model);
}

static const struct test_case cases[] = {
    {"expression: phrases of the model", phrases_of_the_model},
    {"expression: analogies of phrases", analogies_of_phrases},
    {"expression: words and signs", words_and_signs},
    {"expression: numbers are weights before words", numbers_are_weights_before_words},
    {"expression: whitespace rules", words_as_they_are_by_whitespace_rules},
    {"expression: a word without weight is left out, too", a_word_without_weight},
    {"expression: phrases", phrases},
    {"expression: words with blanks", words_with_blanks},
    {"expression: what is no question", what_is_no_question},
    {"expression: whole weights for 3CosMul", whole_weights_for_products},
    {"expression: a long word is cut between characters", a_long_word_is_cut_between_characters},
    {"expression: commas end questions", commas_end_questions},
    {"expression: an analogy is three words", an_analogy_is_three_words},
    {"expression: cosines", cosines_of_expressions},
};

TEST_MAIN(cases)

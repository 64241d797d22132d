#include "eval/analogies.h"

#include <math.h>

#include "base/rng.h"
#include "toy_model.h"

static bool score(struct analogies *analogies, const struct model *model, const char *text,
                  size_t restrict_to, enum method method, size_t threads, struct error *error) {
    char path[4096];
    FILE *file = fopen(test_path(path, sizeof path, "questions.txt"), "w");
    if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0)
        exit(2);
    const struct analogy_settings settings = {
        .restrict_to = restrict_to, .method = method, .threads = threads};
    const bool done = analogies_score(analogies, model, path, &settings, error);
    unlink(path);
    return done;
}

/* Two countries and capitals; two words and plurals; `twin` ties with `rome` exactly and is less frequent. */
static const char *const words[] = {"france", "paris", "italy", "rome", "cat", "cats", "dog", "dogs", "twin"};
static const float vectors[] = {
    1, 0, 0, 0, /* france */
    1, 1, 0, 0, /* paris */
    0, 0, 1, 0, /* italy */
    0, 1, 1, 0, /* rome */
    0, 0, 0, 1, /* cat */
    1, 0, 0, 1, /* cats */
    0, 0, 1, 5, /* dog */
    2, 0, 1, 5, /* dogs */
    0, 2, 2, 0, /* twin */
};
static const char questions[] = ": capitals\n"
                                "France Paris Italy Rome\r\n"
                                "\n"
                                "france paris italy rome\n"
                                "italy rome france paris\n"
                                "france paris italy twin\n"
                                "france paris italy berlin\n"
                                ":gram1-plural\n"
                                "cat cats dog dogs\n"
                                "cat cats dog twin\n"
                                ": gram2-empty\n"
                                ": others\n"
                                "cat cats dog paris\n";

struct expected {
    const char *name;
    size_t right, asked, total;
};

static void check_sections(struct test *test, const struct analogies *got, const struct expected *expected,
                           size_t count) {
    CHECK(test, got->count == count);
    for (size_t i = 0; i < count && i < got->count; i++) {
        const struct analogy_section *section = &got->sections[i];
        CHECK_MSG(test, strcmp(section->name, expected[i].name) == 0, "%s", section->name);
        CHECK_MSG(test,
                  section->right == expected[i].right && section->asked == expected[i].asked &&
                      section->total == expected[i].total,
                  "%s: %zu of %zu of %zu", section->name, section->right, section->asked, section->total);
    }
}

static struct model open_words(enum tokenizer_kind kind) {
    return toy_open(&(struct toy){
        .words = words, .vocab = sizeof words / sizeof *words, .dim = 4, .vectors = vectors, .kind = kind});
}

static void sections_by_hand(struct test *test) {
    const struct expected all[] = {
        {"capitals", 3, 4, 5}, {"gram1-plural", 1, 2, 2}, {"gram2-empty", 0, 0, 0}, {"others", 0, 1, 1}};
    const struct expected eight[] = {
        {"capitals", 3, 3, 5}, {"gram1-plural", 1, 1, 2}, {"gram2-empty", 0, 0, 0}, {"others", 0, 1, 1}};
    for (int kind = TOKENIZER_WORDS; kind <= TOKENIZER_WHITESPACE; kind++) {
        struct model model = open_words((enum tokenizer_kind)kind);
        for (size_t restrict_to = 0; restrict_to<20; restrict_to += restrict_to> 0 ? 1 : 8) {
            struct error error = {.kind = ERROR_NONE};
            struct analogies got;
            CHECK_MSG(test, score(&got, &model, questions, restrict_to, METHOD_ADD, 2, &error), "%s",
                      error.text);
            check_sections(test, &got, restrict_to == 8 ? eight : all, 4);
            analogies_free(&got);
        }
        model_close(&model);
    }
}

static void sums_over_meaning_and_grammar(struct test *test) {
    struct model model = open_words(TOKENIZER_WORDS);
    struct error error = {.kind = ERROR_NONE};
    struct analogies got;
    CHECK(test, score(&got, &model, questions, 0, METHOD_ADD, 1, &error));
    const struct analogy_section semantic = analogies_sum(&got, false), syntactic = analogies_sum(&got, true);
    CHECK(test, semantic.right == 3 && semantic.asked == 5 && semantic.total == 6);
    CHECK(test, syntactic.right == 1 && syntactic.asked == 2 && syntactic.total == 2);
    analogies_free(&got);
    CHECK(test, score(&got, &model, "cat cats dog dogs\n", 0, METHOD_ADD, 1, &error));
    check_sections(test, &got, (const struct expected[]){{"(no section)", 1, 1, 1}}, 1);
    analogies_free(&got);
    CHECK(test, score(&got, &model, "", 0, METHOD_ADD, 1, &error) && got.count == 0);
    analogies_free(&got);
    model_close(&model);
}

static void section_names_may_have_blanks(struct test *test) {
    const char *text = ": capital  common\tcountries\ncat cats dog dogs\n:in one\n:  x \r\n";
    const struct expected expected[] = {
        {"capital common countries", 1, 1, 1}, {"in one", 0, 0, 0}, {"x", 0, 0, 0}};
    struct model model = open_words(TOKENIZER_WORDS);
    struct error error = {.kind = ERROR_NONE};
    struct analogies got;
    CHECK_MSG(test, score(&got, &model, text, 0, METHOD_ADD, 1, &error), "%s", error.text);
    check_sections(test, &got, expected, 3);
    analogies_free(&got);
    model_close(&model);
}

static void malformed_lines_are_named(struct test *test) {
    const char *const texts[] = {": a\ncat cats dog\n", ": a\ncat cats dog dogs dogs\n", "\n:\n", "\n : \n"};
    struct model model = open_words(TOKENIZER_WORDS);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct error error = {.kind = ERROR_NONE};
        struct analogies got;
        CHECK_MSG(test, !score(&got, &model, texts[i], 0, METHOD_ADD, 1, &error), "%s", texts[i]);
        CHECK_MSG(test,
                  error.kind == ERROR_INPUT && strstr(error.text, "questions.txt:2: not a line") != NULL,
                  "%s", error.text);
        analogies_free(&got);
    }
    model_close(&model);
}

#define WORDS 700
#define DIM 8
#define QUESTIONS 150

/* A model of random vectors with names of its own. */
struct random_model {
    char names[WORDS][8];
    const char *words[WORDS];
    float vectors[WORDS * DIM];
    struct model model;
};

static void open_random(struct random_model *random) {
    struct rng rng = rng_seed(1, 0);
    for (size_t i = 0; i < WORDS; i++) {
        snprintf(random->names[i], sizeof random->names[i], "w%zu", i % 10000);
        random->words[i] = random->names[i];
        for (size_t d = 0; d < DIM; d++)
            random->vectors[i * DIM + d] = (rng_unit(&rng) - 0.5F) * (float)(1 + i % 7);
    }
    random->model = toy_open(
        &(struct toy){.words = random->words, .vocab = WORDS, .dim = DIM, .vectors = random->vectors});
}

static double part(const struct random_model *random, size_t id, size_t d) {
    double square = 0;
    for (size_t e = 0; e < DIM; e++)
        square += (double)random->vectors[id * DIM + e] * (double)random->vectors[id * DIM + e];
    return (double)random->vectors[id * DIM + d] / sqrt(square);
}

static double cosine(const struct random_model *random, size_t a, size_t b) {
    double product = 0;
    for (size_t d = 0; d < DIM; d++)
        product += part(random, a, d) * part(random, b, d);
    return product;
}

/* The answer by the definition, in double. */
static size_t solve(const struct random_model *random, const size_t *asked, size_t known,
                    enum method method) {
    double best = -INFINITY;
    size_t answer = 0;
    for (size_t id = 0; id < known; id++) {
        const double a = cosine(random, asked[0], id), b = cosine(random, asked[1], id),
                     c = cosine(random, asked[2], id);
        const double score = method == METHOD_ADD ? b - a + c
                                                  : (1 + b) / 2 * (1 + c) / 2 / ((1 + a) / 2 + 1e-6);
        if (score > best && id != asked[0] && id != asked[1] && id != asked[2]) {
            best = score;
            answer = id;
        }
    }
    return answer;
}

/* Questions whose fourth word is the true answer, but for every third, whose fourth word is another one. */
static void answers_are_those_of_the_definition(struct test *test) {
    static struct random_model random;
    open_random(&random);
    const size_t knowns[] = {WORDS, 300, WORDS};
    for (size_t k = 0; k < 3; k++) {
        const enum method method = k < 2 ? METHOD_ADD : METHOD_MUL;
        struct rng rng = rng_seed(2, k);
        static char text[QUESTIONS * 32];
        size_t used = 0;
        for (size_t q = 0; q < QUESTIONS; q++) {
            size_t asked[3];
            for (size_t i = 0; i < 3; i++)
                asked[i] = rng_below(&rng, (uint32_t)knowns[k]);
            const size_t answer = solve(&random, asked, knowns[k], method),
                         fourth = q % 3 == 0 ? asked[0] : answer;
            used += (size_t)snprintf(text + used, sizeof text - used, "w%zu w%zu w%zu w%zu\n", asked[0],
                                     asked[1], asked[2], fourth);
        }
        for (size_t threads = 1; threads <= 3; threads++) {
            struct error error = {.kind = ERROR_NONE};
            struct analogies got;
            CHECK_MSG(test, score(&got, &random.model, text, knowns[k], method, threads, &error), "%s",
                      error.text);
            check_sections(test, &got, (const struct expected[]){{"(no section)", 100, QUESTIONS, QUESTIONS}},
                           1);
            analogies_free(&got);
        }
    }
    model_close(&random.model);
}

/* gensim's rules: a word of the file is the most frequent one of those that differ in case; and an answer
 * that is one of the question's words in other letters is passed over. */
static void case_does_not_matter(struct test *test) {
    const char *const cased[] = {"Paris", "paris", "France", "Italy", "PARIS", "rome", "ROME", "ITALY"};
    const float rows[] = {
        1, 1, 0,    0, /* Paris */
        0, 0, 0,    1, /* paris */
        1, 0, 0,    0, /* France */
        0, 0, 1,    0, /* Italy */
        1, 2, 1,    0, /* PARIS */
        0, 1, 1,    0, /* rome */
        0, 0, 1,    2, /* ROME */
        0, 1, 1.1F, 0, /* ITALY, nearer to paris - france + italy than rome is */
    };
    struct model model = toy_open(
        &(struct toy){.words = cased, .vocab = 8, .dim = 4, .vectors = rows, .kind = TOKENIZER_WHITESPACE});
    struct error error = {.kind = ERROR_NONE};
    struct analogies got;
    CHECK_MSG(
        test,
        score(&got, &model, "france paris italy Rome\nFRANCE PARIS ITALY paris\n", 0, METHOD_ADD, 1, &error),
        "%s", error.text);
    check_sections(test, &got, (const struct expected[]){{"(no section)", 1, 2, 2}}, 1);
    analogies_free(&got);
    model_close(&model);
}

static const struct test_case cases[] = {
    {"analogy: sections by hand", sections_by_hand},
    {"analogy: sums over meaning and grammar", sums_over_meaning_and_grammar},
    {"analogy: section names may have blanks", section_names_may_have_blanks},
    {"analogy: malformed lines are named", malformed_lines_are_named},
    {"analogy: answers are those of the definition", answers_are_those_of_the_definition},
    {"analogy: case does not matter", case_does_not_matter},
};

TEST_MAIN(cases)

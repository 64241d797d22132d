/* sgns eval: scores on word similarity, analogies, categories and outliers. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/threads.h"
#include "cli/open_model.h"
#include "cli/query_session.h"
#include "cli/shared_options.h"
#include "cli/unseen.h"
#include "commands/commands.h"
#include "eval/analogies.h"
#include "eval/categories.h"
#include "eval/outliers.h"
#include "eval/word_pairs.h"

/* The tests that take any number of files. */
enum { SIMILARITY, CATEGORIES, OUTLIERS, TESTS };

struct settings {
    struct option_texts files[TESTS];
    const char *analogies;
    uint64_t restrict_to, restrict_similarity;
    size_t method, format;
    bool known;
};

struct results {
    struct test_score *scores[TESTS]; /* (settings.files[...].count, TEST_WORDS) each; owned */
    struct analogies analogies;
};

static const struct option options[] = {
    TEXT_OPTION("similarity", 0, OPTION_TEXTS, "FILE", NULL, "lines of `word word score`; may be repeated",
                offsetof(struct settings, files[SIMILARITY])),
    TEXT_OPTION("analogies", 0, OPTION_TEXT, "FILE", NULL,
                "lines of four words, in sections that begin with `: NAME` (questions-words.txt)",
                offsetof(struct settings, analogies)),
    TEXT_OPTION("categories", 0, OPTION_TEXTS, "FILE", NULL, "lines of `word category`; may be repeated",
                offsetof(struct settings, files[CATEGORIES])),
    TEXT_OPTION("outliers", 0, OPTION_TEXTS, "FILE", NULL,
                "lines of words of which the last does not belong; may be repeated",
                offsetof(struct settings, files[OUTLIERS])),
    RESTRICT_OPTION("30000", "for analogies, use", offsetof(struct settings, restrict_to)),
    INTEGER_OPTION("restrict-similarity", 0, "0", 0, COUNT_MAX,
                   "for similarity, use only the N most frequent words; 0 for all",
                   offsetof(struct settings, restrict_similarity)),
    CHOICE_OPTION("method", "add", query_methods, "how analogies are answered, as for near",
                  offsetof(struct settings, method)),
    KNOWN_OPTION(offsetof(struct settings, known)),
    FORMAT_OPTION(offsetof(struct settings, format)),
};
static const struct option_table own_options = OPTION_TABLE(options);
static const struct option_table *const tables[] = {&own_options, NULL};

struct test {
    const char *name;
    const char *measures[2]; /* the second may be NULL */
    const char *counts[2];   /* headings of tables; a measure without one is in no table and has no mean */
    bool has_right;          /* the first measure is the share of right answers */
    bool unseen;             /* words that are not in the vocabulary can be asked for */
    bool (*score)(struct test_score *scores, const struct model *model, const char *path,
                  const struct test_settings *settings, struct error *error);
};

static const struct test tests[TESTS] = {
    [SIMILARITY] = {.name = "similarity",
                    .measures = {"spearman", "pearson"},
                    .counts = {"pairs covered/total"},
                    .unseen = true,
                    .score = word_pairs_score},
    [CATEGORIES] = {.name = "categories",
                    .measures = {"purity", "silhouette"},
                    .counts = {"words covered/total", "words covered/total"},
                    .score = categories_score},
    [OUTLIERS] = {.name = "outliers",
                  .measures = {"accuracy", "position"},
                  .counts = {"right/asked/total", "asked/total"},
                  .has_right = true,
                  .unseen = true,
                  .score = outliers_score},
};

/* --- printing --- */

/* Behind a name in a table, or a measure in TSV. */
#define NGRAMS_SUFFIX " (n-grams)"

/* One score of a test. */
struct figure {
    const char *test, *name, *measure;
    double value;        /* NAN if it is not known */
    const size_t *right; /* or NULL */
    size_t covered, total;
    bool ngrams; /* with words that are not in the vocabulary */
};

static void print_row(const struct figure *figure) {
    const char *suffix = figure->ngrams ? NGRAMS_SUFFIX : "";
    struct output_field name = output_text("name", figure->name, strlen(figure->name));
    struct output_field value = output_score(figure->measure, figure->value);
    name.width = 30 - strlen(suffix);
    value.width = 8;
    output_value(OUTPUT_TABLE, name);
    printf("%s ", suffix);
    output_value(OUTPUT_TABLE, value);
    printf("  ");
    if (figure->right != NULL)
        printf("%zu/", *figure->right);
    printf("%zu/%zu\n", figure->covered, figure->total);
}

/* TSV has the measure's name as a field, JSON as a key. */
static void print_figure(enum output_format format, const struct figure *figure) {
    struct output_field fields[OUTPUT_FIELDS_MAX];
    size_t count = 0;
    char measure[64];
    snprintf(measure, sizeof measure, "%s%s", figure->measure, figure->ngrams ? NGRAMS_SUFFIX : "");
    if (format == OUTPUT_TABLE) {
        print_row(figure);
        return;
    }
    fields[count++] = output_text("test", figure->test, strlen(figure->test));
    fields[count++] = output_text("name", figure->name, strlen(figure->name));
    if (format == OUTPUT_TSV)
        fields[count++] = output_text("measure", measure, strlen(measure));
    if (format == OUTPUT_JSON && figure->ngrams)
        fields[count++] = output_text("words", "with n-grams", strlen("with n-grams"));
    fields[count++] = output_score(figure->measure, figure->value);
    if (format == OUTPUT_JSON && figure->right != NULL)
        fields[count++] = output_integer("right", *figure->right);
    fields[count++] = output_integer("covered", figure->covered);
    fields[count++] = output_integer("total", figure->total);
    output_record(format, fields, count);
}

/* Of a table. The first one has no empty line above it. */
static void print_heading(enum output_format format, bool *first, const char *test, const char *measure,
                          const char *counts) {
    if (format != OUTPUT_TABLE)
        return;
    fputs(*first ? "" : "\n", stdout);
    output_heading("%-30s %8s  %s", test, measure, counts);
    putchar('\n');
    *first = false;
}

/* --- tests of several files --- */

static struct figure make_figure(const struct test *test, const struct test_score *score, size_t measure,
                                 const char *name) {
    return (struct figure){.test = test->name,
                           .name = name,
                           .measure = test->measures[measure],
                           .value = score->values[measure],
                           .right = test->has_right && measure == 0 ? &score->right : NULL,
                           .covered = score->covered,
                           .total = score->total};
}

/* A measure of each file, and its mean. Outside of tables, the second measure of a file follows the first if
 * it has no table of its own. */
static void print_measure(enum output_format format, const struct test *test, size_t measure,
                          const struct option_texts *files, const struct test_score *scores,
                          enum test_words words) {
    struct test_score mean = {.values = {0, 0}};
    size_t known = 0;
    const bool both = format != OUTPUT_TABLE && test->measures[1] != NULL && test->counts[1] == NULL;
    for (size_t i = 0; i < files->count; i++) {
        const struct test_score *score = &scores[i * TEST_WORDS + words];
        const double value = score->values[measure];
        for (size_t m = measure; m <= measure + both; m++) {
            struct figure figure = make_figure(test, score, m, file_name(files->values[i]));
            figure.ngrams = words == TEST_UNSEEN;
            print_figure(format, &figure);
        }
        mean.values[measure] += isnan(value) ? 0 : value;
        known += isnan(value) ? 0 : 1;
        mean.covered += score->covered;
        mean.total += score->total;
    }
    mean.values[measure] = known > 0 ? mean.values[measure] / (double)known : NAN;
    struct figure figure = make_figure(test, &mean, measure, "mean");
    figure.right = NULL;
    figure.ngrams = words == TEST_UNSEEN;
    print_figure(format, &figure);
}

/* With n-grams a second time, and what they cover then. */
static void print_test(enum output_format format, bool *first, const struct test *test,
                       const struct option_texts *files, const struct test_score *scores, bool ngrams) {
    for (size_t measure = 0; measure < 2 && files->count > 0; measure++)
        if (test->counts[measure] != NULL) {
            print_heading(format, first, test->name, test->measures[measure], test->counts[measure]);
            print_measure(format, test, measure, files, scores, TEST_KNOWN);
            if (ngrams && test->unseen)
                print_measure(format, test, measure, files, scores, TEST_UNSEEN);
        }
}

/* --- all tests --- */

static void print_section(enum output_format format, const char *name, struct analogy_section section) {
    const struct figure figure = {
        .test = "analogies",
        .name = name,
        .measure = "accuracy",
        .value = section.asked > 0 ? (double)section.right / (double)section.asked : NAN,
        .right = &section.right,
        .covered = section.asked,
        .total = section.total,
    };
    print_figure(format, &figure);
}

static void print_analogies(enum output_format format, const struct analogies *analogies) {
    for (size_t i = 0; i < analogies->count; i++)
        print_section(format, analogies->sections[i].name, analogies->sections[i]);
    const struct analogy_section semantic = analogies_sum(analogies, false);
    const struct analogy_section syntactic = analogies_sum(analogies, true);
    print_section(format, "semantic", semantic);
    print_section(format, "syntactic", syntactic);
    print_section(format, "total",
                  (struct analogy_section){.right = semantic.right + syntactic.right,
                                           .asked = semantic.asked + syntactic.asked,
                                           .total = semantic.total + syntactic.total});
}

static void print_results(const struct results *results, const struct settings *settings, bool ngrams) {
    const enum output_format format = (enum output_format)settings->format;
    bool first = true;
    for (size_t t = 0; t < TESTS; t++) {
        print_test(format, &first, &tests[t], &settings->files[t], results->scores[t], ngrams);
        if (t == SIMILARITY && settings->analogies != NULL) {
            print_heading(format, &first, "analogies", "accuracy", "right/asked/total");
            print_analogies(format, &results->analogies);
        }
    }
}

/* --- scoring --- */

static bool score_files(struct test_score **scores, const struct test *test, const struct model *model,
                        const struct option_texts *files, const struct test_settings *settings,
                        struct error *error) {
    *scores = memory_allocate(files->count, TEST_WORDS * sizeof **scores, "the scores", error);
    bool done = *scores != NULL;
    for (size_t i = 0; done && i < files->count; i++)
        done = test->score(*scores + i * TEST_WORDS, model, files->values[i], settings, error);
    return done;
}

/* Scores everything before anything is printed, so that a bad file leaves no half table. */
static bool score(struct results *results, const struct model *model, const struct settings *settings,
                  struct error *error) {
    const struct test_settings test_settings = {.restrict_to = (size_t)settings->restrict_similarity,
                                                .threads = threads_usable()};
    for (size_t t = 0; t < TESTS; t++)
        if (!score_files(&results->scores[t], &tests[t], model, &settings->files[t], &test_settings, error))
            return false;
    const struct analogy_settings analogies = {.restrict_to = (size_t)settings->restrict_to,
                                               .method = (enum method)settings->method,
                                               .threads = test_settings.threads};
    return settings->analogies == NULL ||
           analogies_score(&results->analogies, model, settings->analogies, &analogies, error);
}

static bool evaluate(const char *path, const struct settings *settings, struct error *error) {
    struct model model;
    if (!open_model_known(&model, "eval", path, settings->known, error))
        return false;
    struct results results = {.scores = {NULL}};
    const bool done = score(&results, &model, settings, error) && model_unchanged(&model, error);
    if (done)
        print_results(&results, settings, model.subwords.count > 0);
    analogies_free(&results.analogies);
    for (size_t t = 0; t < TESTS; t++)
        free(results.scores[t]);
    model_close(&model);
    return done;
}

static bool check_settings(const struct settings *settings, struct error *error) {
    bool any = settings->analogies != NULL;
    for (size_t t = 0; t < TESTS; t++)
        any |= settings->files[t].count > 0;
    return any ||
           command_misused(&command_eval,
                           "name a test by --similarity, --analogies, --categories or --outliers", error);
}

static bool run(int argc, char **argv, struct error *error) {
    struct settings settings = {.analogies = NULL};
    const bool done = command_parse(&command_eval, &argc, argv, &settings, error) &&
                      check_settings(&settings, error) && evaluate(argv[0], &settings, error);
    for (size_t t = 0; t < TESTS; t++)
        free(settings.files[t].values);
    return done;
}

const struct command command_eval = {
    .name = "eval",
    .arguments = "MODEL [OPTION...]",
    .summary = "scores on tests of word vectors",
    .details = "Similarity: Spearman's rank correlation between the cosines of word pairs and\n"
               "people's scores, over the pairs whose words are both in the vocabulary, and the\n"
               "mean over the files. tsv and json also have Pearson's correlation.\n"
               "\n"
               "Analogies: `a b c d` is right if d is the nearest word to b - a + c other than\n"
               "a, b and c; with --method mul, if it is the best by 3CosMul. Questions with an\n"
               "unknown word are not asked. Sections whose names begin with \"gram\" are\n"
               "syntactic, the others semantic.\n"
               "\n"
               "Categories: the words are clustered into as many classes as the file has\n"
               "categories. Purity is the share of the words that belong to the most frequent\n"
               "category of their class. The silhouette compares the mean cosine distance of a\n"
               "word to its own category with that to the nearest other one: 1 is far apart,\n"
               "0 and below is mixed.\n"
               "\n"
               "Outliers: a list is right if its last word has the lowest mean cosine to the\n"
               "others. Position is the mean share of the words that rank above it.\n"
               "\n"
               "If the model has n-grams, similarity and outliers are scored a second time: with\n"
               "words that are not in the vocabulary, whose vectors are made of n-grams.\n"
               "\n"
               "Case is ignored: a word of a file stands for the most frequent word of the\n"
               "model that differs from it in case alone. Similarity and analogies are computed\n"
               "as gensim computes them. A score is n/a (null in json) with fewer than three\n"
               "pairs, fewer than two categories, or no question asked.\n"
               "\n"
               "tsv   test, name, measure, score, covered and total\n"
               "json  {\"test\": ..., \"name\": ..., MEASURE: ..., \"covered\": ..., \"total\": ...}",
    .tables = tables,
    .needs = "a model",
    .operands_min = 1,
    .operands_max = 1,
    .run = run,
};

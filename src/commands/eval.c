/* sgns eval: scores on word similarity, analogies, categories and outliers. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/threads.h"
#include "cli/open.h"
#include "cli/query_session.h"
#include "cli/shared_options.h"
#include "commands/commands.h"
#include "eval/analogies.h"
#include "eval/categories.h"
#include "eval/outliers.h"
#include "eval/word_pairs.h"

struct settings {
    struct option_texts similarity, categories, outliers;
    const char *analogies;
    uint64_t restrict_to, restrict_similarity;
    size_t method, format;
};

struct results {
    struct word_pairs_result *similarity; /* (settings.similarity.count); owned */
    struct analogies analogies;
    struct categories *categories; /* (settings.categories.count); owned */
    struct outliers *outliers;     /* (settings.outliers.count); owned */
};

static const struct option options[] = {
    TEXT_OPTION("similarity", 0, OPTION_TEXTS, "FILE", NULL, "lines of `word word score`; may be repeated",
                offsetof(struct settings, similarity)),
    TEXT_OPTION("analogies", 0, OPTION_TEXT, "FILE", NULL,
                "lines of four words, in sections that begin with `: NAME` (questions-words.txt)",
                offsetof(struct settings, analogies)),
    TEXT_OPTION("categories", 0, OPTION_TEXTS, "FILE", NULL, "lines of `word category`; may be repeated",
                offsetof(struct settings, categories)),
    TEXT_OPTION("outliers", 0, OPTION_TEXTS, "FILE", NULL,
                "lines of words of which the last does not belong; may be repeated",
                offsetof(struct settings, outliers)),
    RESTRICT_OPTION("30000", "for analogies, use", offsetof(struct settings, restrict_to)),
    INTEGER_OPTION("restrict-similarity", 0, "0", 0, COUNT_MAX,
                   "for similarity, use only the N most frequent words; 0 for all",
                   offsetof(struct settings, restrict_similarity)),
    CHOICE_OPTION("method", "add", query_methods, "how analogies are answered, as for near",
                  offsetof(struct settings, method)),
    FORMAT_OPTION(offsetof(struct settings, format)),
};
static const struct option_table own_options = OPTION_TABLE(options);
static const struct option_table *const tables[] = {&own_options, NULL};

/* --- printing --- */

/* One score of a test. */
struct figure {
    const char *test, *name, *measure;
    double value;        /* NAN if it is not known */
    const size_t *right; /* or NULL */
    size_t covered, total;
};

static void print_row(const struct figure *figure) {
    struct output_field value = output_score(figure->measure, figure->value);
    value.width = 8;
    printf("%-30s ", figure->name);
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
    if (format == OUTPUT_TABLE) {
        print_row(figure);
        return;
    }
    fields[count++] = output_text("test", figure->test, strlen(figure->test));
    fields[count++] = output_text("name", figure->name, strlen(figure->name));
    if (format == OUTPUT_TSV)
        fields[count++] = output_text("measure", figure->measure, strlen(figure->measure));
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
    printf("%s%-30s %8s  %s\n", *first ? "" : "\n", test, measure, counts);
    *first = false;
}

/* --- tests of several files --- */

/* A figure of file `i`; its name is set by the caller. */
typedef struct figure figure_of(const struct results *results, size_t i);

static struct figure spearman_of(const struct results *results, size_t i) {
    const struct word_pairs_result *pairs = &results->similarity[i];
    return (struct figure){.test = "similarity",
                           .measure = "spearman",
                           .value = pairs->known ? pairs->spearman : NAN,
                           .covered = pairs->covered,
                           .total = pairs->total};
}

static struct figure pearson_of(const struct results *results, size_t i) {
    struct figure figure = spearman_of(results, i);
    figure.measure = "pearson";
    figure.value = results->similarity[i].known ? results->similarity[i].pearson : NAN;
    return figure;
}

static struct figure purity_of(const struct results *results, size_t i) {
    const struct categories *categories = &results->categories[i];
    return (struct figure){.test = "categories",
                           .measure = "purity",
                           .value = categories->known ? categories->purity : NAN,
                           .covered = categories->covered,
                           .total = categories->total};
}

static struct figure position_of(const struct results *results, size_t i) {
    const struct outliers *outliers = &results->outliers[i];
    return (struct figure){.test = "outliers",
                           .measure = "position",
                           .value = outliers->asked > 0 ? outliers->position : NAN,
                           .covered = outliers->asked,
                           .total = outliers->total};
}

static struct figure accuracy_of(const struct results *results, size_t i) {
    struct figure figure = position_of(results, i);
    figure.measure = "accuracy";
    figure.value = results->outliers[i].asked > 0 ? results->outliers[i].accuracy : NAN;
    figure.right = &results->outliers[i].right;
    return figure;
}

static const char *file_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash != NULL && slash[1] != '\0' ? slash + 1 : path;
}

/* A figure for each file, and their mean; outside of tables also `other`, if it is not NULL. */
static void print_files(enum output_format format, const struct option_texts *files,
                        const struct results *results, figure_of *of, figure_of *other) {
    struct figure mean = of(results, 0);
    double sum = 0;
    size_t known = 0;
    mean.covered = mean.total = 0;
    for (size_t i = 0; i < files->count; i++) {
        struct figure figure = of(results, i);
        figure.name = file_name(files->values[i]);
        print_figure(format, &figure);
        sum += isnan(figure.value) ? 0 : figure.value;
        known += isnan(figure.value) ? 0 : 1;
        mean.covered += figure.covered;
        mean.total += figure.total;
        if (other == NULL || format == OUTPUT_TABLE)
            continue;
        figure = other(results, i);
        figure.name = file_name(files->values[i]);
        print_figure(format, &figure);
    }
    mean.name = "mean";
    mean.value = known > 0 ? sum / (double)known : NAN;
    mean.right = NULL;
    print_figure(format, &mean);
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

static void print_results(const struct results *results, const struct settings *settings) {
    const enum output_format format = (enum output_format)settings->format;
    bool first = true;
    if (settings->similarity.count > 0) {
        print_heading(format, &first, "similarity", "spearman", "pairs covered/total");
        print_files(format, &settings->similarity, results, spearman_of, pearson_of);
    }
    if (settings->analogies != NULL) {
        print_heading(format, &first, "analogies", "accuracy", "right/asked/total");
        print_analogies(format, &results->analogies);
    }
    if (settings->categories.count > 0) {
        print_heading(format, &first, "categories", "purity", "words covered/total");
        print_files(format, &settings->categories, results, purity_of, NULL);
    }
    if (settings->outliers.count > 0) {
        print_heading(format, &first, "outliers", "accuracy", "right/asked/total");
        print_files(format, &settings->outliers, results, accuracy_of, NULL);
        print_heading(format, &first, "outliers", "position", "asked/total");
        print_files(format, &settings->outliers, results, position_of, NULL);
    }
}

/* --- scoring --- */

static bool score_files(struct results *results, const struct model *model, const struct settings *settings,
                        struct error *error) {
    for (size_t i = 0; i < settings->similarity.count; i++)
        if (!word_pairs_score(&results->similarity[i], model, settings->similarity.values[i],
                              (size_t)settings->restrict_similarity, error))
            return false;
    for (size_t i = 0; i < settings->categories.count; i++)
        if (!categories_score(&results->categories[i], model, settings->categories.values[i],
                              threads_usable(), error))
            return false;
    for (size_t i = 0; i < settings->outliers.count; i++)
        if (!outliers_score(&results->outliers[i], model, settings->outliers.values[i], error))
            return false;
    return true;
}

/* Scores everything before anything is printed, so that a bad file leaves no half table. */
static bool score(struct results *results, const struct model *model, const struct settings *settings,
                  struct error *error) {
    const char *what = "the scores";
    results->similarity = memory_allocate(settings->similarity.count, sizeof *results->similarity, what,
                                          error);
    results->categories = memory_allocate(settings->categories.count, sizeof *results->categories, what,
                                          error);
    results->outliers = memory_allocate(settings->outliers.count, sizeof *results->outliers, what, error);
    if (results->similarity == NULL || results->categories == NULL || results->outliers == NULL ||
        !score_files(results, model, settings, error))
        return false;
    const struct analogy_settings analogies = {.restrict_to = (size_t)settings->restrict_to,
                                               .method = (enum method)settings->method,
                                               .threads = threads_usable()};
    return settings->analogies == NULL ||
           analogies_score(&results->analogies, model, settings->analogies, &analogies, error);
}

static bool evaluate(const char *path, const struct settings *settings, struct error *error) {
    struct model model;
    if (!open_model(&model, "eval", path, error))
        return false;
    struct results results = {.similarity = NULL};
    const bool done = score(&results, &model, settings, error);
    if (done)
        print_results(&results, settings);
    analogies_free(&results.analogies);
    free(results.similarity);
    free(results.categories);
    free(results.outliers);
    model_close(&model);
    return done;
}

static bool check_settings(const struct settings *settings, struct error *error) {
    return settings->similarity.count > 0 || settings->analogies != NULL || settings->categories.count > 0 ||
           settings->outliers.count > 0 ||
           command_misused(&command_eval,
                           "name a test by --similarity, --analogies, --categories or --outliers", error);
}

static bool run(int argc, char **argv, struct error *error) {
    struct settings settings = {.analogies = NULL};
    const bool done = command_parse(&command_eval, &argc, argv, &settings, error) &&
                      check_settings(&settings, error) && evaluate(argv[0], &settings, error);
    free(settings.similarity.values);
    free(settings.categories.values);
    free(settings.outliers.values);
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
               "category of their class.\n"
               "\n"
               "Outliers: a list is right if its last word has the lowest mean cosine to the\n"
               "others. Position is the mean share of the words that rank above it.\n"
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

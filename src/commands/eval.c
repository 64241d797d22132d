/* sgns eval: scores on word similarity, analogies, categories and odd words. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/threads.h"
#include "cli/command.h"
#include "cli/open.h"
#include "cli/output.h"
#include "cli/query_session.h"
#include "eval/analogies.h"
#include "eval/categories.h"
#include "eval/outliers.h"
#include "eval/word_pairs.h"
#include "model/model.h"

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
    {.name = "similarity",
     .type = OPTION_TEXTS,
     .value = "FILE",
     .help = "lines of `word word score`; may be given again and again",
     .offset = offsetof(struct settings, similarity)},
    {.name = "analogies",
     .type = OPTION_TEXT,
     .value = "FILE",
     .help = "lines of four words, in sections that begin with `: NAME` (questions-words.txt)",
     .offset = offsetof(struct settings, analogies)},
    {.name = "categories",
     .type = OPTION_TEXTS,
     .value = "FILE",
     .help = "lines of `word category`; may be given again and again",
     .offset = offsetof(struct settings, categories)},
    {.name = "outliers",
     .type = OPTION_TEXTS,
     .value = "FILE",
     .help = "lines of words, the last of which does not belong; may be given again and again",
     .offset = offsetof(struct settings, outliers)},
    {.name = "restrict",
     .type = OPTION_INTEGER,
     .value = "N",
     .fallback = "30000",
     .max = 4294967295.0,
     .help = "analogies ask and answer with the N most frequent words only; 0 for all",
     .offset = offsetof(struct settings, restrict_to)},
    {.name = "restrict-similarity",
     .type = OPTION_INTEGER,
     .value = "N",
     .fallback = "0",
     .max = 4294967295.0,
     .help = "pairs of the N most frequent words only; 0 for all",
     .offset = offsetof(struct settings, restrict_similarity)},
    {.name = "method",
     .type = OPTION_CHOICE,
     .fallback = "add",
     .choices = query_methods,
     .help = "of analogies: the largest cosine to the sum, or the largest product",
     .offset = offsetof(struct settings, method)},
    {.name = "format",
     .type = OPTION_CHOICE,
     .fallback = "table",
     .choices = output_formats,
     .help = "columns; fields divided by tabs; or an object a line",
     .offset = offsetof(struct settings, format)},
};
static const struct option_table own_options = OPTION_TABLE(options);
static const struct option_table *const tables[] = {&own_options, NULL};

/* --- printing --- */

/* A figure with what it is about. */
struct figure {
    const char *test, *name;
    const char *measure;
    double value;
    bool known;
    const size_t *right; /* or NULL */
    size_t covered, total;
};

static void print_field(const struct figure *figure) {
    printf("%s\t", figure->test);
    output_field(figure->name, strlen(figure->name));
    printf("\t%s\t", figure->measure);
    if (figure->known)
        printf("%.6f", figure->value);
    else
        printf("n/a");
    printf("\t%zu\t%zu\n", figure->covered, figure->total);
}

static void print_object(const struct figure *figure) {
    printf("{\"test\": \"%s\", \"name\": ", figure->test);
    output_string(figure->name, strlen(figure->name));
    if (figure->known)
        printf(", \"%s\": %.6f", figure->measure, figure->value);
    else
        printf(", \"%s\": null", figure->measure);
    if (figure->right != NULL)
        printf(", \"right\": %zu", *figure->right);
    printf(", \"covered\": %zu, \"total\": %zu}\n", figure->covered, figure->total);
}

static void print_columns(const struct figure *figure) {
    if (figure->known)
        printf("%-30s %8.4f  ", figure->name, figure->value);
    else
        printf("%-30s %8s  ", figure->name, "n/a");
    if (figure->right != NULL)
        printf("%zu/", *figure->right);
    printf("%zu/%zu\n", figure->covered, figure->total);
}

static void print_figure(enum output_format format, const struct figure *figure) {
    if (format == OUTPUT_TABLE)
        print_columns(figure);
    else if (format == OUTPUT_TSV)
        print_field(figure);
    else
        print_object(figure);
}

/* Of a table. The first one has no empty line before it. */
static void print_heading(enum output_format format, bool *first, const char *test, const char *measure,
                          const char *counts) {
    if (format != OUTPUT_TABLE)
        return;
    printf("%s%-30s %8s  %s\n", *first ? "" : "\n", test, measure, counts);
    *first = false;
}

static const char *file_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash != NULL && slash[1] != '\0' ? slash + 1 : path;
}

/* What is the same for all files of a test. */
struct mean {
    double sum;
    size_t known, covered, total;
};

static void add_to_mean(struct mean *mean, const struct figure *figure) {
    mean->sum += figure->known ? figure->value : 0;
    mean->known += figure->known;
    mean->covered += figure->covered;
    mean->total += figure->total;
}

static void print_mean(enum output_format format, const struct figure *like, const struct mean *mean) {
    struct figure figure = *like;
    figure.name = "mean";
    figure.value = mean->known > 0 ? mean->sum / (double)mean->known : 0;
    figure.known = mean->known > 0;
    figure.right = NULL;
    figure.covered = mean->covered;
    figure.total = mean->total;
    print_figure(format, &figure);
}

static void print_similarity(enum output_format format, const struct option_texts *files,
                             const struct word_pairs_result *scores) {
    struct figure figure = {.test = "similarity"};
    struct mean mean = {.sum = 0};
    for (size_t i = 0; i < files->count; i++) {
        figure = (struct figure){.test = "similarity",
                                 .name = file_name(files->values[i]),
                                 .measure = "spearman",
                                 .value = scores[i].spearman,
                                 .known = scores[i].known,
                                 .covered = scores[i].covered,
                                 .total = scores[i].total};
        print_figure(format, &figure);
        add_to_mean(&mean, &figure);
        struct figure pearson = figure;
        pearson.measure = "pearson";
        pearson.value = scores[i].pearson;
        if (format != OUTPUT_TABLE)
            print_figure(format, &pearson);
    }
    print_mean(format, &figure, &mean);
}

static void print_section(enum output_format format, const char *name, struct analogy_section section) {
    const struct figure figure = {
        .test = "analogies",
        .name = name,
        .measure = "accuracy",
        .value = section.asked > 0 ? (double)section.right / (double)section.asked : 0,
        .known = section.asked > 0,
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

static void print_categories(enum output_format format, const struct option_texts *files,
                             const struct categories *scores) {
    struct figure figure = {.test = "categories"};
    struct mean mean = {.sum = 0};
    for (size_t i = 0; i < files->count; i++) {
        figure = (struct figure){.test = "categories",
                                 .name = file_name(files->values[i]),
                                 .measure = "purity",
                                 .value = scores[i].purity,
                                 .known = scores[i].known,
                                 .covered = scores[i].covered,
                                 .total = scores[i].total};
        print_figure(format, &figure);
        add_to_mean(&mean, &figure);
    }
    print_mean(format, &figure, &mean);
}

/* `position`: the second measure instead of the first. */
static void print_outliers(enum output_format format, const struct option_texts *files,
                           const struct outliers *scores, bool position) {
    struct figure figure = {.test = "outliers"};
    struct mean mean = {.sum = 0};
    for (size_t i = 0; i < files->count; i++) {
        figure = (struct figure){.test = "outliers",
                                 .name = file_name(files->values[i]),
                                 .measure = position ? "position" : "accuracy",
                                 .value = position ? scores[i].position : scores[i].accuracy,
                                 .known = scores[i].asked > 0,
                                 .right = position ? NULL : &scores[i].right,
                                 .covered = scores[i].asked,
                                 .total = scores[i].total};
        print_figure(format, &figure);
        add_to_mean(&mean, &figure);
    }
    print_mean(format, &figure, &mean);
}

static void print_results(const struct results *results, const struct settings *settings) {
    const enum output_format format = (enum output_format)settings->format;
    bool first = true;
    if (settings->similarity.count > 0) {
        print_heading(format, &first, "similarity", "spearman", "pairs covered/total");
        print_similarity(format, &settings->similarity, results->similarity);
    }
    if (settings->analogies != NULL) {
        print_heading(format, &first, "analogies", "accuracy", "right/asked/total");
        print_analogies(format, &results->analogies);
    }
    if (settings->categories.count > 0) {
        print_heading(format, &first, "categories", "purity", "words covered/total");
        print_categories(format, &settings->categories, results->categories);
    }
    if (settings->outliers.count > 0) {
        print_heading(format, &first, "outliers", "accuracy", "right/asked/total");
        print_outliers(format, &settings->outliers, results->outliers, false);
        print_heading(format, &first, "outliers", "position", "asked/total");
        print_outliers(format, &settings->outliers, results->outliers, true);
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

static bool run_parsed(int argc, char **argv, const struct settings *settings, struct error *error) {
    if (argc < 1)
        return error_set(error, ERROR_INPUT, "no model given; say: sgns eval MODEL --similarity FILE");
    if (argc > 1)
        return error_set(error, ERROR_INPUT,
                         "one model at a time, but \"%s\" follows it; files of questions are "
                         "given by --similarity FILE and --analogies FILE",
                         argv[1]);
    if (settings->similarity.count == 0 && settings->analogies == NULL && settings->categories.count == 0 &&
        settings->outliers.count == 0)
        return error_set(error, ERROR_INPUT,
                         "nothing to score; give --similarity FILE, --analogies FILE, --categories FILE or "
                         "--outliers FILE");
    return evaluate(argv[0], settings, error);
}

static bool run(int argc, char **argv, struct error *error) {
    struct settings settings = {.analogies = NULL};
    const bool done = options_parse(tables, &argc, argv, &settings, error) &&
                      run_parsed(argc, argv, &settings, error);
    free(settings.similarity.values);
    free(settings.categories.values);
    free(settings.outliers.values);
    return done;
}

const struct command command_eval = {
    .name = "eval",
    .arguments = "MODEL [OPTION...]",
    .summary = "scores on tests of word vectors",
    .details = "Similarity: how the cosines of a file's word pairs rank them, against people's\n"
               "scores: Spearman's rank correlation, over the pairs whose words are both in the\n"
               "vocabulary, and the mean over the files. --format tsv and json have Pearson's\n"
               "correlation, too.\n"
               "\n"
               "Analogies: `a b c d` is right if the nearest word to b - a + c, other than\n"
               "these three, is d; by --method mul, if it is the word with the largest product\n"
               "of similarities to b and c, divided by that to a (3CosMul). Asked are the\n"
               "questions whose four words are known. Sections whose name begins with \"gram\"\n"
               "are syntactic, the others semantic.\n"
               "\n"
               "Categories: as many classes as the file has categories are made of its words, as\n"
               "by cluster; purity is the share of the words that belong to the most frequent\n"
               "category of their class.\n"
               "\n"
               "Outliers: a list is right if its last word has the lowest mean cosine to the\n"
               "others; position is the mean share of the words that rank before it.\n"
               "\n"
               "Case does not matter: a word of a file is the most frequent word of the model\n"
               "that differs from it in case alone. Similarity and analogies are computed as\n"
               "gensim does it. A figure is n/a with fewer than three pairs, or two categories,\n"
               "or no question asked.",
    .tables = tables,
    .run = run,
};

/* sgns eval: scores on word similarity and analogies. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/threads.h"
#include "cli/command.h"
#include "cli/open.h"
#include "model/model.h"
#include "query/analogy.h"
#include "query/similarity.h"

struct settings {
    struct option_texts similarity;
    const char *analogies;
    uint64_t restrict_to;
};

struct results {
    struct similarity *similarity; /* (settings.similarity.count); owned */
    struct analogies analogies;
};

static const struct option options[] = {
    {"similarity", 0, OPTION_TEXTS, "FILE", NULL, 0, 0, NULL,
     "lines of `word word score`; may be given again and again", offsetof(struct settings, similarity)},
    {"analogies", 0, OPTION_TEXT, "FILE", NULL, 0, 0, NULL,
     "lines of four words, in sections that begin with `: NAME` (questions-words.txt)",
     offsetof(struct settings, analogies)},
    {"restrict", 0, OPTION_WHOLE, "N", "30000", 0, 4294967295.0, NULL,
     "analogies ask and answer with the N most frequent words only; 0 for all",
     offsetof(struct settings, restrict_to)},
};

static const char *file_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash != NULL && slash[1] != '\0' ? slash + 1 : path;
}

static void print_figure(const char *name, bool known, double figure) {
    if (known)
        printf("%-30s %8.4f", name, figure);
    else
        printf("%-30s %8s", name, "n/a");
}

static void print_similarity(const struct option_texts *files, const struct similarity *scores) {
    double sum = 0;
    size_t known = 0;
    printf("%-30s %8s  %s\n", "similarity", "spearman", "pairs covered/total");
    for (size_t i = 0; i < files->count; i++) {
        print_figure(file_name(files->values[i]), scores[i].known, scores[i].spearman);
        printf("  %zu/%zu\n", scores[i].covered, scores[i].total);
        if (scores[i].known) {
            sum += scores[i].spearman;
            known++;
        }
    }
    print_figure("mean", known > 0, known > 0 ? sum / (double)known : 0);
    printf("\n");
}

static void print_section(const char *name, struct analogy_section section) {
    print_figure(name, section.asked > 0,
                 section.asked > 0 ? (double)section.right / (double)section.asked : 0);
    printf("  %zu/%zu/%zu\n", section.right, section.asked, section.total);
}

static void print_analogies(const struct analogies *analogies) {
    printf("%-30s %8s  %s\n", "analogies", "accuracy", "right/asked/total");
    for (size_t i = 0; i < analogies->count; i++)
        print_section(analogies->sections[i].name, analogies->sections[i]);
    const struct analogy_section semantic = analogies_sum(analogies, false);
    const struct analogy_section syntactic = analogies_sum(analogies, true);
    print_section("semantic", semantic);
    print_section("syntactic", syntactic);
    print_section("total", (struct analogy_section){.right = semantic.right + syntactic.right,
                                                    .asked = semantic.asked + syntactic.asked,
                                                    .total = semantic.total + syntactic.total});
}

/* Scores everything before anything is printed, so that a bad file leaves no half table. */
static bool score(struct results *results, const struct model *model, const struct settings *settings,
                  struct error *error) {
    const struct option_texts *files = &settings->similarity;
    results->similarity = memory_allocate(files->count, sizeof *results->similarity, "the scores", error);
    if (results->similarity == NULL)
        return false;
    for (size_t i = 0; i < files->count; i++)
        if (!similarity_score(&results->similarity[i], model, files->values[i], 0, error))
            return false;
    const struct analogy_settings analogies = {
        .restrict_to = (size_t)settings->restrict_to, .method = METHOD_ADD, .threads = threads_usable()};
    return settings->analogies == NULL ||
           analogies_score(&results->analogies, model, settings->analogies, &analogies, error);
}

static bool evaluate(const char *path, const struct settings *settings, struct error *error) {
    struct model model;
    if (!open_model(&model, "eval", path, error))
        return false;
    struct results results = {0};
    const bool done = score(&results, &model, settings, error);
    if (done && settings->similarity.count > 0)
        print_similarity(&settings->similarity, results.similarity);
    if (done && settings->similarity.count > 0 && settings->analogies != NULL)
        printf("\n");
    if (done && settings->analogies != NULL)
        print_analogies(&results.analogies);
    analogies_free(&results.analogies);
    free(results.similarity);
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
    if (settings->similarity.count == 0 && settings->analogies == NULL)
        return error_set(error, ERROR_INPUT,
                         "nothing to score; give --similarity FILE, --analogies FILE, or both");
    return evaluate(argv[0], settings, error);
}

static bool run(int argc, char **argv, struct error *error) {
    struct settings settings = {0};
    const bool done = options_parse(options, sizeof options / sizeof *options, &argc, argv, &settings,
                                    error) &&
                      run_parsed(argc, argv, &settings, error);
    free(settings.similarity.values);
    return done;
}

const struct command command_eval = {
    .name = "eval",
    .arguments = "MODEL [OPTION...]",
    .summary = "scores on word similarity and analogies",
    .details = "Similarity: how the cosines of a file's word pairs rank them, against people's\n"
               "scores: Spearman's rank correlation, over the pairs whose words are both in the\n"
               "vocabulary, and the mean over the files.\n"
               "\n"
               "Analogies: `a b c d` is right if the nearest word to b - a + c, other than\n"
               "these three, is d. Asked are the questions whose four words are known. Sections\n"
               "whose name begins with \"gram\" are syntactic, the others semantic.\n"
               "\n"
               "Words that the model doesn't have as written are tried in small letters. A\n"
               "figure is n/a with fewer than three pairs, or no question asked.",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};

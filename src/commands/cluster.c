/* sgns cluster: classes of words. */
#include <stdio.h>
#include <stdlib.h>

#include "analyse/cluster.h"
#include "base/memory.h"
#include "cli/open_model.h"
#include "cli/shared_options.h"
#include "commands/commands.h"
#include "search/heap.h"

struct settings {
    uint64_t classes, words, restrict_to, rounds, seed, threads;
    size_t format;
};

static const struct option options[] = {
    INTEGER_OPTION("classes", 'k', "100", 1, COUNT_MAX - 1, "how many classes to make",
                   offsetof(struct settings, classes)),
    RESTRICT_OPTION(NULL, "cluster", offsetof(struct settings, restrict_to)),
    INTEGER_OPTION("words", 0, "10", 0, COUNT_MAX, "in a table, how many words of each class to print",
                   offsetof(struct settings, words)),
    INTEGER_OPTION("rounds", 0, "50", 1, 1000000,
                   "stop after N rounds, even if words still change their class",
                   offsetof(struct settings, rounds)),
    INTEGER_OPTION("seed", 0, "1", 0, 9e15, "random seed, for the first centroids",
                   offsetof(struct settings, seed)),
    FORMAT_OPTION(offsetof(struct settings, format)),
    THREADS_OPTION(offsetof(struct settings, threads)),
};
static const struct option_table own_options = OPTION_TABLE(options);
static const struct option_table *const tables[] = {&own_options, NULL};

/* The words of each class: the most frequent first, or the nearest to the centroid. */
struct members {
    const struct model *model;
    const struct clusters *clusters;
    struct neighbor *words; /* class by class; owned */
    size_t *starts;         /* (classes + 1); owned */
};

static bool sort_members(struct members *members, size_t words, bool by_cosine, struct error *error) {
    const struct clusters *clusters = members->clusters;
    members->words = memory_allocate(words, sizeof *members->words, "the classes", error);
    members->starts = memory_allocate(clusters->count + 1, sizeof *members->starts, "the classes", error);
    size_t *sizes = memory_allocate(clusters->count, sizeof *sizes, "the classes", error);
    const bool done = members->words != NULL && members->starts != NULL && sizes != NULL;
    for (size_t i = 0; done && i < clusters->count; i++)
        members->starts[i + 1] = members->starts[i] + clusters->sizes[i];
    for (size_t id = 0; done && id < words; id++) {
        const uint32_t label = clusters->classes[id];
        if (label != CLUSTER_NONE)
            members->words[members->starts[label] + sizes[label]++] = (struct neighbor){
                id, clusters->cosines[id]};
    }
    for (size_t i = 0; done && by_cosine && i < clusters->count; i++)
        heap_sort(members->words + members->starts[i], sizes[i]);
    free(sizes);
    return done;
}

static void print_table(const struct members *members, size_t words_max) {
    const struct clusters *clusters = members->clusters;
    for (size_t i = 0; i < clusters->count; i++) {
        printf("%5zu %7zu ", i, clusters->sizes[i]);
        for (size_t n = 0; n < clusters->sizes[i] && n < words_max; n++) {
            putchar(' ');
            output_value(OUTPUT_TABLE,
                         output_word("word", members->model, members->words[members->starts[i] + n].id));
        }
        putchar('\n');
    }
}

static void print_tsv(const struct members *members, size_t words) {
    const struct clusters *clusters = members->clusters;
    for (size_t id = 0; id < words; id++) {
        const struct output_field fields[] = {output_word("word", members->model, id),
                                              output_integer("class", clusters->classes[id]),
                                              output_score("score", clusters->cosines[id])};
        if (clusters->classes[id] != CLUSTER_NONE)
            output_record(OUTPUT_TSV, fields, 3);
    }
}

struct class {
    const struct model *model;
    const struct neighbor *words;
};

static size_t fill_word(const void *context, size_t index, struct output_field *fields) {
    const struct class *class = context;
    fields[0] = output_word("word", class->model, class->words[index].id);
    fields[1] = output_score("score", class->words[index].score);
    return 2;
}

static void print_json(const struct members *members) {
    for (size_t i = 0; i < members->clusters->count; i++) {
        const struct output_field number = output_integer("class", i);
        const struct class class = {members->model, members->words + members->starts[i]};
        output_list(OUTPUT_JSON, &number, 1, "words", members->clusters->sizes[i], fill_word, &class);
    }
}

static bool print_clusters(const struct model *model, const struct clusters *clusters, size_t words,
                           const struct settings *settings, struct error *error) {
    struct members members = {.model = model, .clusters = clusters};
    const bool done = sort_members(&members, words, settings->format == OUTPUT_JSON, error);
    if (done && settings->format == OUTPUT_TABLE)
        print_table(&members, (size_t)settings->words);
    else if (done && settings->format == OUTPUT_TSV)
        print_tsv(&members, words);
    else if (done)
        print_json(&members);
    free(members.words);
    free(members.starts);
    return done;
}

static bool cluster(const struct model *model, const struct settings *settings, struct error *error) {
    const size_t threads = option_threads(settings->threads),
                 words = space_limit(settings->restrict_to, model->vocab);
    struct space space;
    /* The vectors' own lengths: in a damaged file, those that it says may be others. */
    if (!space_of_rows(&space, model->input, words, model->dim, model->stride, threads, error))
        return false;
    const struct cluster_settings cluster_settings = {
        .count = (size_t)settings->classes,
        .rounds = (size_t)settings->rounds,
        .seed = settings->seed,
        .threads = threads,
    };
    struct clusters clusters;
    const bool done = cluster_rows(&clusters, &space, &cluster_settings, error) &&
                      model_unchanged(model, error) &&
                      print_clusters(model, &clusters, space.count, settings, error) && output_flush(error);
    if (done)
        fprintf(stderr, "mean cosine to the centroids %.4f, %s %zu rounds\n", clusters.mean,
                clusters.settled ? "settled after" : "not settled in", clusters.rounds);
    cluster_free(&clusters);
    space_free(&space);
    return done;
}

static bool run(int argc, char **argv, struct error *error) {
    struct settings settings = {0};
    struct model model;
    if (!command_parse(&command_cluster, &argc, argv, &settings, error) ||
        !open_model(&model, "cluster", argv[0], error))
        return false;
    const bool done = cluster(&model, &settings, error);
    model_close(&model);
    return done;
}

const struct command command_cluster = {
    .name = "cluster",
    .arguments = "MODEL [-k N]",
    .summary = "classes of words",
    .details = "Spherical k-means: each word belongs to the class whose centroid has the largest\n"
               "cosine to it; a centroid is the direction of the sum of its words' unit vectors.\n"
               "Classes are numbered from 0 in the order of their most frequent words. The same\n"
               "model, options and seed give the same classes on every machine.\n"
               "\n"
               "table  one line for each class: number, size and most frequent words\n"
               "tsv    one line for each word, the most frequent first: word, class and cosine\n"
               "       to the centroid\n"
               "json   one object for each class, the words nearest to its centroid first:\n"
               "       {\"class\": ..., \"words\": [{\"word\": ..., \"score\": ...}]}",
    .tables = tables,
    .needs = "a model",
    .operands_min = 1,
    .operands_max = 1,
    .run = run,
};

/* sgns cluster: classes of words. */
#include <stdio.h>
#include <stdlib.h>

#include "analyse/cluster.h"
#include "base/memory.h"
#include "base/threads.h"
#include "cli/command.h"
#include "cli/open.h"
#include "cli/output.h"
#include "search/heap.h"

struct settings {
    uint64_t classes, words, restrict_to, rounds, seed, threads;
    size_t format;
};

static const struct option options[] = {
    {.name = "classes",
     .letter = 'k',
     .type = OPTION_INTEGER,
     .value = "N",
     .fallback = "100",
     .min = 1,
     .max = 4294967294.0,
     .help = "how many classes to make",
     .offset = offsetof(struct settings, classes)},
    {.name = "restrict",
     .type = OPTION_INTEGER,
     .value = "N",
     .min = 1,
     .max = 4294967295.0,
     .help = "only the N most frequent words have a class",
     .offset = offsetof(struct settings, restrict_to)},
    {.name = "words",
     .type = OPTION_INTEGER,
     .value = "N",
     .fallback = "10",
     .max = 4294967295.0,
     .help = "words of a class to print in a table, the most frequent ones",
     .offset = offsetof(struct settings, words)},
    {.name = "rounds",
     .type = OPTION_INTEGER,
     .value = "N",
     .fallback = "50",
     .min = 1,
     .max = 1000000,
     .help = "stop after so many, even if words still change their classes",
     .offset = offsetof(struct settings, rounds)},
    {.name = "seed",
     .type = OPTION_INTEGER,
     .value = "N",
     .fallback = "1",
     .max = 9e15,
     .help = "of the words that the classes begin with",
     .offset = offsetof(struct settings, seed)},
    {.name = "format",
     .type = OPTION_CHOICE,
     .fallback = "table",
     .choices = output_formats,
     .help = "a line a class; word, class and cosine to its centre; or an object a class",
     .offset = offsetof(struct settings, format)},
    {.name = "threads",
     .type = OPTION_INTEGER,
     .value = "N",
     .min = 1,
     .max = 1024,
     .help = "default: all usable cores",
     .offset = offsetof(struct settings, threads)},
};
static const struct option_table own_options = OPTION_TABLE(options);
static const struct option_table *const tables[] = {&own_options, NULL};

/* The words of every class: the most frequent first, or the nearest to its centre. */
struct members {
    struct neighbour *words; /* class by class; owned */
    size_t *starts;          /* (count + 1); owned */
};

static bool sort_members(struct members *members, const struct clusters *clusters, size_t words,
                         bool by_cosine, struct error *error) {
    members->words = memory_allocate(words, sizeof *members->words, "the classes", error);
    members->starts = memory_allocate(clusters->count + 1, sizeof *members->starts, "the classes", error);
    size_t *sizes = memory_allocate(clusters->count, sizeof *sizes, "the classes", error);
    const bool done = members->words != NULL && members->starts != NULL && sizes != NULL;
    for (size_t i = 0; done && i < clusters->count; i++)
        members->starts[i + 1] = members->starts[i] + clusters->sizes[i];
    for (size_t id = 0; done && id < words; id++) {
        const uint32_t label = clusters->classes[id];
        if (label != CLUSTER_NONE)
            members->words[members->starts[label] + sizes[label]++] = (struct neighbour){
                id, clusters->cosines[id]};
    }
    for (size_t i = 0; done && by_cosine && i < clusters->count; i++)
        heap_sort(members->words + members->starts[i], sizes[i]);
    free(sizes);
    return done;
}

static void print_table(const struct model *model, const struct clusters *clusters,
                        const struct members *members, size_t most) {
    for (size_t i = 0; i < clusters->count; i++) {
        printf("%5zu %7zu ", i, clusters->sizes[i]);
        for (size_t n = 0; n < clusters->sizes[i] && n < most; n++) {
            putchar(' ');
            output_word(OUTPUT_TABLE, model, members->words[members->starts[i] + n].id);
        }
        putchar('\n');
    }
}

static void print_fields(const struct model *model, const struct clusters *clusters, size_t words) {
    for (size_t id = 0; id < words; id++)
        if (clusters->classes[id] != CLUSTER_NONE) {
            output_word(OUTPUT_TSV, model, id);
            printf("\t%lu\t%.6f\n", (unsigned long)clusters->classes[id], clusters->cosines[id]);
        }
}

static void print_objects(const struct model *model, const struct clusters *clusters,
                          const struct members *members) {
    for (size_t i = 0; i < clusters->count; i++) {
        printf("{\"class\": %zu, \"words\": [", i);
        for (size_t n = 0; n < clusters->sizes[i]; n++) {
            const struct neighbour *word = &members->words[members->starts[i] + n];
            printf("%s{\"word\": ", n > 0 ? ", " : "");
            output_word(OUTPUT_JSON, model, word->id);
            printf(", \"score\": %.6f}", word->score);
        }
        printf("]}\n");
    }
}

static bool print_clusters(const struct model *model, const struct clusters *clusters, size_t words,
                           const struct settings *settings, struct error *error) {
    struct members members = {.words = NULL};
    const bool done = sort_members(&members, clusters, words, settings->format == OUTPUT_JSON, error);
    if (done && settings->format == OUTPUT_TABLE)
        print_table(model, clusters, &members, (size_t)settings->words);
    else if (done && settings->format == OUTPUT_TSV)
        print_fields(model, clusters, words);
    else if (done)
        print_objects(model, clusters, &members);
    free(members.words);
    free(members.starts);
    return done;
}

static bool make(const struct model *model, const struct settings *settings, struct error *error) {
    struct space space = space_of_words(model);
    if (settings->restrict_to > 0 && settings->restrict_to < space.count)
        space.count = (size_t)settings->restrict_to;
    const struct cluster_settings cluster_settings = {
        .count = (size_t)settings->classes,
        .rounds = (size_t)settings->rounds,
        .seed = settings->seed,
        .threads = settings->threads > 0 ? (size_t)settings->threads : threads_usable(),
    };
    struct clusters clusters;
    const bool done = cluster_rows(&clusters, &space, &cluster_settings, error) &&
                      print_clusters(model, &clusters, space.count, settings, error) && output_flush(error);
    if (done)
        fprintf(stderr, "mean cosine to the centres %.4f, %s %zu rounds\n", clusters.mean,
                clusters.settled ? "settled after" : "not settled in", clusters.rounds);
    cluster_free(&clusters);
    return done;
}

static bool run(int argc, char **argv, struct error *error) {
    struct settings settings = {0};
    if (!options_parse(tables, &argc, argv, &settings, error))
        return false;
    if (argc != 1)
        return error_set(error, ERROR_INPUT, "name one model, not %d", argc);
    struct model model;
    if (!open_model(&model, "cluster", argv[0], error))
        return false;
    const bool done = make(&model, &settings, error);
    model_close(&model);
    return done;
}

const struct command command_cluster = {
    .name = "cluster",
    .arguments = "MODEL [-k N]",
    .summary = "classes of words",
    .details = "Spherical k-means: each word belongs to the class whose centre has the largest\n"
               "cosine to it, and each centre is the direction of the sum of its words' unit\n"
               "vectors. Classes are numbered from 0 in the order of their most frequent words.\n"
               "The same model, options and seed give the same classes, whatever the machine.\n"
               "\n"
               "table  a line a class: its number, its size, and its most frequent words\n"
               "tsv    a line a word, the most frequent first: word, class, cosine to the centre\n"
               "json   an object a class, the nearest words to its centre first:\n"
               "       {\"class\": ..., \"words\": [{\"word\": ..., \"score\": ...}]}",
    .tables = tables,
    .run = run,
};

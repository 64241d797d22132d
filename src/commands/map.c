/* sgns map: words in the plane, as a picture. */
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "cli/open_model.h"
#include "cli/picture_file.h"
#include "cli/shared_options.h"
#include "cli/word_map.h"
#include "commands/commands.h"
#include "query/lookup.h"
#include "query/query_batch.h"
#include "report/map_picture.h"
#include "search/vectors.h"

/* Words on a map without --top: the most frequent ones, and the nearest to each --near. */
#define FREQUENT 300
#define NEAR 60

struct settings {
    const char *output;
    struct option_texts near;
    uint64_t top, seed, threads;
    size_t layout;
    bool force;
};

static const struct option options[] = {
    TEXT_OPTION("near", 0, OPTION_TEXTS, "WORD", NULL,
                "show the words nearest to this word or expression, as near finds them; may be repeated",
                offsetof(struct settings, near)),
    INTEGER_OPTION("top", 0, NULL, 1, WORD_MAP_MAX,
                   "how many words: the nearest to each --near (default 60), or else the most frequent "
                   "(default 300, none if words are named)",
                   offsetof(struct settings, top)),
    CHOICE_OPTION("layout", "tsne", word_map_layouts,
                  "tsne keeps neighbors together; pca shows the two directions in which the words differ "
                  "most",
                  offsetof(struct settings, layout)),
    TEXT_OPTION("output", 'o', OPTION_TEXT, "FILE", "-", "the file to write; - is standard output",
                offsetof(struct settings, output)),
    INTEGER_OPTION("seed", 0, "1", 0, 9e15, "random seed, for the classes and the start of the layout",
                   offsetof(struct settings, seed)),
    THREADS_OPTION(offsetof(struct settings, threads)),
    FORCE_OPTION("a map by sgns", offsetof(struct settings, force)),
};
static const struct option_table own_options = OPTION_TABLE(options);
static const struct option_table *const tables[] = {&own_options, NULL};

/* --- which words --- */

/* The words of the map, each once, those that were asked for first. */
struct choice {
    const struct model *model;
    bool *chosen; /* (vocab) owned */
    size_t *ids;  /* (count) owned */
    size_t count, capacity, named;
};

static bool add_word(struct choice *choice, size_t id, struct error *error) {
    if (choice->chosen[id])
        return true;
    if (choice->count == WORD_MAP_MAX)
        return error_set(error, ERROR_INPUT, "a map holds at most %d words; lower --top, or name fewer",
                         WORD_MAP_MAX);
    if (!memory_reserve(&choice->ids, &choice->capacity, choice->count + 1, "the words", error))
        return false;
    choice->chosen[id] = true;
    choice->ids[choice->count++] = id;
    return true;
}

static bool add_words(struct choice *choice, char **words, int count, struct error *error) {
    for (int i = 0; i < count; i++) {
        size_t id;
        if (!lookup_known(choice->model, words[i], &id, error) || !lookup_usable(choice->model, id, error) ||
            !add_word(choice, id, error))
            return false;
    }
    return true;
}

/* The words that an expression has. */
static bool add_own(struct choice *choice, const char *text, struct error *error) {
    struct expression expression;
    if (!expression_parse(&expression, choice->model, text, strlen(text), METHOD_ADD, error))
        return false;
    bool done = true;
    for (size_t i = 0; done && i < expression.id_count; i++)
        done = add_word(choice, expression.ids[i], error);
    expression_free(&expression);
    return done;
}

/* The words nearest to it. */
static bool add_near(struct choice *choice, const char *text, size_t top, size_t threads,
                     struct error *error) {
    const struct space space = space_of_words(choice->model);
    struct query_batch batch = {.search = {.space = &space,
                                           .k = space_limit(top, choice->model->vocab),
                                           .min_score = -INFINITY,
                                           .threads = threads}};
    struct expression expression;
    if (!expression_parse(&expression, choice->model, text, strlen(text), METHOD_ADD, error))
        return false;
    bool done = query_batch_add_expression(&batch, &expression, error) &&
                query_batch_exclude(&batch, expression.ids, expression.id_count, error) &&
                query_batch_run(&batch, error);
    size_t count = 0;
    const struct neighbor *found = done ? query_batch_answers(&batch, 0, &count) : NULL;
    for (size_t i = 0; done && i < count; i++)
        done = !vector_word_usable(choice->model, found[i].id) || add_word(choice, found[i].id, error);
    query_batch_free(&batch);
    expression_free(&expression);
    return done;
}

static bool add_frequent(struct choice *choice, size_t top, struct error *error) {
    size_t added = 0;
    for (size_t id = 0; id < choice->model->vocab && added < top; id++)
        if (vector_word_usable(choice->model, id)) {
            if (!add_word(choice, id, error))
                return false;
            added++;
        }
    return true;
}

static bool choose_words(struct choice *choice, const struct model *model, const struct settings *settings,
                         char **words, int count, struct error *error) {
    const struct option_texts *near = &settings->near;
    const size_t threads = option_threads(settings->threads);
    *choice = (struct choice){.model = model};
    choice->chosen = memory_allocate(model->vocab, sizeof *choice->chosen, "the words", error);
    bool done = choice->chosen != NULL && add_words(choice, words, count, error);
    for (size_t i = 0; done && i < near->count; i++)
        done = add_own(choice, near->values[i], error);
    choice->named = choice->count;
    for (size_t i = 0; done && i < near->count; i++)
        done = add_near(choice, near->values[i], settings->top > 0 ? (size_t)settings->top : NEAR, threads,
                        error);
    if (done && near->count == 0 && (count == 0 || settings->top > 0))
        done = add_frequent(choice, settings->top > 0 ? (size_t)settings->top : FREQUENT, error);
    if (done && choice->count < 2)
        return error_set(error, ERROR_INPUT, "a map needs at least two words%s%s%s",
                         count > 0 ? "; for those around one, say --near \"" : "", count > 0 ? words[0] : "",
                         count > 0 ? "\"" : "");
    return done;
}

/* --- the picture --- */

static void describe(const struct settings *settings, const struct word_map *map, char *text, size_t size) {
    if (settings->layout == WORD_MAP_PCA)
        snprintf(text, size,
                 "Principal components, with %.0f%% and %.0f%% of the variance. Colors: classes by k-means.",
                 100 * map->shares[0], 100 * map->shares[1]);
    else
        snprintf(text, size, "t-SNE: words with similar vectors are neighbors. Colors: classes by k-means.");
}

static void draw(struct markup *markup, const struct word_map *map, const struct settings *settings,
                 const char *path) {
    char title[512], description[256];
    struct map_picture picture = {.words = map->words,
                                  .count = map->count,
                                  .title = title,
                                  .description = description,
                                  .spread = settings->layout == WORD_MAP_TSNE};
    snprintf(title, sizeof title, "%zu words of %s", map->count, file_name(path));
    describe(settings, map, description, sizeof description);
    map_picture_size(map->count, &picture.width, &picture.height);
    map_picture_write(markup, &picture, true);
}

static void report(const struct word_map *map, const struct settings *settings) {
    fprintf(stderr, "%zu words; the first two components have %.1f%% and %.1f%% of the variance", map->count,
            100 * map->shares[0], 100 * map->shares[1]);
    if (settings->layout == WORD_MAP_TSNE)
        fprintf(stderr, "; t-SNE leaves a divergence of %.3f", map->divergence);
    fputc('\n', stderr);
}

static bool write_map(const struct choice *choice, const struct settings *settings, const char *path,
                      struct error *error) {
    struct picture_file file;
    const struct picture_file_settings file_settings = {.command = "map",
                                                        .path = settings->output,
                                                        .model_path = path,
                                                        .kind = "a map by sgns",
                                                        .known = map_picture_known,
                                                        .force = settings->force};
    if (!picture_file_begin(&file, &file_settings, error))
        return false;
    struct word_map map;
    struct markup markup = {.bytes = 0};
    bool done = word_map_create(&map, choice->model, choice->ids, choice->count,
                                (enum word_map_layout)settings->layout, settings->seed,
                                option_threads(settings->threads), error);
    for (size_t i = 0; done && i < choice->named; i++)
        map.words[i].big = true;
    if (done)
        draw(&markup, &map, settings, path);
    done = picture_file_end(&file, &markup, choice->model, done, error);
    if (done)
        report(&map, settings);
    markup_free(&markup);
    word_map_free(&map);
    return done;
}

static bool run(int argc, char **argv, struct error *error) {
    struct settings settings = {.output = NULL};
    struct model model;
    if (!command_parse(&command_map, &argc, argv, &settings, error) ||
        !open_model(&model, "map", argv[0], error)) {
        free(settings.near.values);
        return false;
    }
    /* A closed pipe behind standard error is no reason to end before the file is complete. */
    if (strcmp(settings.output, "-") != 0)
        signal(SIGPIPE, SIG_IGN);
    struct choice choice;
    const bool done = choose_words(&choice, &model, &settings, argv + 1, argc - 1, error) &&
                      write_map(&choice, &settings, argv[0], error);
    free(choice.chosen);
    free(choice.ids);
    free(settings.near.values);
    model_close(&model);
    return done;
}

const struct command command_map = {
    .name = "map",
    .arguments = "MODEL [WORD...] [-o FILE]",
    .summary = "a map of words, as an SVG picture",
    .details = "Draws words as labeled dots, so that those with similar vectors are near each\n"
               "other: the WORDs, which are printed bold, the nearest words to each --near, or\n"
               "the most frequent ones. Labels never overlap; where there is no room for all,\n"
               "the first words get theirs, and the others show their names when pointed at.\n"
               "Colors are classes that spherical k-means finds in all dimensions, as cluster\n"
               "does. The picture is light or dark as the viewer prefers.\n"
               "\n"
               "tsne (van der Maaten and Hinton 2008) takes every pair of words into account,\n"
               "so its time grows with the square of the number of words. Neighborhoods mean\n"
               "something there, distances between groups little, and dots are moved apart where\n"
               "their labels need room. pca leaves dots where they are. The same model, words\n"
               "and seed give the same picture with any number of threads.\n"
               "\n"
               "for example:\n"
               "  sgns map words.sgns -o map.svg\n"
               "  sgns map words.sgns --near king --near paris --top 100 -o map.svg",
    .tables = tables,
    .needs = "a model",
    .operands_min = 1,
    .run = run,
};

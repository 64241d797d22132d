#include "cli/word_map.h"

#include <math.h>
#include <stdlib.h>

#include "analyse/cluster.h"
#include "analyse/pca.h"
#include "base/memory.h"
#include "report/style.h"
#include "search/vectors.h"

#define PERPLEXITY 30
#define ROUNDS 1000
#define CLUSTER_ROUNDS 100

/* Words to a class, at least. */
#define CLASS_WORDS 8

const char *const word_map_layouts[] = {"tsne", "pca", NULL};

static void copy_units(float *rows, const struct model *model, const size_t *ids, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const float *row = vector_row(model, ids[i]);
        const double length = vector_length(row, model->stride);
        for (size_t d = 0; d < model->stride; d++)
            rows[i * model->stride + d] = (float)((double)row[d] / length);
    }
}

static bool find_classes(struct word_map *map, const float *rows, const struct model *model, uint64_t seed,
                         size_t threads, struct error *error) {
    struct space space;
    if (!space_of_rows(&space, rows, map->count, model->dim, model->stride, threads, error))
        return false;
    const size_t fitting = map->count / CLASS_WORDS;
    map->classes = fitting < 1 ? 1 : fitting < STYLE_CLASSES ? fitting : STYLE_CLASSES;
    const struct cluster_settings settings = {
        .count = map->classes, .rounds = CLUSTER_ROUNDS, .seed = seed, .threads = threads};
    struct clusters clusters;
    const bool done = cluster_rows(&clusters, &space, &settings, error);
    for (size_t i = 0; done && i < map->count; i++)
        map->words[i].class = clusters.classes[i];
    cluster_free(&clusters);
    space_free(&space);
    return done;
}

static bool find_points(struct word_map *map, const float *rows, size_t stride, enum word_map_layout layout,
                        uint64_t seed, size_t threads, struct error *error) {
    double *points = memory_allocate(map->count, 2 * sizeof *points, "the map", error);
    bool done = points != NULL && pca_project(points, rows, map->count, stride, map->shares, threads, error);
    if (done && layout == WORD_MAP_TSNE) {
        const struct tsne_settings settings = {
            .perplexity = PERPLEXITY, .rounds = ROUNDS, .seed = seed, .threads = threads};
        done = tsne_project(points, rows, map->count, stride, &settings, &map->divergence, error);
    }
    for (size_t i = 0; done && i < map->count; i++) {
        map->words[i].x = points[2 * i];
        map->words[i].y = points[2 * i + 1];
    }
    free(points);
    return done;
}

bool word_map_create(struct word_map *map, const struct model *model, const size_t *ids, size_t count,
                     enum word_map_layout layout, uint64_t seed, size_t threads, struct error *error) {
    const size_t bytes = count * model->stride * sizeof(float);
    *map = (struct word_map){.count = count};
    map->words = memory_allocate(count, sizeof *map->words, "the map", error);
    float *rows = memory_pages(bytes, "the map's vectors", error);
    bool done = map->words != NULL && rows != NULL;
    if (done)
        copy_units(rows, model, ids, count);
    for (size_t i = 0; done && i < count; i++) {
        map->words[i].text = model_word(model, ids[i], &map->words[i].length);
        map->words[i].number = i;
    }
    done = done && find_classes(map, rows, model, seed, threads, error) &&
           find_points(map, rows, model->stride, layout, seed, threads, error);
    memory_pages_free(rows, bytes);
    return done;
}

void word_map_free(struct word_map *map) {
    free(map->words);
    *map = (struct word_map){.count = 0};
}

#include "eval/categories.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyse/cluster.h"
#include "base/memory.h"
#include "search/vectors.h"
#include "text/dictionary.h"

#define RUNS 10
#define ROUNDS 100

/* A word that is covered. */
struct labeled_word {
    size_t id;
    uint32_t category;
};

struct labeled_words {
    struct labeled_word *list; /* (count); owned */
    size_t count, capacity;
    struct dictionary categories; /* among the words covered */
};

static bool add_word(struct labeled_words *words, struct test_file *file, struct error *error) {
    const char *category = file->fields[1];
    struct labeled_word word;
    if (!test_file_find(file, 0, &word.id, error))
        return error->kind == ERROR_NONE;
    if (!memory_reserve(&words->list, &words->capacity, words->count + 1, "the words", error) ||
        !dictionary_add(&words->categories, (const unsigned char *)category, strlen(category), 1, 0,
                        &word.category, error))
        return false;
    words->list[words->count++] = word;
    return true;
}

static bool read_words(struct labeled_words *words, size_t *total, struct test_file *file,
                       struct error *error) {
    while (test_file_next(file, '#', error)) {
        if (file->count != 2)
            return test_file_malformed(file, "word category", error);
        ++*total;
        if (!add_word(words, file, error))
            return false;
    }
    return error->kind == ERROR_NONE;
}

/* The share of the words that belong to the most frequent category of their class. */
static bool measure_purity(const struct labeled_words *words, const struct clusters *clusters, double *purity,
                           struct error *error) {
    const size_t count = clusters->count;
    size_t *counts = memory_allocate(count * count, sizeof *counts, "the classes", error);
    if (counts == NULL)
        return false;
    for (size_t i = 0; i < words->count; i++)
        counts[clusters->classes[i] * count + words->list[i].category]++;
    size_t right = 0;
    for (size_t class_at = 0; class_at < count * count; class_at += count) {
        size_t max = 0;
        for (size_t label = 0; label < count; label++)
            max = counts[class_at + label] > max ? counts[class_at + label] : max;
        right += max;
    }
    free(counts);
    *purity = (double)right / (double)words->count;
    return true;
}

/* The purity of the best of several runs. */
static bool cluster_words(const struct labeled_words *words, const struct space *space, size_t threads,
                          double *purity, struct error *error) {
    double best = -2;
    bool done = true;
    for (uint64_t seed = 1; done && seed <= RUNS; seed++) {
        const struct cluster_settings settings = {
            .count = words->categories.size, .rounds = ROUNDS, .seed = seed, .threads = threads};
        struct clusters clusters;
        done = cluster_rows(&clusters, space, &settings, error);
        if (done && clusters.mean > best) {
            best = clusters.mean;
            done = measure_purity(words, &clusters, purity, error);
        }
        cluster_free(&clusters);
    }
    return done;
}

/* The silhouette of one word. `sums` are the sums of the unit vectors of each category, so that the mean
 * cosine of a word to a category is one product. */
static double silhouette_of(const struct labeled_words *words, const struct space *space, size_t i,
                            const float *sums, const size_t *sizes) {
    const float *row = space->rows + i * space->stride;
    const size_t own = words->list[i].category;
    if (sizes[own] < 2)
        return 0;
    double inside = 0, nearest = INFINITY;
    for (size_t c = 0; c < words->categories.size; c++) {
        const double cosines = vector_dot(row, sums + c * space->stride, space->stride) /
                               (double)space->norms[i];
        if (c == own)
            inside = 1 - (cosines - 1) / (double)(sizes[c] - 1);
        else
            nearest = fmin(nearest, 1 - cosines / (double)sizes[c]);
    }
    const double larger = fmax(inside, nearest);
    return larger > 0 ? (nearest - inside) / larger : 0;
}

/* The mean silhouette of the words, with one minus the cosine as the distance. */
static bool measure_silhouette(const struct labeled_words *words, const struct space *space,
                               double *silhouette, struct error *error) {
    const size_t categories = words->categories.size, stride = space->stride;
    float *sums = memory_allocate(categories, stride * sizeof *sums, "the categories", error);
    size_t *sizes = memory_allocate(categories, sizeof *sizes, "the categories", error);
    double sum = 0;
    for (size_t i = 0; sums != NULL && sizes != NULL && i < words->count; i++) {
        const size_t category = words->list[i].category;
        for (size_t d = 0; d < stride; d++)
            sums[category * stride + d] += space->rows[i * stride + d] / space->norms[i];
        sizes[category]++;
    }
    for (size_t i = 0; sums != NULL && sizes != NULL && i < words->count; i++)
        sum += silhouette_of(words, space, i, sums, sizes);
    *silhouette = sum / (double)words->count;
    const bool done = sums != NULL && sizes != NULL;
    free(sizes);
    free(sums);
    return done;
}

/* Copies the words' rows into one block, which clustering needs. */
static bool score_words(const struct labeled_words *words, const struct model *model, size_t threads,
                        double values[2], struct error *error) {
    const size_t stride = model->stride;
    size_t bytes;
    if (!size_multiply(words->count, stride * sizeof(float), &bytes))
        return error_set(error, ERROR_SYSTEM, "no memory for %zu words", words->count);
    float *rows = memory_pages(bytes, "the words' vectors", error);
    struct space space = {.rows = NULL};
    for (size_t i = 0; rows != NULL && i < words->count; i++)
        memcpy(rows + i * stride, vector_row(model, words->list[i].id), stride * sizeof *rows);
    const bool done = rows != NULL &&
                      space_of_rows(&space, rows, words->count, model->dim, stride, 1, error) &&
                      cluster_words(words, &space, threads, &values[0], error) &&
                      measure_silhouette(words, &space, &values[1], error);
    space_free(&space);
    memory_pages_free(rows, bytes);
    return done;
}

bool categories_score(struct test_score *score, const struct model *model, const char *path,
                      const struct test_settings *settings, struct error *error) {
    *score = (struct test_score){.values = {NAN, NAN}};
    struct labeled_words words = {.list = NULL};
    struct test_file file;
    bool done = test_file_open(&file, path, model, model->vocab, error) &&
                dictionary_create(&words.categories, error) &&
                read_words(&words, &score->total, &file, error);
    score->covered = words.count;
    if (done && words.categories.size >= 2)
        done = score_words(&words, model, settings->threads, score->values, error);
    test_file_close(&file);
    dictionary_free(&words.categories);
    free(words.list);
    return done;
}

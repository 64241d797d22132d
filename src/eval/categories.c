#include "eval/categories.h"

#include <stdlib.h>
#include <string.h>

#include "analyse/cluster.h"
#include "base/memory.h"
#include "eval/test_file.h"
#include "query/casefold.h"
#include "search/vectors.h"
#include "text/dictionary.h"

#define RUNS 10
#define ROUNDS 100

/* The words covered. */
struct sorted_words {
    size_t *ids;      /* (count); owned */
    uint32_t *labels; /* (count) their categories; owned */
    size_t count, id_capacity, label_capacity;
    struct dictionary names; /* of the categories among them */
};

static bool add_word(struct sorted_words *words, struct casefold *casefold, const struct test_file *file,
                     struct error *error) {
    size_t id;
    if (!casefold_find(casefold, file->fields[0], &id, error) || !vector_usable(casefold->model->norms[id]))
        return error->kind == ERROR_NONE;
    if (!memory_reserve(&words->ids, &words->id_capacity, words->count + 1, "the words", error) ||
        !memory_reserve(&words->labels, &words->label_capacity, words->count + 1, "the words", error) ||
        !dictionary_add(&words->names, (const unsigned char *)file->fields[1], strlen(file->fields[1]), 1, 0,
                        &words->labels[words->count], error))
        return false;
    words->ids[words->count++] = id;
    return true;
}

static bool read_words(struct sorted_words *words, size_t *total, struct casefold *casefold,
                       struct test_file *file, struct error *error) {
    while (test_file_next(file, '#', error)) {
        if (file->count != 2)
            return test_file_malformed(file, "word category", error);
        ++*total;
        if (!add_word(words, casefold, file, error))
            return false;
    }
    return error->kind == ERROR_NONE;
}

/* The share of the words in the most frequent category of their class. */
static bool measure_purity(const struct sorted_words *words, const struct clusters *clusters, double *purity,
                           struct error *error) {
    const size_t count = clusters->count;
    size_t *counts = memory_allocate(count * count, sizeof *counts, "the classes", error);
    if (counts == NULL)
        return false;
    for (size_t i = 0; i < words->count; i++)
        counts[clusters->classes[i] * count + words->labels[i]]++;
    size_t right = 0;
    for (size_t class_at = 0; class_at < count * count; class_at += count) {
        size_t most = 0;
        for (size_t label = 0; label < count; label++)
            most = counts[class_at + label] > most ? counts[class_at + label] : most;
        right += most;
    }
    free(counts);
    *purity = (double)right / (double)words->count;
    return true;
}

/* The best of several runs. */
static bool score(struct categories *categories, const struct sorted_words *words, const struct space *space,
                  size_t threads, struct error *error) {
    double best = -2;
    bool done = true;
    for (uint64_t seed = 1; done && seed <= RUNS; seed++) {
        const struct cluster_settings settings = {
            .count = categories->count, .rounds = ROUNDS, .seed = seed, .threads = threads};
        struct clusters clusters;
        done = cluster_rows(&clusters, space, &settings, error);
        if (done && clusters.mean > best) {
            best = clusters.mean;
            done = measure_purity(words, &clusters, &categories->purity, error);
        }
        cluster_free(&clusters);
    }
    return done;
}

/* Copies the words' rows, since classes are made of rows in a block. */
static bool score_copies(struct categories *categories, const struct model *model,
                         const struct sorted_words *words, size_t threads, struct error *error) {
    const size_t stride = model->stride;
    size_t bytes;
    if (!size_multiply(words->count, stride * sizeof(float), &bytes))
        return error_set(error, ERROR_SYSTEM, "no memory for %zu words", words->count);
    float *rows = memory_pages(bytes, "the words' vectors", error);
    struct space space = {.rows = NULL};
    for (size_t i = 0; rows != NULL && i < words->count; i++)
        memcpy(rows + i * stride, vector_row(model, words->ids[i]), stride * sizeof *rows);
    const bool done = rows != NULL &&
                      space_of_rows(&space, rows, words->count, model->dim, stride, 1, error) &&
                      score(categories, words, &space, threads, error);
    space_free(&space);
    memory_pages_free(rows, bytes);
    return done;
}

bool categories_score(struct categories *categories, const struct model *model, const char *path,
                      size_t threads, struct error *error) {
    *categories = (struct categories){.known = false};
    struct sorted_words words = {.ids = NULL};
    struct casefold casefold = {.folded = true};
    struct test_file file;
    bool done = test_file_open(&file, path, error) &&
                casefold_create(&casefold, model, model->vocab, error) &&
                dictionary_create(&words.names, error) &&
                read_words(&words, &categories->total, &casefold, &file, error);
    categories->covered = words.count;
    categories->count = words.names.size;
    categories->known = categories->count >= 2;
    if (done && categories->known)
        done = score_copies(categories, model, &words, threads, error);
    test_file_close(&file);
    casefold_free(&casefold);
    dictionary_free(&words.names);
    free(words.ids);
    free(words.labels);
    return done;
}

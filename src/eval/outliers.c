#include "eval/outliers.h"

#include <stdlib.h>

#include "analyse/odd.h"
#include "base/memory.h"
#include "eval/test_file.h"
#include "query/casefold.h"
#include "search/vectors.h"

#define WORDS_LEAST 3

/* Room for a list. */
struct list {
    struct direction *directions; /* owned */
    double *scores;               /* owned */
    size_t direction_capacity, score_capacity;
    double *sum; /* (stride); owned */
};

/* The words' directions; *known is false if one is missing. */
static bool find_words(struct list *list, struct caseless *caseless, const struct testfile *file, bool *known,
                       struct error *error) {
    const struct model *model = caseless->model;
    if (!memory_reserve(&list->directions, &list->direction_capacity, file->count, "a list", error) ||
        !memory_reserve(&list->scores, &list->score_capacity, file->count, "a list", error))
        return false;
    *known = false;
    for (size_t i = 0; i < file->count; i++) {
        size_t id;
        if (!caseless_find(caseless, file->fields[i], &id, error) || !vector_usable(model->norms[id]))
            return error->kind == ERROR_NONE;
        const float *row = vector_row(model, id);
        list->directions[i] = direction_of(row, model->stride);
    }
    *known = true;
    return true;
}

static void ask(struct outliers *outliers, struct list *list, size_t count, size_t stride) {
    (void)odd_find(list->directions, count, list->sum, stride, list->scores);
    size_t before = 0;
    for (size_t i = 0; i + 1 < count; i++)
        before += list->scores[i] > list->scores[count - 1];
    outliers->asked++;
    outliers->right += before == count - 1;
    outliers->position += (double)before / (double)(count - 1);
}

static bool ask_all(struct outliers *outliers, struct list *list, struct caseless *caseless,
                    struct testfile *file, struct error *error) {
    while (testfile_next(file, '#', error)) {
        if (file->count < WORDS_LEAST)
            return testfile_malformed(file, "word word... outlier", error);
        outliers->total++;
        bool known;
        if (!find_words(list, caseless, file, &known, error))
            return false;
        if (known)
            ask(outliers, list, file->count, caseless->model->stride);
    }
    return error->kind == ERROR_NONE;
}

bool outliers_score(struct outliers *outliers, const struct model *model, const char *path,
                    struct error *error) {
    *outliers = (struct outliers){.right = 0};
    struct list list = {.sum = memory_allocate(model->stride, sizeof(double), "a sum", error)};
    struct caseless caseless = {.folded = true};
    struct testfile file = {.path = path};
    const bool done = list.sum != NULL && testfile_open(&file, path, error) &&
                      caseless_create(&caseless, model, model->vocab, error) &&
                      ask_all(outliers, &list, &caseless, &file, error);
    if (outliers->asked > 0) {
        outliers->accuracy = (double)outliers->right / (double)outliers->asked;
        outliers->position /= (double)outliers->asked;
    }
    testfile_close(&file);
    caseless_free(&caseless);
    free(list.directions);
    free(list.scores);
    free(list.sum);
    return done;
}

#include "eval/outliers.h"

#include <math.h>
#include <stdlib.h>

#include "analyse/odd.h"
#include "base/memory.h"
#include "search/vectors.h"

#define WORDS_MIN 3

/* Workspace for a list of words. */
struct list {
    struct direction *directions; /* owned */
    double *scores;               /* owned */
    float *made;                  /* (words, stride) vectors of words that are not in the vocabulary; owned */
    size_t direction_capacity, score_capacity, made_capacity;
    double *sum; /* (stride); owned */
};

/* The words' directions; *found is false if one is missing, *unseen true if one is made of n-grams. */
static bool find_words(struct list *list, struct test_file *file, bool *found, bool *unseen,
                       struct error *error) {
    const size_t stride = file->model->stride;
    if (!memory_reserve(&list->directions, &list->direction_capacity, file->count, "a list", error) ||
        !memory_reserve(&list->scores, &list->score_capacity, file->count, "a list", error) ||
        !memory_reserve(&list->made, &list->made_capacity, file->count * stride, "a list", error))
        return false;
    *found = *unseen = false;
    for (size_t i = 0; i < file->count; i++) {
        const float *row;
        bool made;
        if (!test_file_row(file, i, list->made + i * stride, &row, &made, error))
            return error->kind == ERROR_NONE;
        list->directions[i] = direction_of(row, stride);
        *unseen |= made;
    }
    *found = true;
    return true;
}

/* Adds to the sums of values, from scores[first] on. */
static void ask(struct test_score *scores, enum test_words first, struct list *list, size_t count,
                size_t stride) {
    (void)odd_find(list->directions, count, list->sum, stride, list->scores);
    size_t above = 0;
    for (size_t i = 0; i + 1 < count; i++)
        above += list->scores[i] > list->scores[count - 1];
    for (size_t i = first; i < TEST_WORDS; i++) {
        scores[i].covered++;
        scores[i].right += above == count - 1;
        scores[i].values[1] += (double)above / (double)(count - 1);
    }
}

static bool ask_all(struct test_score *scores, struct list *list, struct test_file *file,
                    struct error *error) {
    while (test_file_next(file, '#', error)) {
        if (file->count < WORDS_MIN)
            return test_file_malformed(file, "word word... outlier", error);
        for (size_t i = 0; i < TEST_WORDS; i++)
            scores[i].total++;
        bool found, unseen;
        if (!find_words(list, file, &found, &unseen, error))
            return false;
        if (found)
            ask(scores, unseen ? TEST_UNSEEN : TEST_KNOWN, list, file->count, file->model->stride);
    }
    return error->kind == ERROR_NONE;
}

bool outliers_score(struct test_score *scores, const struct model *model, const char *path,
                    const struct test_settings *settings, struct error *error) {
    (void)settings;
    for (size_t i = 0; i < TEST_WORDS; i++)
        scores[i] = (struct test_score){.total = 0};
    struct list list = {.sum = memory_allocate(model->stride, sizeof(double), "a sum", error)};
    struct test_file file = {.count = 0};
    const bool done = list.sum != NULL && test_file_open(&file, path, model, model->vocab, error) &&
                      ask_all(scores, &list, &file, error);
    for (size_t i = 0; i < TEST_WORDS; i++) {
        struct test_score *score = &scores[i];
        score->values[0] = score->covered > 0 ? (double)score->right / (double)score->covered : NAN;
        score->values[1] = score->covered > 0 ? score->values[1] / (double)score->covered : NAN;
    }
    test_file_close(&file);
    free(list.directions);
    free(list.scores);
    free(list.made);
    free(list.sum);
    return done;
}

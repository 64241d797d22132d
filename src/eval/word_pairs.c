#include "eval/word_pairs.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/number.h"
#include "search/space.h"
#include "search/vectors.h"

struct pairs {
    double *scores;  /* (count) people's; owned */
    double *cosines; /* (count) the model's; owned */
    size_t count, score_capacity, cosine_capacity;
};

struct place {
    double value;
    size_t index;
};

static int compare_places(const void *a, const void *b) {
    const double x = ((const struct place *)a)->value, y = ((const struct place *)b)->value;
    return (x > y) - (x < y);
}

/* ranks[i] = the rank of values[i], from 1; equal values share the mean of their ranks. */
static bool rank(const double *values, size_t count, double *ranks, struct error *error) {
    struct place *places = memory_allocate(count, sizeof *places, "ranks", error);
    if (places == NULL)
        return false;
    for (size_t i = 0; i < count; i++)
        places[i] = (struct place){values[i], i};
    qsort(places, count, sizeof *places, compare_places);
    for (size_t first = 0, next; first < count; first = next) {
        for (next = first + 1; next < count && places[next].value == places[first].value;)
            next++;
        for (size_t i = first; i < next; i++)
            ranks[places[i].index] = (double)(first + 1 + next) / 2;
    }
    free(places);
    return true;
}

double pearson(const double *x, const double *y, size_t count) {
    double mean_x = 0, mean_y = 0, square_x = 0, square_y = 0, product = 0;
    for (size_t i = 0; i < count; i++) {
        mean_x += x[i] / (double)count;
        mean_y += y[i] / (double)count;
    }
    for (size_t i = 0; i < count; i++) {
        square_x += (x[i] - mean_x) * (x[i] - mean_x);
        square_y += (y[i] - mean_y) * (y[i] - mean_y);
        product += (x[i] - mean_x) * (y[i] - mean_y);
    }
    const double correlation = product / (sqrt(square_x) * sqrt(square_y));
    return fmax(-1, fmin(1, correlation)); /* rounding may exceed the range */
}

static bool all_equal(const double *values, size_t count) {
    for (size_t i = 1; i < count; i++)
        if (values[i] != values[0])
            return false;
    return true;
}

bool spearman(const double *x, const double *y, size_t count, double *correlation, bool *known,
              struct error *error) {
    *correlation = 0;
    *known = count >= 3 && !all_equal(x, count) && !all_equal(y, count);
    if (!*known)
        return true;
    double *ranks_x = memory_allocate(count, sizeof *ranks_x, "ranks", error);
    double *ranks_y = memory_allocate(count, sizeof *ranks_y, "ranks", error);
    const bool done = ranks_x != NULL && ranks_y != NULL && rank(x, count, ranks_x, error) &&
                      rank(y, count, ranks_y, error);
    if (done)
        *correlation = pearson(ranks_x, ranks_y, count);
    free(ranks_x);
    free(ranks_y);
    return done;
}

static double cosine_of(const float *x, const float *y, size_t stride) {
    return vector_cosine(x, vector_dot(x, x, stride), y, vector_dot(y, y, stride), stride);
}

static bool add_pair(struct pairs *pairs, double score, double cosine, struct error *error) {
    if (!memory_reserve(&pairs->scores, &pairs->score_capacity, pairs->count + 1, "word pairs", error) ||
        !memory_reserve(&pairs->cosines, &pairs->cosine_capacity, pairs->count + 1, "word pairs", error))
        return false;
    pairs->scores[pairs->count] = score;
    pairs->cosines[pairs->count++] = cosine;
    return true;
}

/* Adds the line's pair if its words have vectors; `made` (2, stride) is workspace. */
static bool add_line(struct pairs *pairs, struct test_file *file, double score, float *made,
                     struct error *error) {
    const size_t stride = file->model->stride;
    const float *rows[2];
    bool unseen[2];
    for (size_t i = 0; i < 2; i++)
        if (!test_file_row(file, i, made + i * stride, &rows[i], &unseen[i], error))
            return error->kind == ERROR_NONE;
    const double measured = cosine_of(rows[0], rows[1], stride);
    return add_pair(&pairs[TEST_UNSEEN], score, measured, error) &&
           (unseen[0] || unseen[1] || add_pair(&pairs[TEST_KNOWN], score, measured, error));
}

static bool read_pairs(struct pairs *pairs, size_t *total, struct test_file *file, float *made,
                       struct error *error) {
    while (test_file_next(file, '#', error)) {
        double score;
        if (file->count != 3 || !number_real(file->fields[2], &score))
            return test_file_malformed(file, "word word score", error);
        ++*total;
        if (!add_line(pairs, file, score, made, error))
            return false;
    }
    return error->kind == ERROR_NONE;
}

static bool correlate(struct test_score *score, const struct pairs *pairs, struct error *error) {
    double correlation;
    bool known;
    if (!spearman(pairs->scores, pairs->cosines, pairs->count, &correlation, &known, error))
        return false;
    score->covered = pairs->count;
    score->values[0] = known ? correlation : NAN;
    score->values[1] = known ? pearson(pairs->scores, pairs->cosines, pairs->count) : NAN;
    return true;
}

bool word_pairs_score(struct test_score *scores, const struct model *model, const char *path,
                      const struct test_settings *settings, struct error *error) {
    const size_t known = space_limit(settings->restrict_to, model->vocab);
    size_t total = 0;
    struct pairs pairs[TEST_WORDS] = {{0}};
    struct test_file file = {.count = 0};
    float *made = memory_allocate(2 * model->stride, sizeof *made, "vectors", error);
    bool done = made != NULL && test_file_open(&file, path, model, known, error) &&
                read_pairs(pairs, &total, &file, made, error);
    for (size_t i = 0; i < TEST_WORDS; i++) {
        scores[i] = (struct test_score){.total = total};
        done = done && correlate(&scores[i], &pairs[i], error);
        free(pairs[i].scores);
        free(pairs[i].cosines);
    }
    test_file_close(&file);
    free(made);
    return done;
}

#include "query/similarity.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/number.h"
#include "query/lookup.h"
#include "query/testfile.h"
#include "query/vectors.h"

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

static bool pearson(const double *x, const double *y, size_t count, double *correlation) {
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
    /* Ranks that are not all equal spread by far more than rounding does. */
    if (square_x < 0.25 || square_y < 0.25)
        return false;
    *correlation = product / sqrt(square_x * square_y);
    return true;
}

bool spearman(const double *x, const double *y, size_t count, double *correlation, bool *known,
              struct error *error) {
    *correlation = 0;
    *known = false;
    if (count < 3)
        return true;
    double *ranks_x = memory_allocate(count, sizeof *ranks_x, "ranks", error);
    double *ranks_y = memory_allocate(count, sizeof *ranks_y, "ranks", error);
    const bool done = ranks_x != NULL && ranks_y != NULL && rank(x, count, ranks_x, error) &&
                      rank(y, count, ranks_y, error);
    if (done)
        *known = pearson(ranks_x, ranks_y, count, correlation);
    free(ranks_x);
    free(ranks_y);
    return done;
}

/* In double throughout: ranks turn on the last digits. */
static double cosine(const struct model *model, size_t a, size_t b) {
    const float *x = vector_row(model, a), *y = vector_row(model, b);
    double product = 0, square_x = 0, square_y = 0;
    for (size_t d = 0; d < model->dim; d++) {
        product += (double)x[d] * (double)y[d];
        square_x += (double)x[d] * (double)x[d];
        square_y += (double)y[d] * (double)y[d];
    }
    return product / (sqrt(square_x) * sqrt(square_y));
}

static bool add_pair(struct pairs *pairs, const struct model *model, const struct testfile *file,
                     double score, struct error *error) {
    size_t a, b;
    if (!lookup_any_case(model, file->fields[0], &a) || !lookup_any_case(model, file->fields[1], &b) ||
        !vector_usable(model, a) || !vector_usable(model, b))
        return true;
    if (!memory_reserve(&pairs->scores, &pairs->score_capacity, pairs->count + 1, "word pairs", error) ||
        !memory_reserve(&pairs->cosines, &pairs->cosine_capacity, pairs->count + 1, "word pairs", error))
        return false;
    pairs->scores[pairs->count] = score;
    pairs->cosines[pairs->count++] = cosine(model, a, b);
    return true;
}

static bool read_pairs(struct pairs *pairs, size_t *total, const struct model *model, struct testfile *file,
                       struct error *error) {
    while (testfile_next(file, '#', error)) {
        double score;
        if (file->count != 3 || !number_real(file->fields[2], &score))
            return testfile_malformed(file, "word word score", error);
        ++*total;
        if (!add_pair(pairs, model, file, score, error))
            return false;
    }
    return error->kind == ERROR_NONE;
}

bool similarity_score(struct similarity *similarity, const struct model *model, const char *path,
                      struct error *error) {
    *similarity = (struct similarity){0};
    struct pairs pairs = {0};
    struct testfile file;
    const bool done = testfile_open(&file, path, error) &&
                      read_pairs(&pairs, &similarity->total, model, &file, error) &&
                      spearman(pairs.scores, pairs.cosines, pairs.count, &similarity->spearman,
                               &similarity->known, error);
    similarity->covered = pairs.count;
    testfile_close(&file);
    free(pairs.scores);
    free(pairs.cosines);
    return done;
}

#include "eval/probe.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/number.h"
#include "base/rng.h"
#include "eval/ridge.h"
#include "eval/test_file.h"
#include "search/vectors.h"
#include "text/dictionary.h"

#define FOLDS 5
#define SHUFFLES 5

/* Relative to the mean variance of a dimension. From 0.03 to 3 the scores of the bundled factors hardly
 * change. */
#define RIDGE_STRENGTH 0.3

/* --- reading --- */

/* The words of a factor with their values, as the file has them. */
struct reading_factor {
    struct dictionary words, values;
    size_t *ids;        /* (words) in the model; owned */
    uint32_t *value_of; /* (words) owned */
    size_t id_capacity, value_capacity;
};

struct reading {
    struct probe_factors *factors;
    struct reading_factor *list; /* (factors->count); owned */
    size_t capacity;
    struct test_file file;
};

/* The name of a file without its folder and its ending. */
static size_t base_name(const char *path, const char **name) {
    const char *slash = strrchr(path, '/');
    *name = slash != NULL ? slash + 1 : path;
    const char *dot = strrchr(*name, '.');
    return dot != NULL && dot != *name ? (size_t)(dot - *name) : strlen(*name);
}

static bool add_factor(struct reading *reading, const char *name, size_t length, struct error *error) {
    struct probe_factors *factors = reading->factors;
    if (!memory_reserve(&factors->list, &factors->capacity, factors->count + 1, "the factors", error) ||
        !memory_reserve(&reading->list, &reading->capacity, factors->count + 1, "the factors", error))
        return false;
    char *copy = memory_allocate(length + 1, 1, "the factors", error);
    if (copy == NULL)
        return false;
    memcpy(copy, name, length);
    struct reading_factor *words = &reading->list[factors->count];
    *words = (struct reading_factor){.ids = NULL};
    factors->list[factors->count++] = (struct probe_factor){
        .name = copy, .numeric = true, .score = NAN, .control = NAN};
    return dictionary_create(&words->words, error) && dictionary_create(&words->values, error);
}

static bool find_factor(struct reading *reading, const char *name, size_t length, size_t *index,
                        struct error *error) {
    const struct probe_factors *factors = reading->factors;
    for (*index = factors->count; (*index)-- > 0;) /* the latest first: files tend to be sorted */
        if (strlen(factors->list[*index].name) == length &&
            memcmp(factors->list[*index].name, name, length) == 0)
            return true;
    *index = factors->count;
    return add_factor(reading, name, length, error);
}

/* Words are told apart by the bytes of their ids. */
static bool add_value(struct reading *reading, size_t index, const char *value, struct error *error) {
    struct probe_factor *factor = &reading->factors->list[index];
    struct reading_factor *words = &reading->list[index];
    size_t id;
    uint32_t place, number;
    double real;
    factor->total++;
    factor->numeric = factor->numeric && number_real(value, &real);
    if (!test_file_find(&reading->file, 0, &id, error))
        return error->kind == ERROR_NONE;
    const size_t before = words->words.size;
    if (!dictionary_add(&words->words, (const unsigned char *)&id, sizeof id, 1, 0, &place, error))
        return false;
    if (words->words.size == before) {
        factor->total--;
        return true;
    }
    if (!dictionary_add(&words->values, (const unsigned char *)value, strlen(value), 1, 0, &number, error) ||
        !memory_reserve(&words->value_of, &words->value_capacity, before + 1, "the values", error) ||
        !memory_reserve(&words->ids, &words->id_capacity, before + 1, "the words", error))
        return false;
    words->ids[place] = id;
    words->value_of[place] = number;
    return true;
}

static bool read_file(struct reading *reading, const char *path, struct error *error) {
    const char *name;
    const size_t length = base_name(path, &name);
    struct test_file *file = &reading->file;
    while (test_file_next(file, '#', error)) {
        size_t index;
        if (file->count != 2 && file->count != 3)
            return test_file_malformed(file, "word factor value", error);
        const bool named = file->count == 3;
        if (!find_factor(reading, named ? file->fields[1] : name, named ? strlen(file->fields[1]) : length,
                         &index, error) ||
            !add_value(reading, index, file->fields[file->count - 1], error))
            return false;
    }
    return error->kind == ERROR_NONE;
}

/* --- the regression --- */

/* A factor's words in random order, with their true targets and shuffled ones side by side. */
struct problem {
    const struct model *model;
    size_t words, columns; /* columns: of the true targets; outputs are (1 + SHUFFLES) times as many */
    size_t outputs;
    size_t *ids;                   /* (words) owned */
    double *numbers;               /* the memory of the arrays below; owned */
    double *targets, *predictions; /* (words, outputs) row-major */
    double *row, *mean;            /* (dim) */
    double *target, *target_mean;  /* (outputs) */
};

static void problem_free(struct problem *problem) {
    free(problem->ids);
    free(problem->numbers);
}

/* A factor has at most as many values as the model has words, so `outputs` does not overflow. */
static bool problem_create(struct problem *problem, const struct model *model, size_t words, size_t columns,
                           struct error *error) {
    const size_t outputs = columns * (1 + SHUFFLES);
    *problem = (struct problem){.model = model, .words = words, .columns = columns, .outputs = outputs};
    size_t cells, all;
    if (!size_multiply(words + 1, outputs, &cells) || !size_add(cells, model->dim, &all) ||
        !size_multiply(all, 2, &all)) {
        error_set(error, ERROR_SYSTEM, "no memory for %zu words of %zu classes", words, columns);
        return false;
    }
    problem->ids = memory_allocate(words, sizeof *problem->ids, "the words", error);
    problem->numbers = memory_allocate(all, sizeof *problem->numbers, "the targets", error);
    if (problem->ids == NULL || problem->numbers == NULL)
        return false;
    problem->targets = problem->numbers;
    problem->predictions = problem->targets + words * outputs;
    problem->target = problem->predictions + words * outputs;
    problem->target_mean = problem->target + outputs;
    problem->row = problem->target_mean + outputs;
    problem->mean = problem->row + model->dim;
    return true;
}

/* A random order of 0 to count - 1 (Fisher, Yates). */
static void shuffle(uint32_t *order, size_t count, struct rng *rng) {
    for (size_t i = 0; i < count; i++)
        order[i] = (uint32_t)i;
    for (size_t i = count; i > 1; i--) {
        const size_t other = rng_below(rng, (uint32_t)i);
        const uint32_t swapped = order[i - 1];
        order[i - 1] = order[other];
        order[other] = swapped;
    }
}

static void set_target(double *target, size_t columns, const char *value, uint32_t number) {
    if (columns > 1)
        target[number] = 1;
    else if (!number_real(value, target))
        *target = 0; /* not so: all values are numbers */
}

/* The text of value `number`, ended by a NUL in `text`. */
static void value_text(const struct dictionary *values, uint32_t number, char *text, size_t size) {
    const size_t length = values->entries[number].length < size ? values->entries[number].length : size - 1;
    memcpy(text, values->text + values->origins[number].start, length);
    text[length] = '\0';
}

static bool fill_problem(struct problem *problem, const struct reading_factor *words, struct error *error) {
    const size_t count = problem->words, columns = problem->columns;
    uint32_t *order = memory_allocate(count, sizeof *order, "the words", error);
    struct rng rng = rng_seed(1, count);
    char text[64];
    for (size_t part = 0; order != NULL && part <= SHUFFLES; part++) {
        shuffle(order, count, &rng);
        for (size_t i = 0; i < count; i++) {
            if (part == 0) { /* the order of the words */
                problem->ids[i] = words->ids[order[i]];
                value_text(&words->values, words->value_of[order[i]], text, sizeof text);
                set_target(problem->targets + i * problem->outputs, columns, text, words->value_of[order[i]]);
            } else /* their targets in another order */
                memcpy(problem->targets + i * problem->outputs + part * columns,
                       problem->targets + order[i] * problem->outputs, columns * sizeof(double));
        }
    }
    free(order);
    return order != NULL;
}

/* row = the vector of word i at unit length, minus the mean. */
static void take_row(const struct problem *problem, size_t i) {
    const float *vector = vector_row(problem->model, problem->ids[i]);
    const double length = (double)problem->model->norms[problem->ids[i]];
    for (size_t d = 0; d < problem->model->dim; d++)
        problem->row[d] = (double)vector[d] / length - problem->mean[d];
}

static bool in_fold(const struct problem *problem, size_t i, size_t fold) {
    return i * FOLDS / problem->words == fold;
}

/* The means over the words outside of the fold. */
static void find_means(struct problem *problem, size_t fold) {
    const size_t dim = problem->model->dim;
    double count = 0;
    memset(problem->mean, 0, dim * sizeof *problem->mean);
    memset(problem->target_mean, 0, problem->outputs * sizeof *problem->target_mean);
    for (size_t i = 0; i < problem->words; i++) {
        if (in_fold(problem, i, fold))
            continue;
        const float *vector = vector_row(problem->model, problem->ids[i]);
        const double length = (double)problem->model->norms[problem->ids[i]];
        for (size_t d = 0; d < dim; d++)
            problem->mean[d] += (double)vector[d] / length;
        for (size_t o = 0; o < problem->outputs; o++)
            problem->target_mean[o] += problem->targets[i * problem->outputs + o];
        count++;
    }
    for (size_t d = 0; d < dim; d++)
        problem->mean[d] /= count;
    for (size_t o = 0; o < problem->outputs; o++)
        problem->target_mean[o] /= count;
}

/* Predicts the words of a fold by a map fitted to the others. *fitted is false if there is no map. */
static bool predict_fold(struct problem *problem, size_t fold, bool *fitted, struct error *error) {
    struct ridge ridge;
    const bool done = ridge_create(&ridge, problem->model->dim, problem->outputs, error);
    find_means(problem, fold);
    for (size_t i = 0; done && i < problem->words; i++) {
        if (in_fold(problem, i, fold))
            continue;
        take_row(problem, i);
        for (size_t o = 0; o < problem->outputs; o++)
            problem->target[o] = problem->targets[i * problem->outputs + o] - problem->target_mean[o];
        ridge_add(&ridge, problem->row, problem->target);
    }
    *fitted = done && ridge_solve(&ridge, RIDGE_STRENGTH);
    for (size_t i = 0; *fitted && i < problem->words; i++) {
        if (!in_fold(problem, i, fold))
            continue;
        double *predictions = problem->predictions + i * problem->outputs;
        take_row(problem, i);
        ridge_predict(&ridge, problem->row, predictions);
        for (size_t o = 0; o < problem->outputs; o++)
            predictions[o] += problem->target_mean[o];
    }
    ridge_free(&ridge);
    return done;
}

/* --- the scores --- */

static size_t largest(const double *values, size_t count) {
    size_t best = 0;
    for (size_t i = 1; i < count; i++)
        best = values[i] > values[best] ? i : best;
    return best;
}

/* The share of right classes, by the targets of one part: 0 the true ones, then the shuffled ones. */
static double accuracy(const struct problem *problem, size_t part) {
    size_t right = 0;
    for (size_t i = 0; i < problem->words; i++) {
        const size_t at = i * problem->outputs + part * problem->columns;
        right += largest(problem->targets + at, problem->columns) ==
                 largest(problem->predictions + at, problem->columns);
    }
    return (double)right / (double)problem->words;
}

static double r_squared(const struct problem *problem, size_t part) {
    double mean = 0, left = 0, all = 0;
    for (size_t i = 0; i < problem->words; i++)
        mean += problem->targets[i * problem->outputs + part] / (double)problem->words;
    for (size_t i = 0; i < problem->words; i++) {
        const double target = problem->targets[i * problem->outputs + part];
        const double error = target - problem->predictions[i * problem->outputs + part];
        left += error * error;
        all += (target - mean) * (target - mean);
    }
    return 1 - left / all;
}

static void set_scores(struct probe_factor *factor, const struct problem *problem) {
    double (*score)(const struct problem *, size_t) = factor->numeric ? r_squared : accuracy;
    factor->score = score(problem, 0);
    factor->control = 0;
    for (size_t part = 1; part <= SHUFFLES; part++)
        factor->control += score(problem, part) / SHUFFLES;
}

static bool probe_factor(struct probe_factor *factor, const struct model *model,
                         const struct reading_factor *words, struct error *error) {
    factor->words = words->words.size;
    factor->classes = factor->numeric ? 0 : words->values.size;
    if (factor->words < FOLDS || words->values.size < 2)
        return true;
    uint64_t most = 0;
    for (size_t i = 0; i < words->values.size; i++)
        most = words->values.entries[i].count > most ? words->values.entries[i].count : most;
    factor->majority = factor->numeric ? 0 : (double)most / (double)factor->words;
    struct problem problem;
    bool fitted = true;
    bool done = problem_create(&problem, model, factor->words, factor->numeric ? 1 : factor->classes,
                               error) &&
                fill_problem(&problem, words, error);
    for (size_t fold = 0; done && fitted && fold < FOLDS; fold++)
        done = predict_fold(&problem, fold, &fitted, error);
    if (done && fitted)
        set_scores(factor, &problem);
    problem_free(&problem);
    return done;
}

bool probe_file(struct probe_factors *factors, const struct model *model, const char *path,
                struct error *error) {
    struct reading reading = {.factors = factors};
    *factors = (struct probe_factors){.count = 0};
    bool done = test_file_open(&reading.file, path, model, model->vocab, error) &&
                read_file(&reading, path, error);
    for (size_t i = 0; done && i < factors->count; i++)
        done = probe_factor(&factors->list[i], model, &reading.list[i], error);
    for (size_t i = 0; i < factors->count; i++) {
        dictionary_free(&reading.list[i].words);
        dictionary_free(&reading.list[i].values);
        free(reading.list[i].ids);
        free(reading.list[i].value_of);
    }
    free(reading.list);
    test_file_close(&reading.file);
    return done;
}

void probe_free(struct probe_factors *factors) {
    for (size_t i = 0; i < factors->count; i++)
        free(factors->list[i].name);
    free(factors->list);
    *factors = (struct probe_factors){.count = 0};
}

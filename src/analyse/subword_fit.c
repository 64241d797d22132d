#include "analyse/subword_fit.h"

#include <float.h>
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/threads.h"
#include "base/workspace.h"
#include "model/model.h"
#include "search/vectors.h"
#include "text/dictionary.h"
#include "text/ngrams.h"

/* More change no score of EXPERIMENTS.md by more than its noise. */
#define FIT_ITERATIONS 12

/* Dimensions that are solved together. */
#define WIDTH ((size_t)16)

/* Sums of products are taken in floats for so many rows, and in double beyond. */
#define CHUNK ((size_t)256)

/* How many n-grams ahead memory is fetched. */
#define AHEAD ((size_t)24)

/* --- the n-grams of a vocabulary --- */

/* N-grams as they are found, by provisional ids. */
struct finding {
    struct memory_budget budget;
    struct dictionary dictionary;
    uint32_t *words, *last; /* (size) how many words have an n-gram, and the last of them, plus 1; owned */
    size_t word_capacity, last_capacity, column_capacity;
};

/* Notes an n-gram of word `id`, and how many words have it. */
static bool note_ngram(struct finding *finding, const unsigned char *key, size_t bytes, uint32_t id,
                       uint32_t *column, struct error *error) {
    struct dictionary *dictionary = &finding->dictionary;
    const size_t before = dictionary->size;
    if (!dictionary_add(dictionary, key, bytes, 1, 0, column, error) ||
        !memory_reserve(&finding->words, &finding->word_capacity, dictionary->size, "the n-grams", error) ||
        !memory_reserve(&finding->last, &finding->last_capacity, dictionary->size, "the n-grams", error))
        return false;
    if (*column == before)
        finding->words[before] = finding->last[before] = 0;
    if (finding->last[*column] != id + 1) {
        finding->last[*column] = id + 1;
        finding->words[*column]++;
    }
    return true;
}

/* The n-grams of the word that is number `w` in the order of the fit. */
static bool find_of_word(struct subword_fit *fit, struct finding *finding, size_t w, struct error *error) {
    struct ngrams ngrams;
    const uint32_t id = fit->words[w];
    size_t bytes, place = (size_t)fit->places[w];
    ngrams_start(&ngrams, vocab_word(fit->vocab, id), vocab_length(fit->vocab, id), (size_t)fit->options.min,
                 (size_t)fit->options.max);
    if (!memory_reserve(&fit->columns, &finding->column_capacity, place + ngrams_count(&ngrams) + AHEAD,
                        "the n-grams", error))
        return false;
    for (const unsigned char *key; (key = ngrams_next(&ngrams, &bytes)) != NULL;)
        if (!note_ngram(finding, key, bytes, id, &fit->columns[place++], error))
            return false;
    fit->places[w + 1] = place;
    return true;
}

static bool find_all(struct subword_fit *fit, struct finding *finding, struct error *error) {
    for (size_t w = 0; w < fit->vocab->size; w++) {
        const size_t arrays = (finding->word_capacity + finding->last_capacity + finding->column_capacity) *
                              sizeof(uint32_t);
        if (!find_of_word(fit, finding, w, error))
            return false;
        if (arrays + atomic_load(&finding->budget.used) > finding->budget.limit)
            return error_set(error, ERROR_SYSTEM,
                             "the n-grams of %zu words need more than the %zu MB of memory available; lower "
                             "--maxn",
                             fit->vocab->size, finding->budget.limit >> 20);
    }
    return true;
}

/* A word or an n-gram to be sorted by its bytes. */
struct key {
    const char *bytes;
    uint32_t length, number;
};

static int compare_keys(const void *a, const void *b) {
    const struct key *x = a, *y = b;
    const int order = memcmp(x->bytes, y->bytes, x->length < y->length ? x->length : y->length);
    if (order != 0 || x->length != y->length)
        return order != 0 ? order : (x->length > y->length) - (x->length < y->length);
    return (x->number > y->number) - (x->number < y->number);
}

static bool sort_words(struct subword_fit *fit, struct error *error) {
    const struct vocab *vocab = fit->vocab;
    struct key *keys = memory_allocate(vocab->size, sizeof *keys, "the words", error);
    fit->words = memory_allocate(vocab->size, sizeof *fit->words, "the words", error);
    const bool done = keys != NULL && fit->words != NULL;
    for (size_t id = 0; done && id < vocab->size; id++)
        keys[id] = (struct key){vocab_word(vocab, id), (uint32_t)vocab_length(vocab, id), (uint32_t)id};
    if (done)
        qsort(keys, vocab->size, sizeof *keys, compare_keys);
    for (size_t w = 0; done && w < vocab->size; w++)
        fit->words[w] = keys[w].number;
    free(keys);
    return done;
}

/* finding->words becomes the column of an n-gram of enough words, plus 1, or 0. */
static void number_columns(struct subword_fit *fit, struct finding *finding) {
    for (size_t i = 0; i < finding->dictionary.size; i++) {
        const bool known = finding->words[i] >= fit->options.min_words;
        finding->words[i] = known ? (uint32_t)++fit->count : 0;
    }
    size_t place = 0;
    for (size_t w = 0, at = 0; w < fit->vocab->size; w++) {
        for (; at < fit->places[w + 1]; at++)
            if (finding->words[fit->columns[at]] > 0)
                fit->columns[place++] = finding->words[fit->columns[at]] - 1;
        fit->places[w + 1] = place;
    }
    memset(fit->columns + place, 0, AHEAD * sizeof *fit->columns);
}

/* The n-grams that have a column, sorted; NULL on failure. */
static struct key *sort_keys(const struct subword_fit *fit, const struct finding *finding,
                             struct error *error) {
    const struct dictionary *dictionary = &finding->dictionary;
    struct key *keys = memory_allocate(fit->count, sizeof *keys, "the n-grams", error);
    for (size_t i = 0, known = 0; keys != NULL && i < dictionary->size; i++)
        if (finding->words[i] > 0)
            keys[known++] = (struct key){dictionary->text + dictionary->origins[i].start,
                                         dictionary->entries[i].length, finding->words[i] - 1};
    if (keys != NULL)
        qsort(keys, fit->count, sizeof *keys, compare_keys);
    return keys;
}

static bool copy_keys(struct subword_fit *fit, const struct key *keys, struct error *error) {
    for (size_t i = 0; i < fit->count; i++)
        fit->key_bytes += keys[i].length;
    if (fit->key_bytes > UINT32_MAX)
        return error_set(error, ERROR_INPUT, "%zu n-grams are too many; lower --maxn", fit->count);
    fit->sorted = memory_allocate(fit->count, sizeof *fit->sorted, "the n-grams", error);
    fit->starts = memory_allocate(fit->count + 1, sizeof *fit->starts, "the n-grams", error);
    fit->keys = memory_allocate(fit->key_bytes, 1, "the n-grams", error);
    if (fit->sorted == NULL || fit->starts == NULL || fit->keys == NULL)
        return false;
    for (size_t i = 0; i < fit->count; i++) {
        memcpy(fit->keys + fit->starts[i], keys[i].bytes, keys[i].length);
        fit->starts[i + 1] = fit->starts[i] + keys[i].length;
        fit->sorted[i] = keys[i].number;
    }
    return true;
}

static bool find_columns(struct subword_fit *fit, struct finding *finding, struct error *error) {
    if (!sort_words(fit, error) || !dictionary_create(&finding->dictionary, error) ||
        !find_all(fit, finding, error))
        return false;
    number_columns(fit, finding);
    struct key *keys = sort_keys(fit, finding, error);
    const bool done = keys != NULL && copy_keys(fit, keys, error);
    free(keys);
    return done;
}

bool subword_fit_create(struct subword_fit *fit, const struct vocab *vocab,
                        const struct subword_options *options, size_t memory, struct error *error) {
    struct finding finding = {.budget = {.limit = memory}};
    *fit = (struct subword_fit){.vocab = vocab, .options = *options};
    finding.dictionary.budget = &finding.budget;
    fit->places = memory_allocate(vocab->size + 1, sizeof *fit->places, "the n-grams", error);
    const bool done = fit->places != NULL && find_columns(fit, &finding, error);
    free(finding.words);
    free(finding.last);
    dictionary_free(&finding.dictionary);
    return done;
}

void subword_fit_free(struct subword_fit *fit) {
    free(fit->words);
    free(fit->places);
    free(fit->columns);
    free(fit->sorted);
    free(fit->starts);
    free(fit->keys);
    *fit = (struct subword_fit){.count = 0};
}

/* --- the system --- */

/* Four floats, which every processor here adds at once, with the vector extensions of GCC and Clang. */
typedef float four __attribute__((vector_size(16), may_alias));
#define FOURS (WIDTH / 4)

/* A row of p and of q = A p, side by side, since they are used together. */
struct pair {
    four p[FOURS], q[FOURS];
};

/* What a thread works on. */
struct solver {
    struct pair *pairs; /* (count) */
    four *residuals;    /* (count, FOURS) */
};

struct system {
    const struct subword_fit *fit;
    const struct subword_target *target;
    size_t blocks;          /* of WIDTH dimensions */
    four *x;                /* (blocks, count, FOURS) the rows */
    float *rows;            /* (threads, blocks * WIDTH) one of them for each thread */
    float *ridge;           /* (count) what each n-gram has on the diagonal, beside its words */
    float *inverse;         /* (count) 1 / diagonal */
    float *lengths;         /* (words) 1 / |v_w| of row w; 0: the word is left out */
    float *weights;         /* (words) sqrt(c / 30) */
    struct solver *solvers; /* (threads); owned */
    size_t threads;
    atomic_size_t done; /* iterations of blocks of dimensions */
    struct workspace space;
};

static size_t block_count(size_t dim) {
    return (dim + WIDTH - 1) / WIDTH;
}

static size_t useful_threads(const struct subword_target *target) {
    const size_t blocks = block_count(target->dim);
    return target->threads < blocks ? target->threads : blocks;
}

/* Places all arrays but the solvers' list. */
static void lay_out(struct system *system, struct workspace *space) {
    const size_t count = system->fit->count, words = system->fit->vocab->size;
    system->x = workspace_take(space, count, system->blocks * FOURS * sizeof *system->x);
    system->rows = workspace_take(space, system->threads, system->blocks * WIDTH * sizeof *system->rows);
    system->ridge = workspace_take(space, count, sizeof(float));
    system->inverse = workspace_take(space, count, sizeof(float));
    system->lengths = workspace_take(space, words, sizeof(float));
    system->weights = workspace_take(space, words, sizeof(float));
    for (size_t i = 0; i < system->threads; i++) {
        struct pair *pairs = workspace_take(space, count, sizeof *pairs);
        four *residuals = workspace_take(space, count, FOURS * sizeof *residuals);
        if (system->solvers != NULL)
            system->solvers[i] = (struct solver){pairs, residuals};
    }
}

static struct system make_system(const struct subword_fit *fit, const struct subword_target *target) {
    return (struct system){
        .fit = fit, .target = target, .blocks = block_count(target->dim), .threads = useful_threads(target)};
}

/* (dim) the vector of the word of row w. */
static const float *target_row(const struct system *system, size_t w) {
    return system->target->input + system->fit->words[w] * system->target->stride;
}

/* Long n-grams may be larger, since few words have them. */
static void fill_ridge(struct system *system) {
    const struct subword_fit *fit = system->fit;
    for (size_t i = 0; i < fit->count; i++) {
        const unsigned char *key = (const unsigned char *)fit->keys + fit->starts[i];
        const size_t points = ngrams_points(key, fit->starts[i + 1] - fit->starts[i]);
        system->ridge[fit->sorted[i]] = 0.5f * 16 / (float)(points * points);
    }
}

/* Words weigh by the root of their counts. */
static void fill_weights(struct system *system) {
    const struct subword_fit *fit = system->fit;
    const uint64_t *counts = fit->vocab->counts;
    memcpy(system->inverse, system->ridge, fit->count * sizeof *system->inverse);
    for (size_t w = 0; w < fit->vocab->size; w++) {
        const uint64_t first = fit->places[w], end = fit->places[w + 1];
        const float norm = model_norm(target_row(system, w), system->target->dim);
        system->lengths[w] = vector_usable(norm) && end > first ? 1 / norm : 0;
        system->weights[w] = counts[0] > 0 ? sqrtf((float)counts[fit->words[w]] / 30) : 1;
        for (uint64_t i = first; i < end && system->lengths[w] > 0; i++)
            system->inverse[fit->columns[i]] += system->weights[w] / (float)(end - first);
    }
    for (size_t g = 0; g < fit->count; g++)
        system->inverse[g] = 1 / system->inverse[g];
}

/* --- conjugate gradients --- */

/* residuals = the right side: sum over words of weight n^(-1/2) u. */
static void right_side(const struct system *system, size_t block, four *residuals) {
    const struct subword_fit *fit = system->fit;
    const size_t dim = system->target->dim, first = block * WIDTH;
    const size_t width = dim - first < WIDTH ? dim - first : WIDTH;
    memset(residuals, 0, fit->count * FOURS * sizeof *residuals);
    for (size_t w = 0; w < fit->vocab->size; w++) {
        if (!(system->lengths[w] > 0))
            continue;
        const uint64_t end = fit->places[w + 1];
        const float size = (float)(end - fit->places[w]);
        const float scale = system->weights[w] * system->lengths[w] / sqrtf(size);
        union {
            float floats[WIDTH];
            four fours[FOURS];
        } u = {{0}};
        for (size_t d = 0; d < width; d++)
            u.floats[d] = scale * target_row(system, w)[first + d];
        for (uint64_t i = fit->places[w]; i < end; i++) {
            __builtin_prefetch(residuals + fit->columns[i + AHEAD] * FOURS);
            for (size_t d = 0; d < FOURS; d++)
                residuals[fit->columns[i] * FOURS + d] += u.fours[d];
        }
    }
}

/* Adds sums of products of a chunk. */
static void add_part(double *sums, const four *part) {
    for (size_t d = 0; d < WIDTH; d++)
        sums[d] += (double)part[d / 4][d % 4];
}

/* q += the words' part of A p: sum the rows of a word's n-grams, weigh the sum, and add it to each of them.
 * part[d] += p . that part. */
static void multiply_word(const struct system *system, struct pair *pairs, size_t w, four *part) {
    const struct subword_fit *fit = system->fit;
    const uint32_t *columns = fit->columns + fit->places[w];
    const size_t size = (size_t)(fit->places[w + 1] - fit->places[w]);
    const float weight = system->weights[w] / (float)size;
    four sum[FOURS] = {{0}}, scaled[FOURS];
    for (size_t i = 0; i < size; i++) {
        /* Of the words to come; columns has as many more. */
        __builtin_prefetch(&pairs[columns[i + AHEAD]].p);
        __builtin_prefetch(&pairs[columns[i + AHEAD]].q);
        for (size_t d = 0; d < FOURS; d++)
            sum[d] += pairs[columns[i]].p[d];
    }
    for (size_t d = 0; d < FOURS; d++) {
        scaled[d] = sum[d] * weight;
        part[d] += sum[d] * scaled[d];
    }
    for (size_t i = 0; i < size; i++)
        for (size_t d = 0; d < FOURS; d++)
            pairs[columns[i]].q[d] += scaled[d];
}

/* q += the words' part of A p; sums[d] += p . that part. */
static void multiply(const struct system *system, struct pair *pairs, double *sums) {
    const size_t words = system->fit->vocab->size;
    for (size_t first = 0; first < words; first += CHUNK) {
        const size_t end = words - first < CHUNK ? words : first + CHUNK;
        four part[FOURS] = {{0}};
        for (size_t w = first; w < end; w++)
            if (system->lengths[w] > 0)
                multiply_word(system, pairs, w, part);
        add_part(sums, part);
    }
}

/* x += alpha p and r -= alpha q; sums[d] = r . r / diagonal */
static void step(const struct system *system, size_t block, const struct solver *solver, const four *alpha,
                 double *sums) {
    memset(sums, 0, WIDTH * sizeof *sums);
    for (size_t first = 0; first < system->fit->count; first += CHUNK) {
        const size_t left = system->fit->count - first, size = left < CHUNK ? left : CHUNK;
        four part[FOURS] = {{0}};
        for (size_t g = first; g < first + size; g++) {
            four *x = system->x + (block * system->fit->count + g) * FOURS,
                 *r = solver->residuals + g * FOURS;
            for (size_t d = 0; d < FOURS; d++) {
                x[d] += alpha[d] * solver->pairs[g].p[d];
                r[d] -= alpha[d] * solver->pairs[g].q[d];
                part[d] += r[d] * r[d] * system->inverse[g];
            }
        }
        add_part(sums, part);
    }
}

/* p = r / diagonal + beta p, and q = the ridge's part of A p; sums[d] = p . q */
static void turn(const struct system *system, const struct solver *solver, const four *beta, double *sums) {
    memset(sums, 0, WIDTH * sizeof *sums);
    for (size_t first = 0; first < system->fit->count; first += CHUNK) {
        const size_t left = system->fit->count - first, size = left < CHUNK ? left : CHUNK;
        four part[FOURS] = {{0}};
        for (size_t g = first; g < first + size; g++) {
            const four *r = solver->residuals + g * FOURS;
            struct pair *pair = &solver->pairs[g];
            for (size_t d = 0; d < FOURS; d++) {
                pair->p[d] = r[d] * system->inverse[g] + beta[d] * pair->p[d];
                pair->q[d] = system->ridge[g] * pair->p[d];
                part[d] += pair->p[d] * pair->q[d];
            }
        }
        add_part(sums, part);
    }
}

/* quotients[d] = a / b; 0 where a dimension is solved, or empty. */
static void divide(const double *a, const double *b, four *quotients) {
    for (size_t d = 0; d < WIDTH; d++)
        quotients[d / 4][d % 4] = b[d] > DBL_MIN && a[d] > 0 ? (float)(a[d] / b[d]) : 0;
}

static void report(struct system *system, size_t thread) {
    const size_t done = atomic_fetch_add(&system->done, 1) + 1;
    if (thread == 0 && system->target->report != NULL)
        system->target->report(system->target->context,
                               (double)done / (double)(system->blocks * FIT_ITERATIONS));
}

static void solve(struct system *system, size_t block, size_t thread) {
    const struct solver *solver = &system->solvers[thread];
    double before[WIDTH] = {0}, after[WIDTH], curvature[WIDTH];
    four alpha[FOURS] = {{0}}, beta[FOURS] = {{0}};
    right_side(system, block, solver->residuals);
    memset(solver->pairs, 0, system->fit->count * sizeof *solver->pairs);
    step(system, block, solver, alpha, before);
    for (size_t i = 0; i < FIT_ITERATIONS; i++) {
        turn(system, solver, beta, curvature);
        multiply(system, solver->pairs, curvature);
        divide(before, curvature, alpha);
        step(system, block, solver, alpha, after);
        divide(after, before, beta);
        memcpy(before, after, sizeof before);
        report(system, thread);
    }
}

static void solve_blocks(void *context, size_t thread, size_t first, size_t end) {
    for (size_t block = first; block < end; block++)
        solve(context, block, thread);
}

/* --- the section --- */

bool subword_fit_section_bytes(const struct subword_fit *fit, size_t dim, size_t *bytes) {
    return subwords_bytes(fit->count, fit->key_bytes, dim, bytes);
}

bool subword_fit_memory(const struct subword_fit *fit, size_t dim, size_t threads, size_t *bytes) {
    const struct subword_target target = {.dim = dim, .threads = threads};
    struct system system = make_system(fit, &target);
    struct workspace space = {.base = NULL};
    size_t section;
    lay_out(&system, &space);
    return !space.overflow && subword_fit_section_bytes(fit, dim, &section) &&
           size_add(space.used, section, bytes);
}

/* The mean length of the words' vectors: that of a word which could be any. */
static float mean_length(const struct system *system) {
    double sum = 0, count = 0;
    for (size_t w = 0; w < system->fit->vocab->size; w++)
        if (system->lengths[w] > 0) {
            sum += 1 / (double)system->lengths[w];
            count++;
        }
    const float mean = count > 0 ? (float)(sum / count) : 1;
    return fminf(SUBWORDS_LENGTH_MAX, fmaxf(SUBWORDS_LENGTH_MIN, mean));
}

struct quantizing {
    const struct system *system;
    const struct subwords_parts *parts;
};

/* The rows of n-grams first .. end - 1 in the order of their keys. */
static void quantize_rows(void *context, size_t thread, size_t first, size_t end) {
    const struct quantizing *quantizing = context;
    const struct subwords_parts *parts = quantizing->parts;
    const struct system *system = quantizing->system;
    const struct subword_fit *fit = system->fit;
    const size_t dim = system->target->dim;
    float *row = system->rows + thread * system->blocks * WIDTH;
    for (size_t i = first; i < end; i++) {
        for (size_t block = 0; block < system->blocks; block++)
            memcpy(row + block * WIDTH, system->x + (block * fit->count + fit->sorted[i]) * FOURS,
                   WIDTH * sizeof *row);
        parts->scales[i] = subwords_quantize(parts->rows + i * dim, row, dim);
    }
}

static void *make_section(const struct system *system, size_t *bytes, struct error *error) {
    const struct subword_fit *fit = system->fit;
    const struct subwords shape = {.count = fit->count,
                                   .key_bytes = fit->key_bytes,
                                   .dim = system->target->dim,
                                   .min = (size_t)fit->options.min,
                                   .max = (size_t)fit->options.max,
                                   .length = mean_length(system)};
    struct subwords_parts parts;
    if (!subword_fit_section_bytes(fit, shape.dim, bytes)) {
        error_set(error, ERROR_INPUT, "%zu n-grams are too many; lower --maxn", fit->count);
        return NULL;
    }
    void *section = memory_allocate(*bytes, 1, "the n-grams", error);
    if (section == NULL)
        return NULL;
    subwords_lay_out(&parts, &shape, section);
    memcpy(parts.starts, fit->starts, (fit->count + 1) * sizeof *fit->starts);
    memcpy(parts.keys, fit->keys, fit->key_bytes);
    struct quantizing quantizing = {system, &parts};
    if (!threads_share(system->threads, fit->count, CHUNK, quantize_rows, &quantizing, error)) {
        free(section);
        return NULL;
    }
    return section;
}

void *subword_fit_run(const struct subword_fit *fit, const struct subword_target *target, size_t *bytes,
                      struct error *error) {
    struct system system = make_system(fit, target);
    struct workspace size = {.base = NULL};
    void *section = NULL;
    lay_out(&system, &size);
    if (size.overflow) {
        error_set(error, ERROR_SYSTEM, "out of memory for %zu n-grams", fit->count);
        return NULL;
    }
    system.solvers = memory_allocate(system.threads, sizeof *system.solvers, "the n-grams", error);
    if (system.solvers != NULL)
        system.space.base = memory_pages(size.used, "the n-grams", error);
    if (system.space.base != NULL) {
        lay_out(&system, &system.space);
        fill_ridge(&system);
        fill_weights(&system);
        if (threads_share(system.threads, system.blocks, 1, solve_blocks, &system, error))
            section = make_section(&system, bytes, error);
        memory_pages_free(system.space.base, size.used);
    }
    free(system.solvers);
    return section;
}

/* --- mixing --- */

/* sum = p(w) of row w by the rows of the section; false if none of its n-grams is known. */
static bool predict(const struct subword_fit *fit, const struct subwords *subwords, const uint32_t *places,
                    size_t w, double *sum) {
    const uint64_t first = fit->places[w], end = fit->places[w + 1];
    const size_t dim = subwords->dim;
    memset(sum, 0, dim * sizeof *sum);
    for (uint64_t i = first; i < end; i++) {
        const size_t place = places[fit->columns[i]];
        const int8_t *row = subwords->rows + place * dim;
        const double scale = (double)subwords->scales[place] / sqrt((double)(end - first));
        for (size_t d = 0; d < dim; d++)
            sum[d] += scale * row[d];
    }
    return end > first;
}

static void mix_rows(const struct subword_fit *fit, const struct subword_target *target,
                     const struct subwords *subwords, double k, const uint32_t *places, double *sum,
                     float *rows) {
    for (size_t w = 0; w < fit->vocab->size; w++) {
        const size_t id = fit->words[w];
        const float *row = target->input + id * target->stride;
        const double norm = (double)model_norm(row, target->dim), count = (double)fit->vocab->counts[id];
        if (!vector_usable((float)norm) || !predict(fit, subwords, places, w, sum))
            continue;
        for (size_t d = 0; d < target->dim; d++)
            rows[id * target->stride + d] = (float)((count * (double)row[d] + k * norm * sum[d]) /
                                                    (count + k));
    }
}

bool subword_fit_mix(const struct subword_fit *fit, const struct subword_target *target,
                     const struct subwords *subwords, double k, float *rows, struct error *error) {
    double *sum = memory_allocate(target->dim, sizeof *sum, "a sum", error);
    uint32_t *places = memory_allocate(fit->count, sizeof *places, "the n-grams", error);
    const bool done = sum != NULL && places != NULL;
    for (size_t i = 0; done && i < fit->count; i++)
        places[fit->sorted[i]] = (uint32_t)i;
    if (done)
        mix_rows(fit, target, subwords, k, places, sum, rows);
    free(sum);
    free(places);
    return done;
}

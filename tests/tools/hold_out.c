/* How well n-grams predict words that they were not fitted to: hold_out MODEL [WORDS [SEED [THREADS
 * [COUNT]]]]. Takes random words with a count of at least COUNT (5) out of the vocabulary, fits n-grams to
 * the others, and compares the predictions with the true vectors. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "analyse/subword_fit.h"
#include "base/memory.h"
#include "base/rng.h"
#include "formats/open.h"
#include "query/query_batch.h"
#include "search/vectors.h"

#define ANSWERS 10

static double clock_of(clockid_t which) {
    struct timespec now;
    clock_gettime(which, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void fail(const struct error *error) {
    fprintf(stderr, "hold_out: %s\n", error->text);
    exit(3);
}

/* The words that stay, with their vectors, in `vocab` and `input`. */
static void keep(const struct model *model, const bool *out, struct vocab *vocab, float *input,
                 struct error *error) {
    if (!vocab_create(vocab, model->vocab, model->text_bytes, error))
        fail(error);
    size_t kept = 0;
    for (size_t id = 0; id < model->vocab; id++) {
        size_t length;
        const char *word = model_word(model, id, &length);
        if (out[id])
            continue;
        memcpy(vocab->text + vocab->starts[kept], word, length + 1);
        memcpy(input + kept * model->stride, vector_row(model, id), model->stride * sizeof *input);
        vocab->starts[kept + 1] = vocab->starts[kept] + length + 1;
        vocab->counts[kept++] = model->counts[id];
    }
    vocab->size = kept;
}

/* Of the `held` words that are out, at least 1. */
static void score(const struct model *model, const bool *out, size_t held, const struct subwords *subwords,
                  struct error *error) {
    struct space space = space_of_words(model);
    struct query_batch batch = {
        .search = {.space = &space, .k = ANSWERS, .min_score = -INFINITY, .threads = 1}};
    size_t made = 0, found = 0;
    double sum = 0;
    float *rows = calloc(held, model->stride * sizeof *rows);
    size_t *ids = calloc(held, sizeof *ids);
    for (size_t id = 0; id < model->vocab; id++) {
        size_t length, used;
        const char *word = model_word(model, id, &length);
        float *row = rows + made * model->stride;
        if (!out[id] || !subwords_vector(subwords, word, length, row, &used))
            continue;
        const float *truth = vector_row(model, id);
        sum += vector_cosine(row, vector_dot(row, row, model->stride), truth,
                             vector_dot(truth, truth, model->stride), model->stride);
        if (!query_batch_add_row(&batch, row, error))
            fail(error);
        ids[made++] = id;
    }
    if (!query_batch_run(&batch, error))
        fail(error);
    for (size_t i = 0; i < made; i++) {
        size_t count;
        const struct neighbor *answers = query_batch_answers(&batch, i, &count);
        for (size_t a = 0; a < count; a++)
            found += answers[a].id == ids[i];
    }
    printf("held out %zu, predicted %zu, mean cosine %.4f, among the %d nearest %.4f\n", held, made,
           sum / (double)held, ANSWERS, (double)found / (double)held);
    query_batch_free(&batch);
    free(rows);
    free(ids);
}

int main(int argc, char **argv) {
    struct error error = {.kind = ERROR_NONE};
    struct model model;
    struct vocab vocab;
    struct subword_fit fit;
    struct subwords subwords;
    if (argc < 2 || !model_open(&model, argv[1], &error))
        fail(&error);
    const size_t words = argc > 2 ? strtoul(argv[2], NULL, 10) : 2000;
    struct rng rng = rng_seed(argc > 3 ? strtoull(argv[3], NULL, 10) : 1, 0);
    const size_t threads = argc > 4 ? strtoul(argv[4], NULL, 10) : 2;
    const unsigned long count_min = argc > 5 ? strtoul(argv[5], NULL, 10) : 5;
    size_t bytes;
    bool *out = calloc(model.vocab, sizeof *out);
    float *input = memory_pages(model.vocab * model.stride * sizeof *input, "vectors", &error);
    for (size_t i = 0; i < words;) {
        const uint32_t id = rng_below(&rng, (uint32_t)model.vocab);
        if (!out[id] && (model.counts[0] == 0 || model.counts[id] >= count_min)) {
            out[id] = true;
            i++;
        }
    }
    keep(&model, out, &vocab, input, &error);
    const double start = clock_of(CLOCK_MONOTONIC), user = clock_of(CLOCK_PROCESS_CPUTIME_ID);
    const struct subword_options options = {.min = 3, .max = 6, .min_words = 2};
    if (!subword_fit_create(&fit, &vocab, &options, SIZE_MAX, &error))
        fail(&error);
    const double found = clock_of(CLOCK_MONOTONIC);
    const struct subword_target target = {
        .input = input, .dim = model.dim, .stride = model.stride, .threads = threads};
    void *section = subword_fit_run(&fit, &target, &bytes, &error);
    if (section == NULL || !subwords_open(&subwords, section, bytes, model.dim))
        fail(&error);
    const double end = clock_of(CLOCK_MONOTONIC);
    printf(
        "%zu words, %zu dims, %zu n-grams, %llu occurrences, %.1f MB; finding %.2f s, fitting %.2f s on %zu "
        "threads, %.2f s of processors in all\n",
        vocab.size, model.dim, fit.count, (unsigned long long)fit.places[vocab.size], (double)bytes * 1e-6,
        found - start, end - found, threads, clock_of(CLOCK_PROCESS_CPUTIME_ID) - user);
    if (words > 0)
        score(&model, out, words, &subwords, &error);
    free(section);
    subword_fit_free(&fit);
    vocab_free(&vocab);
    memory_pages_free(input, model.vocab * model.stride * sizeof *input);
    free(out);
    model_close(&model);
    return 0;
}

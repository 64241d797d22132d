#include "analyse/embed.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/threads.h"
#include "query/lookup.h"
#include "search/vectors.h"
#include "text/tokenizer.h"

#define CHUNK_TEXTS 64
#define CHUNK_ROWS 1024

#define ROUNDS_MAX 500

/* Below this share of a vector's length, what is left of it is rounding error. */
#define NOTHING 1e-6

/* --- weights --- */

static bool make_weights(struct embedder *embedder, double smoothing, struct error *error) {
    const struct model *model = embedder->model;
    double total = 0;
    embedder->weights = memory_allocate(model->vocab, sizeof *embedder->weights, "the words' weights", error);
    if (embedder->weights == NULL)
        return false;
    for (size_t id = 0; id < model->vocab; id++)
        total += (double)model->counts[id];
    for (size_t id = 0; id < model->vocab; id++)
        embedder->weights[id] = smoothing / (smoothing + (double)model->counts[id] / total);
    return true;
}

bool embed_create(struct embedder *embedder, const struct model *model, enum embed_weights weights,
                  double smoothing, struct error *error) {
    *embedder = (struct embedder){.model = model};
    const bool counted = model->counts[0] > 0;
    if (weights == EMBED_SIF && !counted)
        return error_set(error, ERROR_INPUT,
                         "the model has no counts of its words, so there are no sif weights");
    return weights == EMBED_PLAIN || !counted || make_weights(embedder, smoothing, error);
}

void embed_free(struct embedder *embedder) {
    free(embedder->weights);
    free(embedder->component);
    *embedder = (struct embedder){.model = NULL};
}

/* --- texts --- */

struct job {
    const struct embedder *embedder;
    const struct line *texts;
    float *rows;
    double *sums; /* (threads, stride) */
};

/* The sum of a text's words so far. */
struct text_sum {
    const struct embedder *embedder;
    double *sum; /* (stride) */
    size_t words;
    /* Only if the model has phrases: */
    struct lookup_phrases phrases;
    size_t ids[2 * PHRASE_WORDS_MAX]; /* of the last tokens, token i at i modulo the size; SIZE_MAX: none */
};

static void add_word(struct text_sum *text, size_t id) {
    const struct model *model = text->embedder->model;
    if (id == SIZE_MAX || !vector_usable(model->norms[id]))
        return;
    vector_add(text->sum, vector_row(model, id),
               text->embedder->weights != NULL ? text->embedder->weights[id] : 1, model->stride);
    text->words++;
}

/* Adds phrases as words, and each word of a phrase that the vocabulary lacks. NULL ends the sentence. */
static void add_token(struct text_sum *text, const char *token, size_t length, size_t id) {
    const size_t size = sizeof text->ids / sizeof *text->ids;
    struct phrase_item item;
    bool known;
    if (text->embedder->model->phrases == NULL) {
        add_word(text, id);
        return;
    }
    if (token != NULL)
        text->ids[text->phrases.pushed % size] = id;
    while (lookup_phrases_push(&text->phrases, token, length, &item, &known, &id)) {
        if (known)
            add_word(text, id);
        for (uint64_t i = 0; !known && i < item.words; i++)
            add_word(text, text->ids[(item.first + i) % size]);
        if (token != NULL)
            return;
    }
}

static void embed_text(const struct embedder *embedder, struct line text, double *sum, float *row) {
    const struct model *model = embedder->model;
    struct tokenizer tokenizer = {.skipped = {0}};
    struct text_sum words;
    words.embedder = embedder;
    words.sum = sum;
    words.words = 0;
    words.phrases = (struct lookup_phrases){.model = model};
    memset(sum, 0, model->stride * sizeof *sum);
    const struct tokenizer_rules any = {.kind = TOKENIZER_WORDS, .keep_case = true};
    tokenizer_start(&tokenizer, model->try_lowercase ? any : model->rules, (const unsigned char *)text.text,
                    text.length, 0);
    for (enum token_kind kind; (kind = tokenizer_next(&tokenizer)) != TOKEN_END;) {
        const char *token = kind == TOKEN_WORD ? (const char *)tokenizer.token : NULL;
        size_t id = SIZE_MAX;
        if (token != NULL && !lookup_token(model, token, tokenizer.length, &id))
            id = SIZE_MAX;
        add_token(&words, token, tokenizer.length, id);
    }
    add_token(&words, NULL, 0, SIZE_MAX);
    for (size_t d = 0; d < model->stride; d++)
        row[d] = words.words > 0 ? (float)(sum[d] / (double)words.words) : 0;
    embed_remove(embedder, row, 1);
}

static void embed_some(void *context, size_t thread, size_t first, size_t end) {
    const struct job *job = context;
    const size_t stride = job->embedder->model->stride;
    for (size_t i = first; i < end; i++)
        embed_text(job->embedder, job->texts[i], job->sums + thread * stride, job->rows + i * stride);
}

bool embed_texts(const struct embedder *embedder, const struct line *texts, size_t count,
                 float *rows /* NOLINT(readability-non-const-parameter) */, size_t threads,
                 struct error *error) {
    struct job job = {.embedder = embedder, .texts = texts, .rows = rows};
    job.sums = memory_allocate(threads * embedder->model->stride, sizeof *job.sums, "sums of vectors", error);
    const bool done = job.sums != NULL && threads_share(threads, count, CHUNK_TEXTS, embed_some, &job, error);
    free(job.sums);
    return done;
}

/* --- the first component --- */

/* A step of the power method: direction -> rows^T (rows direction). The sums of the chunks are added up in
 * order, so the result does not depend on the threads. */
struct step {
    const float *rows;
    size_t count, stride, chunks;
    const float *direction; /* (stride) */
    double *sums;           /* (chunks, stride) */
};

static void sum_chunk(void *context, size_t thread, size_t first, size_t end) {
    const struct step *step = context;
    double *sum = step->sums + first / CHUNK_ROWS * step->stride;
    (void)thread;
    memset(sum, 0, step->stride * sizeof *sum);
    for (size_t i = first; i < end; i++) {
        const float *row = step->rows + i * step->stride;
        vector_add(sum, row, vector_dot(row, step->direction, step->stride), step->stride);
    }
}

/* component = the sum of the chunks' sums, scaled to length 1. False if that is zero. */
static bool normalize(double *component, const struct step *step) {
    double square = 0;
    for (size_t d = 0; d < step->stride; d++) {
        component[d] = 0;
        for (size_t chunk = 0; chunk < step->chunks; chunk++)
            component[d] += step->sums[chunk * step->stride + d];
        square += component[d] * component[d];
    }
    for (size_t d = 0; d < step->stride && square > 0; d++)
        component[d] /= sqrt(square);
    return square > 0;
}

/* Repeats until the direction no longer changes. It starts with equal parts of all dims, which is almost
 * certainly not orthogonal to the first component. */
static bool iterate(double *component, struct step *step, size_t threads, struct error *error) {
    float *direction = memory_allocate(step->stride, sizeof *direction, "a component", error);
    double change = 1;
    bool done = direction != NULL;
    for (size_t d = 0; done && d < step->stride; d++)
        direction[d] = 1 / sqrtf((float)step->stride);
    step->direction = direction;
    for (size_t round = 0; done && round < ROUNDS_MAX && change > 1e-12; round++) {
        done = threads_share(threads, step->count, CHUNK_ROWS, sum_chunk, step, error);
        if (!done || !normalize(component, step))
            break;
        double square = 0;
        for (size_t d = 0; d < step->stride; d++) {
            const double moved = component[d] - (double)direction[d];
            square += moved * moved;
            direction[d] = (float)component[d];
        }
        change = square;
    }
    free(direction);
    return done;
}

bool embed_find_component(struct embedder *embedder, const float *rows, size_t count, size_t threads,
                          struct error *error) {
    const size_t stride = embedder->model->stride;
    struct step step = {.rows = rows, .count = count, .stride = stride};
    step.chunks = (count + CHUNK_ROWS - 1) / CHUNK_ROWS;
    free(embedder->component);
    embedder->component = memory_allocate(stride, sizeof *embedder->component, "a component", error);
    step.sums = memory_allocate(step.chunks * stride, sizeof *step.sums, "sums of vectors", error);
    const bool done = embedder->component != NULL && step.sums != NULL &&
                      iterate(embedder->component, &step, threads, error);
    free(step.sums);
    return done;
}

/* Of a row along the component, only rounding error is left, which must not pass for a direction. */
static void remove_component(const double *component, float *row, size_t stride) {
    double product = 0, left = 0;
    const double square = vector_dot(row, row, stride);
    for (size_t d = 0; d < stride; d++)
        product += (double)row[d] * component[d];
    for (size_t d = 0; d < stride; d++) {
        row[d] = (float)((double)row[d] - product * component[d]);
        left += (double)row[d] * (double)row[d];
    }
    if (left < square * NOTHING * NOTHING)
        memset(row, 0, stride * sizeof *row);
}

void embed_remove(const struct embedder *embedder, float *rows, size_t count) {
    const size_t stride = embedder->model->stride;
    for (size_t i = 0; embedder->component != NULL && i < count; i++)
        remove_component(embedder->component, rows + i * stride, stride);
}

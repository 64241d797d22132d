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
    size_t *unseen;
    double *sums; /* (threads, stride) */
    float *made;  /* (threads, stride) vectors of words that are not in the vocabulary */
};

/* A text is split as the model's was; where nobody knows how, into words as they are. */
static void start_text(struct tokenizer *tokenizer, const struct model *model, struct line text) {
    const struct tokenizer_rules any = {.kind = TOKENIZER_WORDS, .keep_case = true};
    tokenizer_start(tokenizer, model->try_lowercase ? any : model->rules, (const unsigned char *)text.text,
                    text.length, 0);
}

/* A word that counts in a text. */
struct embedded {
    const float *row;
    double weight;
    size_t ngrams; /* 0 for a word of the vocabulary */
};

/* Finds the vector of the tokenizer's word; `made` (stride) is for one that is not in the vocabulary. */
static bool find_word(const struct model *model, const double *weights, const struct tokenizer *tokenizer,
                      float *made, struct embedded *word) {
    const char *token = (const char *)tokenizer->token;
    size_t id;
    *word = (struct embedded){.row = made, .weight = 1};
    if (!lookup_token(model, token, tokenizer->length, &id))
        return lookup_unseen_token(model, token, tokenizer->length, made, &word->ngrams);
    word->row = vector_row(model, id);
    word->weight = weights != NULL ? weights[id] : 1;
    return vector_usable(model->norms[id]);
}

static void embed_text(const struct embedder *embedder, struct line text, double *sum, float *made,
                       float *row, size_t *unseen) {
    const struct model *model = embedder->model;
    struct tokenizer tokenizer = {.skipped = {0}};
    size_t words = 0;
    memset(sum, 0, model->stride * sizeof *sum);
    start_text(&tokenizer, model, text);
    for (enum token_kind kind; (kind = tokenizer_next(&tokenizer)) != TOKEN_END;) {
        struct embedded word;
        if (kind != TOKEN_WORD || !find_word(model, embedder->weights, &tokenizer, made, &word))
            continue;
        vector_add(sum, word.row, word.weight, model->stride);
        words++;
        *unseen += word.ngrams > 0;
    }
    for (size_t d = 0; d < model->stride; d++)
        row[d] = words > 0 ? (float)(sum[d] / (double)words) : 0;
    embed_remove(embedder, row, 1);
}

static void embed_some(void *context, size_t thread, size_t first, size_t end) {
    const struct job *job = context;
    const size_t stride = job->embedder->model->stride;
    for (size_t i = first; i < end; i++) {
        size_t unseen = 0;
        embed_text(job->embedder, job->texts[i], job->sums + thread * stride, job->made + thread * stride,
                   job->rows + i * stride, &unseen);
        if (job->unseen != NULL)
            job->unseen[i] = unseen;
    }
}

bool embed_texts(const struct embedder *embedder, const struct line *texts, size_t count,
                 float *rows /* NOLINT(readability-non-const-parameter) */,
                 size_t *unseen /* NOLINT(readability-non-const-parameter) */, size_t threads,
                 struct error *error) {
    struct job job = {.embedder = embedder, .texts = texts, .rows = rows, .unseen = unseen};
    const size_t floats = threads * embedder->model->stride;
    job.sums = memory_allocate(floats, sizeof *job.sums, "sums of vectors", error);
    job.made = memory_allocate(floats, sizeof *job.made, "vectors", error);
    const bool done = job.sums != NULL && job.made != NULL &&
                      threads_share(threads, count, CHUNK_TEXTS, embed_some, &job, error);
    free(job.sums);
    free(job.made);
    return done;
}

bool embed_tell_unseen(const struct model *model, struct line text, embed_tell *tell, void *context,
                       struct error *error) {
    struct tokenizer tokenizer = {.skipped = {0}};
    float *made = memory_allocate(model->stride, sizeof *made, "a vector", error);
    bool done = made != NULL;
    start_text(&tokenizer, model, text);
    for (enum token_kind kind; done && (kind = tokenizer_next(&tokenizer)) != TOKEN_END;) {
        struct embedded word;
        char copy[TOKEN_BYTES_MAX + 1];
        if (kind != TOKEN_WORD || !find_word(model, NULL, &tokenizer, made, &word) || word.ngrams == 0)
            continue;
        memcpy(copy, tokenizer.token, tokenizer.length);
        copy[tokenizer.length] = '\0';
        done = tell(context, copy, word.ngrams, error);
    }
    free(made);
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

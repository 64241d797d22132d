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

/* A word that counts in a text. */
struct embedded {
    const float *row;
    double weight;
    size_t ngrams; /* 0 for a word of the vocabulary */
};

/* Takes a word; `token` is NULL for a phrase. */
typedef bool take_word(void *context, const char *token, size_t length, const struct embedded *word);

/* The tokens that may still become part of a phrase, token i at i modulo TOKENS_KEPT. */
#define TOKENS_KEPT ((size_t)2 * PHRASE_WORDS_MAX)
struct kept_token {
    size_t length;
    char text[TOKEN_BYTES_MAX];
};

/* Goes over the words of a text. */
struct walk {
    const struct embedder *embedder;
    float *made;             /* (stride) the vector of a word that is not in the vocabulary */
    struct kept_token *kept; /* (TOKENS_KEPT) if the model has phrases */
    struct lookup_phrases phrases;
    take_word *take;
    void *context;
};

static bool take_id(const struct walk *walk, const char *token, size_t length, size_t id) {
    const struct embedder *embedder = walk->embedder;
    const struct embedded word = {.row = vector_row(embedder->model, id),
                                  .weight = embedder->weights != NULL ? embedder->weights[id] : 1};
    return !vector_usable(embedder->model->norms[id]) || walk->take(walk->context, token, length, &word);
}

static bool take_token(const struct walk *walk, const char *token, size_t length) {
    const struct model *model = walk->embedder->model;
    struct embedded word = {.row = walk->made, .weight = 1};
    size_t id;
    if (lookup_token(model, token, length, &id))
        return take_id(walk, token, length, id);
    return !lookup_unseen_token(model, token, length, walk->made, &word.ngrams) ||
           walk->take(walk->context, token, length, &word);
}

/* Takes phrases as words, and each word of a phrase that the vocabulary lacks. NULL ends the sentence. */
static bool push_token(struct walk *walk, const char *token, size_t length) {
    struct phrase_item item;
    bool known, done = true;
    size_t id;
    if (token != NULL) {
        struct kept_token *kept = &walk->kept[walk->phrases.pushed % TOKENS_KEPT];
        kept->length = length;
        memcpy(kept->text, token, length);
    }
    while (done && lookup_phrases_push(&walk->phrases, token, length, &item, &known, &id)) {
        if (known)
            done = take_id(walk, NULL, 0, id);
        for (uint64_t i = 0; done && !known && i < item.words; i++) {
            const struct kept_token *kept = &walk->kept[(item.first + i) % TOKENS_KEPT];
            done = take_token(walk, kept->text, kept->length);
        }
        if (token != NULL)
            break;
    }
    return done;
}

/* False as soon as `take` is. */
static bool walk_text(struct walk *walk, struct line text) {
    const struct model *model = walk->embedder->model;
    /* A text is split as the model's was; where nobody knows how, into words as they are. */
    const struct tokenizer_rules any = {.kind = TOKENIZER_WORDS, .keep_case = true};
    struct tokenizer tokenizer = {.skipped = {0}};
    bool done = true;
    walk->phrases = (struct lookup_phrases){.model = model};
    tokenizer_start(&tokenizer, model->try_lowercase ? any : model->rules, (const unsigned char *)text.text,
                    text.length, 0);
    for (enum token_kind kind; done && (kind = tokenizer_next(&tokenizer)) != TOKEN_END;) {
        const char *token = kind == TOKEN_WORD ? (const char *)tokenizer.token : NULL;
        if (model->phrases != NULL)
            done = push_token(walk, token, tokenizer.length);
        else if (token != NULL)
            done = take_token(walk, token, tokenizer.length);
    }
    return done && (model->phrases == NULL || push_token(walk, NULL, 0));
}

/* What a thread needs for its walks: `made` for each, and `kept`, if the model has phrases. */
struct walk_memory {
    float *made;             /* (threads, stride) */
    struct kept_token *kept; /* (threads, TOKENS_KEPT) or NULL */
};

static bool allocate(struct walk_memory *memory, const struct model *model, size_t threads,
                     struct error *error) {
    const size_t kept = model->phrases != NULL ? threads * TOKENS_KEPT : 0;
    memory->kept = NULL;
    memory->made = memory_allocate(threads * model->stride, sizeof *memory->made, "vectors", error);
    if (memory->made != NULL && kept > 0)
        memory->kept = memory_allocate(kept, sizeof *memory->kept, "words", error);
    return memory->made != NULL && (kept == 0 || memory->kept != NULL);
}

static void release(struct walk_memory *memory) {
    free(memory->made);
    free(memory->kept);
}

static struct walk start_walk(const struct embedder *embedder, const struct walk_memory *memory,
                              size_t thread, take_word *take, void *context) {
    return (struct walk){.embedder = embedder,
                         .made = memory->made + thread * embedder->model->stride,
                         .kept = memory->kept != NULL ? memory->kept + thread * TOKENS_KEPT : NULL,
                         .take = take,
                         .context = context};
}

/* --- vectors of texts --- */

struct job {
    const struct embedder *embedder;
    const struct line *texts;
    float *rows;
    size_t *unseen;
    double *sums; /* (threads, stride) */
    struct walk_memory memory;
};

struct text_sum {
    double *sum; /* (stride) */
    size_t stride, words, unseen;
};

static bool add_word(void *context, const char *token, size_t length, const struct embedded *word) {
    struct text_sum *text = context;
    (void)token;
    (void)length;
    vector_add(text->sum, word->row, word->weight, text->stride);
    text->words++;
    text->unseen += word->ngrams > 0;
    return true;
}

static void embed_some(void *context, size_t thread, size_t first, size_t end) {
    const struct job *job = context;
    const size_t stride = job->embedder->model->stride;
    struct text_sum text = {.sum = job->sums + thread * stride, .stride = stride};
    struct walk walk = start_walk(job->embedder, &job->memory, thread, add_word, &text);
    for (size_t i = first; i < end; i++) {
        float *row = job->rows + i * stride;
        text.words = text.unseen = 0;
        memset(text.sum, 0, stride * sizeof *text.sum);
        (void)walk_text(&walk, job->texts[i]);
        for (size_t d = 0; d < stride; d++)
            row[d] = text.words > 0 ? (float)(text.sum[d] / (double)text.words) : 0;
        embed_remove(job->embedder, row, 1);
        if (job->unseen != NULL)
            job->unseen[i] = text.unseen;
    }
}

bool embed_texts(const struct embedder *embedder, const struct line *texts, size_t count,
                 float *rows /* NOLINT(readability-non-const-parameter) */,
                 size_t *unseen /* NOLINT(readability-non-const-parameter) */, size_t threads,
                 struct error *error) {
    struct job job = {.embedder = embedder, .texts = texts, .rows = rows, .unseen = unseen};
    const size_t cells = threads * embedder->model->stride;
    job.sums = memory_allocate(cells, sizeof *job.sums, "sums of vectors", error);
    const bool done = allocate(&job.memory, embedder->model, threads, error) && job.sums != NULL &&
                      threads_share(threads, count, CHUNK_TEXTS, embed_some, &job, error);
    free(job.sums);
    release(&job.memory);
    return done;
}

/* --- words that were never seen --- */

struct unseen_teller {
    embed_tell *tell;
    void *context;
    struct error *error;
};

static bool tell_word(void *context, const char *token, size_t length, const struct embedded *word) {
    const struct unseen_teller *teller = context;
    char copy[TOKEN_BYTES_MAX + 1];
    if (word->ngrams == 0)
        return true;
    memcpy(copy, token, length);
    copy[length] = '\0';
    return teller->tell(teller->context, copy, word->ngrams, teller->error);
}

bool embed_tell_unseen(const struct model *model, struct line text, embed_tell *tell, void *context,
                       struct error *error) {
    const struct embedder plain = {.model = model};
    struct unseen_teller teller = {tell, context, error};
    struct walk_memory memory;
    bool done = allocate(&memory, model, 1, error);
    if (done) {
        struct walk walk = start_walk(&plain, &memory, 0, tell_word, &teller);
        done = walk_text(&walk, text);
    }
    release(&memory);
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

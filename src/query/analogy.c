#include "query/analogy.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/threads.h"
#include "query/lookup.h"
#include "query/testfile.h"
#include "query/vectors.h"

/* So many questions are asked of so many rows before the next rows are fetched: a batch's targets stay in the
 * first-level cache, a block of rows in the second. */
#define BATCH 32
#define BLOCK_ROWS 256

struct question {
    size_t words[4]; /* ids of a, b, c, d */
    size_t section;
};

struct questions {
    struct question *list; /* (count); owned */
    size_t count, capacity;
};

struct search {
    const struct model *model;
    const struct questions *questions;
    size_t known;    /* words */
    float *rooms;    /* (threads, room) each thread's targets and products */
    size_t room;     /* floats */
    size_t *answers; /* (questions->count) ids, or SIZE_MAX if no word is left */
    atomic_size_t next;
};

struct answer {
    size_t id;
    float cosine;
};

static void make_target(const struct model *model, const struct question *question, float *target) {
    for (size_t d = 0; d < model->stride; d++)
        target[d] = 0;
    vector_add_unit(model, question->words[1], 1, target);
    vector_add_unit(model, question->words[0], -1, target);
    vector_add_unit(model, question->words[2], 1, target);
}

/* Lets the rows from `start` on, whose products with the question's target are given, better its answer. */
static void improve(const struct search *search, const struct question *question, const float *products,
                    size_t start, size_t rows, struct answer *answer) {
    const size_t *words = question->words;
    for (size_t r = 0; r < rows; r++) {
        const size_t id = start + r;
        const float cosine = products[r] / search->model->norms[id];
        if (!(cosine > answer->cosine))
            continue;
        if (id != words[0] && id != words[1] && id != words[2] && vector_usable(search->model, id))
            *answer = (struct answer){id, cosine};
    }
}

static void ask_batch(struct search *search, size_t first, size_t count, float *room) {
    const struct model *model = search->model;
    const struct question *questions = search->questions->list + first;
    float *targets = room, *products = room + BATCH * model->stride;
    struct answer answers[BATCH];
    for (size_t q = 0; q < count; q++) {
        make_target(model, &questions[q], targets + q * model->stride);
        answers[q] = (struct answer){SIZE_MAX, -INFINITY};
    }
    for (size_t start = 0; start < search->known; start += BLOCK_ROWS) {
        const size_t left = search->known - start, rows = left < BLOCK_ROWS ? left : BLOCK_ROWS;
        vector_products(targets, count, vector_row(model, start), rows, model->stride, products);
        for (size_t q = 0; q < count; q++)
            improve(search, &questions[q], products + q * rows, start, rows, &answers[q]);
    }
    for (size_t q = 0; q < count; q++)
        search->answers[first + q] = answers[q].id;
}

/* A thread's work: batches until none is left. */
static void ask(void *context, size_t thread) {
    struct search *search = context;
    for (;;) {
        const size_t first = atomic_fetch_add(&search->next, BATCH);
        if (first >= search->questions->count)
            return;
        const size_t left = search->questions->count - first;
        ask_batch(search, first, left < BATCH ? left : BATCH, search->rooms + thread * search->room);
    }
}

static bool ask_all(struct search *search, size_t threads, struct error *error) {
    /* A multiple of 16 floats, so that every thread's room begins on a cache line of its own. */
    search->room = BATCH * (search->model->stride + BLOCK_ROWS);
    size_t bytes;
    if (!size_multiply(search->room * sizeof(float), threads, &bytes))
        return error_set(error, ERROR_SYSTEM, "no memory for %zu threads", threads);
    search->answers = memory_allocate(search->questions->count, sizeof *search->answers, "the answers",
                                      error);
    search->rooms = search->answers != NULL ? memory_pages(bytes, "the questions' vectors", error) : NULL;
    const bool done = search->rooms != NULL && threads_run(threads, ask, search, error);
    memory_pages_free(search->rooms, bytes);
    return done;
}

static bool add_section(struct analogies *analogies, const char *name, struct error *error) {
    if (!memory_reserve(&analogies->sections, &analogies->capacity, analogies->count + 1, "sections", error))
        return false;
    char *copy = memory_allocate(strlen(name) + 1, 1, "a section", error);
    if (copy == NULL)
        return false;
    memcpy(copy, name, strlen(name) + 1);
    analogies->sections[analogies->count++] = (struct analogy_section){.name = copy};
    return true;
}

static bool add_question(struct questions *questions, struct analogies *analogies, const struct model *model,
                         size_t known, const struct testfile *file, struct error *error) {
    if (analogies->count == 0 && !add_section(analogies, "(no section)", error))
        return false;
    struct question question = {.section = analogies->count - 1};
    analogies->sections[question.section].total++;
    for (size_t i = 0; i < 4; i++) {
        size_t *id = &question.words[i];
        if (!lookup_any_case(model, file->fields[i], id) || *id >= known || !vector_usable(model, *id))
            return true;
    }
    analogies->sections[question.section].asked++;
    if (!memory_reserve(&questions->list, &questions->capacity, questions->count + 1, "the questions", error))
        return false;
    questions->list[questions->count++] = question;
    return true;
}

/* The name behind the colon of a section line, which may stand apart from it or not. */
static const char *section_name(const struct testfile *file) {
    const char *name = file->fields[0] + 1;
    if (*name != '\0')
        return file->count == 1 ? name : NULL;
    return file->count == 2 ? file->fields[1] : NULL;
}

static bool read_questions(struct questions *questions, struct analogies *analogies,
                           const struct model *model, size_t known, struct testfile *file,
                           struct error *error) {
    while (testfile_next(file, '\0', error)) {
        const bool section = file->fields[0][0] == ':';
        const char *name = section ? section_name(file) : NULL;
        if (section ? name == NULL : file->count != 4)
            return testfile_malformed(file, section ? ": section" : "word word word word", error);
        if (section ? !add_section(analogies, name, error)
                    : !add_question(questions, analogies, model, known, file, error))
            return false;
    }
    return error->kind == ERROR_NONE;
}

bool analogies_score(struct analogies *analogies, const struct model *model, const char *path,
                     size_t restrict_to, size_t threads, struct error *error) {
    *analogies = (struct analogies){0};
    struct questions questions = {0};
    struct search search = {.model = model, .questions = &questions};
    search.known = restrict_to > 0 && restrict_to < model->vocab ? restrict_to : model->vocab;
    struct testfile file;
    const bool done = testfile_open(&file, path, error) &&
                      read_questions(&questions, analogies, model, search.known, &file, error) &&
                      ask_all(&search, threads, error);
    for (size_t i = 0; done && i < questions.count; i++)
        analogies->sections[questions.list[i].section].right += search.answers[i] ==
                                                                questions.list[i].words[3];
    testfile_close(&file);
    free(search.answers);
    free(questions.list);
    return done;
}

void analogies_free(struct analogies *analogies) {
    for (size_t i = 0; i < analogies->count; i++)
        free(analogies->sections[i].name);
    free(analogies->sections);
    *analogies = (struct analogies){0};
}

struct analogy_section analogies_sum(const struct analogies *analogies, bool syntactic) {
    struct analogy_section sum = {.name = NULL};
    for (size_t i = 0; i < analogies->count; i++) {
        const struct analogy_section *section = &analogies->sections[i];
        if ((strncmp(section->name, "gram", 4) == 0) != syntactic)
            continue;
        sum.right += section->right;
        sum.asked += section->asked;
        sum.total += section->total;
    }
    return sum;
}

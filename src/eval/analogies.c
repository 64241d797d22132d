#include "eval/analogies.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "eval/test_file.h"
#include "query/query_batch.h"
#include "search/vectors.h"

/* How many answers are tried to find one that is not a word of the question in other case. */
#define ANSWERS 5

struct asked {
    size_t words[4]; /* ids of a, b, c, d */
    size_t section;
};

/* The questions whose words are known, and the search for their answers. */
struct quiz {
    const struct model *model;
    struct test_file file;
    struct asked *list; /* (count) one for each query of the batch; owned */
    size_t count, capacity;
    size_t *directions; /* (known words) the number of a word's direction + 1, or 0; owned */
    double *sum;        /* (stride); owned */
    struct space space;
    struct query_batch batch;
};

/* --- the file --- */

/* Takes over the name. */
static bool add_section(struct analogies *analogies, char *name, struct error *error) {
    if (name == NULL || !memory_reserve(&analogies->sections, &analogies->capacity, analogies->count + 1,
                                        "sections", error)) {
        free(name);
        return false;
    }
    analogies->sections[analogies->count++] = (struct analogy_section){.name = name};
    return true;
}

/* `count` parts with a blank between them; owned by the caller. NULL on failure. */
static char *join(char *const *parts, size_t count, struct error *error) {
    size_t bytes = 0, used = 0;
    for (size_t i = 0; i < count; i++)
        bytes += strlen(parts[i]) + 1;
    char *text = memory_allocate(bytes, 1, "a section", error);
    for (size_t i = 0; text != NULL && i < count; i++)
        used += (size_t)snprintf(text + used, bytes - used, "%s%s", i > 0 ? " " : "", parts[i]);
    return text;
}

static bool find_direction(struct quiz *quiz, size_t id, size_t *direction, struct error *error) {
    if (quiz->directions[id] == 0) {
        const float *row = vector_row(quiz->model, id);
        if (!query_batch_add_direction(&quiz->batch, direction_of(row, quiz->model->stride), direction,
                                       error))
            return false;
        quiz->directions[id] = *direction + 1;
    }
    *direction = quiz->directions[id] - 1;
    return true;
}

/* Searches for b - a + c. If the words cancel each other out, there is no answer, and so it is wrong. */
static bool ask(struct quiz *quiz, const struct asked *asked, struct error *error) {
    struct term terms[3];
    for (size_t i = 0; i < 3; i++) {
        terms[i].weight = i == 0 ? -1 : 1;
        if (!find_direction(quiz, asked->words[i], &terms[i].direction, error))
            return false;
    }
    struct query_batch *batch = &quiz->batch;
    const double length = query_length(batch->directions, terms, 3, quiz->sum, quiz->model->stride);
    if (length <= 0 && batch->search.method == METHOD_ADD)
        return true;
    if (!memory_reserve(&quiz->list, &quiz->capacity, quiz->count + 1, "the questions", error) ||
        !query_batch_add(batch, terms, 3, length, error) ||
        !query_batch_exclude(batch, asked->words, 3, error))
        return false;
    quiz->list[quiz->count++] = *asked;
    return true;
}

/* Counts the line's question, and asks it if its words are known. */
static bool add_question(struct quiz *quiz, struct analogies *analogies, struct error *error) {
    char no_section[] = "(no section)", *name = no_section;
    if (analogies->count == 0 && !add_section(analogies, join(&name, 1, error), error))
        return false;
    struct asked asked = {.section = analogies->count - 1};
    analogies->sections[asked.section].total++;
    for (size_t i = 0; i < 4; i++)
        if (!test_file_find(&quiz->file, i, &asked.words[i], error))
            return error->kind == ERROR_NONE;
    analogies->sections[asked.section].asked++;
    return ask(quiz, &asked, error);
}

/* Starts the section that is named after the colon, with or without blanks between and within. */
static bool start_section(const struct test_file *file, struct analogies *analogies, struct error *error) {
    const bool apart = file->fields[0][1] == '\0';
    if (apart && file->count == 1)
        return test_file_malformed(file, ": section", error);
    file->fields[0]++;
    return add_section(analogies, join(file->fields + apart, file->count - apart, error), error);
}

static bool read_questions(struct quiz *quiz, struct analogies *analogies, struct error *error) {
    struct test_file *file = &quiz->file;
    while (test_file_next(file, '\0', error)) {
        const bool section = file->fields[0][0] == ':';
        if (!section && file->count != 4)
            return test_file_malformed(file, "word word word word", error);
        if (section ? !start_section(file, analogies, error) : !add_question(quiz, analogies, error))
            return false;
    }
    return error->kind == ERROR_NONE;
}

/* --- the answers --- */

/* Whether the first answer that is none of the question's words is right. */
static bool is_right(const struct quiz *quiz, const struct asked *asked, const struct neighbor *found,
                     size_t count) {
    size_t keys[4];
    for (size_t i = 0; i < 4; i++)
        keys[i] = casefold_key(&quiz->file.casefold, asked->words[i]);
    for (size_t i = 0; i < count; i++) {
        const size_t key = casefold_key(&quiz->file.casefold, found[i].id);
        if (i + 1 == count || (key != keys[0] && key != keys[1] && key != keys[2]))
            return key == keys[3];
    }
    return false;
}

static bool check_answers(struct quiz *quiz, struct analogies *analogies, struct error *error) {
    if (!query_batch_run(&quiz->batch, error))
        return false;
    for (size_t i = 0; i < quiz->count; i++) {
        size_t count;
        const struct neighbor *found = query_batch_answers(&quiz->batch, i, &count);
        analogies->sections[quiz->list[i].section].right += is_right(quiz, &quiz->list[i], found, count);
    }
    return true;
}

static bool open_quiz(struct quiz *quiz, const char *path, size_t known,
                      const struct analogy_settings *settings, struct error *error) {
    const struct model *model = quiz->model;
    quiz->space = space_of_words(model);
    quiz->space.count = known;
    if (!test_file_open(&quiz->file, path, model, known, error))
        return false;
    quiz->batch.search = (struct search){.space = &quiz->space,
                                         .method = settings->method,
                                         .k = quiz->file.casefold.folded ? 1 : ANSWERS,
                                         .min_score = -INFINITY,
                                         .threads = settings->threads};
    quiz->directions = memory_allocate(known, sizeof *quiz->directions, "the words", error);
    quiz->sum = memory_allocate(model->stride, sizeof *quiz->sum, "a question's vector", error);
    return quiz->directions != NULL && quiz->sum != NULL;
}

static void close_quiz(struct quiz *quiz) {
    test_file_close(&quiz->file);
    free(quiz->list);
    free(quiz->directions);
    free(quiz->sum);
    query_batch_free(&quiz->batch);
}

bool analogies_score(struct analogies *analogies, const struct model *model, const char *path,
                     const struct analogy_settings *settings, struct error *error) {
    *analogies = (struct analogies){0};
    const size_t known = space_limit(settings->restrict_to, model->vocab);
    struct quiz quiz = {.model = model};
    const bool done = open_quiz(&quiz, path, known, settings, error) &&
                      read_questions(&quiz, analogies, error) && check_answers(&quiz, analogies, error);
    close_quiz(&quiz);
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

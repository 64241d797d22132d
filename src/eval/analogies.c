#include "eval/analogies.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "eval/test_file.h"
#include "query/casefold.h"
#include "search/vectors.h"

/* So many answers are looked at for one that is not a word of the question in other letters. */
#define ANSWERS 5

struct asked {
    size_t words[4]; /* ids of a, b, c, d */
    size_t section;
};

/* All questions that are asked, and what nearest() needs of them. */
struct quiz {
    const struct model *model;
    const struct analogy_settings *settings;
    struct casefold casefold;
    struct asked *list; /* (count); owned */
    size_t count, capacity;
    struct direction *directions; /* (direction_count) each word once; owned */
    size_t direction_count, direction_capacity;
    uint32_t *places;           /* (known words) a word's direction + 1, or 0; owned */
    struct term *terms;         /* (count, 3); owned */
    size_t *left_out;           /* (count, 3); owned */
    struct question *questions; /* (count) but for those that have no direction; owned */
    double *sum;                /* (stride) room for one; owned */
};

/* --- the file --- */

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

/* Adds what was asked, if its words are known. */
static bool add_question(struct quiz *quiz, struct analogies *analogies, const struct test_file *file,
                         struct error *error) {
    if (analogies->count == 0 && !add_section(analogies, "(no section)", error))
        return false;
    struct asked asked = {.section = analogies->count - 1};
    analogies->sections[asked.section].total++;
    for (size_t i = 0; i < 4; i++) {
        size_t *id = &asked.words[i];
        if (!casefold_find(&quiz->casefold, file->fields[i], id, error) ||
            !vector_usable(quiz->model->norms[*id]))
            return error->kind == ERROR_NONE;
    }
    analogies->sections[asked.section].asked++;
    if (!memory_reserve(&quiz->list, &quiz->capacity, quiz->count + 1, "the questions", error))
        return false;
    quiz->list[quiz->count++] = asked;
    return true;
}

/* The name behind the colon of a section line, which may stand apart from it or not. */
static const char *section_name(const struct test_file *file) {
    const char *name = file->fields[0] + 1;
    if (*name != '\0')
        return file->count == 1 ? name : NULL;
    return file->count == 2 ? file->fields[1] : NULL;
}

static bool read_questions(struct quiz *quiz, struct analogies *analogies, struct test_file *file,
                           struct error *error) {
    while (test_file_next(file, '\0', error)) {
        const bool section = file->fields[0][0] == ':';
        const char *name = section ? section_name(file) : NULL;
        if (section ? name == NULL : file->count != 4)
            return test_file_malformed(file, section ? ": section" : "word word word word", error);
        if (section ? !add_section(analogies, name, error) : !add_question(quiz, analogies, file, error))
            return false;
    }
    return error->kind == ERROR_NONE;
}

/* --- the search --- */

static bool find_direction(struct quiz *quiz, size_t id, size_t *place, struct error *error) {
    if (quiz->places[id] == 0) {
        if (!memory_reserve(&quiz->directions, &quiz->direction_capacity, quiz->direction_count + 1,
                            "the questions", error))
            return false;
        const float *row = vector_row(quiz->model, id);
        quiz->directions[quiz->direction_count++] = direction_of(row, quiz->model->stride);
        quiz->places[id] = (uint32_t)quiz->direction_count;
    }
    *place = quiz->places[id] - 1;
    return true;
}

static int compare_ids(const void *a, const void *b) {
    const size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return (x > y) - (x < y);
}

/* b - a + c. Its length is 0 if the words cancel each other out. */
static bool make_question(struct quiz *quiz, size_t number, struct error *error) {
    const size_t *words = quiz->list[number].words;
    struct term *terms = quiz->terms + 3 * number;
    size_t *left_out = quiz->left_out + 3 * number;
    for (size_t i = 0; i < 3; i++) {
        terms[i].weight = i == 0 ? -1 : 1;
        left_out[i] = words[i];
        if (!find_direction(quiz, words[i], &terms[i].direction, error))
            return false;
    }
    qsort(left_out, 3, sizeof *left_out, compare_ids);
    quiz->questions[number] = (struct question){
        .terms = terms,
        .count = 3,
        .length = question_length(quiz->directions, terms, 3, quiz->sum, quiz->model->stride),
        .left_out = left_out,
        .left_out_count = 3,
    };
    return true;
}

/* Whether the first answer that is none of the question's words is the right one. */
static bool is_right(const struct quiz *quiz, const struct asked *asked, const struct neighbour *found,
                     size_t count) {
    size_t keys[4];
    for (size_t i = 0; i < 4; i++)
        keys[i] = casefold_key(&quiz->casefold, asked->words[i]);
    for (size_t i = 0; i < count; i++) {
        const size_t key = casefold_key(&quiz->casefold, found[i].id);
        if (i + 1 == count || (key != keys[0] && key != keys[1] && key != keys[2]))
            return key == keys[3];
    }
    return false;
}

static bool make_questions(struct quiz *quiz, struct error *error) {
    const size_t count = quiz->count;
    quiz->places = memory_allocate(quiz->casefold.known, sizeof *quiz->places, "the words", error);
    quiz->terms = memory_allocate(count, 3 * sizeof *quiz->terms, "the questions", error);
    quiz->left_out = memory_allocate(count, 3 * sizeof *quiz->left_out, "the questions", error);
    quiz->questions = memory_allocate(count, sizeof *quiz->questions, "the questions", error);
    quiz->sum = memory_allocate(quiz->model->stride, sizeof *quiz->sum, "a question's vector", error);
    if (quiz->places == NULL || quiz->terms == NULL || quiz->left_out == NULL || quiz->questions == NULL ||
        quiz->sum == NULL)
        return false;
    for (size_t i = 0; i < count; i++)
        if (!make_question(quiz, i, error))
            return false;
    return true;
}

/* Questions whose words cancel each other out stay wrong. */
static size_t drop_undirected(struct quiz *quiz) {
    size_t left = 0;
    for (size_t i = 0; i < quiz->count; i++)
        if (quiz->questions[i].length > 0 || quiz->settings->method == METHOD_MUL) {
            quiz->list[left] = quiz->list[i];
            quiz->questions[left++] = quiz->questions[i];
        }
    return left;
}

static bool ask(struct quiz *quiz, struct analogies *analogies, struct error *error) {
    struct space space = space_of_words(quiz->model);
    space.count = quiz->casefold.known;
    const size_t most = quiz->casefold.folded ? 1 : ANSWERS, count = drop_undirected(quiz);
    struct neighbour *found = memory_allocate(count, most * sizeof *found, "the answers", error);
    size_t *counts = memory_allocate(count, sizeof *counts, "the answers", error);
    const struct inquiry inquiry = {.space = &space,
                                    .directions = quiz->directions,
                                    .direction_count = quiz->direction_count,
                                    .questions = quiz->questions,
                                    .question_count = count,
                                    .method = quiz->settings->method,
                                    .most = most,
                                    .least = -INFINITY,
                                    .threads = quiz->settings->threads};
    const bool done = found != NULL && counts != NULL && nearest(&inquiry, found, counts, error);
    for (size_t i = 0; done && i < count; i++)
        analogies->sections[quiz->list[i].section].right += is_right(quiz, &quiz->list[i], found + i * most,
                                                                     counts[i]);
    free(found);
    free(counts);
    return done;
}

static void free_quiz(struct quiz *quiz) {
    casefold_free(&quiz->casefold);
    free(quiz->list);
    free(quiz->directions);
    free(quiz->places);
    free(quiz->terms);
    free(quiz->left_out);
    free(quiz->questions);
    free(quiz->sum);
}

bool analogies_score(struct analogies *analogies, const struct model *model, const char *path,
                     const struct analogy_settings *settings, struct error *error) {
    *analogies = (struct analogies){0};
    const size_t most = settings->restrict_to, known = most > 0 && most < model->vocab ? most : model->vocab;
    struct quiz quiz = {.model = model, .settings = settings, .casefold = {.folded = true}};
    struct test_file file;
    const bool done = test_file_open(&file, path, error) &&
                      casefold_create(&quiz.casefold, model, known, error) &&
                      read_questions(&quiz, analogies, &file, error) && make_questions(&quiz, error) &&
                      ask(&quiz, analogies, error);
    test_file_close(&file);
    free_quiz(&quiz);
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

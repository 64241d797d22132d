#include "cli/query_session.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/number.h"
#include "base/threads.h"
#include "cli/dialogue.h"
#include "cli/open.h"
#include "cli/output.h"
#include "query/lookup.h"
#include "search/vectors.h"

/* So many questions are searched for at once, if their answers fit in so many bytes. */
#define GROUP_MAX 4096
#define GROUP_BYTES ((size_t)64 << 20)

const char *const query_methods[] = {[METHOD_ADD] = "add", [METHOD_MUL] = "mul", NULL};

static const struct option options[] = {
    {.name = "neighbours",
     .letter = 'k',
     .type = OPTION_INTEGER,
     .value = "N",
     .fallback = "10",
     .min = 1,
     .max = 4294967295.0,
     .help = "words to print for a question",
     .offset = offsetof(struct query_settings, neighbours)},
    {.name = "method",
     .type = OPTION_CHOICE,
     .fallback = "add",
     .choices = query_methods,
     .help =
         "add: the cosine to the sum of the words; mul: the product of the similarities to each (3CosMul)",
     .offset = offsetof(struct query_settings, method)},
    {.name = "restrict",
     .type = OPTION_INTEGER,
     .value = "N",
     .min = 1,
     .max = 4294967295.0,
     .help = "only the N most frequent words answer",
     .offset = offsetof(struct query_settings, restrict_to)},
    {.name = "exclude",
     .type = OPTION_TEXTS,
     .value = "WORD",
     .help = "this word does not answer; may be given again and again",
     .offset = offsetof(struct query_settings, exclude)},
    {.name = "threshold",
     .type = OPTION_TEXT,
     .value = "X",
     .help = "print no word with a lower score than X",
     .offset = offsetof(struct query_settings, threshold)},
    {.name = "format",
     .type = OPTION_CHOICE,
     .fallback = "table",
     .choices = output_formats,
     .help = "columns; fields divided by tabs; or an object a line",
     .offset = offsetof(struct query_settings, format)},
    {.name = "threads",
     .type = OPTION_INTEGER,
     .value = "N",
     .min = 1,
     .max = 1024,
     .help = "default: all usable cores",
     .offset = offsetof(struct query_settings, threads)},
};
const struct option_table query_options = OPTION_TABLE(options);

/* --- the model --- */

static int compare_ids(const void *a, const void *b) {
    const size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return (x > y) - (x < y);
}

static bool find_excluded(struct query_session *ask, const struct option_texts *words, struct error *error) {
    ask->excluded = memory_allocate(words->count, sizeof *ask->excluded, "the words left out", error);
    if (ask->excluded == NULL)
        return false;
    for (size_t i = 0; i < words->count; i++)
        if (!lookup_known(&ask->model, words->values[i], &ask->excluded[ask->excluded_count++], error))
            return false;
    qsort(ask->excluded, ask->excluded_count, sizeof *ask->excluded, compare_ids);
    return true;
}

static bool read_threshold(struct query_session *ask, const char *text, struct error *error) {
    ask->least = -INFINITY;
    if (text == NULL || (number_real(text, &ask->least) && fabs(ask->least) <= 1e9))
        return true;
    return error_set(error, ERROR_INPUT, "--threshold takes a number, not \"%s\"", text);
}

/* What answers: the word vectors, or the context vectors. */
static bool make_space(struct query_session *ask, const char *path, struct error *error) {
    const struct model *model = &ask->model;
    if (!ask->settings->context)
        ask->space = space_of_words(model);
    else if (model->output == NULL)
        return error_set(error, ERROR_INPUT, "%s: the model has no context vectors", path);
    else if (!space_of_rows(&ask->space, model->output, model->vocab, model->dim, model->stride, ask->threads,
                            error))
        return false;
    if (ask->settings->restrict_to > 0 && ask->settings->restrict_to < ask->space.count)
        ask->space.count = (size_t)ask->settings->restrict_to;
    return true;
}

bool query_open(struct query_session *ask, const char *command, const char *path,
                const struct query_settings *settings, struct error *error) {
    *ask = (struct query_session){.settings = settings, .parse = expression_parse};
    ask->threads = settings->threads > 0 ? (size_t)settings->threads : threads_usable();
    if (!read_threshold(ask, settings->threshold, error) || !open_model(&ask->model, command, path, error))
        return false;
    ask->most = settings->neighbours < ask->model.vocab ? (size_t)settings->neighbours : ask->model.vocab;
    return find_excluded(ask, &settings->exclude, error) && make_space(ask, path, error);
}

void query_close(struct query_session *ask) {
    space_free(&ask->space);
    free(ask->excluded);
    model_close(&ask->model);
}

/* --- groups of questions --- */

/* What is searched for at once. The arrays may move as they grow: questions point into them at last. */
struct group {
    struct direction *directions; /* owned */
    struct term *terms;           /* owned */
    size_t *left_out;             /* owned */
    struct question *questions;   /* owned */
    size_t direction_count, direction_capacity, term_count, term_capacity, left_out_count, left_out_capacity,
        question_count, question_capacity;
    struct neighbour *found; /* (question_count, ask->most); owned */
    size_t *counts;          /* (question_count); owned */
};

static void free_group(struct group *group) {
    free(group->directions);
    free(group->terms);
    free(group->left_out);
    free(group->questions);
    free(group->found);
    free(group->counts);
    *group = (struct group){.directions = NULL};
}

static size_t group_size(const struct query_session *ask) {
    const size_t fit = GROUP_BYTES / sizeof(struct neighbour) / (ask->most > 0 ? ask->most : 1);
    return fit < 1 ? 1 : fit < GROUP_MAX ? fit : GROUP_MAX;
}

/* The words of a question, and those that never answer, in growing order. What occurs next to a word may be
 * the word itself. */
static bool add_left_out(struct group *group, const struct query_session *ask, const size_t *ids,
                         size_t count, struct error *error) {
    if (ask->settings->context)
        count = 0;
    if (!memory_reserve(&group->left_out, &group->left_out_capacity,
                        group->left_out_count + count + ask->excluded_count, "the questions", error))
        return false;
    size_t *to = group->left_out + group->left_out_count;
    if (count > 0)
        memcpy(to, ids, count * sizeof *ids);
    if (ask->excluded_count > 0) {
        memcpy(to + count, ask->excluded, ask->excluded_count * sizeof *ids);
        qsort(to, count + ask->excluded_count, sizeof *to, compare_ids);
    }
    group->left_out_count += count + ask->excluded_count;
    return true;
}

/* `count` directions with their terms, numbered from 0; and the question made of them. */
static bool add_question(struct group *group, const struct query_session *ask,
                         const struct expression *expression, struct error *error) {
    const size_t count = expression->count, before = group->left_out_count;
    if (!memory_reserve(&group->directions, &group->direction_capacity, group->direction_count + count,
                        "the questions", error) ||
        !memory_reserve(&group->terms, &group->term_capacity, group->term_count + count, "the questions",
                        error) ||
        !memory_reserve(&group->questions, &group->question_capacity, group->question_count + 1,
                        "the questions", error) ||
        !add_left_out(group, ask, expression->ids, expression->id_count, error))
        return false;
    for (size_t i = 0; i < count; i++) {
        group->directions[group->direction_count + i] = expression->directions[i];
        group->terms[group->term_count + i] = expression->terms[i];
        group->terms[group->term_count + i].direction += group->direction_count;
    }
    group->direction_count += count;
    group->term_count += count;
    group->questions[group->question_count++] = (struct question){
        .count = count, .length = expression->length, .left_out_count = group->left_out_count - before};
    return true;
}

static bool search(struct group *group, const struct query_session *ask, struct error *error) {
    const struct term *terms = group->terms;
    const size_t *left_out = group->left_out;
    for (size_t q = 0; q < group->question_count; q++) {
        struct question *question = &group->questions[q];
        question->terms = terms;
        question->left_out = left_out;
        terms += question->count;
        left_out += question->left_out_count;
    }
    group->found = memory_allocate(group->question_count * ask->most, sizeof *group->found, "the answers",
                                   error);
    group->counts = memory_allocate(group->question_count, sizeof *group->counts, "the answers", error);
    const struct inquiry inquiry = {.space = &ask->space,
                                    .directions = group->directions,
                                    .direction_count = group->direction_count,
                                    .questions = group->questions,
                                    .question_count = group->question_count,
                                    .method = (enum method)ask->settings->method,
                                    .most = ask->most,
                                    .least = ask->least,
                                    .threads = ask->threads};
    return group->found != NULL && group->counts != NULL &&
           nearest(&inquiry, group->found, group->counts, error);
}

/* --- answers --- */

static void print_table(const struct model *model, const struct neighbour *found, size_t count) {
    size_t column = 0, length;
    for (size_t i = 0; i < count; i++) {
        const char *word = model_word(model, found[i].id, &length);
        column = output_column(column, output_width(word, length));
    }
    for (size_t i = 0; i < count; i++) {
        output_padded(model, found[i].id, column);
        printf(" %7.4f\n", found[i].score);
    }
}

static void print_fields(const struct model *model, const char *text, size_t length,
                         const struct neighbour *found, size_t count) {
    for (size_t i = 0; i < count; i++) {
        output_field(text, length);
        putchar('\t');
        output_word(OUTPUT_TSV, model, found[i].id);
        printf("\t%.6f\n", found[i].score);
    }
}

static void print_object(const struct model *model, const char *text, size_t length,
                         const struct neighbour *found, size_t count) {
    printf("{\"question\": ");
    output_string(text, length);
    printf(", \"answers\": [");
    for (size_t i = 0; i < count; i++) {
        printf("%s{\"word\": ", i > 0 ? ", " : "");
        output_word(OUTPUT_JSON, model, found[i].id);
        printf(", \"score\": %.6f}", found[i].score);
    }
    printf("]}\n");
}

static void print_answer(const struct query_session *ask, const char *text, size_t length,
                         const struct neighbour *found, size_t count) {
    switch ((enum output_format)ask->settings->format) {
    case OUTPUT_TABLE:
        print_table(&ask->model, found, count);
        break;
    case OUTPUT_TSV:
        print_fields(&ask->model, text, length, found, count);
        break;
    case OUTPUT_JSON:
        print_object(&ask->model, text, length, found, count);
        break;
    }
}

static void print_title(const struct query_session *ask, const char *text, size_t length) {
    if (ask->settings->format != OUTPUT_TABLE)
        return;
    fwrite(text, 1, length, stdout);
    printf(":\n");
}

/* In a table, an empty line ends each of several answers. */
static void end_answer(const struct query_session *ask, const struct dialogue *dialogue, bool several) {
    if (ask->settings->format == OUTPUT_TABLE && several && (dialogue == NULL || !dialogue->terminal))
        putchar('\n');
}

/* --- questions in words --- */

/* A question of a group: its expression, or why there is none. */
struct reading {
    struct expression expression;
    struct error error;
};

static void free_readings(struct reading *readings, size_t count) {
    for (size_t i = 0; readings != NULL && i < count; i++)
        expression_free(&readings[i].expression);
    free(readings);
}

static bool read_questions(struct reading *readings, struct group *group, const struct query_session *ask,
                           const struct query_text *texts, size_t count, bool tolerant, struct error *error) {
    const enum method method = (enum method)ask->settings->method;
    for (size_t i = 0; i < count; i++) {
        struct reading *reading = &readings[i];
        if (ask->parse(&reading->expression, &ask->model, texts[i].text, texts[i].length, method,
                       &reading->error)) {
            if (!add_question(group, ask, &reading->expression, error))
                return false;
        } else if (!tolerant || reading->error.kind == ERROR_SYSTEM)
            return error_set(error, reading->error.kind, "%s", reading->error.text);
    }
    return true;
}

static void report(const struct query_session *ask, const struct query_text *text, const struct error *why,
                   struct dialogue *dialogue) {
    if (ask->settings->format == OUTPUT_JSON)
        output_failure(text->text, text->length, why);
    dialogue_unanswered(dialogue, text->number, why);
}

static bool answer_group(struct query_session *ask, const struct query_text *texts, size_t count, bool titles,
                         struct dialogue *dialogue, struct error *error) {
    struct group group = {.directions = NULL};
    struct reading *readings = memory_allocate(count, sizeof *readings, "the questions", error);
    const bool done = readings != NULL &&
                      read_questions(readings, &group, ask, texts, count, dialogue != NULL, error) &&
                      search(&group, ask, error);
    size_t q = 0;
    for (size_t i = 0; done && i < count; i++) {
        if (titles)
            print_title(ask, texts[i].text, texts[i].length);
        if (readings[i].error.kind == ERROR_NONE) {
            print_answer(ask, texts[i].text, texts[i].length, group.found + q * ask->most, group.counts[q]);
            q++;
        } else
            report(ask, &texts[i], &readings[i].error, dialogue);
        end_answer(ask, dialogue, titles || dialogue != NULL);
    }
    free_readings(readings, count);
    free_group(&group);
    return done;
}

bool query_questions(struct query_session *ask, const struct query_text *texts, size_t count, bool titles,
                     struct dialogue *dialogue, struct error *error) {
    const size_t size = group_size(ask);
    for (size_t first = 0; first < count; first += size) {
        const size_t left = count - first;
        if (!answer_group(ask, texts + first, left < size ? left : size, titles, dialogue, error))
            return false;
    }
    return true;
}

/* --- all words --- */

static bool add_words(struct group *group, const struct query_session *ask, size_t first, size_t end,
                      struct error *error) {
    const struct model *model = &ask->model;
    for (size_t id = first; id < end; id++) {
        if (!vector_usable(model->norms[id]))
            continue;
        struct direction direction = direction_of(vector_row(model, id), model->stride);
        struct term term = {0, 1};
        const struct expression expression = {
            .directions = &direction, .terms = &term, .count = 1, .length = 1, .ids = &id, .id_count = 1};
        if (!add_question(group, ask, &expression, error))
            return false;
    }
    return true;
}

bool query_words(struct query_session *ask, size_t count, struct error *error) {
    const size_t size = group_size(ask);
    bool done = true;
    for (size_t first = 0; done && first < count; first += size) {
        const size_t end = count - first < size ? count : first + size;
        struct group group = {.directions = NULL};
        done = add_words(&group, ask, first, end, error) && search(&group, ask, error);
        size_t q = 0;
        for (size_t id = first; done && id < end; id++) {
            size_t length;
            const char *word = model_word(&ask->model, id, &length);
            const bool asked = vector_usable(ask->model.norms[id]);
            print_title(ask, word, length);
            print_answer(ask, word, length, group.found + q * ask->most, asked ? group.counts[q] : 0);
            q += asked;
            end_answer(ask, NULL, true);
        }
        free_group(&group);
        done = done && output_flush(error);
    }
    return done;
}

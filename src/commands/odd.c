/* sgns odd: the word that does not match the others. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyse/odd.h"
#include "base/memory.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/dialogue.h"
#include "cli/open.h"
#include "cli/output.h"
#include "query/expression.h"
#include "search/heap.h"

#define WORDS_MIN 3

struct settings {
    size_t format;
};

struct session {
    struct model model;
    enum output_format format;
};

static const struct option options[] = {
    {.name = "format",
     .type = OPTION_CHOICE,
     .fallback = "table",
     .choices = output_formats,
     .help = "the word alone; question, word and score of all words, the odd one last; or an object a line",
     .offset = offsetof(struct settings, format)},
};
static const struct option_table own_options = OPTION_TABLE(options);
static const struct option_table *const tables[] = {&own_options, NULL};

/* The words of a question, in its order. */
struct question_words {
    struct expression *expressions; /* (count); owned */
    struct direction *directions;   /* (count); owned */
    struct neighbour *ranks;        /* (count) scores, ids being places in the order; owned */
    double *scores;                 /* (count); owned */
    const char **texts;             /* (count); owned */
    size_t *lengths;                /* (count); owned */
    size_t count;
    double *sum; /* (stride); owned */
};

static void free_words(struct question_words *words) {
    for (size_t i = 0; words->expressions != NULL && i < words->count; i++)
        expression_free(&words->expressions[i]);
    free(words->expressions);
    free(words->directions);
    free(words->ranks);
    free(words->scores);
    free(words->texts);
    free(words->lengths);
    free(words->sum);
}

static bool make_room(struct question_words *words, size_t count, size_t stride, struct error *error) {
    words->expressions = memory_allocate(count, sizeof *words->expressions, "the words", error);
    words->directions = memory_allocate(count, sizeof *words->directions, "the words", error);
    words->ranks = memory_allocate(count, sizeof *words->ranks, "the words", error);
    words->scores = memory_allocate(count, sizeof *words->scores, "the words", error);
    words->texts = memory_allocate(count, sizeof *words->texts, "the words", error);
    words->lengths = memory_allocate(count, sizeof *words->lengths, "the words", error);
    words->sum = memory_allocate(stride, sizeof *words->sum, "a sum", error);
    return words->expressions != NULL && words->directions != NULL && words->ranks != NULL &&
           words->scores != NULL && words->texts != NULL && words->lengths != NULL && words->sum != NULL;
}

static size_t count_words(struct tokenizer_rules rules, const char *line) {
    size_t count = 0;
    for (size_t bytes; (bytes = expression_word(rules, &line)) > 0; line += bytes)
        count++;
    return count;
}

static bool read_words(struct question_words *words, const struct model *model, const char *line,
                       struct error *error) {
    const size_t count = count_words(model->rules, line);
    if (count < WORDS_MIN)
        return error_set(error, ERROR_INPUT, "at least %d words, or there is no odd one", WORDS_MIN);
    if (!make_room(words, count, model->stride, error))
        return false;
    for (size_t i = 0; i < count; i++) {
        const size_t bytes = expression_word(model->rules, &line);
        if (!expression_parse(&words->expressions[i], model, line, bytes, METHOD_ADD, error))
            return false;
        words->directions[i] = words->expressions[i].directions[0];
        words->texts[i] = line;
        words->lengths[i] = bytes;
        words->count++;
        line += bytes;
    }
    return true;
}

static void print_fields(const struct question_words *words, const char *line) {
    for (size_t i = 0; i < words->count; i++) {
        const size_t word = words->ranks[i].id;
        output_field(line, strlen(line));
        putchar('\t');
        output_field(words->texts[word], words->lengths[word]);
        printf("\t%.6f\n", words->ranks[i].score);
    }
}

static void print_object(const struct question_words *words, const char *line, size_t odd) {
    printf("{\"question\": ");
    output_string(line, strlen(line));
    printf(", \"odd\": ");
    output_string(words->texts[odd], words->lengths[odd]);
    printf(", \"words\": [");
    for (size_t i = 0; i < words->count; i++) {
        const size_t word = words->ranks[i].id;
        printf("%s{\"word\": ", i > 0 ? ", " : "");
        output_string(words->texts[word], words->lengths[word]);
        printf(", \"score\": %.6f}", words->ranks[i].score);
    }
    printf("]}\n");
}

static bool answer_line(void *context, const char *line, struct error *error) {
    const struct session *session = context;
    struct question_words words = {.count = 0};
    const bool done = read_words(&words, &session->model, line, error);
    if (done && words.texts != NULL && words.lengths != NULL) {
        const size_t odd = odd_find(words.directions, words.count, words.sum, session->model.stride,
                                    words.scores);
        for (size_t i = 0; i < words.count; i++)
            words.ranks[i] = (struct neighbour){i, words.scores[i]};
        heap_sort(words.ranks, words.count);
        if (session->format == OUTPUT_TABLE)
            printf("%.*s\n", (int)words.lengths[odd], words.texts[odd]);
        else if (session->format == OUTPUT_TSV)
            print_fields(&words, line);
        else
            print_object(&words, line, odd);
    }
    free_words(&words);
    return done;
}

static bool answer(struct dialogue *dialogue, void *context, const struct request *requests, size_t count,
                   struct error *error) {
    const struct session *session = context;
    return dialogue_each(dialogue, requests, count, session->format, answer_line, error);
}

static bool answer_arguments(struct session *session, int argc, char **argv, struct error *error) {
    char *line = arguments_join(argc, argv, true, error);
    const bool done = line != NULL && answer_line(session, line, error);
    free(line);
    return done;
}

static bool run(int argc, char **argv, struct error *error) {
    struct settings settings = {0};
    if (!options_parse(tables, &argc, argv, &settings, error))
        return false;
    if (argc < 1)
        return error_set(error, ERROR_INPUT, "no model given; say: sgns odd MODEL WORD WORD WORD...");
    struct session session = {.format = (enum output_format)settings.format};
    if (!open_model(&session.model, "odd", argv[0], error))
        return false;
    struct dialogue dialogue = {.command = "odd",
                                .help = "Type three words or more: which one does not match the others?\n"
                                        "history lists what was asked; Ctrl-D ends.\n",
                                .answer = answer,
                                .context = &session,
                                .most = 64};
    const bool done = argc > 1 ? answer_arguments(&session, argc - 1, argv + 1, error)
                               : dialogue_run(&dialogue, error);
    model_close(&session.model);
    return done;
}

const struct command command_odd = {
    .name = "odd",
    .arguments = "MODEL [WORD...]",
    .summary = "the word that does not match the others",
    .details = "Of three words or more, the one with the lowest mean cosine to the others. An\n"
               "argument with blanks inside is a phrase; see near.\n"
               "\n"
               "Without words, the questions are the lines of standard input, and each answer is\n"
               "a line. A question that has no answer gets a line on standard error and, in a\n"
               "table, an empty line among the answers; the exit code at the end is 1.",
    .tables = tables,
    .run = run,
};

/* sgns vector: the numbers of words. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "cli/command.h"
#include "cli/dialogue.h"
#include "cli/numbers.h"
#include "cli/open.h"
#include "cli/output.h"
#include "query/lookup.h"
#include "search/vectors.h"

#define BLANKS " \t\n\v\f\r"

struct settings {
    size_t format;
    bool context, normalize;
};

struct session {
    struct model model;
    const struct settings *settings;
};

static const struct option options[] = {
    {.name = "context",
     .type = OPTION_FLAG,
     .help = "the context vectors instead of the word vectors",
     .offset = offsetof(struct settings, context)},
    {.name = "normalize",
     .type = OPTION_FLAG,
     .help = "bring vectors to length 1 (but those of zeros)",
     .offset = offsetof(struct settings, normalize)},
    {.name = "format",
     .type = OPTION_CHOICE,
     .fallback = "table",
     .choices = output_formats,
     .help = "blanks between word and numbers; tabs; or an object a line",
     .offset = offsetof(struct settings, format)},
};
static const struct option_table own_options = OPTION_TABLE(options);
static const struct option_table *const tables[] = {&own_options, NULL};

static void print_vector(const struct session *session, size_t id) {
    const struct settings *settings = session->settings;
    const struct model *model = &session->model;
    const float *row = (settings->context ? model->output : model->input) + id * model->stride;
    const double length = vector_length(row, model->stride);
    const double divisor = settings->normalize && length > 0 && isfinite(length) ? length : 1;
    const bool json = settings->format == OUTPUT_JSON;
    if (json)
        printf("{\"word\": ");
    output_word((enum output_format)settings->format, model, id);
    fputs(json ? ", \"vector\": [" : settings->format == OUTPUT_TSV ? "\t" : " ", stdout);
    numbers_print(row, model->dim, divisor, (enum output_format)settings->format);
    fputs(json ? "]}\n" : "\n", stdout);
}

/* A line's words, each its vector, once all are known. */
static bool answer_line(void *context, const char *line, struct error *error) {
    const struct session *session = context;
    char *copy = memory_allocate(strlen(line) + 1, 1, "a line", error);
    size_t *ids = NULL, count = 0, capacity = 0;
    if (copy == NULL)
        return false;
    memcpy(copy, line, strlen(line) + 1);
    bool done = true;
    char *rest = NULL;
    for (char *word = strtok_r(copy, BLANKS, &rest); done && word != NULL;
         word = strtok_r(NULL, BLANKS, &rest))
        done = memory_reserve(&ids, &capacity, count + 1, "a line", error) &&
               lookup_known(&session->model, word, &ids[count++], error);
    for (size_t i = 0; done && i < count; i++)
        print_vector(session, ids[i]);
    free(ids);
    free(copy);
    return done;
}

static bool answer(struct dialogue *dialogue, void *context, const struct request *requests, size_t count,
                   struct error *error) {
    const struct session *session = context;
    return dialogue_each(dialogue, requests, count, (enum output_format)session->settings->format,
                         answer_line, error);
}

static bool answer_arguments(const struct session *session, int argc, char **argv, struct error *error) {
    size_t *ids = memory_allocate((size_t)argc, sizeof *ids, "the words", error);
    bool done = ids != NULL;
    for (int i = 0; done && i < argc; i++)
        done = lookup_known(&session->model, argv[i], &ids[i], error);
    for (int i = 0; done && i < argc; i++)
        print_vector(session, ids[i]);
    free(ids);
    return done;
}

static bool run(int argc, char **argv, struct error *error) {
    struct settings settings = {.format = OUTPUT_TABLE};
    if (!options_parse(tables, &argc, argv, &settings, error))
        return false;
    if (argc < 1)
        return error_set(error, ERROR_INPUT, "no model given; say: sgns vector MODEL [WORD...]");
    struct session session = {.settings = &settings};
    if (!open_model(&session.model, "vector", argv[0], error))
        return false;
    struct dialogue dialogue = {.command = "vector",
                                .help = "Type words, and get their vectors. Ctrl-D ends.\n",
                                .answer = answer,
                                .context = &session,
                                .most = 64};
    bool done;
    if (settings.context && session.model.output == NULL)
        done = error_set(error, ERROR_INPUT, "%s: the model has no context vectors", argv[0]);
    else
        done = argc > 1 ? answer_arguments(&session, argc - 1, argv + 1, error)
                        : dialogue_run(&dialogue, error);
    model_close(&session.model);
    return done;
}

const struct command command_vector = {
    .name = "vector",
    .arguments = "MODEL [WORD...]",
    .summary = "the numbers of words",
    .details = "A line a word: the word and its numbers, in the fewest digits that read back as\n"
               "the same 32-bit floats. A number that is not finite is printed as nan or inf, in\n"
               "JSON as null.\n"
               "\n"
               "Without words, they are read from standard input. A line with a word that the\n"
               "model does not have gets a line on standard error and, in a table, an empty\n"
               "line; the exit code at the end is 1.",
    .tables = tables,
    .run = run,
};

/* sgns vector: the vectors of words. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "cli/dialogue.h"
#include "cli/open_model.h"
#include "cli/shared_options.h"
#include "cli/unseen.h"
#include "commands/commands.h"
#include "query/lookup.h"
#include "search/vectors.h"

#define BLANKS " \t\n\v\f\r"

struct session {
    struct model model;
    struct unseen_told told;
    size_t format;
    bool context, normalize, known;
};

static const struct option options[] = {
    CONTEXT_OPTION(offsetof(struct session, context)),
    NORMALIZE_OPTION(offsetof(struct session, normalize)),
    KNOWN_OPTION(offsetof(struct session, known)),
    FORMAT_OPTION(offsetof(struct session, format)),
};
static const struct option_table own_options = OPTION_TABLE(options);
static const struct option_table *const tables[] = {&own_options, NULL};

/* A word that was asked for. */
struct word {
    size_t id;     /* SIZE_MAX: not in the vocabulary */
    size_t ngrams; /* that its vector is made of, then */
    const char *text;
    float *row; /* (stride); owned */
};

static void print_vector(const struct session *session, const struct word *word) {
    const struct model *model = &session->model;
    const bool unseen = word->id == SIZE_MAX;
    const float *row = unseen ? word->row
                              : (session->context ? model->output : model->input) + word->id * model->stride;
    const double length = vector_length(row, model->stride);
    const double divisor = session->normalize && length > 0 && isfinite(length) ? length : 1;
    struct output_field fields[3];
    size_t count = 0;
    fields[count++] = unseen ? output_text("word", word->text, strlen(word->text))
                             : output_word("word", model, word->id);
    if (unseen && session->format == OUTPUT_JSON)
        fields[count++] = output_integer("ngrams", word->ngrams);
    fields[count++] = output_vector("vector", row, model->dim, divisor);
    output_record((enum output_format)session->format, fields, count);
}

/* No n-gram has a context vector. */
static bool find_word(struct session *session, struct word *word, struct error *error) {
    const struct model *model = &session->model;
    if (lookup_word(model, word->text, &word->id))
        return true;
    word->row = memory_allocate(model->stride, sizeof *word->row, "a vector", error);
    if (word->row == NULL)
        return false;
    if (session->context || !lookup_unseen(model, word->text, word->row, &word->ngrams))
        return lookup_known(model, word->text, &word->id, error);
    word->id = SIZE_MAX;
    return unseen_tell(&session->told, word->text, word->ngrams, error);
}

/* Prints nothing unless all words are known. */
static bool answer_words(void *context, char **words, size_t count, struct error *error) {
    struct session *session = context;
    struct word *list = memory_allocate(count, sizeof *list, "the words", error);
    bool done = list != NULL;
    for (size_t i = 0; done && i < count; i++) {
        list[i].text = words[i];
        done = find_word(session, &list[i], error);
    }
    for (size_t i = 0; done && i < count; i++)
        print_vector(session, &list[i]);
    for (size_t i = 0; list != NULL && i < count; i++)
        free(list[i].row);
    free(list);
    return done;
}

static bool answer_line(void *context, const char *line, struct error *error) {
    const size_t bytes = strlen(line) + 1;
    char *copy = memory_allocate(bytes, 1, "a line", error), *rest = NULL;
    char **words = memory_allocate(bytes / 2 + 1, sizeof *words, "a line", error);
    size_t count = 0;
    const bool done = copy != NULL && words != NULL;
    if (done) {
        memcpy(copy, line, bytes);
        for (char *word = strtok_r(copy, BLANKS, &rest); word != NULL; word = strtok_r(NULL, BLANKS, &rest))
            words[count++] = word;
    }
    const bool answered = done && answer_words(context, words, count, error);
    free(words);
    free(copy);
    return answered;
}

static bool run(int argc, char **argv, struct error *error) {
    struct session session = {.format = OUTPUT_TABLE};
    if (!command_parse(&command_vector, &argc, argv, &session, error) ||
        !open_model_known(&session.model, "vector", argv[0], session.known, error))
        return false;
    struct dialogue dialogue = {
        .command = "vector",
        .help = "Type words to see their vectors. history lists your lines; Ctrl-D, exit or quit ends.\n",
        .format = (enum output_format)session.format,
        .answer_line = answer_line,
        .answer_words = answer_words,
        .model = &session.model,
        .context = &session};
    bool done;
    if (session.context && session.model.output == NULL)
        done = error_set(error, ERROR_INPUT, "%s: the model has no context vectors", argv[0]);
    else
        done = unseen_create(&session.told, "vector", error) &&
               dialogue_run(&dialogue, argv + 1, argc - 1, error);
    unseen_free(&session.told);
    model_close(&session.model);
    return done;
}

const struct command command_vector = {
    .name = "vector",
    .arguments = "MODEL [WORD...]",
    .summary = "the vectors of words",
    .details = "Each line has a word and its vector, in the fewest digits that read back as the\n"
               "same 32-bit floats. A number that is not finite is printed as nan or inf, in\n"
               "JSON as null.\n"
               "\n"
               "Without words, they are read from standard input. A line with a word that the\n"
               "model lacks gets a message on standard error and, in a table, an empty line; the\n"
               "exit code is 1 at the end.\n"
               "\n"
               "table  word and numbers, separated by blanks\n"
               "tsv    word and numbers, separated by tabs\n"
               "json   {\"word\": ..., \"vector\": [...]}; \"ngrams\" says of how many n-grams the\n"
               "       vector of a word is made that is not in the vocabulary",
    .tables = tables,
    .needs = "a model",
    .operands_min = 1,
    .run = run,
};

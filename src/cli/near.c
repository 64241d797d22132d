/* sgns near: the nearest words to a word or an expression. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "cli/command.h"
#include "cli/open.h"
#include "model/model.h"
#include "query/expression.h"
#include "query/nearest.h"

#define PROMPT "near> "

/* Words longer than this don't push the cosines to the right. */
#define COLUMN_MOST 40

struct settings {
    uint64_t neighbours;
};

/* What answering needs, made once for all questions. */
struct session {
    struct model model;
    float *target; /* (model.stride); owned */
    size_t target_bytes;
    struct neighbour *found; /* (most); owned */
    size_t most;
};

static const struct option options[] = {
    {"neighbours", 'k', OPTION_WHOLE, "N", "10", 1, 4294967295.0, NULL, "words to print for a question",
     offsetof(struct settings, neighbours)},
};

/* Places a word takes on a terminal, by its characters. */
static size_t width(const char *word, size_t length) {
    size_t characters = 0;
    for (size_t i = 0; i < length; i++)
        characters += ((unsigned char)word[i] & 0xc0) != 0x80;
    return characters;
}

static void print_neighbours(const struct model *model, const struct neighbour *found, size_t count) {
    size_t column = 0, length;
    for (size_t i = 0; i < count; i++) {
        const char *word = model_word(model, found[i].id, &length);
        const size_t wide = width(word, length);
        if (wide > column && wide <= COLUMN_MOST)
            column = wide;
    }
    for (size_t i = 0; i < count; i++) {
        const char *word = model_word(model, found[i].id, &length);
        const size_t wide = width(word, length);
        fwrite(word, 1, length, stdout);
        printf("%*s %7.4f\n", (int)(wide < column ? column - wide : 0), "", (double)found[i].cosine);
    }
}

static bool answer(struct session *session, const char *const *texts, size_t text_count,
                   struct error *error) {
    const struct model *model = &session->model;
    struct expression expression;
    if (!expression_parse(&expression, model, texts, text_count, error))
        return false;
    const bool done = expression_target(&expression, model, session->target, error);
    if (done) {
        const size_t count = nearest(model, session->target, expression.ids, expression.count, session->found,
                                     session->most);
        print_neighbours(model, session->found, count);
    }
    expression_free(&expression);
    return done;
}

/* Blanks for NULs and the newline, so that the line is one string. */
static void make_string(char *line, size_t length) {
    for (size_t i = 0; i < length; i++)
        if (line[i] == '\0' || line[i] == '\n')
            line[i] = ' ';
}

/* Answers a line. False only where going on makes no sense; *unanswered is set if the line has no answer. */
static bool answer_line(struct session *session, const char *line, size_t number, bool terminal,
                        bool *unanswered, struct error *error) {
    struct error here = {.kind = ERROR_NONE};
    if (!answer(session, &line, 1, &here)) {
        if (here.kind == ERROR_SYSTEM)
            return error_set(error, here.kind, "%s", here.text);
        fflush(stdout);
        if (terminal)
            fprintf(stderr, "%s\n", here.text);
        else
            fprintf(stderr, "sgns near: line %zu: %s\n", number, here.text);
        *unanswered = true;
    }
    if (!terminal)
        putchar('\n');
    if (fflush(stdout) != 0)
        return error_set(error, ERROR_SYSTEM, "can't write the answers");
    return true;
}

/* Answers standard input line by line, asking for the lines if it is a terminal. */
static bool answer_lines(struct session *session, struct error *error) {
    const bool terminal = isatty(STDIN_FILENO);
    char *line = NULL;
    size_t capacity = 0;
    bool unanswered = false, good = true;
    for (size_t number = 1; good; number++) {
        if (terminal)
            fputs(PROMPT, stderr);
        const ssize_t length = getline(&line, &capacity, stdin);
        if (length < 0)
            break;
        make_string(line, (size_t)length);
        if (line[strspn(line, " \t\v\f\r")] != '\0')
            good = answer_line(session, line, number, terminal, &unanswered, error);
    }
    free(line);
    if (good && terminal)
        fputc('\n', stderr);
    if (good && ferror(stdin))
        return error_set(error, ERROR_SYSTEM, "can't read standard input");
    if (good && unanswered && !terminal)
        return error_set(error, ERROR_NO_ANSWER, "%s", "");
    return good;
}

/* Makes room for answers of at most `neighbours` words. */
static bool start_session(struct session *session, uint64_t neighbours, struct error *error) {
    const struct model *model = &session->model;
    session->most = neighbours < model->vocab ? (size_t)neighbours : model->vocab;
    session->target_bytes = model->stride * sizeof *session->target;
    session->found = memory_allocate(session->most, sizeof *session->found, "the neighbours", error);
    session->target = memory_pages(session->target_bytes, "the question's vector", error);
    return session->found != NULL && session->target != NULL;
}

static void end_session(struct session *session) {
    free(session->found);
    memory_pages_free(session->target, session->target_bytes);
    model_close(&session->model);
}

static bool run(int argc, char **argv, struct error *error) {
    struct settings settings = {0};
    if (!options_parse(options, sizeof options / sizeof *options, &argc, argv, &settings, error))
        return false;
    if (argc < 1)
        return error_set(error, ERROR_INPUT, "no model given; say: sgns near MODEL [WORD...]");
    struct session session = {.most = 0};
    if (!open_model(&session.model, "near", argv[0], error))
        return false;
    bool done = start_session(&session, settings.neighbours, error);
    if (done && argc > 1)
        done = answer(&session, (const char *const *)argv + 1, (size_t)argc - 1, error);
    else if (done)
        done = answer_lines(&session, error);
    end_session(&session);
    return done;
}

const struct command command_near = {
    .name = "near",
    .arguments = "MODEL [WORD...]",
    .summary = "nearest words to a word or an expression",
    .details = "All words together are one question: `king`, or an expression such as\n"
               "`king - man + woman`. A + or - stands between blanks; a hyphen inside a word\n"
               "belongs to the word. Words without a sign before them are added. Each word's\n"
               "vector is brought to length 1 before it is added, and the answers are the words\n"
               "with the largest cosine to the sum, best first, a word and its cosine a line;\n"
               "the question's own words are left out. Words are brought to the form of the\n"
               "model's tokenizer first: King finds king.\n"
               "\n"
               "Without a word, the questions are the lines of standard input; blank lines are\n"
               "skipped. Each answer is followed by an empty line. A question that has no\n"
               "answer gets a line on standard error and only the empty line, and the exit code\n"
               "at the end is 1. On a terminal, near asks for the lines; Ctrl-D ends it.",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};

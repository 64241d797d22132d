/* sgns near: the nearest words to a word or an expression. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/dialogue.h"
#include "cli/output.h"
#include "cli/query_session.h"

struct settings {
    struct query_settings ask; /* first, for QUERY_OPTIONS */
    bool all;
};

static const struct option options[] = {
    {.name = "context",
     .type = OPTION_FLAG,
     .help = "compare with the context vectors: what occurs next to a word",
     .offset = offsetof(struct settings, ask.context)},
    {.name = "all",
     .type = OPTION_FLAG,
     .help = "ask for every word, the most frequent first; with --restrict, for those N",
     .offset = offsetof(struct settings, all)},
};
static const struct option_table own_options = OPTION_TABLE(options);
static const struct option_table *const tables[] = {&query_options, &own_options, NULL};

/* The questions of a text, which commas divide. */
struct questions {
    struct query_text *texts; /* (count); owned */
    size_t count, capacity;
};

#define BLANKS " \t\v\f\r"

/* Adds the questions of a line, without the blanks around them. A comma behind the last one ends it, too. */
static bool split(struct questions *questions, struct tokenizer_rules rules, const char *line, size_t number,
                  struct error *error) {
    for (bool first = true;; first = false) {
        line += strspn(line, BLANKS);
        if (*line == '\0' && !first)
            return true;
        const size_t extent = expression_extent(rules, line);
        size_t length = extent;
        while (length > 0 && strchr(BLANKS, line[length - 1]) != NULL)
            length--;
        if (!memory_reserve(&questions->texts, &questions->capacity, questions->count + 1, "the questions",
                            error))
            return false;
        questions->texts[questions->count++] = (struct query_text){line, length, number};
        if (line[extent] == '\0')
            return true;
        line += extent + 1;
    }
}

static bool answer(struct dialogue *dialogue, void *context, const struct request *requests, size_t count,
                   struct error *error) {
    struct query_session *ask = context;
    struct questions questions = {.texts = NULL};
    bool done = true;
    for (size_t i = 0; done && i < count; i++)
        done = split(&questions, ask->model.rules, requests[i].text, requests[i].number, error);
    done = done && query_questions(ask, questions.texts, questions.count, false, dialogue, error);
    free(questions.texts);
    return done;
}

static bool answer_arguments(struct query_session *ask, int argc, char **argv, struct error *error) {
    char *line = arguments_join(argc, argv, false, error);
    struct questions questions = {.texts = NULL};
    const bool done = line != NULL && split(&questions, ask->model.rules, line, 0, error) &&
                      query_questions(ask, questions.texts, questions.count, questions.count > 1, NULL,
                                      error);
    free(questions.texts);
    free(line);
    return done;
}

static bool answer_all(struct query_session *ask, struct error *error) {
    const uint64_t most = ask->settings->restrict_to;
    return query_words(ask, most > 0 && most < ask->model.vocab ? (size_t)most : ask->model.vocab, error);
}

static bool run_parsed(int argc, char **argv, const struct settings *settings, struct error *error) {
    if (argc < 1)
        return error_set(error, ERROR_INPUT, "no model given; say: sgns near MODEL [WORD...]");
    if (settings->all && argc > 1)
        return error_set(error, ERROR_INPUT, "--all asks for every word, so leave \"%s\" out", argv[1]);
    struct query_session ask;
    bool done = query_open(&ask, "near", argv[0], &settings->ask, error);
    struct dialogue dialogue = {
        .command = "near",
        .help = "Type a word, or an expression such as king - man + woman.\n"
                "A comma divides questions; \"help\" in quotation marks is the word.\n"
                "history lists what was asked; the arrows up and down fetch it.\n"
                "Ctrl-D ends.\n",
        .answer = answer,
        .context = &ask,
        .most = 1024};
    if (done)
        done = settings->all ? answer_all(&ask, error)
               : argc > 1    ? answer_arguments(&ask, argc - 1, argv + 1, error)
                             : dialogue_run(&dialogue, error);
    query_close(&ask);
    return done;
}

static bool run(int argc, char **argv, struct error *error) {
    struct settings settings = {.all = false};
    const bool done = options_parse(tables, &argc, argv, &settings, error) &&
                      run_parsed(argc, argv, &settings, error);
    free(settings.ask.exclude.values);
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
               "A comma ends a question, and another one follows: `king, paris - france`.\n"
               "(Where the model's words may have commas inside, it stands between blanks.)\n"
               "A number before a word is its weight: `2 paris - france`. What stands in double\n"
               "quotation marks is one word, be it a number or a sign; if blanks are inside, it\n"
               "is a phrase: `\"new york\" - usa` takes the word new_york, or else the sum of new\n"
               "and york.\n"
               "\n"
               "Without a word, the questions are the lines of standard input; blank lines are\n"
               "skipped. Each answer is followed by an empty line. A question that has no\n"
               "answer gets a line on standard error and only the empty line, and the exit code\n"
               "at the end is 1. On a terminal, near asks for the lines; Ctrl-D ends it.\n"
               "\n"
               "--format tsv prints question, word and score; --format json prints an object a\n"
               "question: {\"question\": ..., \"answers\": [{\"word\": ..., \"score\": ...}]}.",
    .tables = tables,
    .run = run,
};

/* sgns analogy: a is to b as c is to what? */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/dialogue.h"
#include "cli/output.h"
#include "cli/query_session.h"

static const struct option_table *const tables[] = {&query_options, NULL};

static bool answer(struct dialogue *dialogue, void *context, const struct request *requests, size_t count,
                   struct error *error) {
    struct query_session *ask = context;
    struct query_text *texts = memory_allocate(count, sizeof *texts, "the questions", error);
    for (size_t i = 0; texts != NULL && i < count; i++)
        texts[i] = (struct query_text){requests[i].text, strlen(requests[i].text), requests[i].number};
    const bool done = texts != NULL && query_questions(ask, texts, count, false, dialogue, error);
    free(texts);
    return done;
}

static bool answer_arguments(struct query_session *ask, int argc, char **argv, struct error *error) {
    char *line = arguments_join(argc, argv, true, error);
    if (line == NULL)
        return false;
    const struct query_text text = {line, strlen(line), 0};
    const bool done = query_questions(ask, &text, 1, false, NULL, error);
    free(line);
    return done;
}

static bool run_parsed(int argc, char **argv, const struct query_settings *settings, struct error *error) {
    if (argc < 1)
        return error_set(error, ERROR_INPUT, "no model given; say: sgns analogy MODEL A B C");
    struct query_session ask;
    bool done = query_open(&ask, "analogy", argv[0], settings, error);
    ask.parse = expression_parse_analogy;
    struct dialogue dialogue = {.command = "analogy",
                                .help = "Type three words: man king woman asks for what is to woman as king\n"
                                        "is to man. history lists what was asked; Ctrl-D ends.\n",
                                .answer = answer,
                                .context = &ask,
                                .most = 1024};
    if (done)
        done = argc > 1 ? answer_arguments(&ask, argc - 1, argv + 1, error) : dialogue_run(&dialogue, error);
    query_close(&ask);
    return done;
}

static bool run(int argc, char **argv, struct error *error) {
    struct query_settings settings = {.context = false};
    const bool done = options_parse(tables, &argc, argv, &settings, error) &&
                      run_parsed(argc, argv, &settings, error);
    free(settings.exclude.values);
    return done;
}

const struct command command_analogy = {
    .name = "analogy",
    .arguments = "MODEL [A B C]",
    .summary = "a is to b as c is to what",
    .details = "The nearest words to b - a + c, best first, a word and its score a line; a, b\n"
               "and c are left out. `sgns analogy MODEL man king woman` is the same as\n"
               "`sgns near MODEL king - man + woman`. An argument with blanks inside is a\n"
               "phrase: new_york if the model has that word, or else the sum of new and york.\n"
               "\n"
               "Without words, the questions are the lines of standard input, three words each;\n"
               "in a line, a phrase stands in double quotation marks. Each answer is followed by\n"
               "an empty line. A question that has no answer gets a line on standard error and\n"
               "only the empty line, and the exit code at the end is 1.",
    .tables = tables,
    .run = run,
};

/* sgns analogy: a is to b as c is to what? */
#include "cli/query_session.h"
#include "commands/commands.h"

static const struct option_table *const tables[] = {&query_options, NULL};

static bool run(int argc, char **argv, struct error *error) {
    struct query_settings settings = {.context = false};
    struct query_session session = {.settings = &settings, .parse = expression_parse_analogy};
    struct dialogue dialogue = {
        .command = "analogy",
        .help = "Type three words: man king woman asks what is to woman as king is to\n"
                "man. history lists your questions; Ctrl-D, exit or quit ends.\n",
        .phrases = true,
        .spaced = true,
        .answer = query_answer,
        .model = &session.model,
        .context = &session};
    bool done = command_parse(&command_analogy, &argc, argv, &settings, error);
    dialogue.format = (enum output_format)settings.format;
    done = done && query_open(&session, "analogy", argv[0], error) &&
           dialogue_run(&dialogue, argv + 1, argc - 1, error);
    query_close(&session);
    return done;
}

const struct command command_analogy = {
    .name = "analogy",
    .arguments = "MODEL [A B C]",
    .summary = "a is to b as c is to what",
    .details = "The nearest words to b - a + c, best first, each on a line with its score; a, b\n"
               "and c are left out. `sgns analogy MODEL man king woman` is the same as\n"
               "`sgns near MODEL king - man + woman`. An argument with blanks inside is a\n"
               "phrase: that word or new_york if the model has it, else the sum of new and york.\n"
               "\n"
               "Without words, each line of standard input is a question of three words; put\n"
               "phrases in double quotes. Each answer is followed by an empty line. A question\n"
               "without an answer gets a message on standard error and only the empty line, and\n"
               "the exit code is 1 at the end.",
    .tables = tables,
    .needs = "a model",
    .operands_min = 1,
    .run = run,
};

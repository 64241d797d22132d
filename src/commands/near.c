/* sgns near: the nearest words to a word or an expression. */
#include "cli/query_session.h"
#include "cli/shared_options.h"
#include "commands/commands.h"

struct settings {
    struct query_settings query; /* first, for query_options */
    bool all;
};

static const struct option options[] = {
    FLAG_OPTION("context",
                "answer by the context vectors: with words that occur next to the question's words",
                offsetof(struct settings, query.context)),
    FLAG_OPTION("all", "ask for every word, the most frequent first; with --restrict N, for the first N",
                offsetof(struct settings, all)),
};
static const struct option_table own_options = OPTION_TABLE(options);
static const struct option_table *const tables[] = {&query_options, &own_options, NULL};

static bool run(int argc, char **argv, struct error *error) {
    struct settings settings = {.all = false};
    struct query_session session = {.settings = &settings.query, .commas = true, .parse = expression_parse};
    struct dialogue dialogue = {
        .command = "near",
        .help = "Type a word, or an expression such as king - man + woman.\n"
                "Commas separate questions. Quoted, \"help\" or \"exit\" is a word like any other.\n"
                "history lists your questions; the up and down arrows bring them back.\n"
                "Ctrl-D, exit or quit ends.\n",
        .spaced = true,
        .answer = query_answer,
        .model = &session.model,
        .context = &session};
    bool done = command_parse(&command_near, &argc, argv, &settings, error);
    dialogue.format = (enum output_format)settings.query.format;
    if (done && settings.all && argc > 1)
        done = command_misused(&command_near, "--all asks for every word; name none", error);
    done = done && query_open(&session, "near", argv[0], error) &&
           (settings.all ? query_all_words(&session, error)
                         : dialogue_run(&dialogue, argv + 1, argc - 1, error));
    query_close(&session);
    return done;
}

const struct command command_near = {
    .name = "near",
    .arguments = "MODEL [WORD...]",
    .summary = "nearest words to a word or an expression",
    .details = "All words together are one question: `king`, or an expression such as\n"
               "`king - man + woman`. Put blanks around + and -; a hyphen inside a word belongs\n"
               "to the word. A word without a sign is added. The word vectors are scaled to\n"
               "length 1 and summed; the answers are the words with the largest cosine to the\n"
               "sum, best first, each on a line with its cosine. The question's own words are\n"
               "left out. Words are normalized as the model's tokenizer does: King finds king.\n"
               "\n"
               "Commas separate questions: `king, paris - france`. (If the model's words can\n"
               "contain commas, put blanks around the comma.) A number before a word is its\n"
               "weight: `2 paris - france`. Text in double quotes is one word, even if it is a\n"
               "number or a sign. With blanks inside, it is a phrase: `\"new york\" - usa` takes\n"
               "that word or new_york or, if the model has neither, the sum of new and york.\n"
               "\n"
               "Without words, each line of standard input is a question; blank lines are\n"
               "skipped. Each answer is followed by an empty line. A question without an answer\n"
               "gets a message on standard error and only the empty line, and the exit code is\n"
               "1 at the end. On a terminal, near prompts for questions; Ctrl-D, exit or\n"
               "quit ends it, and \"exit\" in quotation marks asks for the word.\n"
               "\n"
               "If the model has n-grams (sgns subwords), words that are not in the vocabulary\n"
               "have vectors, too; standard error names them, and json lists them as \"unseen\".\n"
               "\n"
               "tsv   question, word and score\n"
               "json  one object for each question:\n"
               "      {\"question\": ..., \"answers\": [{\"word\": ..., \"score\": ...}]}",
    .tables = tables,
    .needs = "a model",
    .operands_min = 1,
    .expressions = true,
    .run = run,
};

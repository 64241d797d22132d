/* sgns similarity: the cosine of two words. */
#include <stdlib.h>
#include <string.h>

#include "cli/dialogue.h"
#include "cli/open_model.h"
#include "cli/shared_options.h"
#include "cli/unseen.h"
#include "commands/commands.h"
#include "query/expression.h"

struct session {
    struct model model;
    struct unseen_told told;
    size_t format;
    bool known;
};

static const struct option options[] = {
    KNOWN_OPTION(offsetof(struct session, known)),
    FORMAT_OPTION(offsetof(struct session, format)),
};
static const struct option_table own_options = OPTION_TABLE(options);
static const struct option_table *const tables[] = {&own_options, NULL};

/* In a table, the cosine alone; only JSON has the words that are not in the vocabulary. */
static void print_cosine(enum output_format format, const struct line *sides, double cosine,
                         const struct line *unseen, size_t unseen_count) {
    const struct output_field fields[] = {output_texts("words", sides, 2), output_score("score", cosine),
                                          output_texts("unseen", unseen, unseen_count)};
    const size_t first = format == OUTPUT_TABLE, end = format == OUTPUT_JSON && unseen_count > 0 ? 3 : 2;
    output_record(format, fields + first, end - first);
}

static bool answer(struct session *session, const struct line *sides, const struct expression *a,
                   const struct expression *b, struct error *error) {
    struct line *unseen = NULL;
    size_t count = 0;
    const bool done = unseen_tell_all(&session->told, a, error) &&
                      unseen_tell_all(&session->told, b, error) && unseen_list(&unseen, &count, a, error) &&
                      unseen_list(&unseen, &count, b, error);
    if (done)
        print_cosine((enum output_format)session->format, sides,
                     expression_cosine(a, b, session->model.stride), unseen, count);
    free(unseen);
    return done;
}

static bool compare(struct session *session, const struct line *sides, struct error *error) {
    struct expression a = {.count = 0}, b = {.count = 0};
    const struct model *model = &session->model;
    const bool done = expression_parse(&a, model, sides[0].text, sides[0].length, METHOD_ADD, error) &&
                      expression_parse(&b, model, sides[1].text, sides[1].length, METHOD_ADD, error) &&
                      answer(session, sides, &a, &b, error);
    expression_free(&a);
    expression_free(&b);
    return done;
}

/* Two expressions with a tab between, or two words. */
static bool split(const char *line, struct tokenizer_rules rules, struct line *sides, struct error *error) {
    const size_t length = strlen(line), tab = strcspn(line, "\t");
    if (tab < length) {
        sides[0] = (struct line){line, tab};
        sides[1] = (struct line){line + tab + 1, length - tab - 1};
        return true;
    }
    size_t count = 0;
    for (size_t bytes; (bytes = expression_word(rules, &line)) > 0; line += bytes, count++)
        if (count < 2)
            sides[count] = (struct line){line, bytes};
    return count == 2 ||
           error_set(error, ERROR_INPUT, "two words are compared, or two expressions with a tab between");
}

static bool answer_line(void *context, const char *line, struct error *error) {
    struct session *session = context;
    struct line sides[2] = {{NULL, 0}, {NULL, 0}};
    return split(line, session->model.rules, sides, error) && compare(session, sides, error);
}

static bool answer_words(void *context, char **words, size_t count, struct error *error) {
    if (count != 2)
        return command_misused(&command_similarity, "name two words, or none", error);
    const struct line sides[] = {{words[0], strlen(words[0])}, {words[1], strlen(words[1])}};
    return compare(context, sides, error);
}

static bool run(int argc, char **argv, struct error *error) {
    struct session session = {.format = OUTPUT_TABLE};
    if (!command_parse(&command_similarity, &argc, argv, &session, error) ||
        !open_model_known(&session.model, "similarity", argv[0], session.known, error))
        return false;
    struct dialogue dialogue = {.command = "similarity",
                                .help = "Type two words, or two expressions with a tab between.\n"
                                        "history lists your questions; Ctrl-D, exit or quit ends.\n",
                                .format = (enum output_format)session.format,
                                .answer_line = answer_line,
                                .answer_words = answer_words,
                                .model = &session.model,
                                .context = &session};
    const bool done = unseen_create(&session.told, "similarity", error) &&
                      dialogue_run(&dialogue, argv + 1, argc - 1, error);
    unseen_free(&session.told);
    model_close(&session.model);
    return done;
}

const struct command command_similarity = {
    .name = "similarity",
    .arguments = "MODEL [A B]",
    .summary = "the cosine of two words",
    .details = "A and B are words or expressions, as for near. Quote an expression with blanks:\n"
               "sgns similarity MODEL \"king - man\" \"queen - woman\".\n"
               "\n"
               "Without A and B, each line of standard input has two words, or two expressions\n"
               "with a tab between; blank lines are skipped. A line without an answer gets a\n"
               "message on standard error and, in a table, an empty line; the exit code is 1 at\n"
               "the end.\n"
               "\n"
               "table  the cosine alone\n"
               "tsv    a, b and cosine\n"
               "json   {\"words\": [a, b], \"score\": ...}",
    .tables = tables,
    .needs = "a model",
    .operands_min = 1,
    .operands_max = 3,
    .expressions = true,
    .run = run,
};

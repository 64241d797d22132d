/* sgns similarity: the cosine of two words. */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/dialogue.h"
#include "cli/open.h"
#include "cli/output.h"
#include "query/expression.h"

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
     .help = "the cosine alone; words and cosine, divided by tabs; or an object a line",
     .offset = offsetof(struct settings, format)},
};
static const struct option_table own_options = OPTION_TABLE(options);
static const struct option_table *const tables[] = {&own_options, NULL};

struct side {
    const char *text;
    size_t length;
};

static void print_cosine(enum output_format format, const struct side *sides, double cosine) {
    if (format == OUTPUT_TABLE)
        printf("%.4f\n", cosine);
    else if (format == OUTPUT_TSV) {
        output_field(sides[0].text, sides[0].length);
        putchar('\t');
        output_field(sides[1].text, sides[1].length);
        printf("\t%.6f\n", cosine);
    } else {
        printf("{\"words\": [");
        output_string(sides[0].text, sides[0].length);
        printf(", ");
        output_string(sides[1].text, sides[1].length);
        printf("], \"score\": %.6f}\n", cosine);
    }
}

static bool compare(const struct session *session, const struct side *sides, struct error *error) {
    struct expression a, b;
    const struct model *model = &session->model;
    if (!expression_parse(&a, model, sides[0].text, sides[0].length, METHOD_ADD, error))
        return false;
    const bool done = expression_parse(&b, model, sides[1].text, sides[1].length, METHOD_ADD, error);
    if (done) {
        print_cosine(session->format, sides, expression_cosine(&a, &b, model->stride));
        expression_free(&b);
    }
    expression_free(&a);
    return done;
}

/* Two expressions with a tab between, or two words. */
static bool split(const char *line, struct tokenizer_rules rules, struct side *sides, struct error *error) {
    const size_t length = strlen(line), tab = strcspn(line, "\t");
    if (tab < length) {
        sides[0] = (struct side){line, tab};
        sides[1] = (struct side){line + tab + 1, length - tab - 1};
        return true;
    }
    size_t count = 0;
    for (size_t bytes; (bytes = expression_word(rules, &line)) > 0; line += bytes, count++)
        if (count < 2)
            sides[count] = (struct side){line, bytes};
    return count == 2 ||
           error_set(error, ERROR_INPUT, "two words are compared, or two expressions with a tab between");
}

static bool answer_line(void *context, const char *line, struct error *error) {
    const struct session *session = context;
    struct side sides[2] = {{NULL, 0}, {NULL, 0}};
    return split(line, session->model.rules, sides, error) && compare(session, sides, error);
}

static bool answer(struct dialogue *dialogue, void *context, const struct request *requests, size_t count,
                   struct error *error) {
    const struct session *session = context;
    return dialogue_each(dialogue, requests, count, session->format, answer_line, error);
}

static bool run(int argc, char **argv, struct error *error) {
    struct settings settings = {0};
    if (!options_parse(tables, &argc, argv, &settings, error))
        return false;
    if (argc != 1 && argc != 3)
        return error_set(error, ERROR_INPUT, "a model and two words, please: sgns similarity MODEL A B");
    struct session session = {.format = (enum output_format)settings.format};
    if (!open_model(&session.model, "similarity", argv[0], error))
        return false;
    struct dialogue dialogue = {.command = "similarity",
                                .help = "Type two words, or two expressions with a tab between.\n"
                                        "history lists what was asked; Ctrl-D ends.\n",
                                .answer = answer,
                                .context = &session,
                                .most = 64};
    bool done;
    if (argc == 3) {
        const struct side sides[] = {{argv[1], strlen(argv[1])}, {argv[2], strlen(argv[2])}};
        done = compare(&session, sides, error);
    } else
        done = dialogue_run(&dialogue, error);
    model_close(&session.model);
    return done;
}

const struct command command_similarity = {
    .name = "similarity",
    .arguments = "MODEL [A B]",
    .summary = "the cosine of two words",
    .details = "Each argument is a word or an expression, as for near, in quotation marks if it\n"
               "has blanks: sgns similarity MODEL \"king - man\" \"queen - woman\".\n"
               "\n"
               "Without words, the lines of standard input are compared: two words, or two\n"
               "expressions with a tab between. Blank lines are skipped. A line that has no\n"
               "answer gets a line on standard error and, in a table, an empty line among the\n"
               "answers; the exit code at the end is 1.",
    .tables = tables,
    .run = run,
};

/* sgns probe: what a linear map can tell of words from their vectors. */
#include <stdio.h>
#include <string.h>

#include "cli/open_model.h"
#include "cli/shared_options.h"
#include "commands/commands.h"
#include "eval/probe.h"

struct settings {
    size_t format;
};

static const struct option options[] = {
    FORMAT_OPTION(offsetof(struct settings, format)),
};
static const struct option_table own_options = OPTION_TABLE(options);
static const struct option_table *const tables[] = {&own_options, NULL};

/* The fields of a line, and the widths of those after the first in a table. */
#define FIELDS 8
static const struct column {
    const char *heading;
    int width;
} columns[FIELDS] = {{"factor", 0},   {"measure", 8}, {"score", 7}, {"control", 7},
                     {"majority", 8}, {"classes", 7}, {"words", 5}, {"total", 5}};

static void print_factor(enum output_format format, const struct probe_factor *factor, size_t name_width) {
    const char *measure = factor->numeric ? "r2" : "accuracy";
    struct output_field fields[FIELDS] = {output_text(columns[0].heading, factor->name, strlen(factor->name)),
                                          output_text(columns[1].heading, measure, strlen(measure)),
                                          output_score(columns[2].heading, factor->score),
                                          output_score(columns[3].heading, factor->control),
                                          output_score(columns[4].heading, factor->majority),
                                          output_integer(columns[5].heading, factor->classes),
                                          output_integer(columns[6].heading, factor->words),
                                          output_integer(columns[7].heading, factor->total)};
    for (size_t i = 0; i < FIELDS; i++)
        fields[i].width = i > 0 ? (size_t)columns[i].width : name_width;
    output_record(format, fields, FIELDS);
}

static void print_headings(size_t name_width) {
    output_heading("%-*s %-*s", (int)name_width, columns[0].heading, columns[1].width, columns[1].heading);
    for (size_t i = 2; i < FIELDS; i++)
        output_heading(" %*s", columns[i].width, columns[i].heading);
    putchar('\n');
}

static bool probe(const struct model *model, const char *path, enum output_format format,
                  struct error *error) {
    struct probe_factors factors;
    const bool done = probe_file(&factors, model, path, error) && model_unchanged(model, error);
    size_t column = sizeof "factor" - 1;
    for (size_t i = 0; done && i < factors.count; i++)
        column = output_column(column, factors.list[i].name, strlen(factors.list[i].name));
    if (done && format == OUTPUT_TABLE)
        print_headings(column);
    for (size_t i = 0; done && i < factors.count; i++)
        print_factor(format, &factors.list[i], column);
    probe_free(&factors);
    return done;
}

static bool run(int argc, char **argv, struct error *error) {
    struct settings settings = {.format = OUTPUT_TABLE};
    struct model model;
    if (!command_parse(&command_probe, &argc, argv, &settings, error) ||
        !open_model(&model, "probe", argv[0], error))
        return false;
    bool done = true;
    for (int i = 1; done && i < argc; i++)
        done = probe(&model, argv[i], (enum output_format)settings.format, error);
    model_close(&model);
    return done;
}

const struct command command_probe = {
    .name = "probe",
    .arguments = "MODEL FILE...",
    .summary = "how much of a factor the vectors tell",
    .details = "FILE has lines `word factor value`, or `word value`: a class such as noun, or\n"
               "a number such as 3.5. A linear map from the vectors (ridge regression) is fitted\n"
               "to four fifths of the words and predicts the others, five times over. Case is\n"
               "ignored, and so are lines that begin with #.\n"
               "\n"
               "For each factor: the share of right classes (accuracy), or R^2 if all values\n"
               "are numbers; the same for shuffled values, as a control; the share of the most\n"
               "frequent class; the numbers of classes, of known words, and of words.",
    .tables = tables,
    .needs = "a model and a file of factors",
    .operands_min = 2,
    .run = run,
};

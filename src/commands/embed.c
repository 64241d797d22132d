/* sgns embed: vectors of texts. */
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "cli/embedding.h"
#include "cli/message.h"
#include "cli/open_model.h"
#include "cli/shared_options.h"
#include "cli/unseen.h"
#include "commands/commands.h"
#include "search/vectors.h"

#define BATCH 1024

struct settings {
    struct embedding_settings embedding; /* first, for embedding_options */
    bool normalize, known;
    size_t format;
};

static const struct option options[] = {
    NORMALIZE_OPTION(offsetof(struct settings, normalize)),
    KNOWN_OPTION(offsetof(struct settings, known)),
    FORMAT_OPTION(offsetof(struct settings, format)),
};
static const struct option_table own_options = OPTION_TABLE(options);
static const struct option_table *const tables[] = {&embedding_options, &own_options, NULL};

struct session {
    struct settings settings;
    struct model model;
    struct embedder embedder;
    struct lines lines;
    struct line_batch batch;
    float *rows;    /* (row_count, stride) vectors not yet printed; owned */
    size_t *unseen; /* (row_count) words that are not in the vocabulary; owned */
    size_t row_count, capacity, unseen_capacity;
    size_t printed, empty; /* lines; those without a known word */
    size_t unseen_sum;
};

/* Adds the vectors of the batch's lines. */
static bool embed_batch(struct session *session, struct error *error) {
    const size_t stride = session->model.stride, first = session->row_count, count = session->batch.count;
    size_t floats;
    if (!size_multiply(first + count, stride, &floats))
        return error_set(error, ERROR_SYSTEM, "no memory for the vectors of %zu lines", first + count);
    if (!memory_reserve(&session->rows, &session->capacity, floats, "the lines' vectors", error) ||
        !memory_reserve(&session->unseen, &session->unseen_capacity, first + count, "the lines' words",
                        error) ||
        !embed_texts(&session->embedder, session->batch.list, count, session->rows + first * stride,
                     session->unseen + first, option_threads(session->settings.embedding.threads), error))
        return false;
    session->row_count += count;
    for (size_t i = first; i < session->row_count; i++)
        session->empty += !embedding_found(session->rows + i * stride, stride);
    for (size_t i = first; i < session->row_count; i++)
        session->unseen_sum += session->unseen[i];
    return true;
}

static bool print_rows(struct session *session, struct error *error) {
    const size_t stride = session->model.stride;
    const enum output_format format = (enum output_format)session->settings.format;
    for (size_t i = 0; i < session->row_count; i++) {
        const float *row = session->rows + i * stride;
        const double length = vector_length(row, stride);
        const double divisor = session->settings.normalize && length > 0 ? length : 1;
        const struct output_field vector = output_vector("vector", row, session->model.dim, divisor);
        const struct output_field fields[] = {output_integer("line", ++session->printed), vector,
                                              output_integer("unseen_count", session->unseen[i])};
        if (format == OUTPUT_JSON)
            output_record(format, fields, session->unseen[i] > 0 ? 3 : 2);
        else
            output_record(format, &vector, 1);
    }
    session->row_count = 0;
    return output_flush(error);
}

/* Each batch is printed as it comes, unless all lines must be known first. */
static bool embed_all(struct session *session, struct error *error) {
    const struct embedding_settings *settings = &session->settings.embedding;
    do
        if (!lines_take(&session->lines, &session->batch, BATCH, error) || !embed_batch(session, error) ||
            !model_unchanged(&session->model, error) ||
            (!settings->remove_component && !print_rows(session, error)))
            return false;
    while (session->batch.count > 0);
    return embedding_remove_component(&session->embedder, session->rows, session->row_count, settings,
                                      error) &&
           print_rows(session, error);
}

static void close_session(struct session *session) {
    lines_close(&session->lines);
    line_batch_free(&session->batch);
    free(session->rows);
    free(session->unseen);
    embed_free(&session->embedder);
    model_close(&session->model);
}

static bool run(int argc, char **argv, struct error *error) {
    struct session session = {.settings = {.normalize = false}};
    if (!command_parse(&command_embed, &argc, argv, &session.settings, error))
        return false;
    const bool done = open_model_known(&session.model, "embed", argv[0], session.settings.known, error) &&
                      lines_open(&session.lines, argc > 1 ? argv[1] : "-", error) &&
                      embedding_create(&session.embedder, &session.model, &session.settings.embedding,
                                       error) &&
                      embed_all(&session, error);
    if (done)
        unseen_sum_up("embed", session.unseen_sum, NULL);
    if (done && session.empty > 0)
        message_warn("embed", "%zu of %zu lines have no word of the model; their vectors are zero",
                     session.empty, session.printed);
    close_session(&session);
    return done;
}

const struct command command_embed = {
    .name = "embed",
    .arguments = "MODEL [FILE]",
    .summary = "a vector for each line of text",
    .details = "For each line of FILE or of standard input, the weighted mean of its words'\n"
               "vectors, in the fewest digits that read back as the same 32-bit floats. Words\n"
               "that are not in the vocabulary are skipped, or made of the model's n-grams if it\n"
               "has any (sgns subwords); json counts these (\"unseen_count\"). A line without a\n"
               "known word gets a zero vector; standard error says how many there are. The sif\n"
               "weights and --remove-component are those of Arora, Liang and Ma (2017);\n"
               "--remove-component reads all lines before it prints the first vector.\n"
               "\n"
               "table  numbers, separated by blanks\n"
               "tsv    numbers, separated by tabs\n"
               "json   {\"line\": ..., \"vector\": [...]}",
    .tables = tables,
    .needs = "a model",
    .operands_min = 1,
    .operands_max = 2,
    .run = run,
};

/* sgns search: the lines of a file that are nearest to a query. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/number.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/dialogue.h"
#include "cli/embedding.h"
#include "cli/open.h"
#include "cli/output.h"
#include "query/query_batch.h"
#include "search/vectors.h"

struct settings {
    struct embedding_settings embedding; /* first, for EMBEDDING_OPTIONS */
    uint64_t neighbours;
    const char *threshold; /* NULL if not given */
    size_t format;
    bool all;
};

static const struct option options[] = {
    {.name = "neighbours",
     .letter = 'k',
     .type = OPTION_INTEGER,
     .value = "N",
     .fallback = "10",
     .min = 1,
     .max = 4294967295.0,
     .help = "lines to print for a query",
     .offset = offsetof(struct settings, neighbours)},
    {.name = "threshold",
     .type = OPTION_TEXT,
     .value = "X",
     .help = "print no line with a lower cosine than X",
     .offset = offsetof(struct settings, threshold)},
    {.name = "all",
     .type = OPTION_FLAG,
     .help = "search for every line of the file: with --threshold, for duplicates",
     .offset = offsetof(struct settings, all)},
    {.name = "format",
     .type = OPTION_CHOICE,
     .fallback = "table",
     .choices = output_formats,
     .help =
         "cosine, number and text of a line; query, number, cosine and text, divided by tabs; or an object a "
         "query",
     .offset = offsetof(struct settings, format)},
};
static const struct option_table own_options = OPTION_TABLE(options);
static const struct option_table *const tables[] = {&embedding_options, &own_options, NULL};

struct session {
    const struct settings *settings;
    struct model model;
    struct embedder embedder;
    struct file_map map;
    struct embed_text *lines; /* (count) of the file; owned */
    size_t count, capacity;
    float *rows; /* (count, stride) their vectors; owned */
    size_t row_bytes;
    struct space space;
    double least;
    size_t threads, most;
    bool divided; /* an empty line follows each answer */
};

/* --- the file --- */

static bool find_lines(struct session *session, struct error *error) {
    const char *at = (const char *)session->map.data, *end = at + session->map.size;
    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *stop = newline != NULL ? newline : end;
        if (!memory_reserve(&session->lines, &session->capacity, session->count + 1, "the file's lines",
                            error))
            return false;
        const bool carriage = stop > at && stop[-1] == '\r';
        session->lines[session->count++] = (struct embed_text){at, (size_t)(stop - at) - carriage};
        at = newline != NULL ? newline + 1 : end;
    }
    return true;
}

static bool embed_lines(struct session *session, const char *path, struct error *error) {
    const struct embedding_settings *settings = &session->settings->embedding;
    const size_t stride = session->model.stride, count = session->count;
    if (!size_multiply(count, stride * sizeof(float), &session->row_bytes) ||
        session->row_bytes > memory_available())
        return error_set(error, ERROR_SYSTEM, "%s: no memory for the vectors of %zu lines", path, count);
    session->rows = memory_pages(session->row_bytes, "the lines' vectors", error);
    if (session->rows == NULL ||
        !embed_create(&session->embedder, &session->model, (enum embed_weights)settings->weights,
                      settings->smoothing, error) ||
        !embed_texts(&session->embedder, session->lines, count, session->rows, session->threads, error))
        return false;
    if (settings->remove_component) {
        if (!embed_find_component(&session->embedder, session->rows, count, session->threads, error))
            return false;
        embed_remove(&session->embedder, session->rows, count);
    }
    return space_of_rows(&session->space, session->rows, count, session->model.dim, stride, session->threads,
                         error);
}

static bool read_threshold(struct session *session, const char *text, struct error *error) {
    session->least = -INFINITY;
    if (text == NULL || (number_real(text, &session->least) && fabs(session->least) <= 1e9))
        return true;
    return error_set(error, ERROR_INPUT, "--threshold takes a number, not \"%s\"", text);
}

static bool open_session(struct session *session, const char *model, const char *path, struct error *error) {
    const struct settings *settings = session->settings;
    session->threads = embedding_threads(&settings->embedding);
    if (!read_threshold(session, settings->threshold, error) ||
        !open_model(&session->model, "search", model, error) || !file_map_open(&session->map, path, error) ||
        !find_lines(session, error) || !embed_lines(session, path, error))
        return false;
    session->most = settings->neighbours < session->count ? (size_t)settings->neighbours : session->count;
    return true;
}

static void close_session(struct session *session) {
    space_free(&session->space);
    memory_pages_free(session->rows, session->row_bytes);
    free(session->lines);
    embed_free(&session->embedder);
    file_map_close(&session->map);
    model_close(&session->model);
}

/* --- answers --- */

static void print_table(const struct session *session, const struct neighbour *found, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const struct embed_text *line = &session->lines[found[i].id];
        printf("%7.4f %7zu  ", found[i].score, found[i].id + 1);
        fwrite(line->start, 1, line->length, stdout);
        putchar('\n');
    }
}

static void print_fields(const struct session *session, struct embed_text query,
                         const struct neighbour *found, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const struct embed_text *line = &session->lines[found[i].id];
        output_field(query.start, query.length);
        printf("\t%zu\t%.6f\t", found[i].id + 1, found[i].score);
        output_field(line->start, line->length);
        putchar('\n');
    }
}

static void print_object(const struct session *session, struct embed_text query,
                         const struct neighbour *found, size_t count) {
    printf("{\"question\": ");
    output_string(query.start, query.length);
    printf(", \"answers\": [");
    for (size_t i = 0; i < count; i++) {
        const struct embed_text *line = &session->lines[found[i].id];
        printf("%s{\"line\": %zu, \"score\": %.6f, \"text\": ", i > 0 ? ", " : "", found[i].id + 1,
               found[i].score);
        output_string(line->start, line->length);
        putchar('}');
    }
    printf("]}\n");
}

static void print_answer(const struct session *session, struct embed_text query,
                         const struct neighbour *found, size_t count) {
    if (session->settings->format == OUTPUT_TABLE)
        print_table(session, found, count);
    else if (session->settings->format == OUTPUT_TSV)
        print_fields(session, query, found, count);
    else
        print_object(session, query, found, count);
}

/* --- queries --- */

static struct query_batch make_batch(const struct session *session) {
    return (struct query_batch){.search = {.space = &session->space,
                                           .method = METHOD_ADD,
                                           .k = session->most,
                                           .min_score = session->least,
                                           .threads = session->threads}};
}

static bool embed_query(const struct session *session, struct embed_text query, float *row,
                        struct error *error) {
    return embed_texts(&session->embedder, &query, 1, row, 1, error) &&
           (embedding_found(row, session->model.stride) ||
            error_set(error, ERROR_NO_ANSWER, "no word of the query is among the model's %zu words%s",
                      session->model.vocab,
                      session->embedder.component != NULL ? ", or nothing is left of it without the component"
                                                          : ""));
}

static bool search_text(struct session *session, struct embed_text query, struct error *error) {
    float *row = memory_allocate(session->model.stride, sizeof *row, "a query", error);
    struct query_batch batch = make_batch(session);
    const bool done = row != NULL && embed_query(session, query, row, error) &&
                      query_batch_add_row(&batch, row, error) && query_batch_run(&batch, error);
    if (done) {
        size_t count;
        const struct neighbour *found = query_batch_answers(&batch, 0, &count);
        print_answer(session, query, found, count);
    }
    query_batch_free(&batch);
    free(row);
    return done;
}

static bool answer_line(void *context, const char *line, struct error *error) {
    struct session *session = context;
    if (!search_text(session, (struct embed_text){line, strlen(line)}, error))
        return false;
    if (session->divided)
        putchar('\n');
    return true;
}

static bool answer(struct dialogue *dialogue, void *context, const struct request *requests, size_t count,
                   struct error *error) {
    struct session *session = context;
    const enum output_format format = (enum output_format)session->settings->format;
    session->divided = format == OUTPUT_TABLE && !dialogue->terminal;
    return dialogue_each(dialogue, requests, count, format, answer_line, error);
}

static bool answer_arguments(struct session *session, int argc, char **argv, struct error *error) {
    char *line = arguments_join(argc, argv, false, error);
    const bool done = line != NULL && answer_line(session, line, error);
    free(line);
    return done;
}

/* --- all lines --- */

/* The line may have NUL bytes inside. */
static void print_title(size_t id, struct embed_text line) {
    printf("%15zu: ", id + 1);
    fwrite(line.start, 1, line.length, stdout);
    putchar('\n');
}

static void print_lines(const struct session *session, const struct query_batch *batch, size_t first,
                        size_t end) {
    const bool table = session->settings->format == OUTPUT_TABLE;
    size_t q = 0;
    for (size_t id = first; id < end; id++) {
        size_t count = 0;
        const struct neighbour *found = NULL;
        const struct embed_text query = session->lines[id];
        if (vector_usable(session->space.norms[id]))
            found = query_batch_answers(batch, q++, &count);
        if (count == 0)
            continue;
        if (table)
            print_title(id, query);
        print_answer(session, query, found, count);
        if (table)
            putchar('\n');
    }
}

static bool search_lines(const struct session *session, struct query_batch *batch, size_t first, size_t end,
                         struct error *error) {
    for (size_t id = first; id < end; id++)
        if (vector_usable(session->space.norms[id]) &&
            (!query_batch_add_row(batch, session->rows + id * session->model.stride, error) ||
             !query_batch_exclude(batch, &id, 1, error)))
            return false;
    return query_batch_run(batch, error);
}

static bool answer_all(const struct session *session, struct error *error) {
    const size_t size = query_batch_size(session->most);
    bool done = true;
    for (size_t first = 0; done && first < session->count; first += size) {
        const size_t end = session->count - first < size ? session->count : first + size;
        struct query_batch batch = make_batch(session);
        done = search_lines(session, &batch, first, end, error);
        if (done)
            print_lines(session, &batch, first, end);
        query_batch_free(&batch);
        done = done && output_flush(error);
    }
    return done;
}

static bool run(int argc, char **argv, struct error *error) {
    struct settings settings = {.all = false};
    if (!options_parse(tables, &argc, argv, &settings, error))
        return false;
    if (argc < 2)
        return error_set(error, ERROR_INPUT, "a model and a file, please: sgns search MODEL FILE [QUERY...]");
    if (strcmp(argv[1], "-") == 0)
        return error_set(error, ERROR_INPUT,
                         "-: the lines are searched again and again; save them in a file");
    if (settings.all && argc > 2)
        return error_set(error, ERROR_INPUT, "--all searches for every line, so leave \"%s\" out", argv[2]);
    struct session session = {.settings = &settings};
    struct dialogue dialogue = {.command = "search",
                                .help = "Type some words, and get the lines nearest to them.\n"
                                        "history lists what was asked; Ctrl-D ends.\n",
                                .answer = answer,
                                .context = &session,
                                .most = 64};
    bool done = open_session(&session, argv[0], argv[1], error);
    if (done)
        done = settings.all ? answer_all(&session, error)
               : argc > 2   ? answer_arguments(&session, argc - 2, argv + 2, error)
                            : dialogue_run(&dialogue, error);
    close_session(&session);
    return done;
}

const struct command command_search = {
    .name = "search",
    .arguments = "MODEL FILE [QUERY...]",
    .summary = "the lines of a file nearest to a query",
    .details = "Query and lines become vectors as embed makes them, and the lines with the\n"
               "largest cosine to the query are printed, best first: the cosine, the number of\n"
               "the line, and the line. Lines without a word that the model has never answer.\n"
               "\n"
               "Without a query, the queries are the lines of standard input, and each answer is\n"
               "followed by an empty line; a query that has no answer gets a line on standard\n"
               "error, and the exit code at the end is 1. --all prints the neighbours of every\n"
               "line that has any.",
    .tables = tables,
    .run = run,
};

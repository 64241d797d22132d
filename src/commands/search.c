/* sgns search: the lines of a file that are nearest to a query. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "cli/dialogue.h"
#include "cli/embedding.h"
#include "cli/open_model.h"
#include "cli/shared_options.h"
#include "cli/unseen.h"
#include "commands/commands.h"
#include "query/query_batch.h"
#include "search/vectors.h"

struct settings {
    struct embedding_settings embedding; /* first, for embedding_options */
    uint64_t neighbors;
    struct option_real threshold;
    size_t format;
    bool all, known;
};

static const struct option options[] = {
    NEIGHBORS_OPTION("lines", offsetof(struct settings, neighbors)),
    THRESHOLD_OPTION(offsetof(struct settings, threshold)),
    FLAG_OPTION("all", "search for every line of the file; with --threshold, this finds duplicates",
                offsetof(struct settings, all)),
    KNOWN_OPTION(offsetof(struct settings, known)),
    FORMAT_OPTION(offsetof(struct settings, format)),
};
static const struct option_table own_options = OPTION_TABLE(options);
static const struct option_table *const tables[] = {&embedding_options, &own_options, NULL};

struct session {
    struct settings settings;
    struct model model;
    struct unseen_told told;
    struct embedder embedder;
    struct file_map map;
    struct line *lines; /* (count) of the file; owned */
    size_t count, capacity;
    float *rows; /* (count, stride) their vectors; owned */
    size_t row_bytes;
    struct space space;
    struct search search; /* what is the same for all queries */
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
        session->lines[session->count++] = (struct line){at, (size_t)(stop - at) - carriage};
        at = newline != NULL ? newline + 1 : end;
    }
    return true;
}

static bool embed_lines(struct session *session, const char *path, struct error *error) {
    const struct embedding_settings *settings = &session->settings.embedding;
    const size_t stride = session->model.stride, count = session->count;
    const size_t threads = option_threads(settings->threads);
    if (!size_multiply(count, stride * sizeof(float), &session->row_bytes) ||
        session->row_bytes > memory_available())
        return error_set(error, ERROR_SYSTEM, "%s: no memory for the vectors of %zu lines", path, count);
    size_t *unseen = memory_allocate(count, sizeof *unseen, "the lines' words", error), sum = 0;
    session->rows = memory_pages(session->row_bytes, "the lines' vectors", error);
    const bool done = session->rows != NULL && unseen != NULL &&
                      embedding_create(&session->embedder, &session->model, settings, error) &&
                      embed_texts(&session->embedder, session->lines, count, session->rows, unseen, threads,
                                  error);
    for (size_t i = 0; done && i < count; i++)
        sum += unseen[i];
    free(unseen);
    if (done)
        unseen_sum_up("search", sum, path);
    return done && embedding_remove_component(&session->embedder, session->rows, count, settings, error) &&
           space_of_rows(&session->space, session->rows, count, session->model.dim, stride, threads, error);
}

static bool open_session(struct session *session, const char *model, const char *path, struct error *error) {
    const struct settings *settings = &session->settings;
    if (!open_model_known(&session->model, "search", model, settings->known, error) ||
        !unseen_create(&session->told, "search", error) || !file_map_open(&session->map, path, error) ||
        !find_lines(session, error) || !embed_lines(session, path, error))
        return false;
    session->search = (struct search){.space = &session->space,
                                      .method = METHOD_ADD,
                                      .k = space_limit(settings->neighbors, session->count),
                                      .min_score = option_min_score(settings->threshold),
                                      .threads = option_threads(settings->embedding.threads)};
    return true;
}

static void close_session(struct session *session) {
    space_free(&session->space);
    memory_pages_free(session->rows, session->row_bytes);
    free(session->lines);
    embed_free(&session->embedder);
    unseen_free(&session->told);
    file_map_close(&session->map);
    model_close(&session->model);
}

/* --- answers --- */

static void print_line(struct line line) {
    fwrite(line.text, 1, line.length, stdout);
    putchar('\n');
}

struct answer {
    const struct session *session;
    const struct neighbor *found;
};

static size_t fill_answer(const void *context, size_t index, struct output_field *fields) {
    const struct answer *answer = context;
    const struct neighbor *found = &answer->found[index];
    const struct line *line = &answer->session->lines[found->id];
    fields[0] = output_integer("line", found->id + 1);
    fields[1] = output_score("score", found->score);
    fields[2] = output_text("text", line->text, line->length);
    return 3;
}

/* A table has the lines as they are, tabs included. */
static void print_answer(const struct session *session, struct line query, const struct neighbor *found,
                         size_t count) {
    const enum output_format format = (enum output_format)session->settings.format;
    const struct output_field question = output_text("question", query.text, query.length);
    if (format != OUTPUT_TABLE)
        output_list(format, &question, 1, "answers", count, fill_answer, &(struct answer){session, found});
    for (size_t i = 0; format == OUTPUT_TABLE && i < count; i++) {
        struct output_field score = output_score("score", found[i].score);
        score.width = 7;
        output_value(OUTPUT_TABLE, score);
        printf(" %7zu  ", found[i].id + 1);
        print_line(session->lines[found[i].id]);
    }
}

/* --- queries --- */

static bool tell(void *context, const char *word, size_t ngrams, struct error *error) {
    return unseen_tell(context, word, ngrams, error);
}

static bool embed_query(struct session *session, struct line query, float *row, struct error *error) {
    return embed_texts(&session->embedder, &query, 1, row, NULL, 1, error) &&
           embed_tell_unseen(&session->model, query, tell, &session->told, error) &&
           (embedding_found(row, session->model.stride) ||
            error_set(error, ERROR_NO_ANSWER, "no word of the query is among the model's %zu words%s",
                      session->model.vocab,
                      session->embedder.component != NULL ? ", or nothing is left of it without the component"
                                                          : ""));
}

static bool answer_line(void *context, const char *line, struct error *error) {
    struct session *session = context;
    const struct line query = {line, strlen(line)};
    float *row = memory_allocate(session->model.stride, sizeof *row, "a query", error);
    struct query_batch batch = {.search = session->search};
    const bool done = row != NULL && embed_query(session, query, row, error) &&
                      query_batch_add_row(&batch, row, error) && query_batch_run(&batch, error);
    if (done) {
        size_t count;
        const struct neighbor *found = query_batch_answers(&batch, 0, &count);
        print_answer(session, query, found, count);
    }
    query_batch_free(&batch);
    free(row);
    return done;
}

/* --- all lines --- */

static bool search_lines(struct query_batch *batch, const struct session *session, size_t first, size_t end,
                         struct error *error) {
    for (size_t id = first; id < end; id++)
        if (vector_usable(session->space.norms[id]) &&
            (!query_batch_add_row(batch, session->rows + id * session->model.stride, error) ||
             !query_batch_exclude(batch, &id, 1, error)))
            return false;
    return query_batch_run(batch, error);
}

/* Only lines that have an answer. In a table, each answer is titled with its line. */
static void print_answers(const struct query_batch *batch, const struct session *session, size_t first,
                          size_t end) {
    const bool table = session->settings.format == OUTPUT_TABLE;
    for (size_t id = first, q = 0; id < end; id++) {
        if (!vector_usable(session->space.norms[id]))
            continue;
        size_t count;
        const struct neighbor *found = query_batch_answers(batch, q++, &count);
        if (count == 0)
            continue;
        if (table) {
            output_heading("%15zu:", id + 1);
            putchar(' ');
            print_line(session->lines[id]);
        }
        print_answer(session, session->lines[id], found, count);
        if (table)
            putchar('\n');
    }
}

static bool answer_all(const struct session *session, struct error *error) {
    const size_t size = query_batch_size(session->search.k);
    bool done = true;
    for (size_t first = 0; done && first < session->count; first += size) {
        const size_t end = session->count - first < size ? session->count : first + size;
        struct query_batch batch = {.search = session->search};
        done = search_lines(&batch, session, first, end, error) && model_unchanged(&session->model, error);
        if (done)
            print_answers(&batch, session, first, end);
        query_batch_free(&batch);
        done = done && output_flush(error);
    }
    return done;
}

static bool run(int argc, char **argv, struct error *error) {
    struct session session = {.settings = {.all = false}};
    if (!command_parse(&command_search, &argc, argv, &session.settings, error))
        return false;
    if (strcmp(argv[1], "-") == 0)
        return error_set(
            error, ERROR_INPUT,
            "-: can't search standard input, since it is read more than once; save it in a file");
    if (session.settings.all && argc > 2)
        return command_misused(&command_search, "--all searches for every line; give no query", error);
    struct dialogue dialogue = {.command = "search",
                                .help = "Type a few words to find the lines nearest to them.\n"
                                        "history lists your queries; Ctrl-D, exit or quit ends.\n",
                                .format = (enum output_format)session.settings.format,
                                .spaced = true,
                                .answer_line = answer_line,
                                .model = &session.model,
                                .context = &session};
    const bool done = open_session(&session, argv[0], argv[1], error) &&
                      (session.settings.all ? answer_all(&session, error)
                                            : dialogue_run(&dialogue, argv + 2, argc - 2, error));
    close_session(&session);
    return done;
}

const struct command command_search = {
    .name = "search",
    .arguments = "MODEL FILE [QUERY...]",
    .summary = "the lines of a file nearest to a query",
    .details = "The query and the lines are turned into vectors as embed does it. The lines with\n"
               "the largest cosine to the query are printed, best first. A line without a known\n"
               "word is never found.\n"
               "\n"
               "Without a query, each line of standard input is one, and each answer is followed\n"
               "by an empty line. A query without an answer gets a message on standard error,\n"
               "and the exit code is 1 at the end. --all searches for every line of the file and\n"
               "skips those that have no answer.\n"
               "\n"
               "table  cosine, line number and line\n"
               "tsv    query, line number, cosine and line\n"
               "json   one object for each query:\n"
               "       {\"question\": ..., \"answers\": [{\"line\": ..., \"score\": ..., \"text\": ...}]}",
    .tables = tables,
    .needs = "a model and a file",
    .operands_min = 2,
    .run = run,
};

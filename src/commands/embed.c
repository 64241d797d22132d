/* sgns embed: vectors of texts. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/lines.h"
#include "base/memory.h"
#include "cli/command.h"
#include "cli/embedding.h"
#include "cli/numbers.h"
#include "cli/open.h"
#include "cli/output.h"
#include "search/vectors.h"

#define BATCH 1024

struct settings {
    struct embedding_settings embedding; /* first, for EMBEDDING_OPTIONS */
    bool normalize;
    size_t format;
};

static const struct option options[] = {
    {.name = "normalize",
     .type = OPTION_FLAG,
     .help = "bring vectors to length 1 (but those of zeros)",
     .offset = offsetof(struct settings, normalize)},
    {.name = "format",
     .type = OPTION_CHOICE,
     .fallback = "table",
     .choices = output_formats,
     .help = "blanks between the numbers; tabs; or an object a line",
     .offset = offsetof(struct settings, format)},
};
static const struct option_table own_options = OPTION_TABLE(options);
static const struct option_table *const tables[] = {&embedding_options, &own_options, NULL};

/* Lines and their vectors: a batch, or all of them. */
struct texts {
    struct embed_text *list; /* (count) of a batch; owned, and so are the texts */
    size_t count, capacity;
    float *rows; /* (row_count, stride); owned */
    size_t row_count, row_capacity;
};

struct session {
    const struct settings *settings;
    struct model model;
    struct embedder embedder;
    struct lines lines;
    size_t printed, empty; /* lines; those without a known word */
};

static void free_batch(struct texts *texts) {
    for (size_t i = 0; i < texts->count; i++)
        free((char *)texts->list[i].start);
    texts->count = 0;
}

static bool add_line(struct texts *texts, const char *line, size_t length, struct error *error) {
    if (!memory_reserve(&texts->list, &texts->capacity, texts->count + 1, "lines", error))
        return false;
    char *copy = memory_allocate(length + 1, 1, "a line", error);
    if (copy == NULL)
        return false;
    memcpy(copy, line, length);
    texts->list[texts->count++] = (struct embed_text){copy, length};
    return true;
}

/* The lines that are there, one at least. *ended at the end. */
static bool read_batch(struct session *session, struct texts *texts, bool *ended, struct error *error) {
    while (texts->count < BATCH) {
        char *line;
        size_t length;
        switch (lines_next(&session->lines, texts->count == 0, &line, &length, error)) {
        case LINES_LINE:
            if (!add_line(texts, line, length, error))
                return false;
            break;
        case LINES_LATER:
            return true;
        case LINES_END:
            *ended = true;
            return true;
        case LINES_FAILED:
            return false;
        }
    }
    return true;
}

/* Vectors for the batch's lines, behind those that are there. */
static bool embed_batch(struct session *session, struct texts *texts, struct error *error) {
    const size_t stride = session->model.stride;
    size_t floats;
    if (!size_multiply(texts->row_count + texts->count, stride, &floats))
        return error_set(error, ERROR_SYSTEM, "too many lines for this machine's memory");
    if (!memory_reserve(&texts->rows, &texts->row_capacity, floats, "the lines' vectors", error) ||
        !embed_texts(&session->embedder, texts->list, texts->count, texts->rows + texts->row_count * stride,
                     embedding_threads(&session->settings->embedding), error))
        return false;
    texts->row_count += texts->count;
    free_batch(texts);
    return true;
}

static void print_row(struct session *session, const float *row) {
    const struct settings *settings = session->settings;
    const struct model *model = &session->model;
    const double length = vector_length(row, model->stride);
    session->printed++;
    if (settings->format == OUTPUT_JSON)
        printf("{\"line\": %zu, \"vector\": [", session->printed);
    numbers_print(row, model->dim, settings->normalize && length > 0 ? length : 1,
                  (enum output_format)settings->format);
    printf(settings->format == OUTPUT_JSON ? "]}\n" : "\n");
}

static bool print_rows(struct session *session, struct texts *texts, struct error *error) {
    const size_t stride = session->model.stride;
    for (size_t i = 0; i < texts->row_count; i++)
        print_row(session, texts->rows + i * stride);
    texts->row_count = 0;
    return output_flush(error);
}

static void count_empty(struct session *session, const struct texts *texts, size_t first) {
    const size_t stride = session->model.stride;
    for (size_t i = first; i < texts->row_count; i++)
        session->empty += !embedding_found(texts->rows + i * stride, stride);
}

/* Each batch is printed as it comes, unless all lines must be known first. */
static bool embed_all(struct session *session, struct texts *texts, struct error *error) {
    const struct embedding_settings *settings = &session->settings->embedding;
    for (bool ended = false; !ended;) {
        const size_t before = texts->row_count;
        if (!read_batch(session, texts, &ended, error) || !embed_batch(session, texts, error))
            return false;
        count_empty(session, texts, before);
        if (!settings->remove_component && !print_rows(session, texts, error))
            return false;
    }
    if (!settings->remove_component)
        return true;
    if (!embed_find_component(&session->embedder, texts->rows, texts->row_count, embedding_threads(settings),
                              error))
        return false;
    embed_remove(&session->embedder, texts->rows, texts->row_count);
    return print_rows(session, texts, error);
}

static bool open_lines(struct lines *lines, const char *path, struct error *error) {
    if (path == NULL || strcmp(path, "-") == 0) {
        *lines = (struct lines){.descriptor = STDIN_FILENO, .name = "standard input"};
        return true;
    }
    *lines = (struct lines){.descriptor = open(path, O_RDONLY | O_CLOEXEC), .name = path};
    if (lines->descriptor >= 0)
        return true;
    return error_set(error, errno == ENOENT || errno == ENOTDIR ? ERROR_INPUT : ERROR_SYSTEM,
                     "%s: can't open: %s", path, strerror(errno));
}

static bool run_session(struct session *session, const char *path, struct error *error) {
    const struct embedding_settings *settings = &session->settings->embedding;
    struct texts texts = {.list = NULL};
    const bool done = open_lines(&session->lines, path, error) &&
                      embed_create(&session->embedder, &session->model, (enum embed_weights)settings->weights,
                                   settings->smoothing, error) &&
                      embed_all(session, &texts, error);
    if (done && session->empty > 0)
        fprintf(stderr,
                "sgns embed: %zu of %zu lines have no word that the model has, and a vector of zeros\n",
                session->empty, session->printed);
    if (session->lines.descriptor > STDERR_FILENO)
        close(session->lines.descriptor);
    lines_free(&session->lines);
    embed_free(&session->embedder);
    free_batch(&texts);
    free(texts.list);
    free(texts.rows);
    return done;
}

static bool run(int argc, char **argv, struct error *error) {
    struct settings settings = {.normalize = false};
    if (!options_parse(tables, &argc, argv, &settings, error))
        return false;
    if (argc < 1 || argc > 2)
        return error_set(error, ERROR_INPUT, "a model and at most one file, please: sgns embed MODEL [FILE]");
    struct session session = {.settings = &settings};
    if (!open_model(&session.model, "embed", argv[0], error))
        return false;
    const bool done = run_session(&session, argc == 2 ? argv[1] : NULL, error);
    model_close(&session.model);
    return done;
}

const struct command command_embed = {
    .name = "embed",
    .arguments = "MODEL [FILE]",
    .summary = "a vector for each line of text",
    .details = "The weighted mean of the vectors of a line's words, for each line of FILE or of\n"
               "standard input, in the fewest digits that read back as the same 32-bit floats.\n"
               "Words that the model does not have are passed over; a line without any gets\n"
               "zeros, and they are counted on standard error. The weights of sif are those of\n"
               "Arora, Liang and Ma (2017); so is --remove-component, which needs all lines\n"
               "before the first is printed.",
    .tables = tables,
    .run = run,
};

#include "cli/query_session.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/number.h"
#include "base/threads.h"
#include "cli/dialogue.h"
#include "cli/open.h"
#include "cli/output.h"
#include "query/lookup.h"
#include "query/query_batch.h"
#include "search/vectors.h"

const char *const query_methods[] = {[METHOD_ADD] = "add", [METHOD_MUL] = "mul", NULL};

static const struct option options[] = {
    {.name = "neighbours",
     .letter = 'k',
     .type = OPTION_INTEGER,
     .value = "N",
     .fallback = "10",
     .min = 1,
     .max = 4294967295.0,
     .help = "words to print for a question",
     .offset = offsetof(struct query_settings, neighbours)},
    {.name = "method",
     .type = OPTION_CHOICE,
     .fallback = "add",
     .choices = query_methods,
     .help =
         "add: the cosine to the sum of the words; mul: the product of the similarities to each (3CosMul)",
     .offset = offsetof(struct query_settings, method)},
    {.name = "restrict",
     .type = OPTION_INTEGER,
     .value = "N",
     .min = 1,
     .max = 4294967295.0,
     .help = "only the N most frequent words answer",
     .offset = offsetof(struct query_settings, restrict_to)},
    {.name = "exclude",
     .type = OPTION_TEXTS,
     .value = "WORD",
     .help = "this word does not answer; may be given again and again",
     .offset = offsetof(struct query_settings, exclude)},
    {.name = "threshold",
     .type = OPTION_TEXT,
     .value = "X",
     .help = "print no word with a lower score than X",
     .offset = offsetof(struct query_settings, threshold)},
    {.name = "format",
     .type = OPTION_CHOICE,
     .fallback = "table",
     .choices = output_formats,
     .help = "columns; fields divided by tabs; or an object a line",
     .offset = offsetof(struct query_settings, format)},
    {.name = "threads",
     .type = OPTION_INTEGER,
     .value = "N",
     .min = 1,
     .max = 1024,
     .help = "default: all usable cores",
     .offset = offsetof(struct query_settings, threads)},
};
const struct option_table query_options = OPTION_TABLE(options);

/* --- the model --- */

static bool find_excluded(struct query_session *ask, const struct option_texts *words, struct error *error) {
    ask->excluded = memory_allocate(words->count, sizeof *ask->excluded, "the words left out", error);
    if (ask->excluded == NULL)
        return false;
    for (size_t i = 0; i < words->count; i++)
        if (!lookup_known(&ask->model, words->values[i], &ask->excluded[ask->excluded_count++], error))
            return false;
    return true;
}

static bool read_threshold(struct query_session *ask, const char *text, struct error *error) {
    ask->least = -INFINITY;
    if (text == NULL || (number_real(text, &ask->least) && fabs(ask->least) <= 1e9))
        return true;
    return error_set(error, ERROR_INPUT, "--threshold takes a number, not \"%s\"", text);
}

/* What answers: the word vectors, or the context vectors. */
static bool make_space(struct query_session *ask, const char *path, struct error *error) {
    const struct model *model = &ask->model;
    if (!ask->settings->context)
        ask->space = space_of_words(model);
    else if (model->output == NULL)
        return error_set(error, ERROR_INPUT, "%s: the model has no context vectors", path);
    else if (!space_of_rows(&ask->space, model->output, model->vocab, model->dim, model->stride, ask->threads,
                            error))
        return false;
    if (ask->settings->restrict_to > 0 && ask->settings->restrict_to < ask->space.count)
        ask->space.count = (size_t)ask->settings->restrict_to;
    return true;
}

bool query_open(struct query_session *ask, const char *command, const char *path,
                const struct query_settings *settings, struct error *error) {
    *ask = (struct query_session){.settings = settings, .parse = expression_parse};
    ask->threads = settings->threads > 0 ? (size_t)settings->threads : threads_usable();
    if (!read_threshold(ask, settings->threshold, error) || !open_model(&ask->model, command, path, error))
        return false;
    ask->most = settings->neighbours < ask->model.vocab ? (size_t)settings->neighbours : ask->model.vocab;
    return find_excluded(ask, &settings->exclude, error) && make_space(ask, path, error);
}

void query_close(struct query_session *ask) {
    space_free(&ask->space);
    free(ask->excluded);
    model_close(&ask->model);
}

static struct query_batch make_batch(const struct query_session *ask) {
    return (struct query_batch){.search = {.space = &ask->space,
                                           .method = (enum method)ask->settings->method,
                                           .k = ask->most,
                                           .min_score = ask->least,
                                           .threads = ask->threads}};
}

/* A question's own words do not answer it, except by --context: what occurs next to a word may be the word
 * itself. */
static bool exclude(struct query_batch *batch, const struct query_session *ask, const size_t *ids,
                    size_t count, struct error *error) {
    return query_batch_exclude(batch, ids, ask->settings->context ? 0 : count, error) &&
           query_batch_exclude(batch, ask->excluded, ask->excluded_count, error);
}

/* --- answers --- */

static void print_table(const struct model *model, const struct neighbour *found, size_t count) {
    size_t column = 0, length;
    for (size_t i = 0; i < count; i++) {
        const char *word = model_word(model, found[i].id, &length);
        column = output_column(column, output_width(word, length));
    }
    for (size_t i = 0; i < count; i++) {
        output_padded(model, found[i].id, column);
        printf(" %7.4f\n", found[i].score);
    }
}

static void print_fields(const struct model *model, const char *text, size_t length,
                         const struct neighbour *found, size_t count) {
    for (size_t i = 0; i < count; i++) {
        output_field(text, length);
        putchar('\t');
        output_word(OUTPUT_TSV, model, found[i].id);
        printf("\t%.6f\n", found[i].score);
    }
}

static void print_object(const struct model *model, const char *text, size_t length,
                         const struct neighbour *found, size_t count) {
    printf("{\"question\": ");
    output_string(text, length);
    printf(", \"answers\": [");
    for (size_t i = 0; i < count; i++) {
        printf("%s{\"word\": ", i > 0 ? ", " : "");
        output_word(OUTPUT_JSON, model, found[i].id);
        printf(", \"score\": %.6f}", found[i].score);
    }
    printf("]}\n");
}

static void print_answer(const struct query_session *ask, const char *text, size_t length,
                         const struct neighbour *found, size_t count) {
    switch ((enum output_format)ask->settings->format) {
    case OUTPUT_TABLE:
        print_table(&ask->model, found, count);
        break;
    case OUTPUT_TSV:
        print_fields(&ask->model, text, length, found, count);
        break;
    case OUTPUT_JSON:
        print_object(&ask->model, text, length, found, count);
        break;
    }
}

static void print_title(const struct query_session *ask, const char *text, size_t length) {
    if (ask->settings->format != OUTPUT_TABLE)
        return;
    fwrite(text, 1, length, stdout);
    printf(":\n");
}

/* In a table, an empty line ends each of several answers. */
static void end_answer(const struct query_session *ask, const struct dialogue *dialogue, bool several) {
    if (ask->settings->format == OUTPUT_TABLE && several && (dialogue == NULL || !dialogue->terminal))
        putchar('\n');
}

/* --- questions in words --- */

/* A question of a group: its expression, or why there is none. */
struct reading {
    struct expression expression;
    struct error error;
};

static void free_readings(struct reading *readings, size_t count) {
    for (size_t i = 0; readings != NULL && i < count; i++)
        expression_free(&readings[i].expression);
    free(readings);
}

static bool read_questions(struct reading *readings, struct query_batch *batch,
                           const struct query_session *ask, const struct query_text *texts, size_t count,
                           bool tolerant, struct error *error) {
    const enum method method = (enum method)ask->settings->method;
    for (size_t i = 0; i < count; i++) {
        struct reading *reading = &readings[i];
        if (ask->parse(&reading->expression, &ask->model, texts[i].text, texts[i].length, method,
                       &reading->error)) {
            if (!query_batch_add_expression(batch, &reading->expression, error) ||
                !exclude(batch, ask, reading->expression.ids, reading->expression.id_count, error))
                return false;
        } else if (!tolerant || reading->error.kind == ERROR_SYSTEM)
            return error_set(error, reading->error.kind, "%s", reading->error.text);
    }
    return true;
}

static void report(const struct query_session *ask, const struct query_text *text, const struct error *why,
                   struct dialogue *dialogue) {
    if (ask->settings->format == OUTPUT_JSON)
        output_failure(text->text, text->length, why);
    dialogue_unanswered(dialogue, text->number, why);
}

static bool answer_group(struct query_session *ask, const struct query_text *texts, size_t count, bool titles,
                         struct dialogue *dialogue, struct error *error) {
    struct query_batch batch = make_batch(ask);
    struct reading *readings = memory_allocate(count, sizeof *readings, "the questions", error);
    const bool done = readings != NULL &&
                      read_questions(readings, &batch, ask, texts, count, dialogue != NULL, error) &&
                      query_batch_run(&batch, error);
    size_t q = 0;
    for (size_t i = 0; done && i < count; i++) {
        if (titles)
            print_title(ask, texts[i].text, texts[i].length);
        if (readings[i].error.kind == ERROR_NONE) {
            size_t found_count;
            const struct neighbour *found = query_batch_answers(&batch, q++, &found_count);
            print_answer(ask, texts[i].text, texts[i].length, found, found_count);
        } else
            report(ask, &texts[i], &readings[i].error, dialogue);
        end_answer(ask, dialogue, titles || dialogue != NULL);
    }
    free_readings(readings, count);
    query_batch_free(&batch);
    return done;
}

bool query_questions(struct query_session *ask, const struct query_text *texts, size_t count, bool titles,
                     struct dialogue *dialogue, struct error *error) {
    const size_t size = query_batch_size(ask->most);
    for (size_t first = 0; first < count; first += size) {
        const size_t left = count - first;
        if (!answer_group(ask, texts + first, left < size ? left : size, titles, dialogue, error))
            return false;
    }
    return true;
}

/* --- all words --- */

static bool add_words(struct query_batch *batch, const struct query_session *ask, size_t first, size_t end,
                      struct error *error) {
    const struct model *model = &ask->model;
    for (size_t id = first; id < end; id++)
        if (vector_usable(model->norms[id]) && (!query_batch_add_row(batch, vector_row(model, id), error) ||
                                                !exclude(batch, ask, &id, 1, error)))
            return false;
    return true;
}

bool query_words(struct query_session *ask, size_t count, struct error *error) {
    const size_t size = query_batch_size(ask->most);
    bool done = true;
    for (size_t first = 0; done && first < count; first += size) {
        const size_t end = count - first < size ? count : first + size;
        struct query_batch batch = make_batch(ask);
        done = add_words(&batch, ask, first, end, error) && query_batch_run(&batch, error);
        size_t q = 0;
        for (size_t id = first; done && id < end; id++) {
            size_t length, found_count = 0;
            const struct neighbour *found = NULL;
            const char *word = model_word(&ask->model, id, &length);
            if (vector_usable(ask->model.norms[id]))
                found = query_batch_answers(&batch, q++, &found_count);
            print_title(ask, word, length);
            print_answer(ask, word, length, found, found_count);
            end_answer(ask, NULL, true);
        }
        query_batch_free(&batch);
        done = done && output_flush(error);
    }
    return done;
}

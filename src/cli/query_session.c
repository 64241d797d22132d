#include "cli/query_session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "cli/color.h"
#include "cli/open_model.h"
#include "cli/shared_options.h"
#include "query/lookup.h"
#include "query/query_batch.h"
#include "search/vectors.h"

#define BLANKS " \t\v\f\r"

const char *const query_methods[] = {[METHOD_ADD] = "add", [METHOD_MUL] = "mul", NULL};

static const struct option options[] = {
    NEIGHBORS_OPTION("words", offsetof(struct query_settings, neighbors)),
    CHOICE_OPTION("method", "add", query_methods,
                  "add: rank by the cosine to the sum of the words; mul: by the product of the similarities "
                  "to each word (3CosMul)",
                  offsetof(struct query_settings, method)),
    RESTRICT_OPTION(NULL, "answer with", offsetof(struct query_settings, restrict_to)),
    TEXT_OPTION("exclude", 0, OPTION_TEXTS, "WORD", NULL, "do not answer with this word; may be repeated",
                offsetof(struct query_settings, exclude)),
    THRESHOLD_OPTION(offsetof(struct query_settings, threshold)),
    KNOWN_OPTION(offsetof(struct query_settings, known)),
    FORMAT_OPTION(offsetof(struct query_settings, format)),
    THREADS_OPTION(offsetof(struct query_settings, threads)),
};
const struct option_table query_options = OPTION_TABLE(options);

/* --- the model --- */

static bool find_excluded(struct query_session *session, struct error *error) {
    const struct option_texts *words = &session->settings->exclude;
    session->excluded = memory_allocate(words->count, sizeof *session->excluded, "the excluded words", error);
    if (session->excluded == NULL)
        return false;
    for (size_t i = 0; i < words->count; i++)
        if (!lookup_known(&session->model, words->values[i], &session->excluded[session->excluded_count++],
                          error))
            return false;
    return true;
}

static bool make_space(struct query_session *session, const char *path, size_t threads, struct error *error) {
    const struct model *model = &session->model;
    if (!session->settings->context)
        session->space = space_of_words(model);
    else if (model->output == NULL)
        return error_set(error, ERROR_INPUT, "%s: the model has no context vectors", path);
    else if (!space_of_rows(&session->space, model->output, model->vocab, model->dim, model->stride, threads,
                            error))
        return false;
    session->space.count = space_limit(session->settings->restrict_to, model->vocab);
    return true;
}

bool query_open(struct query_session *session, const char *command, const char *path, struct error *error) {
    const struct query_settings *settings = session->settings;
    const size_t threads = option_threads(settings->threads);
    if (!open_model_known(&session->model, command, path, settings->known, error) ||
        !unseen_create(&session->told, command, error) || !find_excluded(session, error) ||
        !make_space(session, path, threads, error))
        return false;
    session->search = (struct search){.space = &session->space,
                                      .method = (enum method)settings->method,
                                      .k = space_limit(settings->neighbors, session->model.vocab),
                                      .min_score = option_min_score(settings->threshold),
                                      .threads = threads};
    return true;
}

void query_close(struct query_session *session) {
    space_free(&session->space);
    free(session->excluded);
    unseen_free(&session->told);
    free(session->settings->exclude.values);
    model_close(&session->model);
}

/* A question's own words do not answer it; but with --context they may: a word can occur next to itself. */
static bool exclude(struct query_batch *batch, const struct query_session *session, const size_t *ids,
                    size_t count, struct error *error) {
    return query_batch_exclude(batch, ids, session->settings->context ? 0 : count, error) &&
           query_batch_exclude(batch, session->excluded, session->excluded_count, error);
}

/* --- answers --- */

/* The answers to a question, the words in a column of a table. */
struct answer {
    const struct model *model;
    const struct neighbor *found;
    size_t count, column;
};

static size_t fill_answer(const void *context, size_t index, struct output_field *fields) {
    const struct answer *answer = context;
    fields[0] = output_word("word", answer->model, answer->found[index].id);
    fields[0].width = answer->column;
    fields[1] = output_score("score", answer->found[index].score);
    fields[1].width = 7;
    return 2;
}

/* A question with its answers. */
struct answered {
    struct line text;
    const struct line *unseen; /* (unseen_count) its words that are not in the vocabulary */
    size_t unseen_count;
    const struct neighbor *found; /* (count) */
    size_t count;
};

static void print_answer(const struct query_session *session, const struct answered *answered) {
    const struct neighbor *found = answered->found;
    const size_t count = answered->count;
    const enum output_format format = (enum output_format)session->settings->format;
    struct answer answer = {&session->model, found, count, 0};
    for (size_t i = 0; i < count; i++) {
        size_t bytes;
        const char *word = model_word(&session->model, found[i].id, &bytes);
        answer.column = output_column(answer.column, word, bytes);
    }
    const struct output_field heads[] = {output_text("question", answered->text.text, answered->text.length),
                                         output_texts("unseen", answered->unseen, answered->unseen_count)};
    const size_t head_count = format == OUTPUT_JSON && answered->unseen_count > 0 ? 2 : 1;
    output_list(format, heads, head_count, "answers", count, fill_answer, &answer);
}

/* An answer in a table with the question above it and an empty line below; other forms name the question
 * anyway. */
static void print_titled(const struct query_session *session, const struct answered *answered) {
    const bool table = session->settings->format == OUTPUT_TABLE;
    if (table) {
        fputs(color_of(COLOR_HEADING, stdout), stdout);
        output_shown(answered->text.text, answered->text.length, stdout);
        printf(":%s\n", color_of(COLOR_PLAIN, stdout));
    }
    print_answer(session, answered);
    if (table)
        putchar('\n');
}

/* --- questions in words --- */

/* A question: its expression, or why there is none. */
struct question {
    struct request request;
    struct expression expression;
    struct error error;
};

struct questions {
    struct question *list; /* (count); owned */
    size_t count, capacity;
};

static void free_questions(struct questions *questions) {
    for (size_t i = 0; i < questions->count; i++)
        expression_free(&questions->list[i].expression);
    free(questions->list);
}

static bool add_question(struct questions *questions, struct request request, struct error *error) {
    if (!memory_reserve(&questions->list, &questions->capacity, questions->count + 1, "the questions", error))
        return false;
    questions->list[questions->count++] = (struct question){.request = request};
    return true;
}

/* Adds the questions of a line, without the blanks around them. A comma after the last one only ends it. */
static bool split_line(struct questions *questions, struct tokenizer_rules rules, struct request request,
                       struct error *error) {
    const char *line = request.text;
    for (bool first = true;; first = false) {
        line += strspn(line, BLANKS);
        if (*line == '\0' && !first)
            return true;
        const size_t extent = expression_extent(rules, line);
        size_t length = extent;
        while (length > 0 && strchr(BLANKS, line[length - 1]) != NULL)
            length--;
        if (!add_question(questions, (struct request){line, length, request.number}, error))
            return false;
        if (line[extent] == '\0')
            return true;
        line += extent + 1;
    }
}

/* Adds what the questions search for to the batch; those that have no expression get an error. */
static bool read_questions(struct question *questions, size_t count, struct query_session *session,
                           struct query_batch *batch, struct error *error) {
    for (size_t i = 0; i < count; i++) {
        struct question *question = &questions[i];
        const struct expression *expression = &question->expression;
        if (session->parse(&question->expression, &session->model, question->request.text,
                           question->request.length, session->search.method, &question->error)) {
            if (!query_batch_add_expression(batch, expression, error) ||
                !exclude(batch, session, expression->ids, expression->id_count, error) ||
                !unseen_tell_all(&session->told, expression, error))
                return false;
        } else if (dialogue_is_fatal(&question->request, &question->error))
            return error_set(error, question->error.kind, "%s", question->error.text);
    }
    return true;
}

static bool print_question(const struct query_session *session, const struct question *question,
                           const struct query_batch *batch, size_t query, bool titled, struct error *error) {
    struct line *unseen = NULL;
    struct answered answered = {.text = {question->request.text, question->request.length}};
    answered.found = query_batch_answers(batch, query, &answered.count);
    const bool done = unseen_list(&unseen, &answered.unseen_count, &question->expression, error);
    answered.unseen = unseen;
    if (done)
        (titled ? print_titled : print_answer)(session, &answered);
    free(unseen);
    return done;
}

static bool answer_questions(struct dialogue *dialogue, struct question *questions, size_t count, bool titled,
                             struct error *error) {
    struct query_session *session = dialogue->context;
    struct query_batch batch = {.search = session->search};
    bool done = read_questions(questions, count, session, &batch, error) && query_batch_run(&batch, error) &&
                model_unchanged(&session->model, error);
    for (size_t i = 0, q = 0; done && i < count; i++) {
        const struct request *request = &questions[i].request;
        if (questions[i].error.kind != ERROR_NONE) {
            dialogue_unanswered(dialogue, request, &questions[i].error);
            continue;
        }
        done = print_question(session, &questions[i], &batch, q++, titled, error);
        dialogue_end_answer(dialogue);
    }
    query_batch_free(&batch);
    return done;
}

bool query_answer(struct dialogue *dialogue, const struct request *requests, size_t count,
                  struct error *error) {
    const struct query_session *session = dialogue->context;
    const size_t size = query_batch_size(session->search.k);
    struct questions questions = {.list = NULL};
    bool done = true;
    for (size_t i = 0; done && i < count; i++)
        done = session->commas ? split_line(&questions, session->model.rules, requests[i], error)
                               : add_question(&questions, requests[i], error);
    const bool titled = count > 0 && requests[0].number == 0 && questions.count > 1;
    for (size_t first = 0; done && first < questions.count; first += size) {
        const size_t left = questions.count - first;
        done = answer_questions(dialogue, questions.list + first, left < size ? left : size, titled, error);
    }
    free_questions(&questions);
    return done;
}

/* --- all words --- */

static bool search_words(struct query_batch *batch, const struct query_session *session, size_t first,
                         size_t end, struct error *error) {
    const struct model *model = &session->model;
    for (size_t id = first; id < end; id++)
        if (vector_usable(model->norms[id]) && (!query_batch_add_row(batch, vector_row(model, id), error) ||
                                                !exclude(batch, session, &id, 1, error)))
            return false;
    return query_batch_run(batch, error);
}

static void print_words(const struct query_batch *batch, const struct query_session *session, size_t first,
                        size_t end) {
    for (size_t id = first, q = 0; id < end; id++) {
        struct answered answered = {.count = 0};
        answered.text.text = model_word(&session->model, id, &answered.text.length);
        if (vector_usable(session->model.norms[id]))
            answered.found = query_batch_answers(batch, q++, &answered.count);
        print_titled(session, &answered);
    }
}

bool query_all_words(struct query_session *session, struct error *error) {
    const size_t count = session->space.count, size = query_batch_size(session->search.k);
    bool done = true;
    for (size_t first = 0; done && first < count; first += size) {
        const size_t end = count - first < size ? count : first + size;
        struct query_batch batch = {.search = session->search};
        done = search_words(&batch, session, first, end, error) && model_unchanged(&session->model, error);
        if (done)
            print_words(&batch, session, first, end);
        query_batch_free(&batch);
        done = done && output_flush(error);
    }
    return done;
}

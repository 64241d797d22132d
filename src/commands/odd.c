/* sgns odd: the word that does not belong with the others. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyse/odd.h"
#include "base/memory.h"
#include "cli/dialogue.h"
#include "cli/open_model.h"
#include "cli/shared_options.h"
#include "cli/unseen.h"
#include "commands/commands.h"
#include "query/expression.h"
#include "search/heap.h"

#define WORDS_MIN 3

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

/* A word of a question. */
struct word {
    struct line text;
    struct expression expression;
};

struct question {
    struct word *words;           /* (count) in the order of the line; owned */
    struct direction *directions; /* (count); owned */
    double *scores;               /* (count); owned */
    struct neighbor *ranked;      /* (count) scores from the highest; ids are places in the line; owned */
    size_t count;
    struct line *unseen; /* (unseen_count) words that are not in the vocabulary; owned */
    size_t unseen_count;
};

static void free_question(struct question *question) {
    for (size_t i = 0; question->words != NULL && i < question->count; i++)
        expression_free(&question->words[i].expression);
    free(question->words);
    free(question->directions);
    free(question->scores);
    free(question->ranked);
    free(question->unseen);
}

static size_t count_words(struct tokenizer_rules rules, const char *line) {
    size_t count = 0;
    for (size_t bytes; (bytes = expression_word(rules, &line)) > 0; line += bytes)
        count++;
    return count;
}

static bool read_question(struct question *question, const struct model *model, const char *line,
                          struct error *error) {
    const size_t count = question->count;
    question->words = memory_allocate(count, sizeof *question->words, "the words", error);
    question->directions = memory_allocate(count, sizeof *question->directions, "the words", error);
    question->scores = memory_allocate(count, sizeof *question->scores, "the words", error);
    question->ranked = memory_allocate(count, sizeof *question->ranked, "the words", error);
    if (question->words == NULL || question->directions == NULL || question->scores == NULL ||
        question->ranked == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        struct word *word = &question->words[i];
        const size_t bytes = expression_word(model->rules, &line);
        word->text = (struct line){line, bytes};
        if (!expression_parse(&word->expression, model, line, bytes, METHOD_ADD, error))
            return false;
        question->directions[i] = word->expression.directions[0];
        line += bytes;
    }
    return true;
}

/* Returns the place of the odd word. */
static size_t rank_words(struct question *question, double *sum, size_t stride) {
    const size_t odd = odd_find(question->directions, question->count, sum, stride, question->scores);
    for (size_t i = 0; i < question->count; i++)
        question->ranked[i] = (struct neighbor){i, question->scores[i]};
    heap_sort(question->ranked, question->count);
    return odd;
}

static size_t fill_word(const void *context, size_t index, struct output_field *fields) {
    const struct question *question = context;
    const struct neighbor *ranked = &question->ranked[index];
    const struct line *text = &question->words[ranked->id].text;
    fields[0] = output_text("word", text->text, text->length);
    fields[1] = output_score("score", ranked->score);
    return 2;
}

static void print_odd(enum output_format format, const struct question *question, const char *line,
                      size_t place) {
    const struct line *odd = &question->words[place].text;
    const struct output_field heads[] = {output_text("question", line, strlen(line)),
                                         output_text("odd", odd->text, odd->length),
                                         output_texts("unseen", question->unseen, question->unseen_count)};
    const size_t json_heads = question->unseen_count > 0 ? 3 : 2;
    if (format == OUTPUT_TABLE)
        output_record(format, heads + 1, 1);
    else
        output_list(format, heads, format == OUTPUT_JSON ? json_heads : 1, "words", question->count,
                    fill_word, question);
}

static bool tell_unseen(struct question *question, struct unseen_told *told, struct error *error) {
    bool done = true;
    for (size_t i = 0; done && i < question->count; i++)
        done = unseen_tell_all(told, &question->words[i].expression, error) &&
               unseen_list(&question->unseen, &question->unseen_count, &question->words[i].expression, error);
    return done;
}

static bool answer_line(void *context, const char *line, struct error *error) {
    struct session *session = context;
    const size_t stride = session->model.stride;
    struct question question = {.count = count_words(session->model.rules, line)};
    if (question.count < WORDS_MIN)
        return error_set(error, ERROR_INPUT, "at least %d words, or there is no odd one", WORDS_MIN);
    double *sum = memory_allocate(stride, sizeof *sum, "a sum", error);
    const bool done = sum != NULL && read_question(&question, &session->model, line, error) &&
                      tell_unseen(&question, &session->told, error);
    if (done)
        print_odd((enum output_format)session->format, &question, line, rank_words(&question, sum, stride));
    free_question(&question);
    free(sum);
    return done;
}

static bool run(int argc, char **argv, struct error *error) {
    struct session session = {.format = OUTPUT_TABLE};
    if (!command_parse(&command_odd, &argc, argv, &session, error) ||
        !open_model_known(&session.model, "odd", argv[0], session.known, error))
        return false;
    struct dialogue dialogue = {
        .command = "odd",
        .help = "Type at least three words: which one does not belong with the others?\n"
                "history lists your questions; Ctrl-D, exit or quit ends.\n",
        .format = (enum output_format)session.format,
        .phrases = true,
        .answer_line = answer_line,
        .model = &session.model,
        .context = &session};
    const bool done = unseen_create(&session.told, "odd", error) &&
                      dialogue_run(&dialogue, argv + 1, argc - 1, error);
    unseen_free(&session.told);
    model_close(&session.model);
    return done;
}

const struct command command_odd = {
    .name = "odd",
    .arguments = "MODEL [WORD...]",
    .summary = "the word that does not belong",
    .details = "Of three or more words, the one with the lowest mean cosine to the others. An\n"
               "argument with blanks inside is a phrase, as for near.\n"
               "\n"
               "Without words, each line of standard input is a question. A line without an\n"
               "answer gets a message on standard error and, in a table, an empty line; the exit\n"
               "code is 1 at the end.\n"
               "\n"
               "table  the odd word alone\n"
               "tsv    question, word and score for every word, the odd one last\n"
               "json   {\"question\": ..., \"odd\": ..., \"words\": [{\"word\": ..., \"score\": ...}]}",
    .tables = tables,
    .needs = "a model",
    .operands_min = 1,
    .run = run,
};

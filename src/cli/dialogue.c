#include "cli/dialogue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/lines.h"
#include "base/memory.h"
#include "cli/editor.h"
#include "cli/message.h"

/* How many requests are answered together. */
#define REQUESTS_MAX 1024

#define BLANKS " \t\n\v\f\r"

/* --- answers --- */

static void end_table_answer(const struct dialogue *dialogue) {
    if (dialogue->format == OUTPUT_TABLE && !dialogue->terminal)
        putchar('\n');
}

void dialogue_end_answer(const struct dialogue *dialogue) {
    if (dialogue->spaced)
        end_table_answer(dialogue);
}

bool dialogue_is_fatal(const struct request *request, const struct error *why) {
    return request->number == 0 || why->kind == ERROR_SYSTEM;
}

void dialogue_unanswered(struct dialogue *dialogue, const struct request *request, const struct error *why) {
    output_failure(dialogue->format, request->text, request->length, why);
    fflush(stdout);
    if (!dialogue->terminal) {
        message_begin(COLOR_ERROR, dialogue->command);
        fprintf(stderr, "line %zu: ", request->number);
    }
    output_shown(why->text, strlen(why->text), stderr);
    fputc('\n', stderr);
    dialogue->unanswered = true;
    end_table_answer(dialogue);
}

static bool answer_each(struct dialogue *dialogue, const struct request *requests, size_t count,
                        struct error *error) {
    for (size_t i = 0; i < count; i++) {
        struct error why = {.kind = ERROR_NONE};
        if (dialogue->answer_line(dialogue->context, requests[i].text, &why))
            dialogue_end_answer(dialogue);
        else if (dialogue_is_fatal(&requests[i], &why))
            return error_set(error, why.kind, "%s", why.text);
        else
            dialogue_unanswered(dialogue, &requests[i], &why);
    }
    return true;
}

/* A model that was written over also explains any other failure. */
static bool answer(struct dialogue *dialogue, const struct request *requests, size_t count,
                   struct error *error) {
    struct error changed = {.kind = ERROR_NONE};
    bool done = model_unchanged(dialogue->model, error) &&
                (dialogue->answer != NULL ? dialogue->answer : answer_each)(dialogue, requests, count, error);
    if (!model_unchanged(dialogue->model, &changed)) {
        *error = changed;
        done = false;
    }
    return done && output_flush(error);
}

/* --- the command line --- */

static bool is_phrase(const char *word) {
    return word[0] != '"' && word[strcspn(word, BLANKS)] != '\0';
}

/* Joins the words with blanks. */
static char *join(char **words, int count, bool phrases, struct error *error) {
    size_t bytes = 1, used = 0;
    for (int i = 0; i < count; i++)
        bytes += strlen(words[i]) + 3;
    char *line = memory_allocate(bytes, 1, "the question", error);
    for (int i = 0; line != NULL && i < count; i++) {
        const char *mark = phrases && is_phrase(words[i]) ? "\"" : "";
        used += (size_t)snprintf(line + used, bytes - used, "%s%s%s%s", i > 0 ? " " : "", mark, words[i],
                                 mark);
    }
    return line;
}

static bool answer_words(struct dialogue *dialogue, char **words, int count, struct error *error) {
    if (dialogue->answer_words != NULL)
        return dialogue->answer_words(dialogue->context, words, (size_t)count, error);
    char *line = join(words, count, dialogue->phrases, error);
    const struct request request = {.text = line, .length = line != NULL ? strlen(line) : 0};
    dialogue->spaced = false;
    const bool done = line != NULL && answer(dialogue, &request, 1, error);
    free(line);
    return done;
}

/* --- standard input --- */

/* False for a blank line. */
static bool make_request(struct request *request, const char *line, size_t length, size_t number) {
    *request = (struct request){line, length, number};
    return line[strspn(line, BLANKS)] != '\0';
}

static bool answer_batch(struct dialogue *dialogue, const struct line_batch *batch, struct request *requests,
                         struct error *error) {
    size_t count = 0;
    for (size_t i = 0; i < batch->count; i++)
        count += make_request(&requests[count], batch->list[i].text, batch->list[i].length, batch->first + i);
    return count == 0 || answer(dialogue, requests, count, error);
}

static bool answer_lines(struct dialogue *dialogue, struct lines *lines, struct error *error) {
    struct request *requests = memory_allocate(REQUESTS_MAX, sizeof *requests, "lines", error);
    struct line_batch batch = {.count = 0};
    bool done = requests != NULL;
    do
        done = done && lines_take(lines, &batch, REQUESTS_MAX, error) &&
               answer_batch(dialogue, &batch, requests, error);
    while (done && batch.count > 0);
    line_batch_free(&batch);
    free(requests);
    if (done && dialogue->unanswered)
        return error_set(error, ERROR_NO_ANSWER, "%s", "");
    return done;
}

/* --- a terminal --- */

static void print_history(const struct editor *editor) {
    for (size_t i = 0; i + 1 < editor->history_count; i++)
        fprintf(stderr, "%4zu  %s\n", i + 1, editor->history[i]);
}

/* The next line typed, by the editor, or by the terminal's own means where the editor can't work. NULL at the
 * end. */
static bool ask(struct editor *editor, struct lines *lines, bool edited, const char **line,
                struct error *error) {
    if (edited)
        return editor_ask(editor, line, error);
    fputs(editor->prompt, stderr);
    char *typed;
    size_t length;
    const enum lines_result result = lines_next(lines, true, &typed, &length, error);
    *line = result == LINES_LINE ? typed : NULL;
    if (result == LINES_END)
        fputc('\n', stderr);
    return result != LINES_FAILED;
}

/* Whether the line is a command's name, with or without blanks behind it. */
static bool is_command(const char *line, const char *name) {
    const size_t length = strlen(name);
    return strncmp(line, name, length) == 0 && line[length + strspn(line + length, BLANKS)] == '\0';
}

static bool ends_dialogue(const char *line) {
    return is_command(line, "exit") || is_command(line, "quit");
}

static bool answer_typed(struct dialogue *dialogue, const struct editor *editor, const char *line,
                         size_t number, struct error *error) {
    struct request request;
    if (is_command(line, "help"))
        fprintf(stderr, "%s", dialogue->help);
    else if (is_command(line, "history"))
        print_history(editor);
    else if (make_request(&request, line, strlen(line), number))
        return answer(dialogue, &request, 1, error);
    return true;
}

static bool answer_terminal(struct dialogue *dialogue, struct lines *lines, struct error *error) {
    char prompt[64];
    snprintf(prompt, sizeof prompt, "%s> ", dialogue->command);
    struct editor editor = {.prompt = prompt};
    const bool edited = editor_usable();
    const char *line = "";
    bool done = true;
    for (size_t number = 1; done && line != NULL; number++) {
        done = ask(&editor, lines, edited, &line, error);
        if (done && line != NULL && ends_dialogue(line))
            break;
        if (done && line != NULL)
            done = answer_typed(dialogue, &editor, line, number, error);
    }
    editor_free(&editor);
    return done;
}

bool dialogue_run(struct dialogue *dialogue, char **words, int count, struct error *error) {
    if (count > 0)
        return answer_words(dialogue, words, count, error);
    struct lines lines;
    dialogue->terminal = isatty(STDIN_FILENO);
    const bool done = lines_open(&lines, "-", error) &&
                      (dialogue->terminal ? answer_terminal : answer_lines)(dialogue, &lines, error);
    lines_close(&lines);
    return done;
}

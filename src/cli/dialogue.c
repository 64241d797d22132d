#include "cli/dialogue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/lines.h"
#include "base/memory.h"
#include "cli/editor.h"

static bool is_blank(const char *line) {
    return line[strspn(line, " \t\n\v\f\r")] == '\0';
}

void dialogue_unanswered(struct dialogue *dialogue, size_t number, const struct error *why) {
    fflush(stdout);
    if (dialogue->terminal)
        fprintf(stderr, "%s\n", why->text);
    else
        fprintf(stderr, "sgns %s: line %zu: %s\n", dialogue->command, number, why->text);
    dialogue->unanswered = true;
}

/* --- lines --- */

static bool add_request(struct request *requests, size_t *count, const char *line, size_t length,
                        size_t number, struct error *error) {
    if (is_blank(line))
        return true;
    length -= length > 0 && line[length - 1] == '\r';
    char *text = memory_allocate(length + 1, 1, "a line", error);
    if (text == NULL)
        return false;
    memcpy(text, line, length);
    requests[(*count)++] = (struct request){text, number};
    return true;
}

/* Waits for a line, and takes those that are there, too. *ended at the end. */
static bool gather(struct dialogue *dialogue, struct lines *lines, struct request *requests, size_t *count,
                   size_t *number, bool *ended, struct error *error) {
    *count = 0;
    while (*count < dialogue->most) {
        char *line;
        size_t length;
        switch (lines_next(lines, *count == 0, &line, &length, error)) {
        case LINES_LINE:
            ++*number;
            if (!add_request(requests, count, line, length, *number, error))
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

static bool answer_lines(struct dialogue *dialogue, struct request *requests, struct error *error) {
    struct lines lines = {.descriptor = STDIN_FILENO, .name = "standard input"};
    size_t number = 0, count;
    bool ended = false, good = true;
    while (good && !ended) {
        good = gather(dialogue, &lines, requests, &count, &number, &ended, error);
        if (good && count > 0)
            good = dialogue->answer(dialogue, dialogue->context, requests, count, error) &&
                   output_flush(error);
        for (size_t i = 0; i < count; i++)
            free(requests[i].text);
    }
    lines_free(&lines);
    if (good && dialogue->unanswered)
        return error_set(error, ERROR_NO_ANSWER, "%s", "");
    return good;
}

/* --- a terminal --- */

static void print_history(const struct editor *editor) {
    for (size_t i = 0; i + 1 < editor->history_count; i++)
        fprintf(stderr, "%4zu  %s\n", i + 1, editor->history[i]);
}

/* The next line that someone types: by the editor, or by the terminal's own means where that can't work. */
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

static bool answer_typed(struct dialogue *dialogue, struct editor *editor, struct lines *lines,
                         struct error *error) {
    const bool edited = editor_usable();
    for (size_t number = 1;; number++) {
        const char *line;
        if (!ask(editor, lines, edited, &line, error))
            return false;
        if (line == NULL)
            return true;
        struct request request = {NULL, number};
        size_t count = 0;
        if (strcmp(line, "help") == 0)
            fprintf(stderr, "%s", dialogue->help);
        else if (strcmp(line, "history") == 0)
            print_history(editor);
        else if (!add_request(&request, &count, line, strlen(line), number, error))
            return false;
        const bool good = count == 0 || dialogue->answer(dialogue, dialogue->context, &request, 1, error);
        free(request.text);
        if (!good || !output_flush(error))
            return false;
    }
}

static bool answer_terminal(struct dialogue *dialogue, struct error *error) {
    char prompt[64];
    snprintf(prompt, sizeof prompt, "%s> ", dialogue->command);
    struct editor editor = {.prompt = prompt};
    struct lines lines = {.descriptor = STDIN_FILENO, .name = "the terminal"};
    const bool done = answer_typed(dialogue, &editor, &lines, error);
    editor_free(&editor);
    lines_free(&lines);
    return done;
}

bool dialogue_run(struct dialogue *dialogue, struct error *error) {
    dialogue->terminal = isatty(STDIN_FILENO);
    if (dialogue->terminal)
        return answer_terminal(dialogue, error);
    struct request *requests = memory_allocate(dialogue->most, sizeof *requests, "lines", error);
    const bool done = requests != NULL && answer_lines(dialogue, requests, error);
    free(requests);
    return done;
}

bool dialogue_each(struct dialogue *dialogue, const struct request *requests, size_t count,
                   enum output_format format, dialogue_line *answer_line, struct error *error) {
    for (size_t i = 0; i < count; i++) {
        struct error why = {.kind = ERROR_NONE};
        if (answer_line(dialogue->context, requests[i].text, &why))
            continue;
        if (why.kind == ERROR_SYSTEM)
            return error_set(error, why.kind, "%s", why.text);
        if (format == OUTPUT_JSON)
            output_failure(requests[i].text, strlen(requests[i].text), &why);
        dialogue_unanswered(dialogue, requests[i].number, &why);
        if (format == OUTPUT_TABLE && !dialogue->terminal)
            putchar('\n');
    }
    return true;
}

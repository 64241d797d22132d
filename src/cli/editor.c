#include "cli/editor.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/memory.h"
#include "cli/output.h"
#include "cli/width.h"
#include "text/show.h"

#define HISTORY_MAX 1000
#define CONTROL(letter) ((letter)&0x1f)

enum outcome { GOING_ON, LINE_DONE, LINE_DROPPED, INPUT_ENDED, FAILED };

/* How much of an escape sequence has come: Escape; Escape and [; Escape and O. */
enum escape { ESCAPE_NONE, ESCAPE_BEGUN, ESCAPE_BRACKET, ESCAPE_O };

bool editor_usable(void) {
    const char *terminal = getenv("TERM");
    return isatty(STDIN_FILENO) && isatty(STDERR_FILENO) && terminal != NULL && *terminal != '\0' &&
           strcmp(terminal, "dumb") != 0;
}

/* --- characters --- */

/* The bytes and columns of the code point at a place before the line's end. */
static size_t point_at(const struct editor *editor, size_t place, size_t *columns) {
    struct shown shown;
    const size_t bytes = show_next(editor->line + place, editor->length - place, &shown);
    *columns = shown.code_point == 0 ? shown.length : width_of_point(shown.code_point);
    return bytes;
}

/* The end of the character that begins at `place`: a code point and the marks that take no column of their
 * own. */
static size_t right_of(const struct editor *editor, size_t place) {
    size_t columns;
    if (place < editor->length)
        place += point_at(editor, place, &columns);
    while (place < editor->length) {
        const size_t bytes = point_at(editor, place, &columns);
        if (columns > 0)
            break;
        place += bytes;
    }
    return place;
}

/* The start of the character that ends at `place`, or that it is in. */
static size_t left_of(const struct editor *editor, size_t place) {
    size_t start = 0;
    for (size_t next = 0; next < place; next = right_of(editor, start))
        start = next;
    return start;
}

static size_t columns_of(const struct editor *editor, size_t from, size_t to) {
    return from < to ? width_of_text(editor->line + from, to - from) : 0;
}

/* --- the line --- */

static bool insert(struct editor *editor, const char *bytes, size_t count, struct error *error) {
    if (!memory_reserve(&editor->line, &editor->capacity, editor->length + count + 1, "a line", error))
        return false;
    memmove(editor->line + editor->cursor + count, editor->line + editor->cursor,
            editor->length - editor->cursor);
    memcpy(editor->line + editor->cursor, bytes, count);
    editor->length += count;
    editor->cursor += count;
    return true;
}

static void erase(struct editor *editor, size_t from, size_t to) {
    memmove(editor->line + from, editor->line + to, editor->length - to);
    editor->length -= to - from;
    editor->cursor = from;
}

static size_t word_start(const struct editor *editor) {
    size_t place = editor->cursor;
    while (place > 0 && editor->line[place - 1] == ' ')
        place--;
    while (place > 0 && editor->line[place - 1] != ' ')
        place--;
    return place;
}

static char *copy(const char *text, size_t length, struct error *error) {
    char *new = memory_allocate(length + 1, 1, "a line", error);
    if (new != NULL && length > 0)
        memcpy(new, text, length);
    return new;
}

/* Shows line `place` of the history; beyond its end, the new line. */
static bool browse(struct editor *editor, size_t place, struct error *error) {
    if (place > editor->history_count)
        return true;
    if (editor->browsed == editor->history_count) {
        free(editor->draft);
        editor->draft = copy(editor->line, editor->length, error);
        if (editor->draft == NULL)
            return false;
    }
    const char *text = place < editor->history_count ? editor->history[place] : editor->draft;
    editor->length = editor->cursor = 0;
    editor->browsed = place;
    return insert(editor, text, strlen(text), error);
}

static bool remember(struct editor *editor, struct error *error) {
    const char *line = editor->line;
    const size_t count = editor->history_count;
    if (line[strspn(line, " \t")] == '\0' || (count > 0 && strcmp(editor->history[count - 1], line) == 0))
        return true;
    if (count == HISTORY_MAX) {
        free(editor->history[0]);
        memmove(editor->history, editor->history + 1, --editor->history_count * sizeof *editor->history);
    }
    if (!memory_reserve(&editor->history, &editor->history_capacity, editor->history_count + 1, "the history",
                        error))
        return false;
    char *new = copy(line, strlen(line), error);
    if (new != NULL)
        editor->history[editor->history_count++] = new;
    return new != NULL;
}

/* --- the screen --- */

/* Prints the prompt and as much of the line as fits, with the cursor in view. */
static void show(const struct editor *editor) {
    const size_t width = width_of_terminal(), prompt = strlen(editor->prompt);
    const size_t space = width > prompt + 8 ? width - prompt - 1 : 8;
    size_t start = 0, before = columns_of(editor, 0, editor->cursor);
    while (before >= space) {
        const size_t next = right_of(editor, start);
        before -= columns_of(editor, start, next);
        start = next;
    }
    size_t end = start, shown = 0;
    while (end < editor->length) {
        const size_t next = right_of(editor, end);
        shown += columns_of(editor, end, next);
        if (shown > space)
            break;
        end = next;
    }
    fprintf(stderr, "\r%s", editor->prompt);
    if (end > start)
        output_shown(editor->line + start, end - start, stderr);
    fprintf(stderr, "\033[K\r\033[%zuC", prompt + before);
    fflush(stderr);
}

/* --- keys --- */

static bool arrow(struct editor *editor, char key, struct error *error) {
    switch (key) {
    case 'A':
        return editor->browsed == 0 || browse(editor, editor->browsed - 1, error);
    case 'B':
        return browse(editor, editor->browsed + 1, error);
    case 'C':
        editor->cursor = right_of(editor, editor->cursor);
        return true;
    case 'D':
        editor->cursor = left_of(editor, editor->cursor);
        return true;
    case 'H':
        editor->cursor = 0;
        return true;
    case 'F':
        editor->cursor = editor->length;
        return true;
    default:
        return true;
    }
}

/* A key that sends Escape [ NUMBER ~: Delete, Home or End. */
static void numbered_key(struct editor *editor) {
    if (editor->parameter == 3)
        erase(editor, editor->cursor, right_of(editor, editor->cursor));
    else if (editor->parameter == 1 || editor->parameter == 7)
        editor->cursor = 0;
    else if (editor->parameter == 4 || editor->parameter == 8)
        editor->cursor = editor->length;
}

static bool go_on_escape(struct editor *editor, char byte, struct error *error) {
    const enum escape before = (enum escape)editor->escape;
    editor->escape = ESCAPE_NONE;
    if (before == ESCAPE_BEGUN) {
        editor->escape = byte == '[' ? ESCAPE_BRACKET : byte == 'O' ? ESCAPE_O : ESCAPE_NONE;
        editor->parameter = 0;
        return true;
    }
    if (before == ESCAPE_BRACKET && (byte == ';' || (byte >= '0' && byte <= '9'))) {
        editor->escape = ESCAPE_BRACKET;
        editor->parameter = byte == ';' ? 0 : (editor->parameter * 10 + byte - '0') % 1000;
        return true;
    }
    if (byte == '~')
        numbered_key(editor);
    return byte == '~' || arrow(editor, byte, error);
}

static bool edit(struct editor *editor, char byte, struct error *error) {
    const size_t cursor = editor->cursor;
    switch (byte) {
    case CONTROL('A'):
        return arrow(editor, 'H', error);
    case CONTROL('B'):
        return arrow(editor, 'D', error);
    case CONTROL('E'):
        return arrow(editor, 'F', error);
    case CONTROL('F'):
        return arrow(editor, 'C', error);
    case CONTROL('N'):
        return arrow(editor, 'B', error);
    case CONTROL('P'):
        return arrow(editor, 'A', error);
    case CONTROL('D'):
        erase(editor, cursor, right_of(editor, cursor));
        return true;
    case CONTROL('H'):
    case 0x7f:
        erase(editor, left_of(editor, cursor), cursor);
        return true;
    case CONTROL('K'):
        erase(editor, cursor, editor->length);
        return true;
    case CONTROL('U'):
        erase(editor, 0, cursor);
        return true;
    case CONTROL('W'):
        erase(editor, word_start(editor), cursor);
        return true;
    case CONTROL('['):
        editor->escape = ESCAPE_BEGUN;
        return true;
    default:
        return (unsigned char)byte < ' ' && byte != '\t'
                   ? true
                   : insert(editor, byte == '\t' ? " " : &byte, 1, error);
    }
}

static enum outcome handle(struct editor *editor, char byte, struct error *error) {
    /* Sequences have no control characters: Escape was pressed on its own. */
    if ((unsigned char)byte < ' ')
        editor->escape = ESCAPE_NONE;
    if (editor->escape != ESCAPE_NONE)
        return go_on_escape(editor, byte, error) ? GOING_ON : FAILED;
    if (byte == '\n' || byte == '\r')
        return LINE_DONE;
    if (byte == CONTROL('C'))
        return LINE_DROPPED;
    if (byte == CONTROL('D') && editor->length == 0)
        return INPUT_ENDED;
    return edit(editor, byte, error) ? GOING_ON : FAILED;
}

/* --- asking --- */

static enum outcome read_keys(struct editor *editor, struct error *error) {
    enum outcome outcome = GOING_ON;
    while (outcome == GOING_ON) {
        if (editor->typed_start == editor->typed_count) {
            show(editor);
            const ssize_t bytes = read(STDIN_FILENO, editor->typed, sizeof editor->typed);
            if (bytes < 0 && errno == EINTR)
                continue;
            /* A terminal that has gone away is the end of input. */
            if (bytes <= 0)
                return INPUT_ENDED;
            editor->typed_start = 0;
            editor->typed_count = (size_t)bytes;
        }
        outcome = handle(editor, editor->typed[editor->typed_start++], error);
    }
    if (outcome == LINE_DROPPED)
        editor->cursor = editor->length;
    show(editor);
    return outcome;
}

/* Reads a line in a mode that passes on each key as it is typed. Keys typed earlier are kept. */
static enum outcome read_line(struct editor *editor, struct error *error) {
    struct termios before, during;
    if (tcgetattr(STDIN_FILENO, &before) != 0) {
        error_system(error, errno, "can't read the terminal's mode");
        return FAILED;
    }
    during = before;
    during.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG | IEXTEN);
    during.c_iflag &= ~(tcflag_t)IXON;
    during.c_cc[VMIN] = 1;
    during.c_cc[VTIME] = 0;
    (void)tcsetattr(STDIN_FILENO, TCSADRAIN, &during);
    const enum outcome outcome = read_keys(editor, error);
    (void)tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
    fputs(outcome == LINE_DROPPED ? "^C\n" : "\n", stderr);
    return outcome;
}

bool editor_ask(struct editor *editor, const char **line, struct error *error) {
    enum outcome outcome;
    *line = NULL;
    do {
        editor->length = editor->cursor = 0;
        editor->browsed = editor->history_count;
        outcome = read_line(editor, error);
    } while (outcome == LINE_DROPPED);
    if (outcome != LINE_DONE)
        return outcome == INPUT_ENDED;
    if (!memory_reserve(&editor->line, &editor->capacity, editor->length + 1, "a line", error))
        return false;
    editor->line[editor->length] = '\0';
    *line = editor->line;
    return remember(editor, error);
}

void editor_free(struct editor *editor) {
    for (size_t i = 0; i < editor->history_count; i++)
        free(editor->history[i]);
    free(editor->history);
    free(editor->line);
    free(editor->draft);
    *editor = (struct editor){0};
}

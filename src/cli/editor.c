#include "cli/editor.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/memory.h"

#define HISTORY_MAX 1000
#define CONTROL(letter) ((letter)&0x1f)

enum outcome { GOING_ON, LINE_DONE, INPUT_ENDED, FAILED };

/* How much of an escape sequence has come: Escape; Escape and [; Escape and O. */
enum escape { ESCAPE_NONE, ESCAPE_BEGUN, ESCAPE_BRACKET, ESCAPE_O };

bool editor_usable(void) {
    const char *terminal = getenv("TERM");
    return isatty(STDIN_FILENO) && isatty(STDERR_FILENO) && terminal != NULL && *terminal != '\0' &&
           strcmp(terminal, "dumb") != 0;
}

/* --- characters --- */

static bool continues(char byte) {
    return ((unsigned char)byte & 0xc0) == 0x80;
}

static size_t left_of(const struct editor *editor, size_t place) {
    while (place > 0 && continues(editor->line[--place]))
        continue;
    return place;
}

static size_t right_of(const struct editor *editor, size_t place) {
    if (place < editor->length)
        place++;
    while (place < editor->length && continues(editor->line[place]))
        place++;
    return place;
}

static size_t characters(const struct editor *editor, size_t from, size_t to) {
    size_t count = 0;
    for (size_t i = from; i < to; i++)
        count += !continues(editor->line[i]);
    return count;
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
    struct winsize window;
    size_t width = 80, start = 0;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col > 0)
        width = window.ws_col;
    const size_t prompt = strlen(editor->prompt), room = width > prompt + 8 ? width - prompt - 1 : 8;
    while (characters(editor, start, editor->cursor) >= room)
        start = right_of(editor, start);
    size_t end = start;
    while (end < editor->length && characters(editor, start, end) < room)
        end = right_of(editor, end);
    fprintf(stderr, "\r%s%.*s\033[K\r\033[%zuC", editor->prompt, (int)(end - start),
            editor->length > 0 ? editor->line + start : "",
            prompt + characters(editor, start, editor->cursor));
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
    if (byte == CONTROL('C') || (byte == CONTROL('D') && editor->length == 0))
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
    fputc('\n', stderr);
    return outcome;
}

bool editor_ask(struct editor *editor, const char **line, struct error *error) {
    editor->length = editor->cursor = 0;
    editor->browsed = editor->history_count;
    *line = NULL;
    switch (read_line(editor, error)) {
    case LINE_DONE:
        if (!memory_reserve(&editor->line, &editor->capacity, editor->length + 1, "a line", error))
            return false;
        editor->line[editor->length] = '\0';
        *line = editor->line;
        return remember(editor, error);
    case INPUT_ENDED:
        return true;
    default:
        return false;
    }
}

void editor_free(struct editor *editor) {
    for (size_t i = 0; i < editor->history_count; i++)
        free(editor->history[i]);
    free(editor->history);
    free(editor->line);
    free(editor->draft);
    *editor = (struct editor){0};
}

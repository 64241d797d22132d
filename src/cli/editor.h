/* A line editor for a terminal: what the usual keys do, and the lines of this session with the arrows up and
 * down. Only while a line is being typed does it change the terminal's mode. */
#ifndef SGNS_CLI_EDITOR_H
#define SGNS_CLI_EDITOR_H

#include <stddef.h>

#include "base/error.h"

struct editor {
    const char *prompt; /* set by the caller, the rest zeroed */
    char **history;     /* (history_count) the lines so far, each ended by a NUL; owned */
    size_t history_count, history_capacity;
    char *line; /* the line at hand, not ended by a NUL; owned */
    size_t length, capacity;
    size_t cursor;  /* a place in the line, in bytes */
    size_t browsed; /* the history's line that is shown; history_count: the new one */
    char *draft;    /* the new line, while others are shown; owned */
    char typed[64]; /* bytes read and not yet handled are typed[typed_start .. typed_count) */
    size_t typed_start, typed_count;
    int escape;    /* how far an escape sequence has got */
    int parameter; /* its number */
};

/* Whether standard input and standard error are a terminal that this can work with. */
bool editor_usable(void);

/* Asks for a line. *line is ended by a NUL and the editor's until the next call; NULL at the end of input,
 * which is Ctrl-D on an empty line, or Ctrl-C. Lines that are not blank are added to the history. */
bool editor_ask(struct editor *editor, const char **line, struct error *error) MUST_USE;

void editor_free(struct editor *editor);

#endif

/* A line editor for a terminal: the usual keys, and the up and down arrows for this session's earlier lines.
 * A character with the marks that follow it is one step of the cursor and takes the columns of cli/width.h.
 * The terminal's mode is changed only while a line is being typed. */
#ifndef SGNS_CLI_EDITOR_H
#define SGNS_CLI_EDITOR_H

#include <stddef.h>

#include "base/error.h"

struct editor {
    const char *prompt; /* set by the caller, the rest zeroed */
    char **history;     /* (history_count) the lines so far, each ended by a NUL; owned */
    size_t history_count, history_capacity;
    char *line; /* the current line, not ended by a NUL; owned */
    size_t length, capacity;
    size_t cursor;  /* an offset in the line, in bytes */
    size_t browsed; /* the line of the history that is shown; history_count for the new line */
    char *draft;    /* the new line, while an earlier one is shown; owned */
    char typed[64]; /* typed[typed_start .. typed_count) is read but not yet handled */
    size_t typed_start, typed_count;
    int escape;    /* how much of an escape sequence has come */
    int parameter; /* the number in it */
};

/* Whether standard input and standard error are a terminal that the editor can work with. */
bool editor_usable(void);

/* Prompts for a line. *line is ended by a NUL and valid until the next call. It is NULL at the end of input:
 * Ctrl-D on an empty line. Ctrl-C drops the line and prompts again. Lines that are not blank are added to the
 * history. */
bool editor_ask(struct editor *editor, const char **line, struct error *error) MUST_USE;

void editor_free(struct editor *editor);

#endif

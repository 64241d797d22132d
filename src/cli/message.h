/* Sentences on standard error, after "sgns COMMAND: ". What they quote may come from a file, so control
 * characters are shown as text/show.h says. */
#ifndef SGNS_CLI_MESSAGE_H
#define SGNS_CLI_MESSAGE_H

#include "base/error.h"
#include "cli/color.h"

/* The beginning of a line alone, in the color of a warning or an error. An empty command stands for sgns
 * itself. */
void message_begin(enum color color, const char *command);

/* One line, without its newline in `format`; a text too long loses its end. */
void message_warn(const char *command, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The error's sentence, if it has one. */
void message_error(const char *command, const struct error *error);

#endif

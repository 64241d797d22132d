/* What the completions of all shells are made of. */
#ifndef SGNS_CLI_COMPLETION_PARTS_H
#define SGNS_CLI_COMPLETION_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "cli/command.h"

/* What a value or an operand can be completed with. */
enum completion_kind { COMPLETION_NOTHING, COMPLETION_FILES, COMPLETION_COMMANDS };

/* An operand in the arguments of a command. */
struct completion_operand {
    const char *name; /* not ended by a NUL */
    int length;
    enum completion_kind kind;
    bool repeated; /* "WORD...": all further ones are like it */
};

/* Sets the operand of that number, from 0, and returns whether there is one: in "MODEL [WORD...] -o FILE",
 * these are MODEL and WORD. */
bool completion_operand(const struct command *command, size_t number, struct completion_operand *operand);

/* Of the option's value, where it has no choices. */
enum completion_kind completion_value_kind(const struct option *option);

/* The option's choices, and what is suggested for a text; NULL beyond the last. */
const char *completion_choice(const struct option *option, size_t index);

/* Prints a text with a backslash before each of the `special` characters, and in place of each ' what
 * `quotation` says. */
void completion_print(const char *text, const char *special, const char *quotation, FILE *out);

#endif

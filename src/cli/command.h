/* What a command is. main.c runs it. */
#ifndef SGNS_CLI_COMMAND_H
#define SGNS_CLI_COMMAND_H

#include <stddef.h>

#include "base/error.h"
#include "cli/options.h"

struct command {
    const char *name;
    const char *arguments;                    /* what follows "sgns NAME", as in "MODEL [WORD...]" */
    const char *summary;                      /* one line for the list of commands */
    const char *details;                      /* further paragraphs of its help page, or NULL */
    const struct option_table *const *tables; /* its options, in the order of the help page; ended by NULL */
    /* For command_parse: the operands it can't do without, in words ("a model and a file"), how many these
     * are, and how many it takes at most (0 for any number). */
    const char *needs;
    int operands_min, operands_max;
    bool expressions; /* its operands may be expressions, with signs */
    /* argv[0 .. argc) is what follows the command's name. Results go to standard output, all else to standard
     * error. On failure main.c prints the error and exits with its kind. */
    bool (*run)(int argc, char **argv, struct error *error);
};

/* options_parse, and a check of the number of operands. */
bool command_parse(const struct command *command, int *argc, char **argv, void *settings,
                   struct error *error) MUST_USE;

/* ERROR_INPUT: what is wrong, and how the command is used. Returns false. */
bool command_misused(const struct command *command, const char *what, struct error *error);

#endif

/* Completions for shells, written from the tables of commands and options: the commands, their options, the
 * choices of these, and file names where a file is asked for. Each writes a whole script. */
#ifndef SGNS_CLI_COMPLETION_H
#define SGNS_CLI_COMPLETION_H

#include <stdio.h>

#include "cli/command.h"

/* `commands` ends with NULL. */
typedef void completion_write(const struct command *const *commands, FILE *out);

completion_write completion_bash; /* to be sourced, or found by bash-completion as "sgns" */
completion_write completion_zsh;  /* "_sgns" in a folder of $fpath */
completion_write completion_fish; /* "sgns.fish" */

#endif

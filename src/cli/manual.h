/* The manual page, written from the tables of commands and options with the man macros, which groff and
 * mandoc both read. */
#ifndef SGNS_CLI_MANUAL_H
#define SGNS_CLI_MANUAL_H

#include <stdio.h>

#include "cli/command.h"

/* The whole page, sgns(1). `commands` ends with NULL. */
void manual_write(const struct command *const *commands, FILE *out);

#endif

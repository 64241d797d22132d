/* Command lines, by tables of options: parsing, defaults, range checks and help. */
#ifndef SGNS_CLI_OPTIONS_H
#define SGNS_CLI_OPTIONS_H

#include <stdio.h>

#include "base/error.h"
#include "base/option.h"

/* Puts all defaults and then the options in argv[0 .. *argc) into `settings` (zeroed by the caller), and
 * moves the operands, in order, to argv[0 .. *argc). `tables` ends with NULL. "--" ends the options; "-"
 * alone or before a blank is an operand. An unknown option (with the closest known one as a hint), a missing
 * or superfluous value, a malformed number and one out of range are ERROR_INPUT. */
bool options_parse(const struct option_table *const *tables, int *argc, char **argv, void *settings,
                   struct error *error) MUST_USE;

/* The options' part of a help page: lines of at most 78 columns. */
void options_help(const struct option_table *const *tables, FILE *out);

#endif

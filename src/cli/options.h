/* Parses command lines by tables of options: defaults, range checks and help. */
#ifndef SGNS_CLI_OPTIONS_H
#define SGNS_CLI_OPTIONS_H

#include <stdio.h>

#include "base/error.h"
#include "base/option.h"

/* Sets the defaults and then the options of argv[0 .. *argc) in `settings` (zeroed by the caller), and moves
 * the operands, in order, to argv[0 .. *argc). `tables` ends with NULL. "--" ends the options; "-" alone or
 * before a blank is an operand. An unknown option (with a hint: cli/hints.h), a missing or superfluous value,
 * and a number that is malformed or out of range are ERROR_INPUT. */
bool options_parse(const struct option_table *const *tables, int *argc, char **argv, void *settings,
                   struct error *error) MUST_USE;

/* The same for operands that are expressions, such as king - man: "-man" may be meant as a sign and a word,
 * and the error says so. */
bool options_parse_signs(const struct option_table *const *tables, int *argc, char **argv, void *settings,
                         struct error *error) MUST_USE;

/* Prints the options of a help page, in lines of at most 78 columns. */
void options_help(const struct option_table *const *tables, FILE *out);

#endif

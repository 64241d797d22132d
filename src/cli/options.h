/* Parses command lines by tables of options: defaults, range checks and help. */
#ifndef SGNS_CLI_OPTIONS_H
#define SGNS_CLI_OPTIONS_H

#include <stdio.h>

#include "base/error.h"
#include "base/option.h"

/* Sets the defaults and then the options of argv[0 .. *argc) in `settings` (zeroed by the caller), and moves
 * the operands, in order, to argv[0 .. *argc). `tables` ends with NULL. "--" ends the options; "-" alone or
 * before a blank is an operand. An unknown option (with a hint: cli/hints.h), a missing or superfluous value,
 * and a number that is malformed or out of range are ERROR_INPUT. The options that every command has come
 * behind those of the tables; they are carried out at once. */
bool options_parse(const struct option_table *const *tables, int *argc, char **argv, void *settings,
                   struct error *error) MUST_USE;

/* The same for operands that are expressions, such as king - man: "-man" may be meant as a sign and a word,
 * and the error says so. */
bool options_parse_signs(const struct option_table *const *tables, int *argc, char **argv, void *settings,
                         struct error *error) MUST_USE;

/* The option at `index` among those of the tables and those that every command has (cli/common_options.h), in
 * their order; NULL beyond the last. */
const struct option *options_at(const struct option_table *const *tables, size_t index);

/* How help and errors name an option's value: the choices with bars between, or "N", "FILE"; NULL for a flag.
 * `names` (size bytes) is where the choices go. */
const char *options_value(const struct option *option, char *names, size_t size);

/* The option's help and its default, written to text[0 .. size). */
const char *options_text(const struct option *option, char *text, size_t size);

/* Prints the options of a help page, in lines of at most 78 columns. */
void options_help(const struct option_table *const *tables, FILE *out);

#endif

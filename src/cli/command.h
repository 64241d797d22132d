/* The commands. main.c holds the table of them; one file in cli/ each. */
#ifndef SGNS_CLI_COMMAND_H
#define SGNS_CLI_COMMAND_H

#include <stddef.h>

#include "base/error.h"
#include "cli/options.h"

struct command {
    const char *name;
    const char *arguments;                    /* behind "sgns NAME", as in "MODEL [WORD...]" */
    const char *summary;                      /* one line for the list of commands */
    const char *details;                      /* further paragraphs of its help, or NULL */
    const struct option_table *const *tables; /* of its options, in the order of its help; ended by NULL */
    /* argv[0 .. argc) is what stands behind the command's name. Results go to standard output, all else to
     * standard error. On failure main.c prints the error and exits with its kind. */
    bool (*run)(int argc, char **argv, struct error *error);
};

extern const struct command command_train;
extern const struct command command_near;
extern const struct command command_analogy;
extern const struct command command_similarity;
extern const struct command command_odd;
extern const struct command command_vector;
extern const struct command command_cluster;
extern const struct command command_embed;
extern const struct command command_search;
extern const struct command command_eval;
extern const struct command command_export;
extern const struct command command_info;

#endif

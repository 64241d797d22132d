#include "cli/command.h"

#include <stdio.h>

bool command_misused(const struct command *command, const char *what, struct error *error) {
    return error_set(error, ERROR_INPUT, "%s: sgns %s %s", what, command->name, command->arguments);
}

bool command_parse(const struct command *command, int *argc, char **argv, void *settings,
                   struct error *error) {
    char what[256];
    if (!(command->expressions ? options_parse_signs : options_parse)(command->tables, argc, argv, settings,
                                                                      error))
        return false;
    if (*argc < command->operands_min) {
        snprintf(what, sizeof what, "name %s", command->needs);
        return command_misused(command, what, error);
    }
    if (command->operands_max > 0 && *argc > command->operands_max) {
        snprintf(what, sizeof what, "\"%.100s\" is one argument too many", argv[command->operands_max]);
        return command_misused(command, what, error);
    }
    return true;
}

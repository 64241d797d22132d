#include <string.h>

#include "cli/completion.h"
#include "cli/completion_parts.h"

/* What _arguments and the shell itself would take for something else. All is in single quotes. */
#define SPECIAL "\\[]:$`"
#define QUOTATION "'\\''"

/* A choice and its help, which stand in double quotes, too. */
static void print_choice(const struct option *option, size_t index, const char *choice, FILE *out) {
    fprintf(out, "%s%s", index > 0 ? " " : "", choice);
    if (option->choice_help == NULL)
        return;
    fputs("\\:\"", out);
    completion_print(option->choice_help(index), SPECIAL "\"", QUOTATION, out);
    fputc('"', out);
}

/* What completes a value or an operand. */
static void print_action(enum completion_kind kind, FILE *out) {
    static const char *const actions[] = {
        [COMPLETION_NOTHING] = " ", [COMPLETION_FILES] = "_files", [COMPLETION_COMMANDS] = "_sgns_commands"};
    fputs(actions[kind], out);
}

/* ":VALUE:what completes it" */
static void print_value(const struct option *option, FILE *out) {
    const char *choice = completion_choice(option, 0);
    fprintf(out, ":%s:", option->value != NULL ? option->value : option->name);
    if (choice == NULL) {
        print_action(completion_value_kind(option), out);
        return;
    }
    fputs(option->choice_help != NULL ? "((" : "(", out);
    for (size_t i = 0; (choice = completion_choice(option, i)) != NULL; i++)
        print_choice(option, i, choice, out);
    fputs(option->choice_help != NULL ? "))" : ")", out);
}

/* One of the option's names; a value is attached to it or follows it. */
static void print_name(const struct option *option, bool letter, FILE *out) {
    const bool valued = option->type != OPTION_FLAG;
    fputs("        '", out);
    if (option->type == OPTION_TEXTS)
        fputc('*', out);
    else if (option->letter != '\0')
        fprintf(out, "(-%c --%s)", option->letter, option->name);
    if (letter)
        fprintf(out, "-%c%s[", option->letter, valued ? "+" : "");
    else
        fprintf(out, "--%s%s[", option->name, valued ? "=" : "");
    completion_print(option->help, SPECIAL, QUOTATION, out);
    fputc(']', out);
    if (valued)
        print_value(option, out);
    fputs("'\n", out);
}

static void print_command(const struct command *command, FILE *out) {
    const struct option *option;
    struct completion_operand operand;
    fprintf(out, "_sgns_%s() {\n    local -a specs=(\n", command->name);
    for (size_t i = 0; (option = options_at(command->tables, i)) != NULL; i++) {
        if (option->letter != '\0')
            print_name(option, true, out);
        print_name(option, false, out);
    }
    for (size_t i = 0; completion_operand(command, i, &operand); i++) {
        if (operand.repeated)
            fputs("        '*", out);
        else
            fprintf(out, "        '%zu", i + 1);
        fprintf(out, ":%.*s:", operand.length, operand.name);
        print_action(operand.kind, out);
        fputs("'\n", out);
    }
    fputs("    )\n    _arguments -s -S $specs\n}\n\n", out);
}

static void print_commands(const struct command *const *commands, FILE *out) {
    fputs("_sgns_commands() {\n    local -a commands=(\n", out);
    for (size_t i = 0; commands[i] != NULL; i++) {
        fprintf(out, "        '%s:", commands[i]->name);
        completion_print(commands[i]->summary, SPECIAL, QUOTATION, out);
        fputs("'\n", out);
    }
    fputs("    )\n    _describe -t commands command commands\n}\n\n", out);
}

static const char end[] =
    "_sgns() {\n"
    "    if ((CURRENT == 2)); then\n"
    "        if [[ $words[2] == -* ]]; then\n"
    "            _arguments '--help[list the commands]' '--version[print the version]'\n"
    "        else\n"
    "            _sgns_commands\n"
    "        fi\n"
    "        return\n"
    "    fi\n"
    "    local command=_sgns_$words[2]\n"
    "    shift words\n"
    "    ((CURRENT--))\n"
    "    (($+functions[$command])) && $command\n"
    "}\n"
    "\n"
    "if [[ $funcstack[1] == _sgns ]]; then\n"
    "    _sgns \"$@\"\n"
    "else\n"
    "    compdef _sgns sgns\n"
    "fi\n";

void completion_zsh(const struct command *const *commands, FILE *out) {
    fputs("#compdef sgns\n# Completion of sgns for zsh, written by: sgns help --generate zsh\n\n", out);
    print_commands(commands, out);
    for (size_t i = 0; commands[i] != NULL; i++)
        print_command(commands[i], out);
    fputs(end, out);
}

#include "cli/completion.h"
#include "cli/completion_parts.h"

/* Texts are in single quotes. */
#define SPECIAL "\\"
#define QUOTATION "\\'"

static void print_help(const char *help, FILE *out) {
    fputs(" -d '", out);
    completion_print(help, SPECIAL, QUOTATION, out);
    fputs("'\n", out);
}

/* The choices, as words that fish expands once more; a tab before the help, which is in double quotes. */
static void print_choices(const struct option *option, FILE *out) {
    const char *choice;
    fputs(" -x -a '", out);
    for (size_t i = 0; (choice = completion_choice(option, i)) != NULL; i++) {
        fprintf(out, "%s%s", i > 0 ? " " : "", choice);
        if (option->choice_help == NULL)
            continue;
        fputs("\\t\"", out);
        completion_print(option->choice_help(i), SPECIAL "\"$", QUOTATION, out);
        fputc('"', out);
    }
    fputc('\'', out);
}

static void print_option(const struct command *command, const struct option *option, FILE *out) {
    fprintf(out, "complete -c sgns -n '__sgns_command %s' -l %s", command->name, option->name);
    if (option->letter != '\0')
        fprintf(out, " -s %c", option->letter);
    if (completion_choice(option, 0) != NULL)
        print_choices(option, out);
    else if (option->type != OPTION_FLAG)
        fputs(completion_value_kind(option) == COMPLETION_FILES ? " -r -F" : " -x", out);
    print_help(option->help, out);
}

/* The operands: files if any of them is one. */
static void print_operands(const struct command *command, FILE *out) {
    struct completion_operand operand;
    bool files = false, names = false;
    for (size_t i = 0; completion_operand(command, i, &operand); i++) {
        files |= operand.kind == COMPLETION_FILES;
        names |= operand.kind == COMPLETION_COMMANDS;
    }
    if (files)
        fprintf(out, "complete -c sgns -n '__sgns_command %s' -F\n", command->name);
    if (names)
        fprintf(out, "complete -c sgns -n '__sgns_command %s' -a '$__sgns_commands'\n", command->name);
}

static void print_commands(const struct command *const *commands, FILE *out) {
    fputs("set -g __sgns_commands", out);
    for (size_t i = 0; commands[i] != NULL; i++)
        fprintf(out, " %s", commands[i]->name);
    fputc('\n', out);
    for (size_t i = 0; commands[i] != NULL; i++) {
        fprintf(out, "complete -c sgns -n __sgns_first -a %s", commands[i]->name);
        print_help(commands[i]->summary, out);
    }
}

static const char beginning[] = "# Completion of sgns for fish, written by: sgns help --generate fish\n"
                                "\n"
                                "function __sgns_first\n"
                                "    test (count (commandline -opc)) -eq 1\n"
                                "end\n"
                                "function __sgns_command\n"
                                "    set -l words (commandline -opc)\n"
                                "    test (count $words) -gt 1; and test $words[2] = $argv[1]\n"
                                "end\n"
                                "\n"
                                "complete -c sgns -f\n"
                                "complete -c sgns -n __sgns_first -l help -d 'list the commands'\n"
                                "complete -c sgns -n __sgns_first -l version -d 'print the version'\n";

void completion_fish(const struct command *const *commands, FILE *out) {
    const struct option *option;
    fputs(beginning, out);
    print_commands(commands, out);
    for (size_t i = 0; commands[i] != NULL; i++) {
        fputc('\n', out);
        for (size_t n = 0; (option = options_at(commands[i]->tables, n)) != NULL; n++)
            print_option(commands[i], option, out);
        print_operands(commands[i], out);
    }
}

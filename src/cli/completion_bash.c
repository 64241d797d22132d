#include "cli/completion.h"
#include "cli/completion_parts.h"

/* How the script calls what is no list of words. */
static const char *const kinds[] = {
    [COMPLETION_NOTHING] = "@nothing", [COMPLETION_FILES] = "@files", [COMPLETION_COMMANDS] = "$commands"};

static void print_commands(const struct command *const *commands, FILE *out) {
    fputs("    local commands='", out);
    for (size_t i = 0; commands[i] != NULL; i++)
        fprintf(out, "%s%s", i > 0 ? " " : "", commands[i]->name);
    fputs("'\n", out);
}

/* A variable with the names of the options, or only of those that take a value. */
static void print_names(const struct command *command, const char *variable, bool valued, FILE *out) {
    const struct option *option;
    fprintf(out, "            %s='", variable);
    for (size_t i = 0; (option = options_at(command->tables, i)) != NULL; i++) {
        if (valued && option->type == OPTION_FLAG)
            continue;
        fprintf(out, " --%s", option->name);
        if (option->letter != '\0')
            fprintf(out, " -%c", option->letter);
    }
    fputs(" '\n", out);
}

/* A line of a case statement for an option whose value can be completed. */
static void print_value(const struct option *option, FILE *out) {
    const char *choice = completion_choice(option, 0);
    const enum completion_kind kind = completion_value_kind(option);
    if (choice == NULL && kind == COMPLETION_NOTHING)
        return;
    fprintf(out, "                --%s", option->name);
    if (option->letter != '\0')
        fprintf(out, " | -%c", option->letter);
    fprintf(out, ") values='%s", choice == NULL ? kinds[kind] : choice);
    for (size_t i = 1; choice != NULL && (choice = completion_choice(option, i)) != NULL; i++)
        fprintf(out, " %s", choice);
    fputs("' ;;\n", out);
}

/* The last operand may be repeated. */
static void print_operands(const struct command *command, FILE *out) {
    struct completion_operand operand;
    bool repeated = false;
    fputs("            operands=(", out);
    for (size_t i = 0; completion_operand(command, i, &operand); i++) {
        fprintf(out, "%s\"%s\"", i > 0 ? " " : "", kinds[operand.kind]);
        repeated = operand.repeated;
    }
    fputs(repeated ? ")\n            more=\"${operands[${#operands[@]} - 1]}\"\n" : ")\n", out);
}

static void print_command(const struct command *command, FILE *out) {
    const struct option *option;
    fprintf(out, "        %s)\n", command->name);
    print_names(command, "names", false, out);
    print_names(command, "valued", true, out);
    print_operands(command, out);
    fputs("            case $before in\n", out);
    for (size_t i = 0; (option = options_at(command->tables, i)) != NULL; i++)
        print_value(option, out);
    fputs("            esac\n"
          "            ;;\n",
          out);
}

/* Bash takes --option=value for three words. File names are left to readline: they are its default, which is
 * taken away where something else is asked for. */
static const char beginning[] =
    "# Completion of sgns for bash, written by: sgns help --generate bash\n"
    "\n"
    "_sgns() {\n"
    "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}\n"
    "    local names= valued= values=@nothing more=@nothing offer number=0 i\n"
    "    local -a operands=()\n"
    "    local IFS=$' \\t\\n'\n";

static const char middle[] = "    COMPREPLY=()\n"
                             "    if [[ $word == = ]]; then\n"
                             "        word=\n"
                             "    elif [[ $before == = ]]; then\n"
                             "        before=${COMP_WORDS[COMP_CWORD - 2]}\n"
                             "    fi\n"
                             "    case ${COMP_WORDS[1]} in\n";

static const char end[] =
    "    esac\n"
    "    if ((COMP_CWORD == 1)); then\n"
    "        offer=\"$commands --help --version\"\n"
    "    elif [[ $valued == *\" $before \"* ]]; then\n"
    "        offer=$values\n"
    "    elif [[ $word == -* ]]; then\n"
    "        offer=$names\n"
    "    else\n"
    "        for ((i = 2; i < COMP_CWORD; i++)); do\n"
    "            case ${COMP_WORDS[i]} in\n"
    "                =) ((i++)) ;;\n"
    "                -?*) [[ $valued != *\" ${COMP_WORDS[i]} \"* || ${COMP_WORDS[i + 1]} == = ]] || ((i++)) "
    ";;\n"
    "                *) ((number++)) ;;\n"
    "            esac\n"
    "        done\n"
    "        offer=${operands[number]:-$more}\n"
    "    fi\n"
    "    [[ $offer == @files ]] && return\n"
    "    compopt +o default 2>/dev/null\n"
    "    [[ $offer == @nothing ]] || COMPREPLY=($(compgen -W \"$offer\" -- \"$word\"))\n"
    "}\n"
    "complete -o default -F _sgns sgns\n";

void completion_bash(const struct command *const *commands, FILE *out) {
    fputs(beginning, out);
    print_commands(commands, out);
    fputs(middle, out);
    for (size_t i = 0; commands[i] != NULL; i++)
        print_command(commands[i], out);
    fputs(end, out);
}

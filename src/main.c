/* The table of commands, their help, and the exit. Nothing else in the program prints fatal errors or exits.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cli/bus_error.h"
#include "cli/color.h"
#include "cli/completion.h"
#include "cli/hints.h"
#include "cli/manual.h"
#include "cli/message.h"
#include "cli/output.h"
#include "cli/version.h"
#include "commands/commands.h"

static const struct command command_help;

static const struct command *const commands[] = {
    &command_train,   &command_vocab,      &command_phrases, &command_subwords, &command_near,
    &command_analogy, &command_similarity, &command_odd,     &command_vector,   &command_cluster,
    &command_embed,   &command_search,     &command_eval,    &command_probe,    &command_map,
    &command_report,  &command_export,     &command_info,    &command_help,     NULL,
};

/* --- help --- */

/* What `help` can write for other programs. */
static const char *const generated[] = {"man", "bash", "zsh", "fish", NULL};

static const char *generated_help(size_t choice) {
    static const char *const help[] = {"the manual page, for sgns.1", "completion for bash",
                                       "completion for zsh, for _sgns", "completion for fish, for sgns.fish"};
    return help[choice];
}

/* In the order of `generated`. */
static completion_write *const writers[] = {manual_write, completion_bash, completion_zsh, completion_fish};

struct help_settings {
    struct option_choice generate;
};

static const struct option help_options[] = {
    {.name = "generate",
     .type = OPTION_MAYBE_CHOICE,
     .choices = generated,
     .choice_help = generated_help,
     .help = "write what make install installs, from the same tables as the help pages",
     .offset = offsetof(struct help_settings, generate)},
};
static const struct option_table help_table = OPTION_TABLE(help_options);
static const struct option_table *const help_tables[] = {&help_table, NULL};

static void print_heading(const char *heading, const char *rest, FILE *out) {
    fprintf(out, "%s%s%s%s", color_of(COLOR_HEADING, out), heading, color_of(COLOR_PLAIN, out), rest);
}

/* A line of the list of commands. */
static void help_line(const struct command *command, FILE *out) {
    const int at = fprintf(out, "  sgns %s %s", command->name, command->arguments), column = 40;
    fprintf(out, "%*s%s\n", at < column ? column - at : 1, "", command->summary);
}

static void help_program(FILE *out) {
    fprintf(out, "sgns trains word vectors from text and answers questions about them.\n\n");
    print_heading("usage:", "\n", out);
    for (size_t i = 0; commands[i] != NULL; i++)
        help_line(commands[i], out);
    fputc('\n', out);
    print_heading("for example:", "\n", out);
    fprintf(out, "  sgns train corpus.txt -o words.sgns\n  sgns near words.sgns king - man + woman\n");
}

static void help_command(const struct command *command, FILE *out) {
    print_heading("usage:", "", out);
    fprintf(out, " sgns %s %s\n\n%s\n", command->name, command->arguments, command->summary);
    if (command->details != NULL)
        fprintf(out, "\n%s\n", command->details);
    fputc('\n', out);
    print_heading("options:", "\n", out);
    options_help(command->tables, out);
}

static const struct command *find_command(const char *name) {
    for (size_t i = 0; commands[i] != NULL; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

static bool asks_for_help(int argc, char **argv) {
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    return false;
}

static bool names_help(const char *word) {
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

static bool unknown_command(const char *name, struct error *error) {
    const char *names[sizeof commands / sizeof *commands]; /* NOLINT(bugprone-sizeof-expression): pointers */
    size_t count = 0;
    for (; commands[count] != NULL; count++)
        names[count] = commands[count]->name;
    const size_t closest = hint_closest(name, strlen(name), names, count);
    if (closest < count)
        return error_set(error, ERROR_INPUT, "unknown command \"%s\"; did you mean %s?", name,
                         names[closest]);
    char list[512] = "";
    for (size_t i = 0, used = 0; i < count && used < sizeof list; i++)
        used += (size_t)snprintf(list + used, sizeof list - used, "%s %s", i > 0 ? "," : "", names[i]);
    return error_set(error, ERROR_INPUT, "unknown command \"%s\"; the commands are%s", name, list);
}

static bool run_help(int argc, char **argv, struct error *error) {
    struct help_settings settings = {.generate = {.given = false}};
    if (!command_parse(&command_help, &argc, argv, &settings, error))
        return false;
    if (settings.generate.given && argc > 0)
        return command_misused(&command_help, "--generate writes of all commands; name none", error);
    const struct command *command = argc > 0 ? find_command(argv[0]) : NULL;
    if (argc > 0 && command == NULL)
        return unknown_command(argv[0], error);
    if (settings.generate.given)
        writers[settings.generate.value](commands, stdout);
    else if (command != NULL)
        help_command(command, stdout);
    else
        help_program(stdout);
    return true;
}

static const struct command command_help = {
    .name = "help",
    .arguments = "[COMMAND]",
    .summary = "this list, or the help page of a command",
    .tables = help_tables,
    .operands_max = 1,
    .run = run_help,
};

/* --- running a command --- */

/* Returns the exit status. */
static int report(const char *command, const struct error *error) {
    fflush(stdout);
    message_error(command, error);
    return (int)error->kind;
}

static int run_command(const struct command *command, int argc, char **argv) {
    if (asks_for_help(argc, argv)) {
        help_command(command, stdout);
        return 0;
    }
    struct error error = {.kind = ERROR_NONE};
    return command->run(argc, argv, &error) ? 0 : report(command->name, &error);
}

/* Output that could not be written is a failure, even if that shows only now. A command that failed for that
 * reason has said so. */
static int close_output(int status) {
    struct error error = {.kind = ERROR_NONE};
    const bool reported = status != 0 && ferror(stdout) != 0;
    bool done = output_flush(&error);
    if (fclose(stdout) != 0 && done)
        done = output_failed(&error);
    if (!done && !reported)
        report("", &error);
    return done || status != 0 ? status : (int)error.kind;
}

/* If the caller closed a standard descriptor, as in 2>&-, the next file to be opened would get it, and
 * messages would go into that file. It is opened in the wrong mode, so that using it still fails. */
static void occupy_standard_descriptors(void) {
    for (int descriptor = 0; descriptor <= 2; descriptor++)
        if (fcntl(descriptor, F_GETFD) < 0)
            (void)open("/dev/null", descriptor == 0 ? O_WRONLY : O_RDONLY);
}

int main(int argc, char **argv) {
    occupy_standard_descriptors();
    signal(SIGXFSZ, SIG_IGN); /* so that exceeding a limit on file sizes fails like a full disk */
    bus_error_explain();
    if (argc < 2) {
        help_program(stderr);
        return ERROR_INPUT;
    }
    const char *name = argv[1];
    if (strcmp(name, "--version") == 0) {
        version_print(stdout);
        return close_output(0);
    }
    const struct command *command = find_command(names_help(name) ? command_help.name : name);
    if (command == NULL) {
        struct error error = {.kind = ERROR_NONE};
        unknown_command(name, &error);
        return report("", &error);
    }
    return close_output(run_command(command, argc - 2, argv + 2));
}

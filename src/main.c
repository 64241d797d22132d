/* The table of commands, their help, and the exit. Nothing else in the program prints fatal errors or exits.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cli/bus_error.h"
#include "cli/hints.h"
#include "cli/output.h"
#include "cli/version.h"
#include "commands/commands.h"

static const struct command *const commands[] = {
    &command_train,  &command_near,   &command_analogy, &command_similarity,
    &command_odd,    &command_vector, &command_cluster, &command_embed,
    &command_search, &command_eval,   &command_probe,   &command_export,
    &command_map,    &command_report, &command_info,    NULL,
};

/* A line of the list of commands. */
static void help_line(const char *name, const char *arguments, const char *summary, FILE *out) {
    const int at = fprintf(out, "  sgns %s %s", name, arguments), column = 40;
    fprintf(out, "%*s%s\n", at < column ? column - at : 1, "", summary);
}

static void help_program(FILE *out) {
    fprintf(out, "sgns trains word vectors from text and answers questions about them.\n\nusage:\n");
    for (size_t i = 0; commands[i] != NULL; i++)
        help_line(commands[i]->name, commands[i]->arguments, commands[i]->summary, out);
    help_line("help", "[COMMAND]", "this list, or the help page of a command", out);
    fprintf(
        out,
        "\nfor example:\n  sgns train corpus.txt -o words.sgns\n  sgns near words.sgns king - man + woman\n");
}

static void help_command(const struct command *command, FILE *out) {
    fprintf(out, "usage: sgns %s %s\n\n%s\n", command->name, command->arguments, command->summary);
    if (command->details != NULL)
        fprintf(out, "\n%s\n", command->details);
    fprintf(out, "\noptions:\n");
    options_help(command->tables, out);
    fprintf(out, "  -h, --help                  print this help\n");
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
    return strcmp(word, "help") == 0 || strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

static int unknown_command(const char *name) {
    const char *names[sizeof commands / sizeof *commands]; /* NOLINT(bugprone-sizeof-expression): pointers */
    size_t count = 0;
    for (; commands[count] != NULL; count++)
        names[count] = commands[count]->name;
    const size_t closest = hint_closest(name, strlen(name), names, count);
    fprintf(stderr, "sgns: unknown command \"");
    output_shown(name, strlen(name), stderr);
    if (closest < count)
        fprintf(stderr, "\"; did you mean %s?", names[closest]);
    else
        fprintf(stderr, "\"; the commands are");
    for (size_t i = 0; closest == count && i < count; i++)
        fprintf(stderr, "%s %s", i > 0 ? "," : "", names[i]);
    fprintf(stderr, "\n");
    return ERROR_INPUT;
}

static int run_help(int argc, char **argv) {
    const struct command *command = argc > 0 ? find_command(argv[0]) : NULL;
    if (argc > 0 && command == NULL && !names_help(argv[0]))
        return unknown_command(argv[0]);
    if (command != NULL)
        help_command(command, stdout);
    else
        help_program(stdout);
    return 0;
}

static int run_command(const struct command *command, int argc, char **argv) {
    if (asks_for_help(argc, argv)) {
        help_command(command, stdout);
        return 0;
    }
    struct error error = {.kind = ERROR_NONE};
    if (command->run(argc, argv, &error))
        return 0;
    fflush(stdout);
    if (error.text[0] != '\0') {
        fprintf(stderr, "sgns %s: ", command->name);
        output_shown(error.text, strlen(error.text), stderr);
        fputc('\n', stderr);
    }
    return (int)error.kind;
}

/* Output that could not be written is a failure, even if that shows only now. A command that failed for that
 * reason has said so. */
static int close_output(int status) {
    struct error error = {.kind = ERROR_NONE};
    const bool reported = status != 0 && ferror(stdout) != 0;
    bool done = output_flush(&error);
    if (fclose(stdout) != 0 && done)
        done = output_failed(&error);
    if (!done && !reported && error.text[0] != '\0')
        fprintf(stderr, "sgns: %s\n", error.text);
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
        printf("sgns %s\n", SGNS_VERSION);
        return close_output(0);
    }
    if (names_help(name))
        return close_output(run_help(argc - 2, argv + 2));
    const struct command *command = find_command(name);
    if (command == NULL)
        return unknown_command(name);
    return close_output(run_command(command, argc - 2, argv + 2));
}

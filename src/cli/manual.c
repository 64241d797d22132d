#include "cli/manual.h"

#include <string.h>

#include "cli/common_options.h"
#include "cli/version.h"

/* --- text --- */

/* What groff would take for a request, an escape or a character of typography is replaced, and text between
 * backticks is bold. */
static void print_text(const char *text, size_t length, FILE *out) {
    bool bold = false;
    if (length > 0 && (text[0] == '.' || text[0] == '\''))
        fputs("\\&", out);
    for (size_t i = 0; i < length; i++)
        switch (text[i]) {
        case '`':
            bold = !bold;
            fputs(bold ? "\\fB" : "\\fR", out);
            break;
        case '\\':
            fputs("\\e", out);
            break;
        case '-':
            fputs("\\-", out);
            break;
        case '\'':
            fputs("\\(aq", out);
            break;
        case '^':
            fputs("\\(ha", out);
            break;
        case '~':
            fputs("\\(ti", out);
            break;
        default:
            fputc(text[i], out);
            break;
        }
}

static void print_string(const char *text, FILE *out) {
    print_text(text, strlen(text), out);
}

static void print_line(const char *text, size_t length, FILE *out) {
    print_text(text, length, out);
    fputc('\n', out);
}

/* --- the details of a command --- */

/* Where the last line belongs. */
enum block { BLOCK_NONE, BLOCK_TEXT, BLOCK_ITEM, BLOCK_CODE };

/* The length of the key of a line "key  what it means"; 0 if it is no such line. */
static size_t item_key(const char *text, size_t length) {
    size_t key = 0;
    while (key < length && text[key] != ' ')
        key++;
    return key > 0 && key + 1 < length && text[key] == ' ' && text[key + 1] == ' ' ? key : 0;
}

/* One line without its indentation; it comes after `block`, and the block that it belongs to is returned. */
static enum block print_detail(const char *text, size_t length, bool indented, enum block block, FILE *out) {
    const size_t key = item_key(text, length);
    if (block == BLOCK_CODE && (key > 0 || !indented))
        fputs(".fi\n", out);
    if (key > 0) {
        fputs(".TP\n.B ", out);
        print_line(text, key, out);
        const size_t skipped = key + strspn(text + key, " ");
        print_line(text + skipped, length - skipped, out);
        return BLOCK_ITEM;
    }
    if (indented && block == BLOCK_ITEM) {
        fputs(text[0] == '{' ? ".br\n" : "", out);
        print_line(text, length, out);
        return BLOCK_ITEM;
    }
    if (indented && block != BLOCK_CODE)
        fputs(".PP\n.nf\n", out);
    else if (!indented && block != BLOCK_TEXT)
        fputs(".PP\n", out);
    print_line(text, length, out);
    return indented ? BLOCK_CODE : BLOCK_TEXT;
}

/* Paragraphs are filled, lines "key  what it means" become a list, and other indented lines stay as they are.
 */
static void print_details(const char *text, FILE *out) {
    enum block block = BLOCK_NONE;
    while (text != NULL && *text != '\0') {
        const size_t length = strcspn(text, "\n"), indent = strspn(text, " ");
        if (length > indent)
            block = print_detail(text + indent, length - indent, indent > 0, block, out);
        else {
            fputs(block == BLOCK_CODE ? ".fi\n" : "", out);
            block = BLOCK_NONE;
        }
        text += length + (text[length] == '\n');
    }
    fputs(block == BLOCK_CODE ? ".fi\n" : "", out);
}

/* --- options --- */

static void print_choices(const struct option *option, FILE *out) {
    fputs(".RS\n", out);
    for (size_t i = 0; option->choices[i] != NULL; i++) {
        fputs(".TP\n.B ", out);
        print_string(option->choices[i], out);
        fputc('\n', out);
        print_string(option->choice_help(i), out);
        fputc('\n', out);
    }
    fputs(".RE\n", out);
}

static void print_option(const struct option *option, FILE *out) {
    char names[256];
    fputs(".TP\n", out);
    if (option->letter != '\0')
        fprintf(out, "\\fB\\-%c\\fR, ", option->letter);
    fputs("\\fB\\-\\-", out);
    print_string(option->name, out);
    fputs("\\fR", out);
    if (option->type != OPTION_FLAG) {
        fputs(" \\fI", out);
        print_string(options_value(option, names, sizeof names), out);
        fputs("\\fR", out);
    }
    fputc('\n', out);
    print_string(option->help, out);
    if (option->fallback != NULL) {
        fputs(" (default ", out);
        print_string(option->fallback, out);
        fputc(')', out);
    }
    fputc('\n', out);
    if (option->choice_help != NULL)
        print_choices(option, out);
}

static void print_table(const struct option_table *table, FILE *out) {
    for (size_t i = 0; i < table->count; i++)
        print_option(&table->options[i], out);
}

/* --- the page --- */

static void print_command(const struct command *command, FILE *out) {
    fprintf(out, ".SS sgns %s ", command->name);
    print_string(command->arguments, out);
    fputc('\n', out);
    print_string(command->summary, out);
    fputs(".\n", out);
    print_details(command->details, out);
    for (const struct option_table *const *table = command->tables; *table != NULL; table++)
        print_table(*table, out);
}

static const char beginning[] =
    ".SH NAME\n"
    "sgns \\- train word vectors from text and ask questions about them\n"
    ".SH SYNOPSIS\n"
    ".B sgns\n"
    ".I COMMAND\n"
    ".RI [ OPTION ...]\n"
    ".RI [ ARGUMENT ...]\n"
    ".PP\n"
    ".B sgns help\n"
    ".RI [ COMMAND ]\n"
    ".PP\n"
    ".B sgns \\-\\-version\n"
    ".SH DESCRIPTION\n"
    ".B sgns\n"
    "reads raw text, learns a vector for every word, and answers questions about the words:\n"
    "which are close, what completes an analogy, which line of a file is nearest to a query.\n"
    "It trains skip\\-gram vectors with negative sampling, as word2vec does, or with another\n"
    "contrastive loss, on all cores.\n"
    ".PP\n"
    "Options and arguments may come in any order; \\fB\\-\\-\\fR ends the options.\n"
    "A value follows its option as the next word, or behind an equals sign:\n"
    "\\fB\\-\\-dim 300\\fR or \\fB\\-\\-dim=300\\fR.\n"
    "Answers go to standard output, everything else to standard error.\n"
    "Commands also read the files of word2vec, GloVe and fastText (.vec) as models.\n"
    ".SH COMMANDS\n";

static const char end[] =
    ".SH EXIT STATUS\n"
    ".TP\n"
    ".B 0\n"
    "success\n"
    ".TP\n"
    ".B 1\n"
    "a question has no answer, for example because a word is not in the vocabulary\n"
    ".TP\n"
    ".B 2\n"
    "wrong usage, or input that cannot be used\n"
    ".TP\n"
    ".B 3\n"
    "the system failed: memory, disk, permission\n"
    ".TP\n"
    ".B 128 + N\n"
    "signal N ended a training; what was learned is in a checkpoint\n"
    ".SH ENVIRONMENT\n"
    ".TP\n"
    ".B NO_COLOR\n"
    "if it is not empty, nothing is colored unless \\fB\\-\\-color always\\fR says so\n"
    ".TP\n"
    ".B CLICOLOR_FORCE\n"
    "if it is neither empty nor 0, output is colored in files and pipes, too\n"
    ".TP\n"
    ".B TERM\n"
    "with \\fBdumb\\fR, nothing is colored, and progress is printed line by line\n"
    ".TP\n"
    ".B TMPDIR\n"
    "where what was learned is kept if the folder of the model cannot be written\n"
    ".SH FILES\n"
    ".TP\n"
    ".IB MODEL .checkpoint\n"
    "a training that was stopped or is still going on, for \\fBsgns train \\-\\-resume\\fR\n"
    ".SH EXAMPLES\n"
    ".nf\n"
    "sgns train corpus.txt \\-o words.sgns\n"
    "sgns near words.sgns king \\- man + woman\n"
    "sgns search words.sgns lines.txt \\-k 3 the king and the queen\n"
    "sgns export words.sgns \\-f word2vec \\-o words.bin\n"
    ".fi\n";

void manual_write(const struct command *const *commands, FILE *out) {
    fputs(".\\\" Written by: sgns help --generate man\n"
          ".TH SGNS 1 ",
          out);
    print_string(SGNS_DATE, out);
    fprintf(out, " \"sgns %s\" \"User Commands\"\n%s", SGNS_VERSION, beginning);
    for (size_t i = 0; commands[i] != NULL; i++)
        print_command(commands[i], out);
    fputs(".SH OPTIONS OF ALL COMMANDS\n", out);
    print_table(&common_options, out);
    fputs(end, out);
}

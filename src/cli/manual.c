#include "cli/manual.h"

#include <string.h>

#include "cli/common_options.h"
#include "cli/version.h"

/* The source has lines of about so many bytes. */
#define LINE_BYTES 70

struct page {
    FILE *out;
    bool bold; /* a backtick was the last one of two */
};

/* --- text --- */

/* What groff would take for an escape or a character of typography is replaced; text between backticks is
 * bold. */
static void print_character(struct page *page, char character) {
    switch (character) {
    case '`':
        page->bold = !page->bold;
        fputs(page->bold ? "\\fB" : "\\fR", page->out);
        break;
    case '\\':
        fputs("\\e", page->out);
        break;
    case '-':
        fputs("\\-", page->out);
        break;
    case '\'':
        fputs("\\(aq", page->out);
        break;
    case '^':
        fputs("\\(ha", page->out);
        break;
    case '~':
        fputs("\\(ti", page->out);
        break;
    default:
        fputc(character, page->out);
        break;
    }
}

/* A line that begins with a period is none of groff's requests. */
static void print_text(struct page *page, const char *text, size_t length) {
    fputs(length > 0 && text[0] == '.' ? "\\&" : "", page->out);
    for (size_t i = 0; i < length; i++)
        print_character(page, text[i]);
}

static void print_string(struct page *page, const char *text) {
    print_text(page, text, strlen(text));
}

static void print_line(struct page *page, const char *text, size_t length) {
    print_text(page, text, length);
    fputc('\n', page->out);
}

/* Text that groff fills may be broken at any blank. */
static void print_filled(struct page *page, const char *text, size_t length) {
    while (length > LINE_BYTES) {
        size_t end = LINE_BYTES;
        while (end > 0 && text[end] != ' ')
            end--;
        if (end == 0)
            break;
        print_line(page, text, end);
        text += end + 1;
        length -= end + 1;
    }
    print_line(page, text, length);
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

static void end_code(struct page *page) {
    fputs(".fi\n.RE\n", page->out);
}

/* One line without its indentation; it comes after `block`, and the block that it belongs to is returned. */
static enum block print_detail(const char *text, size_t length, bool indented, enum block block,
                               struct page *page) {
    const size_t key = item_key(text, length);
    if (block == BLOCK_CODE && (key > 0 || !indented))
        end_code(page);
    if (key > 0) {
        fputs(".TP\n.B ", page->out);
        print_line(page, text, key);
        const size_t skipped = key + strspn(text + key, " ");
        print_filled(page, text + skipped, length - skipped);
        return BLOCK_ITEM;
    }
    if (indented && block == BLOCK_ITEM) {
        fputs(text[0] == '{' ? ".br\n" : "", page->out);
        print_filled(page, text, length);
        return BLOCK_ITEM;
    }
    if (indented && block != BLOCK_CODE)
        fputs(".PP\n.RS\n.nf\n", page->out);
    else if (!indented && block != BLOCK_TEXT)
        fputs(".PP\n", page->out);
    (indented ? print_line : print_filled)(page, text, length);
    return indented ? BLOCK_CODE : BLOCK_TEXT;
}

/* Paragraphs are filled, lines "key  what it means" become a list, and other indented lines stay as they are.
 */
static void print_details(const char *text, struct page *page) {
    enum block block = BLOCK_NONE;
    while (text != NULL && *text != '\0') {
        const size_t length = strcspn(text, "\n"), indent = strspn(text, " ");
        if (length > indent)
            block = print_detail(text + indent, length - indent, indent > 0, block, page);
        if (block == BLOCK_CODE && (length == indent || text[length] == '\0'))
            end_code(page);
        if (length == indent)
            block = BLOCK_NONE;
        text += length + (text[length] == '\n');
    }
}

/* --- options --- */

static void print_choices(const struct option *option, struct page *page) {
    fputs(".RS\n", page->out);
    for (size_t i = 0; option->choices[i] != NULL; i++) {
        fputs(".TP\n.B ", page->out);
        print_string(page, option->choices[i]);
        fputc('\n', page->out);
        print_filled(page, option->choice_help(i), strlen(option->choice_help(i)));
    }
    fputs(".RE\n", page->out);
}

static void print_option(const struct option *option, struct page *page) {
    char text[512];
    fputs(".TP\n", page->out);
    if (option->letter != '\0')
        fprintf(page->out, "\\fB\\-%c\\fR, ", option->letter);
    fputs("\\fB\\-\\-", page->out);
    print_string(page, option->name);
    fputs("\\fR", page->out);
    if (option->type != OPTION_FLAG) {
        fputs(" \\fI", page->out);
        print_string(page, options_value(option, text, sizeof text));
        fputs("\\fR", page->out);
    }
    fputc('\n', page->out);
    const char *help = options_text(option, text, sizeof text);
    print_filled(page, help, strlen(help));
    if (option->choice_help != NULL)
        print_choices(option, page);
}

static void print_table(const struct option_table *table, struct page *page) {
    for (size_t i = 0; i < table->count; i++)
        print_option(&table->options[i], page);
}

/* --- the page --- */

static void print_command(const struct command *command, struct page *page) {
    fprintf(page->out, ".SS sgns %s ", command->name);
    print_string(page, command->arguments);
    fputc('\n', page->out);
    print_string(page, command->summary);
    fputs(".\n", page->out);
    print_details(command->details, page);
    for (const struct option_table *const *table = command->tables; *table != NULL; table++)
        print_table(*table, page);
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
    "reads raw text, learns a vector for every word, and answers questions about\n"
    "the words: which are close, what completes an analogy, which line of a file is\n"
    "nearest to a query.\n"
    "It trains skip\\-gram vectors with negative sampling, as word2vec does, or with\n"
    "another contrastive loss, on all cores.\n"
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
    "a training that was stopped or still goes on, for \\fBsgns train \\-\\-resume\\fR\n"
    ".SH EXAMPLES\n"
    ".nf\n"
    "sgns train corpus.txt \\-o words.sgns\n"
    "sgns near words.sgns king \\- man + woman\n"
    "sgns search words.sgns lines.txt \\-k 3 the king and the queen\n"
    "sgns export words.sgns \\-f word2vec \\-o words.bin\n"
    ".fi\n";

void manual_write(const struct command *const *commands, FILE *out) {
    struct page page = {.out = out};
    fputs(".\\\" Written by: sgns help --generate man\n"
          ".TH SGNS 1 ",
          out);
    fprintf(out, "%s \"sgns %s\" \"User Commands\"\n%s", SGNS_DATE, SGNS_VERSION, beginning);
    for (size_t i = 0; commands[i] != NULL; i++)
        print_command(commands[i], &page);
    fputs(".SH OPTIONS OF ALL COMMANDS\n", out);
    print_table(&common_options, &page);
    fputs(end, out);
}

/* Damaged models in every command that takes one. */
#include <string.h>
#include <unistd.h>

#include "commands/commands.h"
#include "fuzz.h"

#define WORDS_MAX 16

/* A command line behind the model: MODEL stands for it, and a word that begins with @ for a file of that
 * name. */
static const struct line_of_words {
    const struct command *command;
    const char *words[WORDS_MAX]; /* ended by NULL */
    bool numbers;                 /* it may print numbers that are not finite: those of the model */
} lines[] = {
    {&command_info, {"MODEL"}, false},
    {&command_info, {"MODEL", "--verify"}, false},
    {&command_near, {"MODEL", "king"}, false},
    {&command_near,
     {"MODEL", "\"new york\" - king, 2 paris + the", "-k3", "--format=json", "--threads=1"},
     false},
    {&command_near, {"MODEL", "king", "--context", "--threads=1", "--format", "tsv"}, false},
    {&command_near, {"MODEL", "--all", "-k", "2", "--threads", "1"}, false},
    {&command_near, {"MODEL", "kign"}, false},
    {&command_near, {"MODEL", "kingdom, romes - queen", "--format=json", "--threads=1"}, false},
    {&command_near, {"MODEL", "kingdom", "--known"}, false},
    {&command_vector, {"MODEL", "kingdom", "thee", "na\xc3\xafvely"}, true},
    {&command_odd, {"MODEL", "kings", "queens", "parisian"}, false},
    {&command_near, {"MODEL", "paris", "--method=mul", "--exclude", "rome", "--threads=1"}, false},
    {&command_analogy, {"MODEL", "man", "king", "woman", "--threads=1"}, false},
    {&command_similarity, {"MODEL", "king", "queen"}, false},
    {&command_similarity, {"MODEL", "king - man", "queen", "--format", "json"}, false},
    {&command_odd, {"MODEL", "king", "queen", "paris", "man"}, false},
    {&command_odd, {"MODEL", "the", "of", "and", "--format=json"}, false},
    {&command_vector, {"MODEL", "king", "the", "2024"}, true},
    {&command_vector, {"MODEL", "king", "--context", "--normalize", "--format=json"}, true},
    {&command_cluster, {"MODEL", "-k2", "--threads=1"}, false},
    {&command_cluster, {"MODEL", "-k3", "--threads=1", "--format=tsv"}, false},
    {&command_cluster, {"MODEL", "-k5", "--threads=1", "--format=json"}, false},
    {&command_embed, {"MODEL", "@lines", "--threads=1"}, true},
    {&command_embed,
     {"MODEL", "@lines", "--normalize", "--remove-component", "--threads=1", "--format=json"},
     true},
    {&command_search, {"MODEL", "@lines", "king of rome", "--threads=1", "--format=tsv"}, false},
    {&command_search, {"MODEL", "@lines", "--all", "--threads=1", "--format=json"}, false},
    {&command_eval, {"MODEL", "--similarity", "@similarity"}, false},
    {&command_eval, {"MODEL", "--analogies", "@analogies", "--format=tsv"}, false},
    {&command_eval, {"MODEL", "--categories", "@categories", "--outliers", "@outliers"}, false},
    {&command_eval, {"MODEL", "--categories", "@categories", "--format=json"}, false},
    {&command_map, {"MODEL", "--threads=1"}, false},
    {&command_map, {"MODEL", "king", "paris", "--layout=pca", "--threads=1"}, false},
    {&command_map, {"MODEL", "--near", "king - man", "--near=the", "--top=3", "--threads=1"}, false},
    {&command_report, {"MODEL", "--threads=1"}, false},
    {&command_probe, {"MODEL", "@factors"}, false},
    {&command_probe, {"MODEL", "@factors", "--format=json"}, false},
};

#define LINES (sizeof lines / sizeof *lines)

/* What was printed, at most `size` bytes of it; the file is empty afterwards. */
static size_t take_output(const struct fuzz *fuzz, char *text, size_t size) {
    fflush(stdout);
    const ssize_t bytes = pread(fuzz->output, text, size, 0);
    if (bytes < 0 || ftruncate(fuzz->output, 0) != 0 || lseek(fuzz->output, 0, SEEK_SET) != 0)
        give_up("can't read what a command prints");
    return (size_t)bytes;
}

/* Lines of text without control characters, and no number that is none: `nan` is not even a word of the
 * model. */
static void look_at(const char *text, size_t size, bool nan) {
    for (size_t i = 0; i < size; i++)
        if (((unsigned char)text[i] < ' ' && text[i] != '\n' && text[i] != '\t') || text[i] == '\x7f')
            give_up("a control character in the output");
    if (size > 0 && size < 60000 && text[size - 1] != '\n')
        give_up("the output does not end with a line");
    if (!nan && (memmem(text, size, "-nan", 4) != NULL || memmem(text, size, " nan", 4) != NULL))
        give_up("a number in the output that is none");
}

void run_command(struct fuzz *fuzz) {
    static char text[65536];
    const struct line_of_words *line = &lines[rng_below(&fuzz->rng, LINES)];
    char paths[WORDS_MAX][FUZZ_PATH_MAX], *argv[WORDS_MAX];
    int argc = 0;
    for (; line->words[argc] != NULL; argc++) {
        const char *word = line->words[argc];
        argv[argc] = paths[argc];
        if (strcmp(word, "MODEL") == 0)
            snprintf(paths[argc], sizeof paths[argc], "%s", fuzz->path);
        else if (word[0] == '@')
            fuzz_path(fuzz, word + 1, paths[argc]);
        else
            snprintf(paths[argc], sizeof paths[argc], "%s", word);
    }
    struct error error = {.kind = ERROR_NONE};
    if (!line->command->run(argc, argv, &error) && error.kind == ERROR_NONE)
        give_up("a command that failed without a reason");
    const bool word = fuzz->input.size > 0 && memmem(fuzz->input.data, fuzz->input.size, "nan", 3) != NULL;
    look_at(text, take_output(fuzz, text, sizeof text), line->numbers || word);
}

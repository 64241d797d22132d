/* sgns vocab: the words of a corpus and how often they occur. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/reading.h"
#include "cli/shared_options.h"
#include "commands/commands.h"
#include "text/vocab_file.h"

struct settings {
    struct reading_settings reading; /* first, for reading_options */
    const char *output;
    uint64_t min_count;
    bool force;
};

static const struct option options[] = {
    TEXT_OPTION("output", 'o', OPTION_TEXT, "FILE", "-", "the file to write; - is standard output",
                offsetof(struct settings, output)),
    FORCE_OPTION("a vocabulary", offsetof(struct settings, force)),
    INTEGER_OPTION("min-count", 0, "1", 1, 1e15, "leave out words that occur fewer than N times",
                   offsetof(struct settings, min_count)),
};
static const struct option_table own_options = OPTION_TABLE(options);
static const struct option_table *const tables[] = {&own_options, &reading_options, NULL};

/* --- counts of files that have some --- */

/* How many of the operands are vocabularies; either all or none may be. */
static bool find_vocabularies(char *const *operands, size_t count, size_t *found, struct error *error) {
    size_t first[2] = {0}; /* a text, a vocabulary */
    *found = 0;
    for (size_t i = 0; i < count; i++) {
        bool is;
        if (!vocab_file_check(operands[i], &is, error))
            return false;
        first[is] = i;
        *found += is;
    }
    return *found == 0 || *found == count ||
           error_set(error, ERROR_INPUT,
                     "%s has counts of words and %s is text; count the text first, and then add the two",
                     operands[first[1]], operands[first[0]]);
}

static bool add_up(struct vocab *vocab, const struct settings *settings, char *const *paths, size_t count,
                   struct error *error) {
    struct dictionary words;
    uint64_t total = 0;
    bool done = dictionary_create(&words, error);
    for (size_t i = 0; i < count && done; i++)
        done = vocab_file_read(&words, &total, paths[i], NULL, error);
    if (done && !settings->reading.quiet)
        fprintf(stderr, "added up %zu words of %zu file%s\n", words.size, count, count == 1 ? "" : "s");
    done = done && vocab_select(vocab, &words, settings->min_count, 0, NULL, error);
    dictionary_free(&words);
    return done &&
           (vocab->size > 0 || error_set(error, ERROR_INPUT, "no word occurs %llu times; lower --min-count",
                                         (unsigned long long)settings->min_count));
}

/* --- counts of a text --- */

static bool count_words(struct vocab *vocab, const struct settings *settings, const struct reading *reading,
                        struct error *error) {
    struct corpus corpus = {.stream = {.descriptor = -1}};
    struct ingest_options ingest_options = {
        .min_count = settings->min_count, .counts_only = true, .folder = "."};
    const bool done = reading_run(reading, &corpus, &ingest_options, error);
    *vocab = corpus.vocab;
    corpus.vocab = (struct vocab){.size = 0};
    corpus_free(&corpus);
    return done;
}

/* --- the file --- */

static bool create(struct file_out *file, const struct settings *settings, struct error *error) {
    return file_create_or_stream(file, settings->output, error) &&
           reading_check_old(file, settings->force, vocab_file_is, "a vocabulary", error);
}

static bool write_vocab(const struct settings *settings, struct file_out *file, struct interrupt *interrupt,
                        const struct reading *reading, char *const *paths, size_t count, bool counts,
                        struct error *error) {
    struct vocab vocab = {.size = 0};
    const bool done = (counts ? add_up(&vocab, settings, paths, count, error)
                              : count_words(&vocab, settings, reading, error)) &&
                      vocab_file_write(file, &vocab, error) && interrupt_commit(interrupt, file, error);
    if (done && !settings->reading.quiet && strcmp(settings->output, "-") != 0)
        fprintf(stderr, "wrote %s, %zu words\n", settings->output, vocab.size);
    vocab_free(&vocab);
    return done;
}

/* The file is created before signals are held: opening a pipe waits for its reader. */
static bool write_watched(const struct settings *settings, const struct reading *reading, char *const *paths,
                          size_t count, bool counts, struct error *error) {
    struct file_out file = {.descriptor = -1};
    struct interrupt interrupt;
    bool done = create(&file, settings, error);
    if (done) {
        interrupt_hold(&interrupt);
        done = interrupt_watch(&interrupt, &file, 1, error);
        if (done) {
            done = write_vocab(settings, &file, &interrupt, reading, paths, count, counts, error);
            interrupt_end(&interrupt);
        }
    }
    file_abandon(&file);
    return done;
}

static bool run(int argc, char **argv, struct error *error) {
    struct settings settings = {.output = NULL};
    if (!command_parse(&command_vocab, &argc, argv, &settings, error))
        return false;
    if (strcmp(settings.output, "-") != 0)
        signal(SIGPIPE, SIG_IGN);
    struct reading reading = {.settings = &settings.reading, .command = "vocab"};
    size_t vocabularies;
    const bool done = find_vocabularies(argv, (size_t)argc, &vocabularies, error) &&
                      (vocabularies > 0 || reading_list(&reading, (const char *const *)argv, (size_t)argc,
                                                        settings.output, error)) &&
                      write_watched(&settings, &reading, argv, (size_t)argc, vocabularies > 0, error);
    reading_free(&reading);
    return done;
}

const struct command command_vocab = {
    .name = "vocab",
    .arguments = "CORPUS... [-o FILE]",
    .summary = "the words of text files, counted",
    .details = "Writes a line word<TAB>count for each word, the most frequent first, words that\n"
               "are equally frequent as they first appear. CORPUS is read as train reads it.\n"
               "`sgns train --vocab FILE` takes the file back: as it is, without the lines that\n"
               "you have removed, or added up from several machines.\n"
               "\n"
               "Files that have such lines already are added up:\n"
               "  sgns vocab a.tsv b.tsv -o all.tsv",
    .tables = tables,
    .needs = "a text file, a folder, or - for standard input",
    .operands_min = 1,
    .run = run,
};

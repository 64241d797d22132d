/* sgns phrases: words that belong together, joined. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/output.h"
#include "cli/reading.h"
#include "cli/shared_options.h"
#include "commands/commands.h"
#include "text/content.h"
#include "text/find_phrases.h"
#include "text/phrases.h"

struct settings {
    struct reading_settings reading; /* first, for reading_options */
    const char *output, *list;
    uint64_t min_count, passes, top;
    size_t score; /* enum phrase_score */
    struct option_real threshold;
    size_t format;
    bool force;
};

static const char *const scores[] = {[PHRASE_WORD2PHRASE] = "word2phrase", [PHRASE_NPMI] = "npmi", NULL};

static const double thresholds[] = {[PHRASE_WORD2PHRASE] = 100, [PHRASE_NPMI] = 0.5};

static const char *describe_score(size_t score) {
    static const char *const help[] = {
        "(count of both - min-count) * words / (count * count)",
        "normalized pointwise mutual information: 0 by chance, 1 if always together"};
    return help[score];
}

static const struct option options[] = {
    TEXT_OPTION("output", 'o', OPTION_TEXT, "TEXT", NULL,
                "write the text with its phrases joined; - is standard output",
                offsetof(struct settings, output)),
    TEXT_OPTION("list", 0, OPTION_TEXT, "FILE", NULL,
                "write the phrases to a file, for sgns train --phrases FILE",
                offsetof(struct settings, list)),
    INTEGER_OPTION("top", 0, NULL, 1, COUNT_MAX, "print the N phrases with the highest scores",
                   offsetof(struct settings, top)),
    FORCE_OPTION("text, or a list of phrases", offsetof(struct settings, force)),
    CHOICES_OPTION("score", "word2phrase", scores, describe_score, "how much two words belong together",
                   offsetof(struct settings, score)),
    MAYBE_REAL_OPTION("threshold", -1e9, 1e12, "join words with a score above X (default: 100; for npmi 0.5)",
                      offsetof(struct settings, threshold)),
    INTEGER_OPTION("min-count", 0, "5", 1, 1e15, "leave words and pairs alone that occur fewer than N times",
                   offsetof(struct settings, min_count)),
    INTEGER_OPTION("passes", 0, "1", 1, PHRASE_PASSES_MAX,
                   "join what has been joined already: 2 for phrases of up to four words",
                   offsetof(struct settings, passes)),
    FORMAT_OPTION(offsetof(struct settings, format)),
};
static const struct option_table own_options = OPTION_TABLE(options);
static const struct option_table *const tables[] = {&own_options, &reading_options, NULL};

enum { TEXT, LIST, FILES };

struct job {
    struct settings settings;
    struct reading reading;
    struct file_out files[FILES];
    struct interrupt interrupt;
    char *folder; /* for temporary files; owned */
    struct corpus corpus;
    struct found_phrases found;
};

static const char *path_of(const struct settings *settings, int file) {
    return file == TEXT ? settings->output : settings->list;
}

static bool check_settings(const struct settings *settings, struct error *error) {
    const char *output = settings->output, *list = settings->list;
    if (output == NULL && list == NULL && settings->top == 0)
        return error_set(error, ERROR_INPUT,
                         "say what to do with the phrases: -o TEXT, --list FILE or --top N");
    const bool standard[] = {output != NULL && strcmp(output, "-") == 0,
                             list != NULL && strcmp(list, "-") == 0, settings->top > 0};
    if (standard[0] + standard[1] + standard[2] > 1)
        return error_set(error, ERROR_INPUT,
                         "-o, --list and --top can't all use standard output; name files");
    return output == NULL || list == NULL || strcmp(output, list) != 0 ||
           error_set(error, ERROR_INPUT, "-o and --list name the same file, %s", output);
}

/* --- files --- */

static bool is_text(const unsigned char *start, size_t size) {
    struct error unfit = {.kind = ERROR_NONE};
    return content_check("", start, size, &unfit);
}

static bool create_file(struct job *job, int which, struct error *error) {
    const struct settings *settings = &job->settings;
    struct file_out *file = &job->files[which];
    const char *path = path_of(settings, which);
    if (path == NULL)
        return true;
    return reading_check_output(&job->reading.files, path, "a file", error) &&
           file_create_or_stream(file, path, error) &&
           reading_check_old(file, settings->force, which == TEXT ? is_text : phrases_is,
                             which == TEXT ? "text" : "a list of phrases", error);
}

/* --- what is written --- */

struct writing {
    const struct found_phrases *found;
    struct file_out *file;
    bool inside; /* of a sentence */
};

static bool write_word(void *context, uint32_t id, struct error *error) {
    struct writing *writing = context;
    size_t length;
    if (id == STREAM_SENTENCE_END) {
        writing->inside = false;
        return file_write(writing->file, "\n", 1, error);
    }
    const char *word = found_phrases_word(writing->found, id, &length);
    const bool done = (!writing->inside || file_write(writing->file, " ", 1, error)) &&
                      file_write(writing->file, word, length, error);
    writing->inside = true;
    return done;
}

static bool write_text(struct job *job, struct error *error) {
    struct writing writing = {.found = &job->found, .file = &job->files[TEXT]};
    return job->settings.output == NULL || found_phrases_walk(&job->found, write_word, &writing, error);
}

static bool write_pair(struct file_out *file, const struct found_phrases *found,
                       const struct found_phrase *phrase, struct error *error) {
    char numbers[96];
    size_t left, right;
    const char *words[] = {found_phrases_word(found, phrase->pair.left, &left),
                           found_phrases_word(found, phrase->pair.right, &right)};
    const int length = snprintf(numbers, sizeof numbers, "\t%u\t%llu\t%.6g\n", (unsigned)phrase->pair.pass,
                                (unsigned long long)phrase->count, phrase->score);
    return file_write(file, words[0], left, error) && file_write(file, " ", 1, error) &&
           file_write(file, words[1], right, error) && file_write(file, numbers, (size_t)length, error);
}

static bool write_list(struct job *job, struct error *error) {
    bool done = true;
    for (size_t i = 0; job->settings.list != NULL && i < job->found.count && done; i++)
        done = write_pair(&job->files[LIST], &job->found, &job->found.list[i], error);
    return done;
}

/* --- the best --- */

static int compare_scores(const void *a, const void *b) {
    const struct found_phrase *const *left = a, *const *right = b;
    if ((*left)->score < (*right)->score || (*left)->score > (*right)->score)
        return (*left)->score > (*right)->score ? -1 : 1;
    return (*left > *right) - (*left < *right); /* in the order of the list */
}

static void print_phrase(const struct job *job, const struct found_phrase *phrase, size_t column) {
    size_t length;
    const char *word = found_phrases_word(&job->found, phrase->pair.joined, &length);
    struct output_field fields[] = {output_text("phrase", word, length), output_score("score", phrase->score),
                                    output_integer("count", phrase->count)};
    fields[0].width = column;
    fields[1].width = 12;
    fields[2].width = 9;
    output_record((enum output_format)job->settings.format, fields, 3);
}

static bool print_top(const struct job *job, struct error *error) {
    const struct found_phrases *found = &job->found;
    const size_t count = job->settings.top < found->count ? (size_t)job->settings.top : found->count;
    if (count == 0)
        return true;
    /* NOLINTNEXTLINE(bugprone-sizeof-expression): pointers */
    const struct found_phrase **order = memory_allocate(found->count, sizeof *order, "the phrases", error);
    if (order == NULL)
        return false;
    for (size_t i = 0; i < found->count; i++)
        order[i] = &found->list[i];
    /* NOLINTNEXTLINE(bugprone-sizeof-expression): pointers */
    qsort(order, found->count, sizeof *order, compare_scores);
    size_t column = 0;
    for (size_t i = 0; i < count; i++) {
        size_t length;
        const char *word = found_phrases_word(found, order[i]->pair.joined, &length);
        column = output_column(column, word, length);
    }
    for (size_t i = 0; i < count; i++)
        print_phrase(job, order[i], column);
    free(order);
    return output_flush(error);
}

/* --- the command --- */

static bool find(struct job *job, struct error *error) {
    const struct settings *settings = &job->settings;
    const struct find_phrases_options find_options = {
        .score = (enum phrase_score)settings->score,
        .threshold = settings->threshold.given ? settings->threshold.value : thresholds[settings->score],
        .min_count = settings->min_count,
        .passes = (uint32_t)settings->passes,
        .threads = option_threads(settings->reading.threads),
        .memory = memory_available() / 2};
    const double started = progress_clock();
    if (!find_phrases(&job->found, &job->corpus, &find_options, error))
        return false;
    if (!settings->reading.quiet)
        fprintf(stderr, "found %zu phrases in %.2f s\n", job->found.count, progress_clock() - started);
    if (job->found.count == 0 && settings->list != NULL)
        return error_set(error, ERROR_INPUT,
                         "no phrases, so no list of them; lower --threshold or --min-count");
    return true;
}

static bool commit(struct job *job, struct error *error) {
    struct file_out files[FILES];
    size_t count = 0;
    for (int i = 0; i < FILES; i++)
        if (path_of(&job->settings, i) != NULL) {
            files[count++] = job->files[i];
            job->files[i] = (struct file_out){.descriptor = -1};
        }
    const bool done = interrupt_commit_all(&job->interrupt, files, count, error);
    for (size_t i = 0; i < count; i++)
        file_abandon(&files[i]);
    for (int i = 0; done && !job->settings.reading.quiet && i < FILES; i++) {
        const char *path = path_of(&job->settings, i);
        if (path != NULL && strcmp(path, "-") != 0)
            fprintf(stderr, "wrote %s\n", path);
    }
    return done;
}

static bool work(struct job *job, struct error *error) {
    struct ingest_options ingest_options = {.min_count = 1, .folder = job->folder};
    return reading_run(&job->reading, &job->corpus, &ingest_options, error) && find(job, error) &&
           write_text(job, error) && write_list(job, error) && commit(job, error) && print_top(job, error);
}

/* The files are created before signals are held: opening a pipe waits for its reader. */
static bool work_watched(struct job *job, struct error *error) {
    for (int i = 0; i < FILES; i++)
        if (!create_file(job, i, error))
            return false;
    interrupt_hold(&job->interrupt);
    if (!interrupt_watch(&job->interrupt, job->files, FILES, error))
        return false;
    const bool done = work(job, error);
    interrupt_end(&job->interrupt);
    return done;
}

_Static_assert((int)FILES <= INTERRUPT_FILES_MAX, "both files are watched");

static void free_job(struct job *job) {
    for (int i = 0; i < FILES; i++)
        file_abandon(&job->files[i]);
    found_phrases_free(&job->found);
    corpus_free(&job->corpus);
    reading_free(&job->reading);
    free(job->folder);
}

static bool run(int argc, char **argv, struct error *error) {
    struct job job = {.files = {{.descriptor = -1}, {.descriptor = -1}},
                      .corpus = {.stream = {.descriptor = -1}}};
    const struct settings *settings = &job.settings;
    if (!command_parse(&command_phrases, &argc, argv, &job.settings, error) ||
        !check_settings(settings, error))
        return false;
    if (settings->output == NULL || strcmp(settings->output, "-") != 0)
        signal(SIGPIPE, SIG_IGN);
    job.reading = (struct reading){.settings = &settings->reading, .command = "phrases"};
    job.folder = place_folder(settings->output != NULL ? settings->output : ".", error);
    const bool done = job.folder != NULL &&
                      reading_list(&job.reading, (const char *const *)argv, (size_t)argc, settings->output,
                                   error) &&
                      work_watched(&job, error);
    free_job(&job);
    return done;
}

const struct command command_phrases = {
    .name = "phrases",
    .arguments = "CORPUS... -o TEXT",
    .summary = "words that belong together, joined",
    .details = "Finds pairs of words that come together much more often than by chance and joins\n"
               "them: new york becomes new_york, which then has a vector of its own. CORPUS is\n"
               "read as train reads it. TEXT has its words, one sentence on each line:\n"
               "  sgns phrases corpus.txt -o joined.txt\n"
               "  sgns train joined.txt -o words.sgns\n"
               "A list does the same without another text, and the model keeps it, so that\n"
               "questions may say new york:\n"
               "  sgns phrases corpus.txt --list phrases.tsv\n"
               "  sgns train corpus.txt --phrases phrases.tsv -o words.sgns\n"
               "  sgns near words.sgns new york\n"
               "The list has a line \"new york<TAB>pass<TAB>count<TAB>score\" for each phrase, and\n"
               "may be edited; only the words are needed.\n"
               "\n"
               "table, tsv  phrase, score and count for --top\n"
               "json        {\"phrase\": ..., \"score\": ..., \"count\": ...}",
    .tables = tables,
    .needs = "a text file, a folder, or - for standard input",
    .operands_min = 1,
    .run = run,
};

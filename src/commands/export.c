#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/place.h"
#include "cli/interrupt.h"
#include "cli/message.h"
#include "cli/open_model.h"
#include "cli/shared_options.h"
#include "cli/unseen.h"
#include "commands/commands.h"
#include "formats/export_formats.h"
#include "formats/export_rows.h"
#include "model/model.h"
#include "query/lookup.h"
#include "search/space.h"
#include "text/reader.h"

struct settings {
    const char *output, *format, *words;
    uint64_t top, precision;
    bool context, normalize, skip_unfit, force, known;
};

static const char *format_name(size_t index) {
    return formats[index].name;
}

static const struct option options[] = {
    {.name = "format",
     .letter = 'f',
     .type = OPTION_TEXT,
     .value = "FORMAT",
     .help = "one of the formats above; required",
     .offset = offsetof(struct settings, format),
     .suggest = format_name},
    TEXT_OPTION("output", 'o', OPTION_TEXT, "FILE", "-", "the file to write; - is standard output",
                offsetof(struct settings, output)),
    INTEGER_OPTION("top", 0, NULL, 1, COUNT_MAX, "export only the N most frequent words",
                   offsetof(struct settings, top)),
    TEXT_OPTION("words", 0, OPTION_TEXT, "FILE", NULL,
                "export only the words in FILE, one on each line, in its order; - is standard input",
                offsetof(struct settings, words)),
    CONTEXT_OPTION(offsetof(struct settings, context)),
    NORMALIZE_OPTION(offsetof(struct settings, normalize)),
    KNOWN_OPTION(offsetof(struct settings, known)),
    INTEGER_OPTION("precision", 0, NULL, 1, 9,
                   "in text formats, write at most N significant digits; by default, the fewest that read "
                   "back as the same 32-bit float",
                   offsetof(struct settings, precision)),
    FLAG_OPTION("skip-unfit", "skip words that the format can't hold, instead of refusing the model",
                offsetof(struct settings, skip_unfit)),
    FORCE_OPTION("of this format", offsetof(struct settings, force)),
};
static const struct option_table own_options = OPTION_TABLE(options);
static const struct option_table *const tables[] = {&own_options, NULL};

/* --- what to export, and as what --- */

static const struct export_format *find_format(const char *name, struct error *error) {
    const struct export_format *format = name != NULL ? export_format_find(name) : NULL;
    if (format != NULL)
        return format;
    char names[256] = "";
    size_t used = 0;
    for (size_t i = 0; formats[i].name != NULL && used < sizeof names; i++)
        used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", i > 0 ? ", " : "",
                                 formats[i].name);
    if (name == NULL)
        error_set(error, ERROR_INPUT, "name a format: --format takes one of %s", names);
    else
        error_set(error, ERROR_INPUT, "--format takes one of %s, not \"%s\"", names, name);
    return NULL;
}

static bool check_settings(const struct settings *settings, const struct export_format *format,
                           struct error *error) {
    const bool standard = strcmp(settings->output, "-") == 0;
    if (*settings->output == '\0')
        return error_set(error, ERROR_INPUT, "the name of the file to write is empty");
    if (standard && format->suffixes[1] != NULL)
        return error_set(error, ERROR_INPUT, "%s writes two files, FILE%s and FILE%s; name FILE with -o",
                         format->name, format->suffixes[0], format->suffixes[1]);
    if (standard && !format->text && isatty(STDOUT_FILENO))
        return error_set(error, ERROR_INPUT,
                         "%s is binary, and standard output is a terminal; name a file with -o",
                         format->name);
    if (settings->precision > 0 && !format->text)
        return error_set(error, ERROR_INPUT, "%s is binary and has no --precision", format->name);
    if (settings->top > 0 && settings->words != NULL)
        return error_set(error, ERROR_INPUT, "use either --top or --words, not both");
    return true;
}

static bool choose_words(struct export_rows *rows, const struct settings *settings,
                         struct export_rows_skipped *skipped, struct error *error) {
    rows->count = space_limit(settings->top, rows->count);
    if (settings->words == NULL)
        return true;
    const bool make = !settings->known && !settings->context;
    if (!export_rows_list(rows, settings->words, lookup_word, make ? lookup_unseen : NULL, skipped, error))
        return false;
    if (rows->count == 0 && skipped->missing == 0)
        return error_set(error, ERROR_INPUT, "%s: no words", reader_path_name(settings->words));
    return rows->count > 0 ||
           error_set(error, ERROR_INPUT, "%s: none of its words is in the vocabulary; the first is \"%s\"",
                     reader_path_name(settings->words), skipped->first);
}

static bool choose_rows(struct export_rows *rows, const struct settings *settings,
                        const struct export_format *format, struct error *error) {
    struct export_rows_skipped listed = {0};
    struct export_format_skipped unfit;
    const char *list = settings->words != NULL ? reader_path_name(settings->words) : NULL;
    if (!choose_words(rows, settings, &listed, error) ||
        !export_format_fit(format, rows, settings->skip_unfit, &unfit, error))
        return false;
    if (listed.missing > 0)
        message_warn("export", "words of %s not in the vocabulary: %llu; the first is \"%s\"", list,
                     (unsigned long long)listed.missing, listed.first);
    unseen_sum_up("export", rows->unseen.size, list);
    if (listed.repeated > 0)
        message_warn("export", "lines of %s that repeat a word: %llu", list,
                     (unsigned long long)listed.repeated);
    if (unfit.count > 0)
        message_warn("export", "words skipped that the format can't hold: %llu; the first is %s",
                     (unsigned long long)unfit.count, unfit.first);
    return true;
}

/* --- files --- */

/* A file must not replace what it is made from. */
static bool check_overwrite(const char *source, const char *what, const char *target, struct error *error) {
    return !place_same_file(source, target) ||
           error_set(error, ERROR_INPUT, "%s: this is %s itself; name another file with -o", target, what);
}

static bool create_file(struct file_out *file, const char *model_path, const struct settings *settings,
                        const char *suffix, struct error *error) {
    const size_t bytes = strlen(settings->output) + strlen(suffix) + 1;
    char *path = memory_allocate(bytes, 1, "a file name", error);
    if (path == NULL)
        return false;
    snprintf(path, bytes, "%s%s", settings->output, suffix);
    const bool done = check_overwrite(model_path, "the model", path, error) &&
                      (settings->words == NULL ||
                       check_overwrite(settings->words, "the list of words", path, error)) &&
                      file_create_or_stream(file, path, error);
    free(path);
    return done;
}

static void warn_left(const struct file_out *file) {
    if (file->left != NULL)
        message_warn("export", "%s: left by an export that did not end; remove it", file->left);
}

static bool create_files(struct file_out *files, const char *model_path, const struct settings *settings,
                         const struct export_format *format, size_t *count, struct error *error) {
    for (*count = 0; *count < EXPORT_FILES_MAX && format->suffixes[*count] != NULL; ++*count) {
        if (!create_file(&files[*count], model_path, settings, format->suffixes[*count], error))
            return false;
        warn_left(&files[*count]);
    }
    return settings->force || export_check_old(format, files, *count, error);
}

static bool write_watched(struct file_out *files, size_t count, struct export_rows *rows,
                          const struct settings *settings, const struct export_format *format,
                          struct error *error) {
    struct interrupt interrupt;
    interrupt_hold(&interrupt);
    if (!interrupt_watch(&interrupt, files, count, error))
        return false;
    const bool done = format->write(files, rows, (int)settings->precision, error) &&
                      model_unchanged(rows->model, error) &&
                      interrupt_commit_all(&interrupt, files, count, error);
    interrupt_end(&interrupt);
    return done;
}

/* The files are created before signals are held: opening a pipe waits for its reader. */
static bool write_files(struct export_rows *rows, const char *model_path, const struct settings *settings,
                        const struct export_format *format, struct error *error) {
    struct file_out files[EXPORT_FILES_MAX] = {{.descriptor = -1}, {.descriptor = -1}};
    size_t count;
    const bool done = create_files(files, model_path, settings, format, &count, error) &&
                      write_watched(files, count, rows, settings, format, error);
    for (size_t i = 0; i < EXPORT_FILES_MAX; i++)
        file_abandon(&files[i]);
    return done;
}

_Static_assert(EXPORT_FILES_MAX <= INTERRUPT_FILES_MAX, "all files of an export are watched");

/* --- the command --- */

static bool export(const struct model *model, const char *path, const struct settings *settings,
                   const struct export_format *format, struct error *error) {
    if (settings->context && model->output == NULL)
        return error_set(error, ERROR_INPUT, "%s: the model has no context vectors", path);
    struct export_rows rows;
    const bool done = export_rows_create(&rows, model,
                                         settings->context ? EXPORT_CONTEXT_VECTORS : EXPORT_WORD_VECTORS,
                                         settings->normalize, error) &&
                      choose_rows(&rows, settings, format, error) &&
                      write_files(&rows, path, settings, format, error);
    export_rows_free(&rows);
    return done;
}

static bool run(int argc, char **argv, struct error *error) {
    struct settings settings = {0};
    if (!command_parse(&command_export, &argc, argv, &settings, error))
        return false;
    /* A closed pipe behind standard error is no reason to end before the files are complete. */
    if (strcmp(settings.output, "-") != 0)
        signal(SIGPIPE, SIG_IGN);
    const struct export_format *format = find_format(settings.format, error);
    struct model model;
    if (format == NULL || !check_settings(&settings, format, error) ||
        !open_model(&model, "export", argv[0], error))
        return false;
    const bool done = export(&model, argv[0], &settings, format, error);
    model_close(&model);
    return done;
}

const struct command command_export = {
    .name = "export",
    .arguments = "MODEL -f FORMAT [-o FILE]",
    .summary = "writes the vectors for other programs",
    .details = "formats:\n"
               "  native         sgns's own, which opens at once. Words keep the model's order;\n"
               "                 context vectors and n-grams are included, except with\n"
               "                 --context or --normalize\n"
               "  word2vec       binary, as word2vec.c writes it and gensim reads it\n"
               "  word2vec-text  as text: a line \"WORDS DIMS\", then a line for each word\n"
               "  glove          the same without that first line\n"
               "  npy            FILE for NumPy; FILE.vocab has the words, one on each line\n"
               "  fvecs          FILE has the vectors, each after its dimension; FILE.vocab the\n"
               "                 words\n"
               "  safetensors    FILE has a tensor \"vectors\" (F32); FILE.vocab the words\n"
               "  tensorboard    FILE.vectors.tsv and FILE.metadata.tsv, for its projector\n"
               "  jsonl          a line {\"word\":\"king\",\"vector\":[0.25,-1.5]} for each word\n"
               "  pgvector       SQL for psql: copies the words into a table word_vectors (word,\n"
               "                 embedding), which it creates if there is none",
    .tables = tables,
    .needs = "a model",
    .operands_min = 1,
    .operands_max = 1,
    .run = run,
};

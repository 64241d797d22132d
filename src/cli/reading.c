#include "cli/reading.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "cli/message.h"
#include "cli/shared_options.h"
#include "text/content.h"
#include "text/reader.h"
#include "train/parameters.h"

static const struct option options[] = {
    TOKENIZER_OPTION(offsetof(struct reading_settings, tokenizer)),
    KEEP_CASE_OPTION(offsetof(struct reading_settings, keep_case)),
    THREADS_OPTION(offsetof(struct reading_settings, threads)),
    {.name = "quiet",
     .letter = 'q',
     .type = OPTION_FLAG,
     .help = "no progress, only warnings",
     .offset = offsetof(struct reading_settings, quiet)},
};
const struct option_table reading_options = OPTION_TABLE(options);

/* A piece of a megabyte has fewer words, so that no sentence is split. */
#define SENTENCE_MAX (READER_PIECE_BYTES)

struct tokenizer_rules reading_rules(const struct reading_settings *settings) {
    return (struct tokenizer_rules){.kind = (enum tokenizer_kind)settings->tokenizer,
                                    .keep_case = settings->keep_case};
}

/* --- files --- */

bool reading_check_output(const struct corpus_files *files, const char *output, const char *what,
                          struct error *error) {
    struct stat made, text;
    if (output == NULL || stat(output, &made) != 0 || !S_ISREG(made.st_mode))
        return true;
    for (size_t i = 0; i < files->count; i++) {
        const char *path = files->paths[i];
        if ((strcmp(path, "-") == 0 ? fstat(STDIN_FILENO, &text) : stat(path, &text)) == 0 &&
            made.st_dev == text.st_dev && made.st_ino == text.st_ino)
            return error_set(error, ERROR_INPUT, "%s: the corpus itself; -o names %s to write", output, what);
    }
    return true;
}

bool reading_list(struct reading *reading, const char *const *operands, size_t count, const char *output,
                  struct error *error) {
    return corpus_files_list(&reading->files, operands, count, &output, 1, error) &&
           ingest_check((const char *const *)reading->files.paths, reading->files.count, &reading->bytes,
                        error) &&
           reading_check_output(&reading->files, output, "the file", error);
}

void reading_free(struct reading *reading) {
    corpus_files_free(&reading->files);
}

bool reading_check_old(const struct file_out *file, bool force, reading_known *known, const char *what,
                       struct error *error) {
    struct file_map map;
    if (force)
        return true;
    if (!file_map_old(&map, file, error))
        return false;
    const bool is = map.size == 0 || known(map.data, map.size < CONTENT_BYTES ? map.size : CONTENT_BYTES);
    file_map_close(&map);
    return is || error_set(error, ERROR_INPUT,
                           "%s: exists and is not %s; name another file, or replace it with --force",
                           file->path, what);
}

/* --- messages --- */

void reading_print_unpacked(const struct corpus *corpus) {
    for (int format = 0; format < DECOMPRESS_NONE; format++) {
        const unsigned long long count = corpus->unpacked[format];
        if (count > 0)
            fprintf(stderr, "%llu file%s unpacked by %s -dc\n", count, count == 1 ? " was" : "s were",
                    decompress_program((enum decompress_format)format));
    }
}

void reading_warn(const struct corpus *corpus, const char *command) {
    const struct tokenizer_skipped *skipped = &corpus->skipped;
    if (skipped->ill_formed > 0)
        message_warn(command, "%s: ill-formed UTF-8 at byte %llu (the first of %llu); it ends a word",
                     reader_path_name(corpus->ill_formed_path), (unsigned long long)skipped->ill_formed_first,
                     (unsigned long long)skipped->ill_formed);
    if (skipped->overlong > 0)
        message_warn(command, "skipped %llu tokens longer than %d bytes",
                     (unsigned long long)skipped->overlong, TOKEN_BYTES_MAX);
    if (corpus->unsegmented && corpus->vocab.size > 0)
        message_warn(command, "the text seems to have no spaces between its words; segment it into words "
                              "first");
}

/* --- reading --- */

bool reading_run(const struct reading *reading, struct corpus *corpus, struct ingest_options *ingest_options,
                 struct error *error) {
    const struct reading_settings *settings = reading->settings;
    struct progress progress = progress_create(settings->quiet, reading->bytes, 1);
    const size_t memory = memory_available();
    ingest_options->paths = (const char *const *)reading->files.paths;
    ingest_options->path_count = reading->files.count;
    ingest_options->rules = reading_rules(settings);
    ingest_options->max_sentence = SENTENCE_MAX;
    ingest_options->threads = option_threads(settings->threads);
    ingest_options->memory = memory;
    ingest_options->memory_limit = memory / 4;
    ingest_options->report = progress_reading;
    ingest_options->report_context = &progress;
    progress_start(&progress);
    const bool done = ingest(corpus, ingest_options, error);
    progress_clear(&progress);
    reading_warn(corpus, reading->command);
    if (!done || settings->quiet)
        return done;
    reading_print_unpacked(corpus);
    fprintf(stderr, "read %llu words in %llu sentences; %llu are distinct\n",
            (unsigned long long)corpus->tokens, (unsigned long long)corpus->sentences,
            (unsigned long long)corpus->distinct);
    return true;
}

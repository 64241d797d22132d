/* What commands that read a corpus share: the options, the files, progress and warnings. */
#ifndef SGNS_CLI_READING_H
#define SGNS_CLI_READING_H

#include "base/file.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "text/corpus_files.h"
#include "text/ingest.h"

struct reading_settings {
    size_t tokenizer; /* enum tokenizer_kind */
    bool keep_case, quiet;
    uint64_t threads; /* 0 if not given */
};

/* The options of a command whose settings begin with a struct reading_settings. */
extern const struct option_table reading_options;

struct tokenizer_rules reading_rules(const struct reading_settings *settings);

/* A reading; zero it first. */
struct reading {
    const struct reading_settings *settings;
    const char *command; /* its name, for messages */
    struct corpus_files files;
    uint64_t bytes; /* of the files; 0 if unknown */
};

/* Lists the files that the operands stand for, but for `output` in a folder, and checks them (ingest_check).
 * ERROR_INPUT if `output` is one of them all the same. `output` may be NULL or "-". */
bool reading_list(struct reading *reading, const char *const *operands, size_t count, const char *output,
                  struct error *error) MUST_USE;
void reading_free(struct reading *reading);

/* Reads them; of `options`, min_count, counts_only and folder are set by the caller. Prints what was
 * read, and warnings. Free with corpus_free, also after a failure. */
bool reading_run(const struct reading *reading, struct corpus *corpus, struct ingest_options *options,
                 struct error *error) MUST_USE;

/* ERROR_INPUT if `output` is one of the files, which would be lost; `what` says what it is to be: "the text".
 */
bool reading_check_output(const struct corpus_files *files, const char *output, const char *what,
                          struct error *error) MUST_USE;

/* Whether a file that begins with start[0 .. size), which is not empty, may be what takes its place. */
typedef bool reading_known(const unsigned char *start, size_t size);

/* ERROR_INPUT, unless with --force, if the file just created would replace one that may be dear to someone:
 * one that is not empty, and not known to be `what` ("a vocabulary"). */
bool reading_check_old(const struct file_out *file, bool force, reading_known *known, const char *what,
                       struct error *error) MUST_USE;

/* On standard error: which files were unpacked; what was skipped, or looks wrong. */
void reading_print_unpacked(const struct corpus *corpus);
void reading_warn(const struct corpus *corpus, const char *command);

#endif

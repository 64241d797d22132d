/* sgns subwords: vectors for words that a model has not seen. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "cli/interrupt.h"
#include "cli/message.h"
#include "cli/open_model.h"
#include "cli/shared_options.h"
#include "cli/subwords.h"
#include "commands/commands.h"
#include "formats/export_formats.h"
#include "formats/export_native.h"

struct settings {
    struct subword_settings subwords;
    const char *output;
    uint64_t threads;
    bool quiet, force;
};

static const struct option options[] = {
    TEXT_OPTION("output", 'o', OPTION_TEXT, "MODEL", NULL, "the model file to write; required",
                offsetof(struct settings, output)),
    FORCE_OPTION("a model", offsetof(struct settings, force)),
    SUBWORD_OPTIONS(offsetof(struct settings, subwords)),
    THREADS_OPTION(offsetof(struct settings, threads)),
    {.name = "quiet",
     .letter = 'q',
     .type = OPTION_FLAG,
     .help = "no progress, only warnings",
     .offset = offsetof(struct settings, quiet)},
};
static const struct option_table own_options = OPTION_TABLE(options);
static const struct option_table *const tables[] = {&own_options, NULL};

struct session {
    struct settings settings;
    struct model model;
    struct export_rows rows;
    struct vocab vocab;
    struct file_out file;
    struct progress progress;
    struct subword_job job;
    struct record record;
};

static bool check_settings(const struct settings *settings, struct error *error) {
    if (settings->output == NULL)
        return error_set(error, ERROR_INPUT, "name the model to write: -o MODEL");
    if (strcmp(settings->output, "-") == 0)
        return error_set(error, ERROR_INPUT, "-o takes a file; a model cannot be written to a pipe");
    return subword_settings_check(&settings->subwords, error);
}

/* Mixing needs counts, and what was mixed is not what was learned. */
static bool check_model(const struct session *session, const char *path, struct error *error) {
    const struct model *model = &session->model;
    size_t length;
    if (!session->settings.subwords.mix.given)
        return true;
    if (model->counts[0] == 0)
        return error_set(error, ERROR_INPUT,
                         "%s: has no counts of its words, so --mix can't tell the rare ones; leave it out",
                         path);
    return model_record(model, "mix", &length) == NULL ||
           error_set(error, ERROR_INPUT, "%s: its vectors are mixed already; leave --mix out", path);
}

static bool create_file(struct session *session, struct error *error) {
    struct file_out *file = &session->file;
    if (!file_create(file, session->settings.output, error))
        return false;
    if (file->left != NULL)
        message_warn("subwords", "%s: left by a run that did not end; remove it", file->left);
    return session->settings.force || export_check_old(export_format_find("native"), file, 1, error);
}

static bool fit(struct session *session, struct error *error) {
    struct subword_job *job = &session->job;
    return export_rows_create(&session->rows, &session->model, EXPORT_WORD_VECTORS, false, error) &&
           export_native_vocab(&session->vocab, &session->rows, error) &&
           subword_job_find(job, &session->vocab, 0, error) &&
           subword_job_run(job, session->model.input, error) &&
           subword_settings_record(&job->settings, &session->record, error);
}

static bool write_model(struct session *session, struct interrupt *interrupt, struct error *error) {
    const struct subword_job *job = &session->job;
    const struct export_native_changes changes = {.input = job->mixed,
                                                  .ngrams = {SUBWORDS_TAG, job->section, job->section_bytes},
                                                  .record = session->record};
    bool done = export_native_write(&session->file, &session->rows, &session->vocab, &changes, error) &&
                model_unchanged(&session->model, error);
    const uint64_t bytes = session->file.written;
    done = done && interrupt_commit(interrupt, &session->file, error);
    if (done && !job->quiet)
        fprintf(stderr, "wrote %s, %.1f MB\n", session->settings.output, (double)bytes * 1e-6);
    return done;
}

/* The file is created before the work is done. */
static bool make(struct session *session, struct error *error) {
    struct interrupt interrupt = {.number = 0};
    signal(SIGPIPE, SIG_IGN);
    interrupt_hold(&interrupt);
    if (!create_file(session, error)) {
        interrupt_release(&interrupt);
        return false;
    }
    if (!interrupt_watch(&interrupt, &session->file, 1, error))
        return false;
    const bool done = fit(session, error) && write_model(session, &interrupt, error);
    file_abandon(&session->file);
    interrupt_end(&interrupt);
    return done;
}

static bool start(struct session *session, const char *path, struct error *error) {
    const struct settings *settings = &session->settings;
    if (!check_settings(settings, error) || !open_model(&session->model, "subwords", path, error) ||
        !check_model(session, path, error))
        return false;
    session->progress = progress_create(settings->quiet, 0, 0);
    session->job = (struct subword_job){.settings = settings->subwords,
                                        .quiet = settings->quiet,
                                        .dim = session->model.dim,
                                        .stride = session->model.stride,
                                        .threads = option_threads(settings->threads),
                                        .progress = &session->progress};
    return make(session, error);
}

static bool run(int argc, char **argv, struct error *error) {
    struct session session = {.file = {.descriptor = -1}};
    const bool done = command_parse(&command_subwords, &argc, argv, &session.settings, error) &&
                      start(&session, argv[0], error);
    file_abandon(&session.file);
    subword_job_free(&session.job);
    record_free(&session.record);
    vocab_free(&session.vocab);
    export_rows_free(&session.rows);
    model_close(&session.model);
    return done;
}

const struct command command_subwords = {
    .name = "subwords",
    .arguments = "MODEL -o MODEL",
    .summary = "adds vectors for words never seen",
    .details = "Fits vectors of character n-grams to the words' vectors, so that a word that is\n"
               "not in the vocabulary has a vector, too: the sum of those of its n-grams. MODEL\n"
               "may be of any format that sgns reads. All commands that take words then answer\n"
               "words never seen, and say so; --known refuses them. `sgns train --subwords` does\n"
               "the same at the end of a training.",
    .tables = tables,
    .needs = "a model",
    .operands_min = 1,
    .operands_max = 1,
    .run = run,
};

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "cli/shared_options.h"
#include "cli/version.h"
#include "formats/export_formats.h"
#include "kernels/registry.h"
#include "model/model.h"
#include "model/record.h"
#include "text/ingest.h"
#include "text/reader.h"
#include "train/labels.h"
#include "train/losses.h"
#include "train/matrix.h"
#include "train/parameters.h"
#include "train/trainer.h"

struct settings {
    struct parameters parameters; /* first, for parameter_options */
    const char *output;
    bool quiet, verbose, force;
};

static const struct option files[] = {
    TEXT_OPTION("output", 'o', OPTION_TEXT, "MODEL", NULL, "the model file to write; required",
                offsetof(struct settings, output)),
    FORCE_OPTION("a model", offsetof(struct settings, force)),
};
static const struct option messages[] = {
    {.name = "quiet",
     .letter = 'q',
     .type = OPTION_FLAG,
     .help = "no progress, only warnings",
     .offset = offsetof(struct settings, quiet)},
    {.name = "verbose",
     .letter = 'v',
     .type = OPTION_FLAG,
     .help = "print more details",
     .offset = offsetof(struct settings, verbose)},
};
static const struct option_table file_options = OPTION_TABLE(files);
static const struct option_table message_options = OPTION_TABLE(messages);
static const struct option_table *const tables[] = {&file_options, &parameter_options, &message_options,
                                                    NULL};

/* Everything that one training needs on its way from text to file. */
struct job {
    struct settings settings;
    const char *const *paths;
    size_t path_count;
    uint64_t corpus_bytes; /* 0 if unknown */
    struct file_out file;
    char *folder; /* of the model; owned */
    struct interrupt interrupt;
    struct progress progress;
    struct corpus corpus;
    struct labels labels;
    uint64_t noise_asked;    /* --noise as given; parameters_resolve() may raise it */
    struct trainer *trainer; /* owned */
    struct training_results results;
};

static bool check_settings(struct job *job, int argc, struct error *error) {
    const struct settings *settings = &job->settings;
    if (argc == 0)
        return error_set(error, ERROR_INPUT, "name a text file to train on, or - for standard input");
    if (settings->output == NULL)
        return error_set(error, ERROR_INPUT, "name the model to write: -o MODEL");
    if (strcmp(settings->output, "-") == 0)
        return error_set(error, ERROR_INPUT, "-o takes a file; a model cannot be written to a pipe");
    if (settings->quiet && settings->verbose)
        return error_set(error, ERROR_INPUT, "--quiet and --verbose cannot be combined");
    return true;
}

/* The model must not be written over a text it is trained from. */
static bool check_overwrite(const struct job *job, struct error *error) {
    struct stat model, text;
    if (stat(job->settings.output, &model) != 0)
        return true;
    for (size_t i = 0; i < job->path_count; i++) {
        const bool standard = strcmp(job->paths[i], "-") == 0;
        if ((standard ? fstat(STDIN_FILENO, &text) : stat(job->paths[i], &text)) == 0 &&
            model.st_dev == text.st_dev && model.st_ino == text.st_ino)
            return error_set(error, ERROR_INPUT, "%s: the corpus itself; -o names the model to write",
                             job->settings.output);
    }
    return true;
}

static bool find_folder(struct job *job, struct error *error) {
    const char *slash = strrchr(job->settings.output, '/');
    const size_t length = slash == NULL                   ? 1
                          : slash == job->settings.output ? 1
                                                          : (size_t)(slash - job->settings.output);
    job->folder = memory_allocate(length + 1, 1, "a file name", error);
    if (job->folder == NULL)
        return false;
    memcpy(job->folder, slash == NULL ? "." : job->settings.output, length);
    return true;
}

/* A vocabulary grows about with the root of the text; a first, low guess of the model's size finds a full
 * disk before a byte is read, and the exact size is reserved once the vocabulary is known. */
static bool reserve_guess(struct job *job, struct error *error) {
    const struct parameters *parameters = &job->settings.parameters;
    const double words = (double)(job->corpus_bytes > 0 ? job->corpus_bytes : 1 << 20) / 6;
    double vocab = fmin(4 * sqrt(words), words / (double)parameters->min_count);
    if (parameters->max_vocab > 0)
        vocab = fmin(vocab, (double)parameters->max_vocab);
    uint64_t bytes;
    return !model_file_bytes((size_t)vocab, (size_t)vocab * 8, matrix_stride((size_t)parameters->dim), true,
                             0, &bytes) ||
           file_reserve(&job->file, bytes, error);
}

static void warn_skipped(const struct job *job) {
    const struct tokenizer_skipped *skipped = &job->corpus.skipped;
    if (skipped->ill_formed > 0)
        fprintf(stderr, "sgns train: %s: ill-formed UTF-8 at byte %llu (the first of %llu); it ends a word\n",
                reader_path_name(job->corpus.ill_formed_path), (unsigned long long)skipped->ill_formed_first,
                (unsigned long long)skipped->ill_formed);
    if (skipped->overlong > 0)
        fprintf(stderr, "sgns train: skipped %llu tokens longer than %d bytes\n",
                (unsigned long long)skipped->overlong, TOKEN_BYTES_MAX);
    if (job->corpus.unsegmented && job->corpus.vocab.size > 0)
        fprintf(stderr,
                "sgns train: the text seems to have no spaces between its words; segment it into words "
                "first\n");
}

static void print_corpus(const struct job *job, double seconds) {
    const struct corpus *corpus = &job->corpus;
    if (!job->settings.quiet)
        fprintf(stderr,
                "read %llu words in %llu sentences; kept %zu of %llu distinct words, %.1f%% of the text\n",
                (unsigned long long)corpus->tokens, (unsigned long long)corpus->sentences, corpus->vocab.size,
                (unsigned long long)corpus->distinct, 100 * (double)corpus->words / (double)corpus->tokens);
    if (job->settings.verbose)
        fprintf(stderr, "reading took %.2f s, %.0f MB/s\n", seconds, (double)corpus->bytes * 1e-6 / seconds);
}

static struct tokenizer_rules tokenizer_rules_of(const struct parameters *parameters) {
    return (struct tokenizer_rules){.kind = (enum tokenizer_kind)parameters->tokenizer,
                                    .keep_case = parameters->keep_case};
}

static bool read_corpus(struct job *job, struct error *error) {
    const struct parameters *parameters = &job->settings.parameters;
    const size_t memory = memory_available();
    const struct ingest_options options = {
        .paths = job->paths,
        .path_count = job->path_count,
        .rules = tokenizer_rules_of(parameters),
        .min_count = parameters->min_count,
        .max_vocab = parameters->max_vocab,
        .max_sentence = (size_t)parameters->max_sentence,
        .threads = (size_t)parameters->threads,
        .memory = memory,
        .memory_limit = memory / 2,
        .folder = job->folder,
        .report = progress_reading,
        .report_context = &job->progress,
    };
    progress_start(&job->progress);
    const bool done = ingest(&job->corpus, &options, error);
    const double seconds = progress_clock() - job->progress.started;
    progress_clear(&job->progress);
    warn_skipped(job);
    if (!done)
        return false;
    parameters_set_sample(&job->settings.parameters, job->corpus.vocab.size);
    print_corpus(job, seconds);
    return true;
}

static bool read_labels(struct job *job, struct error *error) {
    const struct parameters *parameters = &job->settings.parameters;
    const struct labels *labels = &job->labels;
    if (parameters->labels == NULL)
        return true;
    if (!labels_read(&job->labels, parameters->labels, &job->corpus.vocab, tokenizer_rules_of(parameters),
                     error))
        return false;
    if (labels->known == 0)
        return error_set(error, ERROR_INPUT, "%s: none of its words is in the vocabulary",
                         parameters->labels);
    if (!job->settings.quiet)
        fprintf(stderr, "%zu words have one of %zu labels; %zu others are not in the vocabulary\n",
                labels->known, labels->count, labels->unknown);
    return true;
}

/* What training takes and, while its matrices are still there, saving. */
static bool memory_needed(const struct job *job, size_t *bytes) {
    const struct parameters *parameters = &job->settings.parameters;
    size_t saving;
    return trainer_bytes(&job->corpus, parameters, bytes) &&
           model_write_memory(job->corpus.vocab.size, matrix_stride((size_t)parameters->dim), &saving) &&
           size_add(*bytes, saving, bytes);
}

/* The corpus is in memory already; the rest is to come. */
static bool check_memory(const struct job *job, struct error *error) {
    size_t bytes;
    const size_t available = memory_available();
    const unsigned long long dim = job->settings.parameters.dim;
    if (!memory_needed(job, &bytes) || bytes > available)
        return error_set(error, ERROR_SYSTEM,
                         "%zu words of %llu dimensions need more memory than the %zu MB available; lower "
                         "--dim, --max-vocab or --threads",
                         job->corpus.vocab.size, dim, available >> 20);
    if (!job->settings.quiet)
        fprintf(stderr, "training %zu words of %llu dimensions takes %zu MB of the %zu MB available\n",
                job->corpus.vocab.size, dim, (bytes >> 20) + 1, available >> 20);
    return true;
}

static bool reserve_exactly(struct job *job, struct error *error) {
    const struct parameters *parameters = &job->settings.parameters;
    uint64_t bytes;
    const size_t record_max = 4096 + 128 * (size_t)parameters->epochs;
    if (!model_file_bytes(job->corpus.vocab.size, job->corpus.vocab.text_bytes,
                          matrix_stride((size_t)parameters->dim), true, record_max, &bytes))
        return error_set(error, ERROR_INPUT, "%s: the model would be too large", job->settings.output);
    return file_reserve(&job->file, bytes, error);
}

static void print_epoch(const struct job *job, size_t epoch) {
    const struct measures *measures = &job->results.measures[epoch];
    fprintf(stderr, "epoch %zu: loss %.6f, %.2f%% of the pairs beat noise", epoch + 1, measures->loss,
            100 * measures->accuracy);
    if (loss_at(job->settings.parameters.loss)->violations != NULL)
        fprintf(stderr, ", %.2f%% violations", 100 * measures->violations);
    fputc('\n', stderr);
}

static void print_details(const struct job *job) {
    for (size_t i = 0; i < job->settings.parameters.epochs; i++)
        print_epoch(job, i);
    fprintf(stderr, "subsampling kept %.2f%% of the words\n", 100 * job->results.kept);
    fprintf(stderr, "a kept word had %.3f pairs and fetched %.3f rows\n", job->results.pairs,
            job->results.rows);
    fprintf(stderr, "at most %zu MB of memory were in use\n", memory_peak() >> 20);
}

static void warn_noise(const struct job *job) {
    const struct parameters *parameters = &job->settings.parameters;
    if (parameters->noise > job->noise_asked)
        fprintf(stderr,
                "sgns train: --noise %llu is unstable with --alpha %g and --negative %llu: using %llu\n",
                (unsigned long long)job->noise_asked, parameters->alpha.value,
                (unsigned long long)parameters->negative, (unsigned long long)parameters->noise);
}

static void print_training(const struct job *job, double seconds) {
    const struct parameters *parameters = &job->settings.parameters;
    if (job->results.progress < 1)
        fprintf(stderr, "sgns train: interrupted; the model has %.1f%% of its training\n",
                100 * job->results.progress);
    if (job->settings.verbose)
        print_details(job);
    if (!job->settings.quiet)
        fprintf(stderr, "trained in %.2f s, %.2fM words/s\n", seconds,
                (double)job->corpus.words * (double)parameters->epochs * job->results.progress * 1e-6 /
                    seconds);
}

/* An interruption before the first words were learned would put a model of random numbers in place of an old
 * one. */
static void report_training(void *context, const struct training_status *status) {
    struct job *job = context;
    if (status->words > 0)
        atomic_store(&job->interrupt.worthwhile, true);
    progress_training(&job->progress, status);
}

static bool train(struct job *job, struct error *error) {
    const struct parameters *parameters = &job->settings.parameters;
    const struct trainer_hooks hooks = {
        .stop = &job->interrupt.stop, .report = report_training, .context = job};
    if (!check_memory(job, error) || !reserve_exactly(job, error))
        return false;
    warn_noise(job);
    if (job->settings.verbose)
        fprintf(stderr, "kernel %s, %llu threads\n", parameters->kernel,
                (unsigned long long)parameters->threads);
    progress_start(&job->progress);
    job->trainer = trainer_create(&job->corpus, parameters, parameters->labels != NULL ? &job->labels : NULL,
                                  error);
    const bool done = job->trainer != NULL &&
                      trainer_run(job->trainer, trainer_tasks(job->trainer), &hooks, error) &&
                      trainer_results(job->trainer, &job->results, error);
    const double seconds = progress_clock() - job->progress.started;
    progress_clear(&job->progress);
    if (!done)
        return false;
    atomic_store(&job->interrupt.worthwhile, true);
    print_training(job, seconds);
    return true;
}

/* Epochs are numbered from 1. */
static bool record_epoch(const struct job *job, struct record *record, size_t epoch, struct error *error) {
    const struct measures *measures = &job->results.measures[epoch];
    char key[3][PARAMETER_TEXT_MAX];
    snprintf(key[0], sizeof key[0], "loss.%zu", epoch + 1);
    snprintf(key[1], sizeof key[1], "accuracy.%zu", epoch + 1);
    snprintf(key[2], sizeof key[2], "violations.%zu", epoch + 1);
    return record_add(record, error, key[0], "%.9g", measures->loss) &&
           record_add(record, error, key[1], "%.4g", measures->accuracy) &&
           (loss_at(job->settings.parameters.loss)->violations == NULL ||
            record_add(record, error, key[2], "%.4g", measures->violations));
}

/* How the model was made, as key=value lines. No times and no places: the same training gives the same file.
 */
static bool make_record(const struct job *job, struct record *record, struct error *error) {
    const struct parameters *parameters = &job->settings.parameters;
    const struct corpus *corpus = &job->corpus;
    bool done = record_add(record, error, "program", "sgns %s", SGNS_VERSION) &&
                record_add(record, error, "corpus_bytes", "%llu", (unsigned long long)corpus->bytes) &&
                record_add(record, error, "corpus_tokens", "%llu", (unsigned long long)corpus->tokens) &&
                record_add(record, error, "corpus_words", "%llu", (unsigned long long)corpus->words) &&
                record_add(record, error, "corpus_distinct", "%llu", (unsigned long long)corpus->distinct) &&
                record_add(record, error, "sentences", "%llu", (unsigned long long)corpus->sentences);
    for (size_t i = 0; done && i < parameter_options.count; i++) {
        char key[PARAMETER_TEXT_MAX], value[PARAMETER_TEXT_MAX];
        if (!parameter_applies(&parameter_options.options[i], loss_at(parameters->loss)))
            continue;
        parameter_key(&parameter_options.options[i], key);
        parameter_value(&parameter_options.options[i], parameters, value);
        done = record_add(record, error, key, "%s", value);
    }
    done = done && record_add(record, error, "progress", "%.9g", job->results.progress) &&
           record_add(record, error, "alignment", "%.4g", job->results.geometry.alignment) &&
           record_add(record, error, "uniformity", "%.4g", job->results.geometry.uniformity);
    for (size_t i = 0; done && i < parameters->epochs; i++)
        done = record_epoch(job, record, i, error);
    return done;
}

static bool save(struct job *job, struct error *error) {
    struct record record = {.text = NULL};
    bool done = make_record(job, &record, error);
    const struct model_content content = {.vocab = &job->corpus.vocab,
                                          .dim = job->results.dim,
                                          .stride = job->results.stride,
                                          .input = job->results.input,
                                          .output = job->results.output,
                                          .record = record.text,
                                          .record_bytes = record.bytes};
    done = done && model_write(&job->file, &content, error);
    record_free(&record);
    const uint64_t bytes = job->file.written;
    if (!done || !file_commit(&job->file, error))
        return false;
    if (!job->settings.quiet)
        fprintf(stderr, "wrote %s, %.1f MB\n", job->settings.output, (double)bytes * 1e-6);
    return true;
}

static bool create_model(struct job *job, struct error *error) {
    if (!file_create(&job->file, job->settings.output, error))
        return false;
    if (job->file.left != NULL)
        fprintf(stderr, "sgns train: %s: left by a training that did not end; remove it\n", job->file.left);
    return job->settings.force || export_check_old(export_format_find("native"), &job->file, 1, error);
}

/* The file is created before the first byte is read. */
static bool train_to_file(struct job *job, struct error *error) {
    if (!find_folder(job, error))
        return false;
    interrupt_hold(&job->interrupt);
    if (!create_model(job, error)) {
        interrupt_release(&job->interrupt);
        return false;
    }
    if (!interrupt_watch(&job->interrupt, &job->file, 1, error))
        return false;
    job->progress = progress_create(job->settings.quiet, job->corpus_bytes,
                                    (size_t)job->settings.parameters.epochs);
    const bool done = reserve_guess(job, error) && read_corpus(job, error) && read_labels(job, error) &&
                      train(job, error) && save(job, error);
    file_abandon(&job->file);
    interrupt_end(&job->interrupt);
    return done;
}

static bool run(int argc, char **argv, struct error *error) {
    struct job job = {.corpus = {.stream = {.descriptor = -1}}};
    if (!options_parse(tables, &argc, argv, &job.settings, error) || !check_settings(&job, argc, error))
        return false;
    job.paths = (const char *const *)argv;
    job.path_count = (size_t)argc;
    job.noise_asked = job.settings.parameters.noise;
    const bool done = parameters_resolve(&job.settings.parameters, error) &&
                      ingest_check(job.paths, job.path_count, &job.corpus_bytes, error) &&
                      check_overwrite(&job, error) && train_to_file(&job, error);
    file_abandon(&job.file);
    trainer_free(job.trainer);
    corpus_free(&job.corpus);
    labels_free(&job.labels);
    free(job.folder);
    return done;
}

const struct command command_train = {
    .name = "train",
    .arguments = "CORPUS... -o MODEL",
    .summary = "train word vectors on text files",
    .details = "CORPUS is UTF-8 text; a newline ends a sentence. - is standard input, as in\n"
               "  xz -dc corpus.txt.xz | sgns train - -o words.sgns\n"
               "Ctrl-C ends the training early and saves what was learned; a second Ctrl-C saves\n"
               "nothing.",
    .tables = tables,
    .run = run,
};

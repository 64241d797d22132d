#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/threads.h"
#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "cli/version.h"
#include "kernels/registry.h"
#include "model/model.h"
#include "text/ingest.h"
#include "text/reader.h"
#include "train/matrix.h"
#include "train/step_limits.h"
#include "train/trainer.h"

struct settings {
    const char *output;
    uint64_t dim, window, negative, noise, epochs, min_count, max_vocab, max_sentence, threads, seed;
    double noise_power, alpha, min_alpha, sample;
    size_t tokenizer, loss;
    const char *kernel;
    bool keep_case, no_shrink, quiet, verbose;
};

#define AT(field) offsetof(struct settings, field)

static const char *const tokenizers[] = {"words", "whitespace",
                                         NULL};            /* in the order of enum tokenizer_kind */
static const char *const losses[] = {"sgns", "nce", NULL}; /* in the order of loss_table[] */

static const struct option options[] = {
    {"output", 'o', OPTION_TEXT, "MODEL", NULL, 0, 0, NULL, "the model file to write; required", AT(output)},
    {"dim", 0, OPTION_INTEGER, "N", "100", 1, 4096, NULL, "floats a vector", AT(dim)},
    {"window", 0, OPTION_INTEGER, "N", "5", 1, 100, NULL, "words of context to either side, at most",
     AT(window)},
    {"no-shrink", 0, OPTION_FLAG, NULL, NULL, 0, 0, NULL,
     "always use the whole window; otherwise each word draws its size from 1 to --window", AT(no_shrink)},
    {"loss", 0, OPTION_CHOICE, NULL, "sgns", 0, 0, losses,
     "the objective: negative sampling, or noise-contrastive estimation (its scores are log probabilities)",
     AT(loss)},
    {"negative", 0, OPTION_INTEGER, "N", "5", 1, 100, NULL, "negatives a pair: the weight of the noise",
     AT(negative)},
    {"noise", 0, OPTION_INTEGER, "N", "32", 1, 4096, NULL,
     "noise words drawn for four blocks of words, which share them", AT(noise)},
    {"noise-power", 0, OPTION_REAL, "X", "0.75", 0, 2, NULL, "noise words are drawn by count to this power",
     AT(noise_power)},
    {"epochs", 0, OPTION_INTEGER, "N", "8", 1, 100000, NULL, "passes over the corpus", AT(epochs)},
    {"alpha", 0, OPTION_REAL, "X", "0.05", 1e-6, 1, NULL, "learning rate at the start; it falls linearly",
     AT(alpha)},
    {"min-alpha", 0, OPTION_REAL, "X", "0.000005", 0, 1, NULL, "learning rate at the end", AT(min_alpha)},
    {"sample", 0, OPTION_REAL, "X", "3e-4", 0, 1, NULL,
     "words with a greater share of the corpus are skipped at random, the more the more frequent; 0: none",
     AT(sample)},
    {"min-count", 0, OPTION_INTEGER, "N", "5", 1, 1e15, NULL, "rarer words are left out", AT(min_count)},
    {"max-vocab", 0, OPTION_INTEGER, "N", "0", 0, 4e9, NULL, "keep only the N most frequent words; 0: all",
     AT(max_vocab)},
    {"tokenizer", 0, OPTION_CHOICE, NULL, "words", 0, 0, tokenizers,
     "words: letters, marks and digits, case folded; whitespace: tokens as they are", AT(tokenizer)},
    {"keep-case", 0, OPTION_FLAG, NULL, NULL, 0, 0, NULL, "do not fold case", AT(keep_case)},
    {"max-sentence", 0, OPTION_INTEGER, "N", "1000", 2, 1e6, NULL, "longer lines are cut after so many words",
     AT(max_sentence)},
    {"threads", 0, OPTION_INTEGER, "N", NULL, 1, 1024, NULL, "default: all usable cores; 1 is reproducible",
     AT(threads)},
    {"seed", 0, OPTION_INTEGER, "N", "1", 0, 9e15, NULL, "of all random numbers", AT(seed)},
    {"kernel", 0, OPTION_TEXT, "NAME", NULL, 0, 0, NULL,
     "vector instructions to use; default: the best that this machine has", AT(kernel)},
    {"quiet", 'q', OPTION_FLAG, NULL, NULL, 0, 0, NULL, "no progress, only warnings", AT(quiet)},
    {"verbose", 'v', OPTION_FLAG, NULL, NULL, 0, 0, NULL, "say more", AT(verbose)},
};

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
    struct training_options training_options;
    struct training training;
};

static bool check_settings(struct job *job, int argc, struct error *error) {
    const struct settings *settings = &job->settings;
    if (argc == 0)
        return error_set(error, ERROR_INPUT, "name a text file to train from, or - for standard input");
    if (settings->output == NULL)
        return error_set(error, ERROR_INPUT, "name the model to write: -o MODEL");
    if (strcmp(settings->output, "-") == 0)
        return error_set(error, ERROR_INPUT, "-o takes a file; a model can't be written to a pipe");
    if (settings->min_alpha > settings->alpha)
        return error_set(error, ERROR_INPUT, "--min-alpha %g is above --alpha %g", settings->min_alpha,
                         settings->alpha);
    if (settings->quiet && settings->verbose)
        return error_set(error, ERROR_INPUT, "--quiet and --verbose exclude each other");
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
    const double words = (double)(job->corpus_bytes > 0 ? job->corpus_bytes : 1 << 20) / 6;
    double vocab = fmin(4 * sqrt(words), words / (double)job->settings.min_count);
    if (job->settings.max_vocab > 0)
        vocab = fmin(vocab, (double)job->settings.max_vocab);
    uint64_t bytes;
    return !model_file_bytes((size_t)vocab, (size_t)vocab * 8, matrix_stride(job->settings.dim), true, 0,
                             &bytes) ||
           file_reserve(&job->file, bytes, error);
}

static void warn_losses(const struct job *job) {
    const struct tokenizer_skipped *lost = &job->corpus.losses;
    if (lost->ill_formed > 0)
        fprintf(stderr,
                "sgns train: %s: ill-formed UTF-8 at byte %llu (the first of %llu), taken as a separator\n",
                reader_path_name(job->corpus.ill_formed_path), (unsigned long long)lost->ill_formed_first,
                (unsigned long long)lost->ill_formed);
    if (lost->overlong > 0)
        fprintf(stderr, "sgns train: tokens longer than %d bytes skipped: %llu\n", TOKEN_BYTES_MAX,
                (unsigned long long)lost->overlong);
}

static bool read_corpus(struct job *job, struct error *error) {
    const struct settings *settings = &job->settings;
    const size_t available = memory_available();
    const struct ingest_options ingest_options = {
        .paths = job->paths,
        .path_count = job->path_count,
        .rules = {.kind = (enum tokenizer_kind)settings->tokenizer, .keep_case = settings->keep_case},
        .min_count = settings->min_count,
        .max_vocab = settings->max_vocab,
        .max_sentence = (size_t)settings->max_sentence,
        .threads = job->training_options.threads,
        .memory_limit = available / 2,
        .folder = job->folder,
        .report = progress_reading,
        .report_context = &job->progress,
    };
    progress_start(&job->progress);
    const bool done = ingest(&job->corpus, &ingest_options, error);
    const double seconds = progress_clock() - job->progress.started;
    progress_clear(&job->progress);
    warn_losses(job);
    if (!done)
        return false;
    if (!settings->quiet)
        fprintf(stderr,
                "read %llu words in %llu sentences; %zu of %llu different ones stay, %.1f%% of the text\n",
                (unsigned long long)job->corpus.tokens, (unsigned long long)job->corpus.sentences,
                job->corpus.vocab.size, (unsigned long long)job->corpus.distinct,
                100 * (double)job->corpus.words / (double)job->corpus.tokens);
    if (settings->verbose)
        fprintf(stderr, "reading took %.2f s, %.0f MB/s\n", seconds,
                (double)job->corpus.bytes * 1e-6 / seconds);
    return true;
}

/* What training takes and, while its matrices are still there, saving. */
static bool memory_needed(const struct job *job, size_t *bytes) {
    size_t saving;
    return training_bytes(&job->training_options, job->corpus.vocab.size, bytes) &&
           model_write_memory(job->corpus.vocab.size, matrix_stride(job->training_options.dim), &saving) &&
           size_add(*bytes, saving, bytes);
}

/* The words and the rest of the corpus are in memory already; the matrices are to come. */
static bool check_memory(const struct job *job, struct error *error) {
    size_t bytes;
    const size_t available = memory_available();
    if (!memory_needed(job, &bytes) || bytes > available)
        return error_set(
            error, ERROR_SYSTEM,
            "%zu words of %zu dims need more memory than the %zu MB available; lower --dim or --max-vocab",
            job->corpus.vocab.size, job->training_options.dim, available >> 20);
    if (!job->settings.quiet)
        fprintf(stderr, "training %zu words of %zu dims takes %zu MB, of %zu MB available\n",
                job->corpus.vocab.size, job->training_options.dim, (bytes >> 20) + 1, available >> 20);
    return true;
}

static bool reserve_exactly(struct job *job, struct error *error) {
    uint64_t bytes;
    const size_t record_most = 4096 + 64 * job->training_options.epochs;
    if (!model_file_bytes(job->corpus.vocab.size, job->corpus.vocab.text_bytes,
                          matrix_stride(job->settings.dim), true, record_most, &bytes))
        return error_set(error, ERROR_INPUT, "%s: the model would be too large", job->settings.output);
    return file_reserve(&job->file, bytes, error);
}

static void print_details(const struct job *job) {
    for (size_t i = 0; i < job->training_options.epochs; i++)
        fprintf(stderr, "epoch %zu: loss %.6f\n", i + 1, job->training.losses[i]);
    fprintf(stderr, "subsampling kept %.2f%% of the words\n", 100 * job->training.kept);
    fprintf(stderr, "a kept word had %.3f pairs and fetched %.3f rows\n", job->training.pairs,
            job->training.rows);
    fprintf(stderr, "at most %zu MB of memory were in use\n", memory_peak() >> 20);
}

static void warn_noise(const struct job *job) {
    const struct training_options *training = &job->training_options;
    const size_t words = step_limits_noise(training->alpha, (double)training->negative,
                                           training->noise_words);
    if (words > training->noise_words)
        fprintf(stderr, "sgns train: --noise %zu is unstable with --alpha %g and --negative %zu: using %zu\n",
                training->noise_words, training->alpha, training->negative, words);
}

static bool learn(struct job *job, struct error *error) {
    if (!check_memory(job, error) || !reserve_exactly(job, error))
        return false;
    warn_noise(job);
    if (job->settings.verbose)
        fprintf(stderr, "kernel %s, %zu threads\n", job->training_options.kernel->name,
                job->training_options.threads);
    progress_start(&job->progress);
    const bool done = training_run(&job->training, &job->corpus, &job->training_options, error);
    const double seconds = progress_clock() - job->progress.started;
    progress_clear(&job->progress);
    if (!done)
        return false;
    atomic_store(&job->interrupt.worthwhile, true);
    if (job->training.progress < 1)
        fprintf(stderr, "sgns train: interrupted; the model has %.1f%% of its training\n",
                100 * job->training.progress);
    if (job->settings.verbose)
        print_details(job);
    if (!job->settings.quiet)
        fprintf(stderr, "trained in %.2f s, %.2fM words/s\n", seconds,
                (double)job->corpus.words * (double)job->training_options.epochs * job->training.progress *
                    1e-6 / seconds);
    return true;
}

/* How the model was made, as key=value lines. No times and no places: the same training gives the same file.
 */
static void print_record(const struct job *job, FILE *out) {
    const struct settings *settings = &job->settings;
    const struct corpus *corpus = &job->corpus;
    fprintf(out, "program=sgns %s\n", SGNS_VERSION);
    fprintf(out, "tokenizer=%s\nkeep_case=%d\n", tokenizers[settings->tokenizer], settings->keep_case);
    fprintf(
        out,
        "corpus_bytes=%llu\ncorpus_tokens=%llu\ncorpus_words=%llu\ncorpus_different=%llu\nsentences=%llu\n",
        (unsigned long long)corpus->bytes, (unsigned long long)corpus->tokens,
        (unsigned long long)corpus->words, (unsigned long long)corpus->distinct,
        (unsigned long long)corpus->sentences);
    fprintf(out, "loss=%s\ndim=%zu\nwindow=%zu\nshrink=%d\nnegative=%zu\nnoise=%zu\nnoise_power=%.9g\n",
            losses[settings->loss], job->training_options.dim, job->training_options.window,
            !settings->no_shrink, job->training_options.negative, job->training_options.noise_words,
            settings->noise_power);
    fprintf(out, "epochs=%zu\nalpha=%.9g\nmin_alpha=%.9g\nsample=%.9g\n", job->training_options.epochs,
            settings->alpha, settings->min_alpha, settings->sample);
    fprintf(out, "min_count=%llu\nmax_vocab=%llu\nmax_sentence=%llu\nthreads=%zu\nseed=%llu\n",
            (unsigned long long)settings->min_count, (unsigned long long)settings->max_vocab,
            (unsigned long long)settings->max_sentence, job->training_options.threads,
            (unsigned long long)settings->seed);
    fprintf(out, "progress=%.9g\n", job->training.progress);
    for (size_t i = 0; i < job->training_options.epochs; i++)
        fprintf(out, "loss.%zu=%.9g\n", i + 1, job->training.losses[i]);
}

static bool save(struct job *job, struct error *error) {
    char *record = NULL;
    size_t record_bytes = 0;
    FILE *out = open_memstream(&record, &record_bytes);
    if (out == NULL)
        return error_set(error, ERROR_SYSTEM, "out of memory for the training record");
    print_record(job, out);
    if (fclose(out) != 0) {
        free(record);
        return error_set(error, ERROR_SYSTEM, "out of memory for the training record");
    }
    const struct model_content content = {.vocab = &job->corpus.vocab,
                                          .dim = job->training.dim,
                                          .stride = job->training.stride,
                                          .input = job->training.input,
                                          .output = job->training.output,
                                          .record = record,
                                          .record_bytes = record_bytes};
    const bool done = model_write(&job->file, &content, error);
    free(record);
    const uint64_t bytes = job->file.written;
    if (!done || !file_commit(&job->file, error))
        return false;
    if (!job->settings.quiet)
        fprintf(stderr, "wrote %s, %.1f MB\n", job->settings.output, (double)bytes * 1e-6);
    return true;
}

/* An interruption before the first words were learned would put a model of random numbers in place of an old
 * one. */
static void report_training(void *context, const struct training_status *status) {
    struct job *job = context;
    if (status->words > 0)
        atomic_store(&job->interrupt.worthwhile, true);
    progress_training(&job->progress, status);
}

static bool choose_training(struct job *job, struct error *error) {
    const struct settings *settings = &job->settings;
    job->training_options = (struct training_options){
        .dim = (size_t)settings->dim,
        .window = (size_t)settings->window,
        .negative = (size_t)settings->negative,
        .noise_words = (size_t)settings->noise,
        .epochs = (size_t)settings->epochs,
        .threads = settings->threads > 0 ? (size_t)settings->threads : threads_usable(),
        .shrink = !settings->no_shrink,
        .noise_power = settings->noise_power,
        .alpha = settings->alpha,
        .min_alpha = settings->min_alpha,
        .sample = settings->sample,
        .seed = settings->seed,
        .objective = &loss_table[settings->loss],
        .kernel = kernel_choose(settings->kernel, error),
        .stop = &job->interrupt.stop,
        .report = report_training,
        .report_context = job,
    };
    return job->training_options.kernel != NULL;
}

/* The file is created before the first byte is read. */
static bool train_to_file(struct job *job, struct error *error) {
    if (!find_folder(job, error))
        return false;
    interrupt_hold(&job->interrupt);
    if (!file_create(&job->file, job->settings.output, error)) {
        interrupt_release(&job->interrupt);
        return false;
    }
    if (!interrupt_watch(&job->interrupt, &job->file, 1, error))
        return false;
    job->progress = progress_create(job->settings.quiet, job->corpus_bytes, job->training_options.epochs);
    const bool done = reserve_guess(job, error) && read_corpus(job, error) && learn(job, error) &&
                      save(job, error);
    file_abandon(&job->file);
    interrupt_end(&job->interrupt);
    return done;
}

static bool run(int argc, char **argv, struct error *error) {
    struct job job = {.corpus = {.stream = {.descriptor = -1}}};
    if (!options_parse(options, sizeof options / sizeof *options, &argc, argv, &job.settings, error) ||
        !check_settings(&job, argc, error))
        return false;
    job.paths = (const char *const *)argv;
    job.path_count = (size_t)argc;
    const bool done = choose_training(&job, error) &&
                      ingest_check(job.paths, job.path_count, &job.corpus_bytes, error) &&
                      check_overwrite(&job, error) && train_to_file(&job, error);
    file_abandon(&job.file);
    training_free(&job.training);
    corpus_free(&job.corpus);
    free(job.folder);
    return done;
}

const struct command command_train = {
    .name = "train",
    .arguments = "CORPUS... -o MODEL",
    .summary = "trains word vectors from text files",
    .details = "CORPUS is UTF-8 text; a newline ends a sentence; - is standard input, as in\n"
               "  xz -dc corpus.txt.xz | sgns train - -o words.sgns\n"
               "Ctrl-C ends the training early and saves what it has learned; twice, it saves\n"
               "nothing.",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};

#include <math.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/keep.h"
#include "cli/message.h"
#include "cli/open_model.h"
#include "cli/progress.h"
#include "cli/reading.h"
#include "cli/shared_options.h"
#include "cli/subwords.h"
#include "cli/training_record.h"
#include "formats/export_formats.h"
#include "kernels/registry.h"
#include "model/checksum.h"
#include "model/layout.h"
#include "model/model.h"
#include "text/corpus_files.h"
#include "text/ingest.h"
#include "text/phrases.h"
#include "text/vocab_file.h"
#include "train/checkpoint.h"
#include "train/initial_rows.h"
#include "train/labels.h"
#include "train/losses.h"
#include "train/matrix.h"
#include "train/merge_vocab.h"
#include "train/outcome.h"
#include "train/parameters.h"
#include "train/trainer.h"

/* A training that takes this many times as long as it could is announced. */
#define SLOW 3.0

struct settings {
    struct parameters parameters; /* first, for parameter_options */
    const char *output;
    const char *resume, *init, *vocab, *phrases;
    struct option_choice vocab_from; /* enum vocab_from */
    double checkpoint_every;         /* minutes; 0: never */
    struct subword_settings ngrams;  /* of --subwords */
    bool subwords;
    bool quiet, verbose, force;
    size_t progress; /* enum progress_style */
};

/* In the order of enum vocab_from. */
static const char *const vocab_names[] = {"both", "old", "new", NULL};

static const char *vocab_help(size_t choice) {
    static const char *const help[] = {"the model's words, and those of the text from --min-count on",
                                       "the model's words only",
                                       "only words of the text, from --min-count on"};
    return help[choice];
}

static const struct option files[] = {
    TEXT_OPTION("output", 'o', OPTION_TEXT, "MODEL", NULL, "the model file to write; required",
                offsetof(struct settings, output)),
    FORCE_OPTION("a model", offsetof(struct settings, force)),
    TEXT_OPTION(
        "resume", 0, OPTION_TEXT, "CHECKPOINT", NULL,
        "go on with a training that was stopped, with the same corpus; the model is CHECKPOINT without "
        "\".checkpoint\", unless -o names another, and the parameters are those of the checkpoint",
        offsetof(struct settings, resume)),
    TEXT_OPTION("init", 0, OPTION_TEXT, "MODEL", NULL,
                "start from the vectors of a model, of any format that sgns reads; counts add up",
                offsetof(struct settings, init)),
    {.name = "vocab-from",
     .type = OPTION_MAYBE_CHOICE,
     .choices = vocab_names,
     .choice_help = vocab_help,
     .help = "--init: which words to train (default both)",
     .offset = offsetof(struct settings, vocab_from)},
    TEXT_OPTION("vocab", 0, OPTION_TEXT, "FILE", NULL,
                "train the words of a file that sgns vocab wrote, with its counts, instead of those of the "
                "text; --min-count and --max-vocab apply to it",
                offsetof(struct settings, vocab)),
    TEXT_OPTION("phrases", 0, OPTION_TEXT, "FILE", NULL,
                "join the phrases of a list that sgns phrases wrote (--list) as the text is read; the model "
                "keeps it for questions",
                offsetof(struct settings, phrases)),
    {.name = "checkpoint-every",
     .type = OPTION_REAL,
     .value = "MINUTES",
     .fallback = "10",
     .min = 0,
     .max = 1e5,
     .help = "write a checkpoint to MODEL.checkpoint; 0 writes none until the training is stopped",
     .offset = offsetof(struct settings, checkpoint_every)},
};
static const struct option ngrams[] = {
    FLAG_OPTION("subwords",
                "at the end, fit n-grams to the vectors, so that words never seen have vectors, too "
                "(sgns subwords does it later)",
                offsetof(struct settings, subwords)),
    SUBWORD_OPTIONS(offsetof(struct settings, ngrams)),
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
    CHOICE_OPTION("progress", "auto", progress_styles,
                  "auto: a live line on a terminal, else a line now and then; plain: the latter; json: an "
                  "object a line, for programs",
                  offsetof(struct settings, progress)),
};
static const struct option_table file_options = OPTION_TABLE(files);
static const struct option_table ngram_options = OPTION_TABLE(ngrams);
static const struct option_table message_options = OPTION_TABLE(messages);
static const struct option_table *const tables[] = {&file_options, &parameter_options, &ngram_options,
                                                    &message_options, NULL};

/* Everything that one training needs on its way from text to file. */
struct job {
    struct settings settings;
    const char *const *operands; /* (operand_count) files and folders, as they were named */
    size_t operand_count;
    struct corpus_files files;
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
    char **options; /* (option_count) that a checkpoint or a model stands for; owned */
    size_t option_count;
    char *output;                 /* named after the checkpoint; owned */
    struct checkpoint checkpoint; /* that is resumed, until the trainer has it */
    struct model model;           /* of --init, until the trainer has it */
    struct merged_vocab merged;
    struct vocab given;     /* the vocabulary of --vocab */
    size_t seen;            /* how many words of a given vocabulary the text has */
    struct phrases phrases; /* that are joined as the text is read; count 0: none */
    char *phrases_text;     /* (phrases_bytes) the same for the model; owned; NULL: none */
    size_t phrases_bytes;
    struct training_origin origin;
    char *origin_model, *origin_vocab, *origin_file; /* what origin points to, if it is from a checkpoint;
                                                        owned */
    struct keep keep;
    atomic_bool pause;                        /* the trainer is to stop, for a checkpoint or for good */
    double checkpoint_due;                    /* by the clock of the progress */
    double done_before;                       /* the share of the training before it was resumed */
    uint64_t fingerprint, labels_fingerprint; /* of the corpus and of the labels */
    struct record notes, record; /* of checkpoints and of the model; made, or at least taken, beforehand */
    struct model_buffers buffers;
    struct subword_job subwords;
};

/* The model is named after the checkpoint, unless -o names it. */
static bool name_output(struct job *job, struct error *error) {
    struct settings *settings = &job->settings;
    const size_t length = settings->resume != NULL ? strlen(settings->resume) : 0;
    const size_t end = sizeof KEEP_SUFFIX - 1;
    if (settings->output == NULL)
        settings->output = job->output;
    if (settings->output != NULL || settings->resume == NULL)
        return true;
    if (length <= end || strcmp(settings->resume + length - end, KEEP_SUFFIX) != 0 ||
        settings->resume[length - end - 1] == '/')
        return error_set(error, ERROR_INPUT, "name the model to write: -o MODEL");
    job->output = memory_allocate(length - end + 1, 1, "a file name", error);
    if (job->output == NULL)
        return false;
    memcpy(job->output, settings->resume, length - end);
    settings->output = job->output;
    return true;
}

static bool check_settings(const struct job *job, int argc, struct error *error) {
    const struct settings *settings = &job->settings;
    if (argc == 0)
        return error_set(error, ERROR_INPUT, "name a text file to train on, or - for standard input");
    if (settings->output == NULL)
        return error_set(error, ERROR_INPUT, "name the model to write: -o MODEL");
    if (strcmp(settings->output, "-") == 0)
        return error_set(error, ERROR_INPUT, "-o takes a file; a model cannot be written to a pipe");
    if (settings->quiet && settings->verbose)
        return error_set(error, ERROR_INPUT, "--quiet and --verbose cannot be combined");
    if (settings->progress != PROGRESS_AUTO && settings->quiet)
        return error_set(error, ERROR_INPUT, "--quiet prints no progress; leave --progress out");
    if (settings->progress == PROGRESS_JSON && settings->verbose)
        return error_set(error, ERROR_INPUT, "--progress json has its own details; leave --verbose out");
    if (settings->resume != NULL && settings->init != NULL)
        return error_set(error, ERROR_INPUT,
                         "--resume goes on with a training and --init starts another; leave one of them out");
    if (settings->vocab != NULL && settings->init != NULL)
        return error_set(
            error, ERROR_INPUT,
            "--init has a vocabulary already, which --vocab-from chooses from; leave --vocab out");
    if (settings->vocab_from.given && settings->init == NULL)
        return error_set(error, ERROR_INPUT, "--vocab-from does nothing without --init; leave it out");
    return true;
}

/* --- options that a checkpoint or a model stands for --- */

/* What only --subwords uses; its defaults are in the table. */
static bool check_ngrams(const struct settings *settings, struct error *error) {
    const struct subword_settings *given = &settings->ngrams;
    struct settings defaults = {.output = NULL};
    int none = 0;
    if (settings->subwords)
        return subword_settings_check(given, error);
    return options_parse(tables, &none, NULL, &defaults, error) &&
           ((given->minn == defaults.ngrams.minn && given->maxn == defaults.ngrams.maxn &&
             given->ngram_words == defaults.ngrams.ngram_words && !given->mix.given) ||
            error_set(
                error, ERROR_INPUT,
                "--minn, --maxn, --ngram-words and --mix do nothing without --subwords; leave them out"));
}

/* Parses job->options and then what the user gave, so that the latter counts. */
static bool parse_again(struct job *job, struct settings *settings, int argc, char *const *argv,
                        struct error *error) {
    int count = (int)job->option_count + argc;
    char **words = memory_allocate((size_t)count, sizeof *words, "options", error);
    if (words == NULL)
        return false;
    for (size_t i = 0; i < job->option_count; i++)
        words[i] = job->options[i];
    for (int i = 0; i < argc; i++)
        words[job->option_count + (size_t)i] = argv[i];
    *settings = (struct settings){.output = NULL};
    const bool done = options_parse(tables, &count, words, settings, error);
    free(words);
    return done;
}

/* Where the same training may go on in another way. */
static bool may_differ(const struct option *option) {
    static const char *const names[] = {"threads", "kernel", "labels"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(option->name, names[i]) == 0)
            return true;
    return false;
}

/* What the user gave must agree with the file. */
static bool check_agreement(const struct parameters *of_file, const struct parameters *given,
                            const char *path, struct error *error) {
    for (size_t i = 0; i < parameter_options.count; i++) {
        const struct option *option = &parameter_options.options[i];
        char values[2][PARAMETER_TEXT_MAX];
        parameter_value_exactly(option, of_file, values[0]);
        parameter_value_exactly(option, given, values[1]);
        if (may_differ(option) || strcmp(values[0], values[1]) == 0)
            continue;
        parameter_value(option, of_file, values[0]);
        if (option->type == OPTION_FLAG)
            return error_set(error, ERROR_INPUT, "%s was made without --%s; leave it out", path,
                             option->name);
        return error_set(error, ERROR_INPUT, "%s was made with --%s %s; leave --%s out", path, option->name,
                         values[0], option->name);
    }
    return true;
}

/* Reads the command line once more, behind job->options. */
static bool take_options(struct job *job, const char *path, int argc, char *const *argv,
                         struct error *error) {
    struct settings of_file, given;
    if (!parse_again(job, &of_file, 0, argv, error) || !parse_again(job, &given, argc, argv, error))
        return false;
    if (job->settings.resume != NULL && !check_agreement(&of_file.parameters, &given.parameters, path, error))
        return false;
    job->settings = given;
    return true;
}

static bool read_origin(struct job *job, struct error *error) {
    const struct checkpoint *from = &job->checkpoint;
    size_t length;
    job->origin_model = training_record_text(from->record, from->record_bytes, "init", error);
    job->origin_vocab = training_record_text(from->record, from->record_bytes, "vocab_from", error);
    job->origin_file = training_record_text(from->record, from->record_bytes, "vocab_file", error);
    const char *words = record_find(from->record, from->record_bytes, "init_words", &length);
    if (error->kind != ERROR_NONE)
        return false;
    job->origin = (struct training_origin){.model = job->origin_model,
                                           .vocab_from = job->origin_vocab != NULL ? job->origin_vocab
                                                                                   : vocab_names[VOCAB_BOTH],
                                           .words = words != NULL ? strtoull(words, NULL, 10) : 0,
                                           .vocab_file = job->origin_file};
    return true;
}

/* The training may have been asked to end with n-grams. */
static bool add_subword_options(struct job *job, struct error *error) {
    size_t capacity = job->option_count;
    return memory_reserve(&job->options, &capacity, job->option_count + SUBWORD_OPTION_COUNT, "options",
                          error) &&
           subword_settings_read(job->checkpoint.record, job->checkpoint.record_bytes, job->options,
                                 &job->option_count, error);
}

static bool open_checkpoint(struct job *job, int argc, char *const *argv, struct error *error) {
    const char *path = job->settings.resume;
    struct checkpoint *from = &job->checkpoint;
    if (!checkpoint_open(from, path, error))
        return false;
    job->options = training_record_options(from->record, from->record_bytes, &job->option_count, error);
    if (job->options == NULL || !add_subword_options(job, error) ||
        !take_options(job, path, argc, argv, error) || !read_origin(job, error))
        return false;
    return (job->settings.parameters.dim == from->dim && job->settings.parameters.epochs == from->epochs) ||
           error_set(error, ERROR_INPUT, "%s: damaged: its record doesn't fit its contents", path);
}

/* The text is read as that of the model was. Nobody knows how another program read its text. */
static bool open_initial(struct job *job, int argc, char *const *argv, struct error *error) {
    static const char *const tokenizers[] = {
        [TOKENIZER_WORDS] = "--tokenizer=words", [TOKENIZER_WHITESPACE] = "--tokenizer=whitespace"};
    const char *path = job->settings.init;
    const struct model *model = &job->model;
    char dim[32];
    if (!open_model(&job->model, "train", path, error))
        return false;
    snprintf(dim, sizeof dim, "--dim=%zu", model->dim);
    const char *words[3] = {dim};
    size_t count = 1;
    if (model->source == MODEL_NATIVE)
        words[count++] = tokenizers[model->rules.kind];
    if (model->source == MODEL_NATIVE && model->rules.keep_case)
        words[count++] = "--keep-case";
    job->options = memory_allocate(count, sizeof *job->options, "options", error);
    for (size_t i = 0; job->options != NULL && i < count; i++) {
        job->options[i] = strdup(words[i]);
        if (job->options[i] == NULL)
            return error_set(error, ERROR_SYSTEM, "out of memory for options");
        job->option_count++;
    }
    if (job->options == NULL || !take_options(job, path, argc, argv, error))
        return false;
    const struct parameters *parameters = &job->settings.parameters;
    if (parameters->dim != model->dim)
        return error_set(error, ERROR_INPUT,
                         "%s has vectors of %zu dimensions, so --dim %llu can't start from it; leave --dim "
                         "out",
                         path, model->dim, (unsigned long long)parameters->dim);
    return model->source != MODEL_NATIVE ||
           (parameters->tokenizer == model->rules.kind &&
            (parameters->keep_case == model->rules.keep_case || model->rules.kind == TOKENIZER_WHITESPACE)) ||
           error_set(error, ERROR_INPUT,
                     "%s was trained on text that was split into words in another way; leave --tokenizer and "
                     "--keep-case out",
                     path);
}

/* --- the vocabulary of a file --- */

static struct tokenizer_rules tokenizer_rules_of(const struct parameters *parameters) {
    return (struct tokenizer_rules){.kind = (enum tokenizer_kind)parameters->tokenizer,
                                    .keep_case = parameters->keep_case};
}

/* Whether there are sentences for people on the way. */
static bool tells(const struct job *job) {
    return !job->settings.quiet && job->settings.progress != PROGRESS_JSON;
}

static bool select_words(struct job *job, const struct dictionary *words, struct error *error) {
    const char *path = job->settings.vocab;
    const struct parameters *parameters = &job->settings.parameters;
    if (!vocab_select(&job->given, words, parameters->min_count, parameters->max_vocab, NULL, error))
        return false;
    if (job->given.size == 0)
        return error_set(error, ERROR_INPUT, "%s: none of its %zu words occurs %llu times; lower --min-count",
                         path, words->size, (unsigned long long)parameters->min_count);
    if (tells(job) && job->given.size < words->size)
        fprintf(stderr, "%s: %zu of its %zu words are left by --min-count and --max-vocab\n", path,
                job->given.size, words->size);
    return true;
}

/* A training that goes on has its vocabulary already. */
static bool check_given(const struct job *job, struct error *error) {
    const struct vocab *begun = &job->checkpoint.vocab, *given = &job->given;
    const bool same = job->origin.vocab_file != NULL && begun->size == given->size &&
                      begun->text_bytes == given->text_bytes &&
                      memcmp(begun->text, given->text, given->text_bytes) == 0 &&
                      memcmp(begun->counts, given->counts, given->size * sizeof *given->counts) == 0;
    return same || error_set(error, ERROR_INPUT,
                             "%s: not the vocabulary that this training began with; leave --vocab out",
                             job->settings.vocab);
}

static bool read_given(struct job *job, struct error *error) {
    const char *path = job->settings.vocab;
    struct dictionary words;
    uint64_t total = 0;
    if (path == NULL)
        return true;
    const struct tokenizer_rules rules = tokenizer_rules_of(&job->settings.parameters);
    const bool done = dictionary_create(&words, error) &&
                      vocab_file_read(&words, &total, path, &rules, error) &&
                      select_words(job, &words, error);
    dictionary_free(&words);
    if (!done || (job->checkpoint.layout != NULL && !check_given(job, error)))
        return false;
    job->origin.vocab_file = job->checkpoint.layout != NULL ? job->origin_file : file_name(path);
    return true;
}

/* --- phrases --- */

static bool parse_phrases(struct job *job, const char *text, size_t bytes, const char *path,
                          struct error *error) {
    return text == NULL || phrases_parse(&job->phrases, text, bytes, path, NULL, error);
}

/* A training that goes on has its phrases already. */
static bool resume_phrases(struct job *job, struct error *error) {
    const struct checkpoint *from = &job->checkpoint;
    const char *path = job->settings.phrases;
    if (path == NULL)
        return parse_phrases(job, from->phrases, from->phrases_bytes, job->settings.resume, error);
    size_t bytes = 0;
    const struct tokenizer_rules rules = tokenizer_rules_of(&job->settings.parameters);
    if (!phrases_read(&job->phrases, path, &rules, error))
        return false;
    char *text = phrases_text(&job->phrases, &bytes, error);
    const bool same = text != NULL && from->phrases != NULL && bytes == from->phrases_bytes &&
                      memcmp(text, from->phrases, bytes) == 0;
    const bool read = text != NULL;
    free(text);
    return same ||
           (read &&
            error_set(error, ERROR_INPUT,
                      "%s: not the phrases that this training began with; leave --phrases out", path));
}

/* Those of the file, or else of the checkpoint or model that the training starts from. */
static bool read_phrases(struct job *job, struct error *error) {
    const struct settings *settings = &job->settings;
    const struct tokenizer_rules rules = tokenizer_rules_of(&settings->parameters);
    size_t bytes = 0;
    const char *of_model = settings->init != NULL ? model_section(&job->model, LAYOUT_PHRASES, &bytes) : NULL;
    bool done;
    if (settings->resume != NULL)
        done = resume_phrases(job, error);
    else if (settings->phrases != NULL)
        done = phrases_read(&job->phrases, settings->phrases, &rules, error);
    else
        done = parse_phrases(job, of_model, bytes, settings->init, error);
    if (done && job->phrases.count > 0)
        job->phrases_text = phrases_text(&job->phrases, &job->phrases_bytes, error);
    return done && (job->phrases.count == 0 || job->phrases_text != NULL);
}

/* In a folder of texts, the model to be replaced and its checkpoints are none. */
static bool list_files(struct job *job, struct error *error) {
    const struct settings *settings = &job->settings;
    const size_t size = strlen(settings->output) + sizeof KEEP_SUFFIX;
    char *checkpoint = memory_allocate(size, 1, "a file name", error);
    if (checkpoint == NULL)
        return false;
    snprintf(checkpoint, size, "%s%s", settings->output, KEEP_SUFFIX);
    const char *const skip[] = {settings->output, checkpoint, settings->resume};
    const bool done = corpus_files_list(&job->files, job->operands, job->operand_count, skip,
                                        sizeof skip / sizeof *skip, error) &&
                      ingest_check((const char *const *)job->files.paths, job->files.count,
                                   &job->corpus_bytes, error);
    free(checkpoint);
    return done;
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

static void event_read(const struct job *job, double seconds) {
    const struct corpus *corpus = &job->corpus;
    const struct output_field fields[] = {output_score("seconds", seconds),
                                          output_integer("bytes", corpus->bytes),
                                          output_integer("words", corpus->tokens),
                                          output_integer("sentences", corpus->sentences),
                                          output_integer("distinct", corpus->distinct),
                                          output_integer("vocabulary", corpus->vocab.size),
                                          output_integer("words_in_vocabulary", corpus->words)};
    progress_event(&job->progress, "read", fields, sizeof fields / sizeof *fields);
}

static void print_corpus(const struct job *job, double seconds) {
    const struct corpus *corpus = &job->corpus;
    const double known = 100 * (double)corpus->words / (double)corpus->tokens;
    event_read(job, seconds);
    if (tells(job)) {
        reading_print_unpacked(corpus);
        fprintf(stderr, "read %llu words in %llu sentences; ", (unsigned long long)corpus->tokens,
                (unsigned long long)corpus->sentences);
    }
    if (tells(job) && job->origin.model == NULL && job->origin.vocab_file == NULL)
        fprintf(stderr, "kept %zu of %llu distinct words, %.1f%% of the text\n", corpus->vocab.size,
                (unsigned long long)corpus->distinct, known);
    else if (tells(job))
        fprintf(stderr, "%.1f%% of them are in a vocabulary of %zu\n", known, corpus->vocab.size);
    if (job->origin.vocab_file != NULL && job->seen < corpus->vocab.size)
        message_warn("train", "words of the vocabulary that the text lacks: %zu; their vectors say nothing",
                     corpus->vocab.size - job->seen);
    if (job->settings.verbose)
        fprintf(stderr, "reading took %.2f s, %.0f MB/s\n", seconds, (double)corpus->bytes * 1e-6 / seconds);
}

static void print_start(const struct job *job) {
    const char *path = job->settings.init;
    const size_t vocab = job->corpus.vocab.size, started = job->merged.started;
    if (!tells(job))
        return;
    fprintf(stderr, "%zu words start from %s, %zu of them in the text; %zu others start at random\n", started,
            path, job->merged.seen, vocab - started);
    if (job->model.output == NULL)
        fprintf(stderr, "%s has no context vectors; they start at %s\n", path,
                score_at(job->settings.parameters.score.value)->start_contexts ? "random" : "zero");
}

/* Whether the vocabulary is another one than that of the text. */
static bool is_given(const struct job *job) {
    return job->settings.init != NULL || job->origin.model != NULL || job->origin.vocab_file != NULL;
}

/* Gives the corpus the vocabulary of the file, or of the model or checkpoint that the training starts from.
 */
static bool change_vocab(struct job *job, struct error *error) {
    const struct settings *settings = &job->settings;
    if (job->checkpoint.layout != NULL)
        return !is_given(job) || merge_vocab_adopt(&job->corpus, &job->checkpoint.vocab, &job->seen, error);
    if (settings->vocab != NULL)
        return merge_vocab_adopt(&job->corpus, &job->given, &job->seen, error);
    if (settings->init == NULL)
        return true;
    const struct merge_options options = {.model = &job->model,
                                          .from = (enum vocab_from)settings->vocab_from.value,
                                          .min_count = settings->parameters.min_count,
                                          .max_vocab = settings->parameters.max_vocab};
    if (!merge_vocab(&job->merged, &job->corpus, &options, error))
        return false;
    if (job->merged.started == 0)
        return error_set(error, ERROR_INPUT, "%s: none of its words is in the text", settings->init);
    job->origin = (struct training_origin){.model = file_name(settings->init),
                                           .vocab_from = vocab_names[settings->vocab_from.value],
                                           .words = job->merged.started};
    return true;
}

/* Whether the checkpoint has this number in its record; there may be none to go on from. */
static bool agrees(const struct checkpoint *from, const char *key, uint64_t number) {
    size_t length;
    const char *value = from->layout != NULL ? record_find(from->record, from->record_bytes, key, &length)
                                             : NULL;
    return from->layout == NULL || (value != NULL && strtoull(value, NULL, 10) == number);
}

/* Notes of the corpus as it was read, and compares it with that of the checkpoint. */
static bool check_corpus(struct job *job, uint64_t *fingerprint, struct error *error) {
    if (!checkpoint_fingerprint(&job->corpus, fingerprint, error))
        return false;
    return agrees(&job->checkpoint, "fingerprint", *fingerprint) ||
           error_set(error, ERROR_INPUT,
                     "%s: the corpus is not the one that this training began with; name the same files, in "
                     "the same order",
                     job->settings.resume);
}

static bool read_corpus(struct job *job, struct error *error) {
    const struct parameters *parameters = &job->settings.parameters;
    const size_t memory = memory_available();
    const bool given = is_given(job);
    const struct ingest_options options = {
        .paths = (const char *const *)job->files.paths,
        .path_count = job->files.count,
        .rules = tokenizer_rules_of(parameters),
        .phrases = job->phrases.count > 0 ? &job->phrases : NULL,
        .min_count = given ? 1 : parameters->min_count,
        .max_vocab = given ? 0 : parameters->max_vocab,
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
    reading_warn(&job->corpus, "train");
    if (!done || !check_corpus(job, &job->fingerprint, error) || !change_vocab(job, error))
        return false;
    parameters_set_sample(&job->settings.parameters, job->corpus.vocab.size);
    print_corpus(job, seconds);
    if (job->settings.init != NULL)
        print_start(job);
    return true;
}

/* Labels are part of what a checkpoint goes on with. */
static bool check_labels(struct job *job, struct error *error) {
    job->labels_fingerprint = checksum(job->labels.of_word,
                                       job->corpus.vocab.size * sizeof *job->labels.of_word);
    return agrees(&job->checkpoint, "labels_fingerprint", job->labels_fingerprint) ||
           error_set(error, ERROR_INPUT, "%s: the labels are not those that this training began with",
                     job->settings.parameters.labels);
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
    if (!check_labels(job, error))
        return false;
    if (tells(job))
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
    if (tells(job))
        fprintf(stderr, "training %zu words of %llu dimensions takes %zu MB of the %zu MB available\n",
                job->corpus.vocab.size, dim, (bytes >> 20) + 1, available >> 20);
    return true;
}

/* The n-grams are found before the training, so that nothing is missing in the end. */
static bool find_ngrams(struct job *job, struct error *error) {
    const struct parameters *parameters = &job->settings.parameters;
    size_t training;
    if (!job->settings.subwords)
        return true;
    job->subwords = (struct subword_job){.settings = job->settings.ngrams,
                                         .quiet = !tells(job),
                                         .dim = (size_t)parameters->dim,
                                         .stride = matrix_stride((size_t)parameters->dim),
                                         .threads = (size_t)parameters->threads,
                                         .progress = &job->progress};
    return memory_needed(job, &training) &&
           subword_job_find(&job->subwords, &job->corpus.vocab, training, error);
}

static bool reserve_exactly(struct job *job, struct error *error) {
    const struct parameters *parameters = &job->settings.parameters;
    uint64_t bytes;
    size_t record_max;
    if (!training_record_bytes_max(parameters, &record_max) ||
        !model_file_bytes(job->corpus.vocab.size, job->corpus.vocab.text_bytes,
                          matrix_stride((size_t)parameters->dim), true, record_max, &bytes) ||
        __builtin_add_overflow(bytes, (uint64_t)job->subwords.section_bytes, &bytes))
        return error_set(error, ERROR_INPUT, "%s: the model would be too large", job->settings.output);
    return file_reserve(&job->file, bytes + job->phrases_bytes, error);
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
        message_warn("train", "--noise %llu is unstable with --alpha %g and --negative %llu: using %llu",
                     (unsigned long long)job->noise_asked, parameters->alpha.value,
                     (unsigned long long)parameters->negative, (unsigned long long)parameters->noise);
}

/* What is known of each epoch, and of all of them. */
static void event_trained(const struct job *job, double seconds, double rate) {
    for (size_t i = 0; i < job->settings.parameters.epochs; i++) {
        const struct measures *measures = &job->results.measures[i];
        const struct output_field fields[] = {
            output_integer("epoch", i + 1), output_score("loss", measures->loss),
            output_score("accuracy", measures->accuracy), output_score("violations", measures->violations)};
        const bool violations = loss_at(job->settings.parameters.loss)->violations != NULL;
        progress_event(&job->progress, "epoch", fields, violations ? 4 : 3);
    }
    const struct output_field fields[] = {output_score("seconds", seconds),
                                          output_score("words_per_second", rate)};
    progress_event(&job->progress, "trained", fields, 2);
}

static void print_training(const struct job *job, double seconds) {
    const struct parameters *parameters = &job->settings.parameters;
    const double rate = (double)job->corpus.words * (double)parameters->epochs *
                        (job->results.progress - job->done_before) / seconds;
    if (job->settings.verbose)
        print_details(job);
    event_trained(job, seconds, rate);
    if (tells(job))
        fprintf(stderr, "trained in %.2f s, %.2fM words/s\n", seconds, rate * 1e-6);
}

/* --- checkpoints --- */

/* An interruption before the first words were learned has nothing to keep. */
static void report_training(void *context, const struct training_status *status) {
    struct job *job = context;
    if (status->words > status->words_before)
        atomic_store(&job->interrupt.worthwhile, true);
    if (atomic_load(&job->interrupt.number) != 0 ||
        (job->settings.checkpoint_every > 0 && progress_clock() >= job->checkpoint_due))
        atomic_store(&job->pause, true);
    progress_training(&job->progress, status);
}

static void next_checkpoint(struct job *job) {
    job->checkpoint_due = progress_clock() + 60 * job->settings.checkpoint_every;
    atomic_store(&job->pause, false);
}

static void checkpoint_content(const struct job *job, struct trainer_state *state,
                               struct checkpoint_content *content) {
    trainer_get_state(job->trainer, state);
    *content = (struct checkpoint_content){.vocab = &job->corpus.vocab,
                                           .dim = (size_t)job->settings.parameters.dim,
                                           .epochs = (size_t)job->settings.parameters.epochs,
                                           .state = state,
                                           .record = job->notes.text,
                                           .record_bytes = job->notes.bytes,
                                           .phrases = job->phrases_text,
                                           .phrases_bytes = job->phrases_bytes};
}

/* A checkpoint that can't be written is no reason to stop. */
static void write_checkpoint(struct job *job) {
    struct trainer_state state;
    struct checkpoint_content content;
    struct error error = {.kind = ERROR_NONE};
    checkpoint_content(job, &state, &content);
    if (keep_write(&job->keep, &content, &error)) {
        if (job->settings.verbose)
            fprintf(stderr, "wrote %s\n", job->keep.kept);
    } else
        message_warn("train", "no checkpoint could be written, the training goes on: %s", error.text);
}

/* Ends the training with what it has learned in a file, and `error` says in which, after what has ended it.
 * Gives back the memory and the disk space that were taken for the model. Returns false. */
static bool keep_learned(struct job *job, struct error *error) {
    const struct error reason = *error;
    struct error failure = {.kind = ERROR_NONE};
    struct trainer_state state;
    struct checkpoint_content content;
    char command[1024];
    file_abandon(&job->file);
    model_buffers_free(&job->buffers);
    checkpoint_content(job, &state, &content);
    *error = failure;
    if (keep_write_somewhere(&job->keep, &content, &failure)) {
        keep_command(&job->keep, command, sizeof command);
        return error_set(error, reason.kind, "%s; what was learned is in %s; to go on: %s", reason.text,
                         job->keep.kept, command);
    }
    return error_set(error, reason.kind, "%s; what was learned could not be kept: %s%s%s", reason.text,
                     failure.text, job->keep.kept != NULL ? "; an earlier checkpoint is in " : "",
                     job->keep.kept != NULL ? job->keep.kept : "");
}

/* --- training --- */

/* What the training is told and takes beforehand, so that nothing is missing in the end. */
static bool prepare(struct job *job, struct error *error) {
    const struct parameters *parameters = &job->settings.parameters;
    const struct initial_rows rows = {&job->model, job->merged.of_word};
    const struct trainer_start start = {.state = job->checkpoint.layout != NULL ? &job->checkpoint.state
                                                                                : NULL,
                                        .rows = job->settings.init != NULL ? &rows : NULL};
    bool done = training_record_checkpoint(&job->notes, parameters, &job->origin, job->fingerprint, error) &&
                record_add(&job->notes, error, "labels_fingerprint", "%llu",
                           (unsigned long long)job->labels_fingerprint) &&
                (!job->settings.subwords ||
                 subword_settings_record(&job->settings.ngrams, &job->notes, error)) &&
                training_record_reserve(&job->record, parameters, error) &&
                model_buffers_create(&job->buffers, job->corpus.vocab.size,
                                     matrix_stride((size_t)parameters->dim), error);
    if (done)
        job->trainer = trainer_create(&job->corpus, parameters,
                                      parameters->labels != NULL ? &job->labels : NULL, &start, error);
    checkpoint_close(&job->checkpoint);
    model_close(&job->model);
    if (!done || job->trainer == NULL)
        return false;
    job->done_before = (double)trainer_done(job->trainer) / (double)trainer_tasks(job->trainer);
    return true;
}

/* Trains to the end, with checkpoints on the way. */
static bool run_trainer(struct job *job, struct error *error) {
    const struct trainer_hooks hooks = {.stop = &job->pause, .report = report_training, .context = job};
    for (;;) {
        next_checkpoint(job);
        const bool done = trainer_run(job->trainer, trainer_tasks(job->trainer), &hooks, error);
        progress_clear(&job->progress);
        if (!done)
            return error->kind == ERROR_SYSTEM ? keep_learned(job, error) : false;
        if (trainer_done(job->trainer) == trainer_tasks(job->trainer))
            return true;
        const int number = atomic_load(&job->interrupt.number);
        if (number != 0) {
            error_set(error, (enum error_kind)(ERROR_SIGNAL + number), "stopped after %.1f%% of the training",
                      100 * (double)trainer_done(job->trainer) / (double)trainer_tasks(job->trainer));
            return keep_learned(job, error);
        }
        write_checkpoint(job);
    }
}

/* Nothing learned is an error if a parameter is far from what works, and else may be the text's fault. */
static bool check_learned(const struct job *job, struct error *error) {
    const struct parameters *parameters = &job->settings.parameters;
    const struct measures *last = &job->results.measures[parameters->epochs - 1];
    if (!outcome_learned_nothing(&job->results, &job->corpus, parameters))
        return true;
    const char *remedy = outcome_remedy(parameters);
    if (remedy != NULL)
        return error_set(
            error, ERROR_INPUT,
            "next to nothing was learned: the loss at the end is %.4g (vectors that tell nothing "
            "apart have %.4g), and %.0f%% of the pairs beat noise; choose %s",
            last->loss, last->chance, 100 * last->accuracy, remedy);
    message_warn("train",
                 "warning: next to nothing was learned: the loss at the end is %.4g (vectors that "
                 "tell nothing apart have %.4g), and %.0f%% of the pairs beat noise; try more --epochs, or "
                 "another --alpha",
                 last->loss, last->chance, 100 * last->accuracy);
    return true;
}

static bool finish(struct job *job, struct error *error) {
    if (!trainer_results(job->trainer, &job->results, error))
        return error->kind == ERROR_SYSTEM ? keep_learned(job, error) : false;
    return outcome_check(&job->results, &job->corpus, &job->settings.parameters, error) &&
           check_learned(job, error);
}

static void warn_slow(const struct job *job) {
    const struct parameters *parameters = &job->settings.parameters;
    const double slowdown = trainer_slowdown(job->trainer);
    if (!job->settings.quiet && slowdown >= SLOW)
        message_warn("train",
                     "with --alpha %g, --window %llu and --negative %llu, only small steps are stable: "
                     "training takes about %.0f times as long as at a low learning rate",
                     parameters->alpha.value, (unsigned long long)parameters->window,
                     (unsigned long long)parameters->negative, slowdown);
}

static bool train(struct job *job, struct error *error) {
    const struct parameters *parameters = &job->settings.parameters;
    if (!check_memory(job, error) || !find_ngrams(job, error) || !reserve_exactly(job, error))
        return false;
    warn_noise(job);
    if (job->settings.verbose)
        fprintf(stderr, "kernel %s, %llu threads\n", parameters->kernel,
                (unsigned long long)parameters->threads);
    if (!prepare(job, error))
        return false;
    warn_slow(job);
    progress_start(&job->progress);
    if (!run_trainer(job, error) || !finish(job, error))
        return false;
    const double seconds = progress_clock() - job->progress.started;
    atomic_store(&job->interrupt.worthwhile, true);
    print_training(job, seconds);
    return true;
}

/* The vectors to write: mixed, if n-grams were mixed into them. */
static bool fit_ngrams(struct job *job, const float **input, struct error *error) {
    *input = job->results.input;
    if (!job->settings.subwords)
        return true;
    if (!subword_job_run(&job->subwords, job->results.input, error))
        return false;
    if (job->subwords.mixed != NULL)
        *input = job->subwords.mixed;
    return true;
}

static bool save(struct job *job, struct error *error) {
    struct record *record = &job->record;
    const float *input;
    if (!fit_ngrams(job, &input, error))
        return error->kind == ERROR_SYSTEM ? keep_learned(job, error) : false;
    bool done = (!job->settings.subwords || subword_settings_record(&job->settings.ngrams, record, error)) &&
                training_record_make(record, &job->corpus, &job->settings.parameters, &job->origin,
                                     &job->results, error);
    const struct model_section sections[] = {
        {LAYOUT_PHRASES, job->phrases_text, job->phrases_bytes},
        {SUBWORDS_TAG, job->subwords.section, job->subwords.section_bytes},
    };
    const size_t first = job->phrases_text == NULL, end = job->settings.subwords ? 2 : 1;
    const struct model_content content = {.vocab = &job->corpus.vocab,
                                          .dim = job->results.dim,
                                          .stride = job->results.stride,
                                          .input = input,
                                          .output = job->results.output,
                                          .record = record->text,
                                          .record_bytes = record->bytes,
                                          .extra = sections + first,
                                          .extra_count = end - first,
                                          .buffers = &job->buffers};
    done = done && model_write(&job->file, &content, error);
    const uint64_t bytes = job->file.written;
    if (!done || !interrupt_commit(&job->interrupt, &job->file, error))
        return job->file.kept ? false : keep_learned(job, error);
    keep_remove(&job->keep);
    const char *path = job->settings.output;
    const struct output_field fields[] = {output_text("model", path, strlen(path)),
                                          output_integer("bytes", bytes)};
    progress_event(&job->progress, "wrote", fields, 2);
    if (tells(job))
        fprintf(stderr, "wrote %s, %.1f MB\n", job->settings.output, (double)bytes * 1e-6);
    return true;
}

static bool create_model(struct job *job, struct error *error) {
    if (!file_create(&job->file, job->settings.output, error))
        return false;
    if (job->file.left != NULL)
        message_warn("train", "%s: left by a training that did not end; remove it", job->file.left);
    return job->settings.force || export_check_old(export_format_find("native"), &job->file, 1, error);
}

/* The file is created before the first byte is read. */
static bool train_to_file(struct job *job, struct error *error) {
    bool earlier;
    job->keep = (struct keep){.output = job->settings.output,
                              .corpus = job->operands,
                              .corpus_count = job->operand_count,
                              .resumed = job->settings.resume,
                              .interrupt = &job->interrupt};
    job->folder = place_folder(job->settings.output, error);
    if (job->folder == NULL || !keep_create(&job->keep, &earlier, error))
        return false;
    if (earlier)
        message_warn("train",
                     "%s is from an earlier training, which --resume would go on with; this one "
                     "replaces it if it is stopped, or takes long",
                     job->keep.path);
    /* If a pipe behind standard error is closed, that is no reason to lose what is learned. */
    signal(SIGPIPE, SIG_IGN);
    interrupt_hold(&job->interrupt);
    if (!create_model(job, error)) {
        interrupt_release(&job->interrupt);
        return false;
    }
    if (!interrupt_watch(&job->interrupt, &job->file, 1, error))
        return false;
    job->progress = progress_create(job->settings.quiet, job->corpus_bytes,
                                    (size_t)job->settings.parameters.epochs);
    progress_set_style(&job->progress, (enum progress_style)job->settings.progress);
    const bool done = reserve_guess(job, error) && read_corpus(job, error) && read_labels(job, error) &&
                      train(job, error) && save(job, error);
    file_abandon(&job->file);
    interrupt_end(&job->interrupt);
    return done;
}

static void free_job(struct job *job) {
    file_abandon(&job->file);
    trainer_free(job->trainer);
    corpus_files_free(&job->files);
    corpus_free(&job->corpus);
    labels_free(&job->labels);
    checkpoint_close(&job->checkpoint);
    model_close(&job->model);
    model_buffers_free(&job->buffers);
    subword_job_free(&job->subwords);
    record_free(&job->notes);
    record_free(&job->record);
    keep_free(&job->keep);
    free(job->merged.of_word);
    free(job->folder);
    free(job->output);
    free(job->origin_model);
    free(job->origin_vocab);
    free(job->origin_file);
    vocab_free(&job->given);
    phrases_free(&job->phrases);
    free(job->phrases_text);
    training_record_free(job->options, job->option_count);
}

/* `copy` is what argv was before it was parsed. */
static bool start_job(struct job *job, int argc, char **argv, int copied, char *const *copy,
                      struct error *error) {
    if (!options_parse(tables, &argc, argv, &job->settings, error) || !name_output(job, error) ||
        !check_settings(job, argc, error))
        return false;
    job->operands = (const char *const *)argv;
    job->operand_count = (size_t)argc;
    if (job->settings.resume != NULL && !open_checkpoint(job, copied, copy, error))
        return false;
    if (job->settings.init != NULL && !open_initial(job, copied, copy, error))
        return false;
    job->noise_asked = job->settings.parameters.noise;
    return name_output(job, error) && check_ngrams(&job->settings, error) &&
           parameters_resolve(&job->settings.parameters, error) && read_given(job, error) &&
           read_phrases(job, error) && list_files(job, error) &&
           reading_check_output(&job->files, job->settings.output, "the model", error) &&
           train_to_file(job, error);
}

static bool run(int argc, char **argv, struct error *error) {
    struct job job = {.corpus = {.stream = {.descriptor = -1}}, .file = {.descriptor = -1}};
    char **copy = memory_allocate((size_t)argc, sizeof *copy, "options", error);
    if (copy == NULL)
        return false;
    for (int i = 0; i < argc; i++)
        copy[i] = argv[i];
    const bool done = start_job(&job, argc, argv, argc, copy, error);
    free_job(&job);
    free(copy);
    return done;
}

const struct command command_train = {
    .name = "train",
    .arguments = "CORPUS... -o MODEL",
    .summary = "train word vectors on text files",
    .details = "CORPUS is UTF-8 text; a newline ends a sentence. Files compressed by gzip, xz,\n"
               "zstd or bzip2 are unpacked by these programs as they are read. A folder stands\n"
               "for all files in it and below it, sorted by path; names that begin with a dot\n"
               "are left out, and links are followed. - is standard input, as in\n"
               "  unzip -p corpus.zip | sgns train - -o words.sgns\n"
               "Ctrl-C stops the training and keeps what it has learned in MODEL.checkpoint; to\n"
               "go on:\n"
               "  sgns train --resume words.sgns.checkpoint corpus.txt\n"
               "A second Ctrl-C keeps nothing.",
    .tables = tables,
    .run = run,
};

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/open_model.h"
#include "cli/output.h"
#include "cli/processor.h"
#include "model/model.h"
#include "train/parameters.h"

struct settings {
    bool verify, cpu;
};

static const struct option options[] = {
    FLAG_OPTION("verify", "read the whole file and check its checksums", offsetof(struct settings, verify)),
    FLAG_OPTION("cpu",
                "show what this machine can do instead: its cores, the kernels that run here, the best one "
                "first, and their measured peak",
                offsetof(struct settings, cpu)),
};
static const struct option_table own_options = OPTION_TABLE(options);
static const struct option_table *const tables[] = {&own_options, NULL};

#define LABEL_WIDTH 22

static void print_label(const char *label) {
    printf("%-*s", LABEL_WIDTH, label);
}

/* The rest of a line; what a file says is not trusted to be one. */
static void print_line(const char *text, size_t length) {
    output_shown(text, length, stdout);
    putchar('\n');
}

/* A line for a key of the record, if it is there. */
static void print_key(const struct model *model, const char *label, const char *key) {
    size_t length;
    const char *value = model_record(model, key, &length);
    if (value == NULL)
        return;
    print_label(label);
    print_line(value, length);
}

/* A word in quotation marks. */
static void print_word(const struct model *model, size_t id) {
    size_t length;
    const char *word = model_word(model, id, &length);
    putchar('"');
    output_shown(word, length, stdout);
    putchar('"');
}

static void print_words(const struct model *model) {
    const size_t last = model->vocab - 1;
    const bool counted = model->counts[0] > 0;
    print_label("words");
    printf("%zu, from ", model->vocab);
    print_word(model, 0);
    if (counted)
        printf(" (%llu times)", (unsigned long long)model->counts[0]);
    printf(" to ");
    print_word(model, last);
    if (counted)
        printf(" (%llu)\n", (unsigned long long)model->counts[last]);
    else
        printf(", occurrences unknown\n");
}

/* What words never seen are made of. */
static void print_ngrams(const struct model *model) {
    const struct subwords *subwords = &model->subwords;
    if (subwords->count == 0)
        return;
    print_label("n-grams");
    printf("%zu of %zu to %zu characters, %.1f MB\n", subwords->count, subwords->min, subwords->max,
           (double)subwords->bytes * 1e-6);
    print_key(model, "ngram-words", "ngram_words");
    print_key(model, "mixed with n-grams", "mix");
}

static void print_shape(const struct model *model, const char *path) {
    print_label("model");
    print_line(path, strlen(path));
    print_label("size");
    printf("%.1f MB\n", (double)model->file_bytes * 1e-6);
    if (model->source == MODEL_NATIVE) {
        print_label("format");
        printf("native, version %lu\n", (unsigned long)model->version);
    }
    print_words(model);
    print_label("dim");
    printf("%zu\n", model->dim);
    print_label("context vectors");
    printf("%s\n", model->output != NULL ? "kept" : "left out");
    print_ngrams(model);
}

static void print_parameter(const struct model *model, const struct option *option) {
    char key[PARAMETER_TEXT_MAX];
    size_t length;
    parameter_key(option, key);
    const char *value = model_record(model, key, &length);
    /* The dimension stands with the model's shape, and what becomes of case depends on the tokenizer, too. */
    if (value == NULL || strcmp(key, "dim") == 0 || strcmp(key, "keep_case") == 0)
        return;
    print_label(option->name);
    if (option->type == OPTION_FLAG)
        printf("%s\n", length == 1 && *value == '1' ? "yes" : "no");
    else
        print_line(value, length);
}

/* What is known of the corpus, and the parameters that were used. */
static void print_training(const struct model *model) {
    static const char *const facts[][2] = {
        {"source", "source"},
        {"exported", "exported"},
        {"made by", "program"},
        {"corpus bytes", "corpus_bytes"},
        {"corpus words", "corpus_tokens"},
        {"in the vocabulary", "corpus_words"},
        {"distinct words", "corpus_distinct"},
        {"distinct words", "corpus_different"}, /* as older versions called it */
        {"sentences", "sentences"},
        {"started from", "init"},
        {"vocabulary from", "vocab_from"},
        {"words started", "init_words"},
        {"shrink", "shrink"}, /* likewise: 1 for --weights random, 0 for uniform */
    };
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        print_key(model, facts[i][0], facts[i][1]);
    for (size_t i = 0; i < parameter_options.count; i++)
        print_parameter(model, &parameter_options.options[i]);
    print_label("case");
    printf("%s\n", model->rules.keep_case || model->rules.kind == TOKENIZER_WHITESPACE ? "kept" : "folded");
}

/* The value of KEY.EPOCH in the record, or NULL. */
static const char *epoch_value(const struct model *model, const char *name, size_t epoch, size_t *length) {
    char key[32];
    snprintf(key, sizeof key, "%s.%zu", name, epoch);
    return model_record(model, key, length);
}

/* What the record says of an epoch that was trained. Older models lack the accuracy. */
static void print_epoch(const struct model *model, size_t epoch, const char *loss, size_t length) {
    char label[32];
    snprintf(label, sizeof label, "loss, epoch %zu", epoch);
    print_label(label);
    output_shown(loss, length, stdout);
    printf(" a pair");
    const char *accuracy = epoch_value(model, "accuracy", epoch, &length);
    if (accuracy != NULL) {
        printf(", accuracy ");
        output_shown(accuracy, length, stdout);
    }
    const char *violations = epoch_value(model, "violations", epoch, &length);
    if (violations != NULL) {
        printf(", violations ");
        output_shown(violations, length, stdout);
    }
    putchar('\n');
}

/* One line for epochs that were not begun, however many there are. */
static void print_missing(size_t first, size_t last) {
    char label[64];
    if (first > last)
        return;
    if (first < last)
        snprintf(label, sizeof label, "epochs %zu-%zu", first, last);
    else
        snprintf(label, sizeof label, "epoch %zu", first);
    print_label(label);
    printf("not trained\n");
}

/* Epochs are numbered from 1; one that was not begun has a loss of 0. */
static void print_epochs(const struct model *model) {
    size_t length, epoch = 1, first = 1; /* `first`: of those not trained that are still to be printed */
    const char *loss;
    for (; (loss = epoch_value(model, "loss", epoch, &length)) != NULL; epoch++) {
        if (length == 1 && *loss == '0')
            continue;
        print_missing(first, epoch - 1);
        print_epoch(model, epoch, loss, length);
        first = epoch + 1;
    }
    print_missing(first, epoch - 1);
}

static void print_progress(const struct model *model) {
    size_t length;
    const char *value = model_record(model, "progress", &length);
    if (value == NULL || (length == 1 && *value == '1'))
        return;
    print_label("interrupted");
    printf("after ");
    output_shown(value, length, stdout);
    printf(" of the training\n");
}

static bool run(int argc, char **argv, struct error *error) {
    struct settings settings = {0};
    if (!options_parse(tables, &argc, argv, &settings, error))
        return false;
    if (settings.cpu && argc == 0 && !settings.verify)
        return processor_print(error);
    if (settings.cpu)
        return error_set(error, ERROR_INPUT, "--cpu takes no model and no other option");
    if (argc != 1)
        return error_set(error, ERROR_INPUT, "name one model, not %d", argc);
    struct model model;
    if (!open_model(&model, "info", argv[0], error))
        return false;
    const bool done = !settings.verify || model_verify(&model, argv[0], error);
    if (done) {
        print_shape(&model, argv[0]);
        print_training(&model);
        print_progress(&model);
        print_epochs(&model);
        print_key(&model, "alignment", "alignment");
        print_key(&model, "uniformity", "uniformity");
        if (settings.verify) {
            print_label("checksums");
            printf("%s\n",
                   model.source == MODEL_NATIVE ? "right" : "none in this format; every row was read");
        }
    }
    model_close(&model);
    return done;
}

const struct command command_info = {
    .name = "info",
    .arguments = "MODEL | --cpu",
    .summary = "what a model is and how it was trained",
    .tables = tables,
    .run = run,
};

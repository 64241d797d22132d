#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/open_model.h"
#include "cli/output.h"
#include "cli/processor.h"
#include "cli/shared_options.h"
#include "model/layout.h"
#include "model/model.h"
#include "train/parameters.h"

struct settings {
    bool verify, cpu;
    size_t format;
};

static const struct option options[] = {
    FLAG_OPTION("verify", "read the whole file and check its checksums", offsetof(struct settings, verify)),
    FLAG_OPTION("cpu",
                "show what this machine can do instead: its cores, the kernels that run here, the best one "
                "first, and their measured peak",
                offsetof(struct settings, cpu)),
    FORMAT_OPTION(offsetof(struct settings, format)),
};
static const struct option_table own_options = OPTION_TABLE(options);
static const struct option_table *const tables[] = {&own_options, NULL};

/* --- what the file is --- */

/* A word in quotation marks; what a file says is not trusted to be one line. */
static void print_word(const struct model *model, size_t id) {
    putchar('"');
    output_value(OUTPUT_TABLE, output_word("word", model, id));
    putchar('"');
}

/* The line of a table. */
static void print_words(const struct model *model) {
    const size_t last = model->vocab - 1;
    const bool counted = model->counts[0] > 0;
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

static void tell_words(struct output_facts *facts, const struct model *model) {
    const size_t last = model->vocab - 1;
    const bool counted = model->counts[0] > 0;
    if (facts->format == OUTPUT_TABLE) {
        output_fact_label(facts, "words");
        print_words(model);
        return;
    }
    output_fact(facts, NULL, output_integer("words", model->vocab));
    output_fact(facts, NULL, output_word("first_word", model, 0));
    if (counted)
        output_fact(facts, NULL, output_integer("first_count", model->counts[0]));
    output_fact(facts, NULL, output_word("last_word", model, last));
    if (counted)
        output_fact(facts, NULL, output_integer("last_count", model->counts[last]));
}

/* A key of the record, if it is there. */
static void tell_key(struct output_facts *facts, const struct model *model, const char *label,
                     const char *key, const char *name, bool number) {
    size_t length;
    const char *value = model_record(model, key, &length);
    if (value != NULL)
        output_fact(facts, label, (number ? output_numeral : output_text)(name, value, length));
}

/* What words never seen are made of. */
static void tell_ngrams(struct output_facts *facts, const struct model *model) {
    const struct subwords *subwords = &model->subwords;
    if (subwords->count == 0)
        return;
    if (facts->format == OUTPUT_TABLE) {
        output_fact_label(facts, "n-grams");
        printf("%zu of %zu to %zu characters, %.1f MB\n", subwords->count, subwords->min, subwords->max,
               (double)subwords->bytes * 1e-6);
    } else {
        output_fact(facts, NULL, output_integer("ngrams", subwords->count));
        output_fact(facts, NULL, output_integer("ngram_min", subwords->min));
        output_fact(facts, NULL, output_integer("ngram_max", subwords->max));
        output_fact(facts, NULL, output_integer("ngram_bytes", subwords->bytes));
    }
    tell_key(facts, model, "ngram-words", "ngram_words", "ngram_words", true);
    tell_key(facts, model, "mixed with n-grams", "mix", "mix", true);
}

static void tell_native(struct output_facts *facts, const struct model *model) {
    if (facts->format == OUTPUT_TABLE) {
        output_fact_label(facts, "format");
        printf("native, version %lu\n", (unsigned long)model->version);
        return;
    }
    output_fact(facts, NULL, output_text("format", "native", sizeof "native" - 1));
    output_fact(facts, NULL, output_integer("version", model->version));
}

static void tell_phrases(struct output_facts *facts, const struct model *model) {
    size_t bytes, count = 0;
    const char *text = model_section(model, LAYOUT_PHRASES, &bytes);
    if (text == NULL)
        return;
    for (size_t i = 0; i < bytes; i++)
        count += text[i] == '\n';
    if (facts->format == OUTPUT_TABLE) {
        output_fact_label(facts, "phrases");
        printf("%zu, joined as the text was read\n", count);
    } else
        output_fact(facts, NULL, output_integer("phrases", count));
}

static void tell_shape(struct output_facts *facts, const struct model *model, const char *path) {
    output_fact(facts, "model", output_text("model", path, strlen(path)));
    if (facts->format == OUTPUT_TABLE) {
        output_fact_label(facts, "size");
        printf("%.1f MB\n", (double)model->file_bytes * 1e-6);
    } else
        output_fact(facts, NULL, output_integer("bytes", model->file_bytes));
    if (model->source == MODEL_NATIVE)
        tell_native(facts, model);
    tell_words(facts, model);
    output_fact(facts, "dim", output_integer("dim", model->dim));
    tell_phrases(facts, model);
    tell_ngrams(facts, model);
    if (facts->format == OUTPUT_TABLE) {
        output_fact_label(facts, "context vectors");
        puts(model->output != NULL ? "kept" : "left out");
    } else
        output_fact(facts, NULL, output_boolean("context_vectors", model->output != NULL));
}

/* --- how it was made --- */

static void tell_parameter(struct output_facts *facts, const struct model *model,
                           const struct option *option) {
    char key[PARAMETER_TEXT_MAX];
    size_t length;
    parameter_key(option, key);
    const char *value = model_record(model, key, &length);
    /* The dimension stands with the model's shape, and what becomes of case depends on the tokenizer, too. */
    if (value == NULL || strcmp(key, "dim") == 0 || strcmp(key, "keep_case") == 0)
        return;
    const bool text = option->choices != NULL || option->type == OPTION_TEXT;
    if (option->type == OPTION_FLAG)
        output_fact(facts, option->name, output_boolean(key, length == 1 && *value == '1'));
    else
        output_fact(facts, option->name, (text ? output_text : output_numeral)(key, value, length));
}

/* What is known of the corpus, and the parameters that were used. */
static void tell_training(struct output_facts *facts, const struct model *model) {
    static const struct {
        const char *label, *key, *name;
        bool number;
    } list[] = {
        {"source", "source", "source", false},
        {"exported", "exported", "exported", false},
        {"made by", "program", "program", false},
        {"corpus bytes", "corpus_bytes", "corpus_bytes", true},
        {"corpus words", "corpus_tokens", "corpus_tokens", true},
        {"in the vocabulary", "corpus_words", "corpus_words", true},
        {"distinct words", "corpus_distinct", "corpus_distinct", true},
        {"distinct words", "corpus_different", "corpus_distinct", true}, /* as older versions called it */
        {"sentences", "sentences", "sentences", true},
        {"started from", "init", "init", false},
        {"vocabulary from", "vocab_from", "vocab_from", false},
        {"vocabulary file", "vocab_file", "vocab_file", false},
        {"words started", "init_words", "init_words", true},
        {"shrink", "shrink", "shrink", true}, /* likewise: 1 for --weights random, 0 for uniform */
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++)
        tell_key(facts, model, list[i].label, list[i].key, list[i].name, list[i].number);
    for (size_t i = 0; i < parameter_options.count; i++)
        tell_parameter(facts, model, &parameter_options.options[i]);
    const bool kept = model->rules.keep_case || model->rules.kind == TOKENIZER_WHITESPACE;
    const char *letters = kept ? "kept" : "folded";
    output_fact(facts, "case", output_text("case", letters, strlen(letters)));
}

/* --- epochs --- */

static const char *const measures[] = {"loss", "accuracy", "violations"};
#define MEASURES (sizeof measures / sizeof *measures)

/* The value of MEASURE.EPOCH in the record, or NULL. */
static const char *epoch_value(const struct model *model, const char *name, size_t epoch, size_t *length) {
    char key[32];
    snprintf(key, sizeof key, "%s.%zu", name, epoch);
    return model_record(model, key, length);
}

/* An epoch that was not begun has a loss of 0. */
static bool was_trained(const struct model *model, size_t epoch) {
    size_t length;
    const char *loss = epoch_value(model, "loss", epoch, &length);
    return loss != NULL && !(length == 1 && *loss == '0');
}

static size_t count_epochs(const struct model *model) {
    size_t length, count = 0;
    while (epoch_value(model, "loss", count + 1, &length) != NULL)
        count++;
    return count;
}

/* The line of a table. Older models lack the accuracy. */
static void print_epoch(const struct model *model, size_t epoch) {
    static const char *const texts[MEASURES][2] = {
        {"", " a pair"}, {", accuracy ", ""}, {", violations ", ""}};
    for (size_t i = 0; i < MEASURES; i++) {
        size_t length;
        const char *value = epoch_value(model, measures[i], epoch, &length);
        if (value == NULL)
            continue;
        fputs(texts[i][0], stdout);
        output_value(OUTPUT_TABLE, output_text(measures[i], value, length));
        fputs(texts[i][1], stdout);
    }
    putchar('\n');
}

/* One line for epochs that were not begun, however many there are. */
static void print_missing(struct output_facts *facts, size_t first, size_t last) {
    char label[64];
    if (first > last)
        return;
    if (first < last)
        snprintf(label, sizeof label, "epochs %zu-%zu", first, last);
    else
        snprintf(label, sizeof label, "epoch %zu", first);
    output_fact_label(facts, label);
    puts("not trained");
}

static void print_epochs(struct output_facts *facts, const struct model *model, size_t count) {
    size_t first = 1; /* of those not trained that are still to be printed */
    for (size_t epoch = 1; epoch <= count; epoch++) {
        char label[32];
        if (!was_trained(model, epoch))
            continue;
        print_missing(facts, first, epoch - 1);
        snprintf(label, sizeof label, "loss, epoch %zu", epoch);
        output_fact_label(facts, label);
        print_epoch(model, epoch);
        first = epoch + 1;
    }
    print_missing(facts, first, count);
}

static size_t fill_epoch(const void *context, size_t index, struct output_field *fields) {
    const struct model *model = context;
    size_t count = 0;
    fields[count++] = output_integer("epoch", index + 1);
    for (size_t i = 0; i < MEASURES && was_trained(model, index + 1); i++) {
        size_t length;
        const char *value = epoch_value(model, measures[i], index + 1, &length);
        if (value != NULL)
            fields[count++] = output_numeral(measures[i], value, length);
    }
    return count;
}

/* Epochs are numbered from 1. TSV has the record's keys: loss.1, accuracy.1. */
static void tell_epochs(struct output_facts *facts, const struct model *model) {
    const size_t count = count_epochs(model);
    if (facts->format == OUTPUT_TABLE)
        print_epochs(facts, model, count);
    for (size_t epoch = 1; facts->format == OUTPUT_TSV && epoch <= count; epoch++)
        for (size_t i = 0; i < MEASURES && was_trained(model, epoch); i++) {
            char key[32];
            snprintf(key, sizeof key, "%s.%zu", measures[i], epoch);
            tell_key(facts, model, NULL, key, key, true);
        }
    if (count > 0)
        output_fact_list(facts, "measures", count, fill_epoch, model);
}

/* Tables say nothing of a training that came to its end. */
static void tell_progress(struct output_facts *facts, const struct model *model) {
    size_t length;
    const char *value = model_record(model, "progress", &length);
    if (value == NULL)
        return;
    if (facts->format != OUTPUT_TABLE)
        output_fact(facts, NULL, output_numeral("progress", value, length));
    else if (length != 1 || *value != '1') {
        output_fact_label(facts, "interrupted");
        fputs("after ", stdout);
        output_value(OUTPUT_TABLE, output_text("progress", value, length));
        puts(" of the training");
    }
}

static void tell(const struct model *model, const char *path, const struct settings *settings) {
    struct output_facts facts = {.format = (enum output_format)settings->format};
    tell_shape(&facts, model, path);
    tell_training(&facts, model);
    tell_progress(&facts, model);
    tell_epochs(&facts, model);
    tell_key(&facts, model, "alignment", "alignment", "alignment", true);
    tell_key(&facts, model, "uniformity", "uniformity", "uniformity", true);
    if (settings->verify) {
        const char *checked = model->source == MODEL_NATIVE ? "right"
                                                            : "none in this format; every row was read";
        output_fact(&facts, "checksums", output_text("checksums", checked, strlen(checked)));
    }
    output_facts_end(&facts);
}

static bool run(int argc, char **argv, struct error *error) {
    struct settings settings = {0};
    if (!options_parse(tables, &argc, argv, &settings, error))
        return false;
    if (settings.cpu && argc == 0 && !settings.verify)
        return processor_print((enum output_format)settings.format, error);
    if (settings.cpu)
        return error_set(error, ERROR_INPUT, "--cpu takes no model and no --verify");
    if (argc != 1)
        return error_set(error, ERROR_INPUT, "name one model, not %d", argc);
    struct model model;
    if (!open_model(&model, "info", argv[0], error))
        return false;
    const bool done = !settings.verify || model_verify(&model, argv[0], error);
    if (done)
        tell(&model, argv[0], &settings);
    model_close(&model);
    return done;
}

const struct command command_info = {
    .name = "info",
    .arguments = "MODEL | --cpu",
    .summary = "what a model is and how it was trained",
    .details = "table  a line for each fact\n"
               "tsv    key and value\n"
               "json   {\"model\": ..., \"bytes\": ..., \"words\": ..., \"dim\": ..., PARAMETER: ...,\n"
               "       \"measures\": [{\"epoch\": ..., \"loss\": ..., \"accuracy\": ...}]}\n"
               "       with --cpu: {\"cores\": ..., \"kernels\": [{\"name\": ..., \"gflops\": ...}],\n"
               "       \"memory_gbs\": ...}",
    .tables = tables,
    .run = run,
};

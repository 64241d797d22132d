#include "cli/training_record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "cli/version.h"
#include "train/losses.h"

bool training_record_bytes_max(const struct parameters *parameters, size_t *bytes) {
    size_t epochs;
    return size_multiply((size_t)parameters->epochs, 128, &epochs) && size_add(epochs, 4096, bytes);
}

bool training_record_reserve(struct record *record, const struct parameters *parameters,
                             struct error *error) {
    size_t bytes;
    if (!training_record_bytes_max(parameters, &bytes))
        return error_set(error, ERROR_INPUT, "--epochs %llu is too many",
                         (unsigned long long)parameters->epochs);
    return memory_reserve(&record->text, &record->capacity, bytes, "the record", error);
}

typedef void print_parameter(const struct option *option, const struct parameters *parameters,
                             char value[PARAMETER_TEXT_MAX]);

static bool add_parameters(struct record *record, const struct parameters *parameters, print_parameter *print,
                           struct error *error) {
    bool done = true;
    for (size_t i = 0; done && i < parameter_options.count; i++) {
        char key[PARAMETER_TEXT_MAX], value[PARAMETER_TEXT_MAX];
        if (!parameter_applies(&parameter_options.options[i], loss_at(parameters->loss)))
            continue;
        parameter_key(&parameter_options.options[i], key);
        print(&parameter_options.options[i], parameters, value);
        done = record_add(record, error, key, "%s", value);
    }
    return done;
}

static bool add_origin(struct record *record, const struct training_origin *origin, struct error *error) {
    return (origin->model == NULL ||
            (record_add(record, error, "init", "%s", origin->model) &&
             record_add(record, error, "vocab_from", "%s", origin->vocab_from) &&
             record_add(record, error, "init_words", "%llu", (unsigned long long)origin->words))) &&
           (origin->vocab_file == NULL || record_add(record, error, "vocab_file", "%s", origin->vocab_file));
}

/* Epochs are numbered from 1. */
static bool add_epoch(struct record *record, const struct measures *measures, size_t epoch, bool violations,
                      struct error *error) {
    char key[3][PARAMETER_TEXT_MAX];
    snprintf(key[0], sizeof key[0], "loss.%zu", epoch + 1);
    snprintf(key[1], sizeof key[1], "accuracy.%zu", epoch + 1);
    snprintf(key[2], sizeof key[2], "violations.%zu", epoch + 1);
    return record_add(record, error, key[0], "%.9g", measures->loss) &&
           record_add(record, error, key[1], "%.4g", measures->accuracy) &&
           (!violations || record_add(record, error, key[2], "%.4g", measures->violations));
}

bool training_record_make(struct record *record, const struct corpus *corpus,
                          const struct parameters *parameters, const struct training_origin *origin,
                          const struct training_results *results, struct error *error) {
    const bool violations = loss_at(parameters->loss)->violations != NULL;
    bool done = record_add(record, error, "program", "sgns %s", SGNS_VERSION) &&
                record_add(record, error, "corpus_bytes", "%llu", (unsigned long long)corpus->bytes) &&
                record_add(record, error, "corpus_tokens", "%llu", (unsigned long long)corpus->tokens) &&
                record_add(record, error, "corpus_words", "%llu", (unsigned long long)corpus->words) &&
                record_add(record, error, "corpus_distinct", "%llu", (unsigned long long)corpus->distinct) &&
                record_add(record, error, "sentences", "%llu", (unsigned long long)corpus->sentences) &&
                add_origin(record, origin, error) &&
                add_parameters(record, parameters, parameter_value, error) &&
                record_add(record, error, "progress", "%.9g", results->progress) &&
                record_add(record, error, "alignment", "%.4g", results->geometry.alignment) &&
                record_add(record, error, "uniformity", "%.4g", results->geometry.uniformity);
    for (size_t i = 0; done && i < parameters->epochs; i++)
        done = add_epoch(record, &results->measures[i], i, violations, error);
    return done;
}

/* The record has one line for each value, so a path with a newline can't be in it; then --labels has to be
 * given again. */
static bool add_labels(struct record *record, const char *labels, struct error *error) {
    return labels == NULL || strchr(labels, '\n') != NULL ||
           record_add(record, error, "labels_path", "%s", labels);
}

bool training_record_checkpoint(struct record *record, const struct parameters *parameters,
                                const struct training_origin *origin, uint64_t fingerprint,
                                struct error *error) {
    return record_add(record, error, "program", "sgns %s", SGNS_VERSION) &&
           record_add(record, error, "fingerprint", "%llu", (unsigned long long)fingerprint) &&
           add_origin(record, origin, error) && add_labels(record, parameters->labels, error) &&
           add_parameters(record, parameters, parameter_value_exactly, error);
}

/* --- back from a record --- */

char *training_record_text(const char *record, size_t bytes, const char *key, struct error *error) {
    size_t length;
    const char *value = record_find(record, bytes, key, &length);
    if (value == NULL)
        return NULL;
    char *text = memory_allocate(length + 1, 1, "the record", error);
    if (text != NULL)
        memcpy(text, value, length);
    return text;
}

/* "--name=value", or "--name" for a flag that is set; NULL with *none for one that is not in the record, or
 * not set. */
static char *make_option(const struct option *option, const char *record, size_t bytes, bool *none,
                         struct error *error) {
    char key[PARAMETER_TEXT_MAX];
    const bool labels = strcmp(option->name, "labels") == 0;
    parameter_key(option, key);
    size_t length;
    const char *value = record_find(record, bytes, labels ? "labels_path" : key, &length);
    const bool flag = option->type == OPTION_FLAG;
    *none = value == NULL || (flag && !(length == 1 && *value == '1'));
    if (*none)
        return NULL;
    const size_t size = strlen(option->name) + length + 4;
    char *text = memory_allocate(size, 1, "the record", error);
    if (text != NULL && flag)
        snprintf(text, size, "--%s", option->name);
    else if (text != NULL)
        snprintf(text, size, "--%s=%.*s", option->name, (int)length, value);
    return text;
}

char **training_record_options(const char *record, size_t bytes, size_t *count, struct error *error) {
    char **options = memory_allocate(parameter_options.count, sizeof *options, "the record", error);
    *count = 0;
    for (size_t i = 0; options != NULL && i < parameter_options.count; i++) {
        bool none;
        char *option = make_option(&parameter_options.options[i], record, bytes, &none, error);
        if (option == NULL && !none) {
            training_record_free(options, *count);
            return NULL;
        }
        if (option != NULL)
            options[(*count)++] = option;
    }
    return options;
}

void training_record_free(char **options, size_t count) {
    for (size_t i = 0; options != NULL && i < count; i++)
        free(options[i]);
    free(options);
}

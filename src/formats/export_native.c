#include "formats/export_native.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "formats/export_writers.h"
#include "model/layout.h"
#include "model/record.h"

static int compare_ids(const void *a, const void *b) {
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static bool allocate_vocab(struct vocab *vocab, const struct export_rows *rows, struct error *error) {
    size_t bytes = 0;
    for (size_t i = 0; i < rows->count; i++) {
        size_t length;
        (void)export_rows_word(rows, i, &length);
        bytes += length + 1;
    }
    return vocab_create(vocab, rows->count, bytes, error);
}

bool export_native_vocab(struct vocab *vocab, struct export_rows *rows, struct error *error) {
    /* In this format the words are sorted by count. */
    qsort(rows->ids, rows->count, sizeof *rows->ids, compare_ids);
    *vocab = (struct vocab){0};
    if (!allocate_vocab(vocab, rows, error))
        return false;
    for (size_t i = 0; i < rows->count; i++) {
        size_t length;
        const char *word = export_rows_word(rows, i, &length);
        memcpy(vocab->text + vocab->starts[i], word, length);
        vocab->starts[i + 1] = vocab->starts[i] + length + 1;
        vocab->counts[i] = rows->ids[i] < rows->model->vocab ? rows->model->counts[rows->ids[i]] : 0;
        vocab->total += vocab->counts[i];
    }
    return true;
}

/* Copies of the rows, for when the model's own matrices can't be written as they are. */
struct copies {
    float *input, *output; /* (rows->count, stride); owned; NULL if there is none */
    size_t stride, bytes;
};

static void copy_input(struct copies *copies, struct export_rows *rows) {
    for (size_t i = 0; i < rows->count; i++)
        memcpy(copies->input + i * copies->stride, export_rows_vector(rows, i),
               rows->model->dim * sizeof(float));
}

/* Words that are not in the vocabulary come last, and have none: zeros. */
static void copy_output(struct copies *copies, const struct export_rows *rows) {
    const struct model *model = rows->model;
    for (size_t i = 0; i < rows->count && rows->ids[i] < model->vocab; i++)
        memcpy(copies->output + i * copies->stride, model->output + rows->ids[i] * model->stride,
               model->dim * sizeof(float));
}

static bool copy_rows(struct copies *copies, struct export_rows *rows, bool output, struct error *error) {
    size_t cells;
    if (!size_multiply(rows->count, copies->stride, &cells) ||
        !size_multiply(cells, sizeof(float), &copies->bytes))
        return error_set(error, ERROR_SYSTEM, "out of memory for the vectors");
    copies->input = memory_pages(copies->bytes, "the vectors", error);
    if (copies->input == NULL)
        return false;
    copy_input(copies, rows);
    if (!output)
        return true;
    copies->output = memory_pages(copies->bytes, "the context vectors", error);
    if (copies->output == NULL)
        return false;
    copy_output(copies, rows);
    return true;
}

static void free_copies(struct copies *copies) {
    if (copies->input != NULL)
        memory_pages_free(copies->input, copies->bytes);
    if (copies->output != NULL)
        memory_pages_free(copies->output, copies->bytes);
}

/* What the export changed, and then the model's own record. */
static bool make_record(const struct export_rows *rows, bool changed, struct record *record,
                        struct error *error) {
    const struct model *model = rows->model;
    size_t length;
    if (changed &&
        !record_add(record, error, "exported", "%zu of %zu words%s%s", rows->count, model->vocab,
                    rows->matrix == model->output ? ", context vectors" : "", rows->unit ? ", length 1" : ""))
        return false;
    const char *tokenizer = model->rules.kind == TOKENIZER_WHITESPACE ? "whitespace" : "words";
    if (model_record(model, "tokenizer", &length) == NULL &&
        (!record_add(record, error, "tokenizer", "%s", tokenizer) ||
         !record_add(record, error, "keep_case", "%d", model->rules.keep_case)))
        return false;
    return record_append(record, error, model->record, model->record_bytes);
}

/* N-grams are those of word vectors as they are. */
static struct model_section find_ngrams(const struct export_rows *rows,
                                        const struct export_native_changes *changes) {
    const struct subwords *own = &rows->model->subwords;
    if (changes->ngrams.data != NULL)
        return changes->ngrams;
    const bool kept = changes->input == NULL && rows->matrix == rows->model->input && !rows->unit;
    return (struct model_section){SUBWORDS_TAG, kept && own->count > 0 ? own->section : NULL, own->bytes};
}

/* Fills (at most two) and returns how many. */
static size_t find_sections(struct model_section *sections, const struct export_rows *rows,
                            const struct export_native_changes *changes) {
    size_t count = 0;
    struct model_section phrases = {.tag = LAYOUT_PHRASES};
    phrases.data = model_section(rows->model, LAYOUT_PHRASES, &phrases.bytes);
    const struct model_section ngrams = find_ngrams(rows, changes);
    if (phrases.data != NULL)
        sections[count++] = phrases;
    if (ngrams.data != NULL)
        sections[count++] = ngrams;
    return count;
}

bool export_native_write(struct file_out *file, struct export_rows *rows, const struct vocab *vocab,
                         const struct export_native_changes *changes, struct error *error) {
    const struct model *model = rows->model;
    const bool as_trained = rows->matrix == model->input && !rows->unit;
    const bool changed = !as_trained || rows->count != model->vocab || rows->unseen.size > 0;
    struct copies copies = {.stride = model->stride};
    struct record record = {NULL, 0, 0};
    const bool done = record_append(&record, error, changes->record.text, changes->record.bytes) &&
                      make_record(rows, changed, &record, error) &&
                      (!changed || copy_rows(&copies, rows, as_trained && model->output != NULL, error));
    struct model_section sections[2];
    const size_t section_count = find_sections(sections, rows, changes);
    const float *own = changed ? copies.input : model->input;
    const struct model_content content = {
        .vocab = vocab,
        .dim = model->dim,
        .stride = model->stride,
        .input = changes->input != NULL ? changes->input : own,
        .output = changed ? copies.output : model->output,
        .record = record.text,
        .record_bytes = record.bytes,
        .extra = sections,
        .extra_count = section_count,
    };
    const bool written = done && model_write(file, &content, error);
    record_free(&record);
    free_copies(&copies);
    return written;
}

bool export_native(struct file_out *files, struct export_rows *rows, int digits, struct error *error) {
    (void)digits;
    struct vocab vocab;
    const struct export_native_changes none = {.input = NULL};
    const bool done = export_native_vocab(&vocab, rows, error) &&
                      export_native_write(files, rows, &vocab, &none, error);
    vocab_free(&vocab);
    return done;
}

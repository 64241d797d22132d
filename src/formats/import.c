#include "formats/import.h"

#include <string.h>

#include "base/memory.h"
#include "formats/import_rows.h"
#include "model/checksum.h"
#include "model/layout.h"

static const char *const records[] = {
    [MODEL_WORD2VEC_BINARY] = "source=word2vec-binary\ntokenizer=whitespace\nkeep_case=1\n",
    [MODEL_WORD2VEC_TEXT] = "source=word2vec-text\ntokenizer=whitespace\nkeep_case=1\n",
    [MODEL_GLOVE_TEXT] = "source=glove-text\ntokenizer=whitespace\nkeep_case=1\n",
};

/* Allocates for as many words as there are rows. */
static bool allocate_words(struct model *model, const struct import_rows *rows, struct error *error) {
    struct vocab *words = &model->memory.words;
    size_t bytes = 0;
    for (size_t row = 0; row < rows->count; row++)
        bytes += rows->words[row].length + (size_t)1;
    for (model->slot_count = 2; model->slot_count / 2 < rows->count;)
        model->slot_count *= 2;
    words->text = memory_allocate(bytes, 1, "the words", error);
    words->starts = memory_allocate(rows->count + 1, sizeof *words->starts, "the words", error);
    words->counts = memory_allocate(rows->count, sizeof *words->counts, "the words", error);
    model->memory.slots = memory_allocate(model->slot_count, sizeof *model->memory.slots, "the word index",
                                          error);
    return words->text != NULL && words->starts != NULL && words->counts != NULL &&
           model->memory.slots != NULL;
}

/* The slot that holds a word, or the free one where it belongs; NULL if that is too far away
 * (model/layout.h). */
static uint32_t *find_slot(const struct model *model, const unsigned char *word, size_t length) {
    const struct vocab *words = &model->memory.words;
    uint32_t *slots = model->memory.slots;
    size_t at = checksum(word, length) & (model->slot_count - 1);
    for (size_t probes = 0; probes < LAYOUT_PROBES_MAX; probes++) {
        const size_t id = (size_t)slots[at] - 1;
        if (slots[at] == 0 ||
            (vocab_length(words, id) == length && memcmp(vocab_word(words, id), word, length) == 0))
            return &slots[at];
        at = (at + 1) & (model->slot_count - 1);
    }
    return NULL;
}

/* Gives the word of a row the next id, and moves the row to that place; false if it has an id already. */
static bool add_row(struct model *model, struct import_rows *rows, size_t row) {
    struct vocab *words = &model->memory.words;
    const struct import_word word = rows->words[row];
    const unsigned char *text = rows->map.data + word.offset;
    uint32_t *slot = find_slot(model, text, word.length);
    if (slot != NULL && *slot != 0)
        return false;
    const size_t id = words->size++;
    if (slot != NULL)
        *slot = (uint32_t)id + 1;
    memcpy(words->text + words->text_bytes, text, word.length);
    words->text_bytes += word.length + (size_t)1;
    words->starts[id + 1] = words->text_bytes;
    if (id < row) {
        memcpy(rows->input + id * rows->stride, rows->input + row * rows->stride,
               rows->stride * sizeof(float));
        rows->norms[id] = rows->norms[row];
    }
    return true;
}

static bool add_rows(struct model *model, struct import_rows *rows, struct error *error) {
    if (!allocate_words(model, rows, error))
        return false;
    for (size_t row = 0; row < rows->count; row++)
        if (rows->words[row].length > 0 && !add_row(model, rows, row))
            import_warn(&rows->warnings, MODEL_DUPLICATE, row);
    if (model->memory.words.size == 0)
        return error_set(error, ERROR_INPUT, "%s: no row has a word", rows->path);
    return true;
}

/* Row numbers become line numbers if the file has lines. */
static struct model_warnings place_warnings(const struct import_rows *rows) {
    struct model_warnings warnings = rows->warnings;
    for (int kind = 0; kind < MODEL_WARNINGS && rows->head.source != MODEL_WORD2VEC_BINARY; kind++)
        if (warnings.counts[kind] > 0)
            warnings.first[kind] = import_line(&rows->map,
                                               (size_t)rows->words[warnings.first[kind] - 1].offset);
    return warnings;
}

/* The model takes over the rows. */
static void finish(struct model *model, struct import_rows *rows) {
    struct model_memory *memory = &model->memory;
    model->source = rows->head.source;
    model->vocab = memory->words.size;
    model->dim = rows->head.dim;
    model->stride = rows->stride;
    memory->input = rows->input;
    memory->input_bytes = rows->input_bytes;
    memory->norms = rows->norms;
    rows->input = NULL;
    rows->norms = NULL;
    model->input = memory->input;
    model->norms = memory->norms;
    model->counts = memory->words.counts;
    model->starts = memory->words.starts;
    model->text = memory->words.text;
    model->text_bytes = memory->words.text_bytes;
    model->slots = memory->slots;
    model->record = records[model->source];
    model->record_bytes = strlen(model->record);
    model->rules = (struct tokenizer_rules){.kind = TOKENIZER_WHITESPACE, .keep_case = true};
    model->try_lowercase = true;
    model->file_bytes = rows->map.size;
    model->warnings = place_warnings(rows);
}

bool import_read(struct model *model, const struct file_map *map, const char *path, size_t threads,
                 struct error *error) {
    struct import_rows rows = {.map = *map, .path = path};
    bool done = import_sniff(&rows.head, map, path, error);
    if (done)
        done = rows.head.source == MODEL_WORD2VEC_BINARY ? import_read_binary(&rows, threads, error)
                                                         : import_read_text(&rows, threads, error);
    done = done && add_rows(model, &rows, error);
    if (done)
        finish(model, &rows);
    import_rows_free(&rows);
    return done;
}

#include "model/model.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/threads.h"
#include "formats/import.h"
#include "model/checksum.h"
#include "model/layout.h"

/* Fewer are not worth starting a thread. */
#define IMPORT_BYTES_A_THREAD ((size_t)1 << 20)

static const char *const section_names[LAYOUT_SECTIONS] = {
    "training record", "word starts",     "words", "counts", "word index",
    "word vectors",    "context vectors", "norms", "codes",  "scales",
};

/* --- open --- */

/* Is this a header that this program wrote, whole? The order of the questions gives the clearest answer. */
static bool check_header(const struct file_map *map, struct layout_header *header, const char *path,
                         struct error *error) {
    if (map->size < sizeof *header)
        return error_set(error, ERROR_INPUT, "%s: truncated: %zu bytes are less than a header", path,
                         map->size);
    memcpy(header, map->data, sizeof *header);
    if (header->byte_order != LAYOUT_BYTE_ORDER)
        return error_set(error, ERROR_INPUT, "%s: not for this machine's byte order, or damaged", path);
    if (layout_sections(header->version) == 0)
        return error_set(error, ERROR_INPUT,
                         "%s: version %lu of the format, of which this sgns reads 1 to %d, or damaged", path,
                         (unsigned long)header->version, LAYOUT_VERSION);
    if (header->checksum != checksum(header, offsetof(struct layout_header, checksum)))
        return error_set(error, ERROR_INPUT, "%s: damaged: the header's checksum is wrong", path);
    if (header->file_bytes != map->size)
        return error_set(error, ERROR_INPUT, "%s: %s: %llu bytes should be there, %zu are", path,
                         header->file_bytes > map->size ? "truncated" : "damaged",
                         (unsigned long long)header->file_bytes, map->size);
    return true;
}

/* The checksum says that the header is as it was written, not by whom: sizes must be those that follow from
 * the shape. */
static bool check_places(const struct layout_header *header, const char *path, struct error *error) {
    struct layout_header expected;
    const bool output = header->places[LAYOUT_OUTPUT].bytes > 0;
    bool same = header->dim > 0 && header->dim <= header->stride && header->stride % LAYOUT_ROW_FLOATS == 0 &&
                header->stride - header->dim < LAYOUT_ROW_FLOATS && header->vocab > 0 &&
                header->places[LAYOUT_WORDS].bytes >= header->vocab &&
                layout_fill(&expected, header->version, header->vocab, header->dim, header->stride, output,
                            header->places[LAYOUT_WORDS].bytes, header->places[LAYOUT_RECORD].bytes) &&
                expected.slots == header->slots && expected.file_bytes == header->file_bytes;
    for (int i = 0; same && i < LAYOUT_SECTIONS; i++)
        same = expected.places[i].offset == header->places[i].offset &&
               expected.places[i].bytes == header->places[i].bytes;
    return same || error_set(error, ERROR_INPUT, "%s: damaged: sizes in the header don't fit together", path);
}

static const void *section(const struct file_map *map, const struct layout_header *header,
                           enum layout_section which) {
    return map->data + header->places[which].offset;
}

/* NULL if the file leaves it out. */
static const void *optional_section(const struct file_map *map, const struct layout_header *header,
                                    enum layout_section which) {
    return header->places[which].bytes > 0 ? section(map, header, which) : NULL;
}

static void point_into(struct model *model, const struct layout_header *header) {
    const struct file_map *map = &model->map;
    model->version = header->version;
    model->vocab = (size_t)header->vocab;
    model->dim = (size_t)header->dim;
    model->stride = (size_t)header->stride;
    model->input = section(map, header, LAYOUT_INPUT);
    model->output = optional_section(map, header, LAYOUT_OUTPUT);
    model->norms = section(map, header, LAYOUT_NORMS);
    model->quantized = optional_section(map, header, LAYOUT_QUANTIZED);
    model->quantization = optional_section(map, header, LAYOUT_QUANTIZATION);
    model->counts = section(map, header, LAYOUT_COUNTS);
    model->starts = section(map, header, LAYOUT_STARTS);
    model->text = section(map, header, LAYOUT_WORDS);
    model->text_bytes = (size_t)header->places[LAYOUT_WORDS].bytes;
    model->slots = section(map, header, LAYOUT_INDEX);
    model->slot_count = (size_t)header->slots;
    model->record = section(map, header, LAYOUT_RECORD);
    model->record_bytes = (size_t)header->places[LAYOUT_RECORD].bytes;
    model->file_bytes = map->size;
}

static bool record_says(const struct model *model, const char *key, const char *value) {
    size_t length;
    const char *found = model_record(model, key, &length);
    return found != NULL && length == strlen(value) && memcmp(found, value, length) == 0;
}

static bool open_native(struct model *model, const char *path, struct error *error) {
    struct layout_header header = {0};
    if (!check_header(&model->map, &header, path, error) || !check_places(&header, path, error))
        return false;
    point_into(model, &header);
    model->rules.kind = record_says(model, "tokenizer", "whitespace") ? TOKENIZER_WHITESPACE
                                                                      : TOKENIZER_WORDS;
    model->rules.keep_case = record_says(model, "keep_case", "1");
    size_t length;
    model->try_lowercase = model_record(model, "source", &length) != NULL;
    return true;
}

/* Files cut within the magic are still our own. */
static bool is_native(const struct file_map *map) {
    const size_t magic = sizeof LAYOUT_MAGIC - 1, length = map->size < magic ? map->size : magic;
    return length > 0 && memcmp(map->data, LAYOUT_MAGIC, length) == 0;
}

static bool open_import(struct model *model, const char *path, struct error *error) {
    const size_t usable = threads_usable(), useful = model->map.size / IMPORT_BYTES_A_THREAD + 1;
    const bool done = import_read(model, &model->map, path, usable < useful ? usable : useful, error);
    file_map_close(&model->map);
    return done;
}

bool model_open(struct model *model, const char *path, struct error *error) {
    *model = (struct model){0};
    if (!file_map_open(&model->map, path, error))
        return false;
    const bool done = is_native(&model->map) ? open_native(model, path, error)
                                             : open_import(model, path, error);
    if (!done)
        model_close(model);
    return done;
}

void model_close(struct model *model) {
    file_map_close(&model->map);
    vocab_free(&model->memory.words);
    memory_pages_free(model->memory.input, model->memory.input_bytes);
    free(model->memory.norms);
    free(model->memory.slots);
    *model = (struct model){0};
}

/* --- words and record --- */

const char *model_word(const struct model *model, size_t id, size_t *length) {
    const uint64_t start = model->starts[id], end = model->starts[id + 1];
    *length = 0;
    if (start >= end || end > model->text_bytes)
        return "";
    *length = (size_t)(end - start) - 1;
    return model->text + start;
}

bool model_find(const struct model *model, const char *word, size_t length, size_t *id) {
    size_t at = checksum(word, length) & (model->slot_count - 1);
    for (size_t probes = 0; probes < model->slot_count; probes++) {
        const uint32_t slot = model->slots[at];
        if (slot == 0)
            return false;
        if (slot <= model->vocab) {
            size_t here;
            const char *text = model_word(model, slot - 1, &here);
            if (here == length && memcmp(text, word, length) == 0) {
                *id = slot - 1;
                return true;
            }
        }
        at = (at + 1) & (model->slot_count - 1);
    }
    return false;
}

const char *model_record(const struct model *model, const char *key, size_t *length) {
    const size_t key_length = strlen(key);
    const char *at = model->record, *end = model->record + model->record_bytes;
    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *stop = newline != NULL ? newline : end;
        if ((size_t)(stop - at) > key_length && at[key_length] == '=' && memcmp(at, key, key_length) == 0) {
            *length = (size_t)(stop - at) - key_length - 1;
            return at + key_length + 1;
        }
        at = stop + 1;
    }
    return NULL;
}

/* --- verify --- */

static bool verify_words(const struct model *model, const char *path, struct error *error) {
    if (model->starts[0] != 0 || model->starts[model->vocab] != model->text_bytes)
        return error_set(error, ERROR_INPUT, "%s: damaged: the words don't fill their section", path);
    for (size_t id = 0; id < model->vocab; id++) {
        size_t length, found;
        const char *word = model_word(model, id, &length);
        if (word[length] != '\0')
            return error_set(error, ERROR_INPUT, "%s: damaged: word %zu has no end", path, id);
        if (!model_find(model, word, length, &found) || found != id)
            return error_set(error, ERROR_INPUT, "%s: damaged: word %zu is not where the index says", path,
                             id);
    }
    return true;
}

/* The bytes between sections, which no checksum covers, must be zero. */
static bool verify_gap(const struct file_map *map, uint64_t from, uint64_t to) {
    for (uint64_t at = from; at < to; at++)
        if (map->data[at] != 0)
            return false;
    return true;
}

bool model_verify(const struct model *model, const char *path, struct error *error) {
    struct layout_header header;
    if (model->source != MODEL_NATIVE)
        return true;
    memcpy(&header, model->map.data, sizeof header);
    const int sections = layout_sections(header.version);
    for (int i = 0; i < sections; i++) {
        const struct layout_place *place = &header.places[i];
        const uint64_t next = i + 1 < sections ? header.places[i + 1].offset : header.file_bytes;
        if (checksum(model->map.data + place->offset, (size_t)place->bytes) != place->checksum ||
            !verify_gap(&model->map, place->offset + place->bytes, next))
            return error_set(error, ERROR_INPUT, "%s: damaged: the checksum of the %s is wrong", path,
                             section_names[i]);
    }
    return verify_words(model, path, error);
}

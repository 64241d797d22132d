#include <string.h>

#include "model/checksum.h"
#include "model/layout.h"
#include "model/model.h"

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

static bool record_has(const struct model *model, const char *key, const char *value) {
    size_t length;
    const char *found = model_record(model, key, &length);
    return found != NULL && length == strlen(value) && memcmp(found, value, length) == 0;
}

bool model_is_native(const struct file_map *map) {
    const size_t magic = sizeof LAYOUT_MAGIC - 1, length = map->size < magic ? map->size : magic;
    return length > 0 && memcmp(map->data, LAYOUT_MAGIC, length) == 0;
}

bool model_read(struct model *model, struct file_map *map, const char *path, struct error *error) {
    struct layout_header header = {0};
    *model = (struct model){.map = *map};
    *map = (struct file_map){NULL, 0};
    if (!check_header(&model->map, &header, path, error) || !check_places(&header, path, error)) {
        model_close(model);
        return false;
    }
    point_into(model, &header);
    model->rules.kind = record_has(model, "tokenizer", "whitespace") ? TOKENIZER_WHITESPACE : TOKENIZER_WORDS;
    model->rules.keep_case = record_has(model, "keep_case", "1");
    size_t length;
    model->try_lowercase = model_record(model, "source", &length) != NULL;
    return true;
}

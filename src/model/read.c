#include <string.h>

#include "base/memory.h"
#include "model/layout_file.h"
#include "model/model.h"
#include "model/version2.h"

/* The file being read. */
struct source {
    const struct file_map *map;
    const char *path;
};

bool model_is_native(const struct file_map *map) {
    const size_t magic = sizeof LAYOUT_MAGIC - 1, length = map->size < magic ? map->size : magic;
    return length > 0 && memcmp(map->data, LAYOUT_MAGIC, length) == 0;
}

/* --- header and table --- */

static bool read_version2(const struct source *source, struct layout *layout, struct error *error) {
    struct version2_header header = {.version = 0};
    return layout_copy_head(source->map, source->path, &header, sizeof header, error) &&
           layout_check_header(source->map, source->path, &header, offsetof(struct version2_header, checksum),
                               header.checksum, header.file_bytes, error) &&
           (version2_convert(&header, layout) || layout_wrong_sizes(source->path, error));
}

/* Is there any section that only a newer program can read? */
static bool check_sections(const struct source *source, const struct layout *layout, struct error *error) {
    if (!layout_check_tags(layout))
        return error_set(error, ERROR_INPUT, "%s: damaged: a section has a wrong tag", source->path);
    for (size_t i = 0; i < layout->header.section_count; i++) {
        const struct layout_section *section = &layout->sections[i];
        const bool known = layout_part_of(section) != LAYOUT_PARTS;
        if ((section->flags & ~LAYOUT_REQUIRED) != 0 || (!known && section->flags != 0))
            return error_set(error, ERROR_INPUT,
                             "%s: has a section, \"%.*s\", that this sgns can't read; use a newer sgns",
                             source->path, LAYOUT_TAG_BYTES, section->tag);
    }
    return true;
}

/* The checks come in the order that gives the clearest error. */
static bool read_layout(const struct source *source, struct layout *layout, struct error *error) {
    struct {
        char magic[8];
        uint32_t byte_order, version;
    } start = {.version = 0};
    if (!layout_copy_head(source->map, source->path, &start, sizeof start, error))
        return false;
    if (start.byte_order != LAYOUT_BYTE_ORDER)
        return error_set(error, ERROR_INPUT, "%s: has another byte order than this machine, or is damaged",
                         source->path);
    if (start.version == 0 || start.version > LAYOUT_VERSION)
        return error_set(error, ERROR_INPUT,
                         "%s: version %lu of the format, but this sgns reads versions 1 to %d; use a newer "
                         "sgns, unless the file is damaged",
                         source->path, (unsigned long)start.version, LAYOUT_VERSION);
    const bool done = start.version < LAYOUT_VERSION ? read_version2(source, layout, error)
                                                     : layout_read(layout, source->map, source->path, error);
    if (!done || !check_sections(source, layout, error))
        return false;
    return layout_check(layout) || layout_wrong_sizes(source->path, error);
}

/* --- the model --- */

/* NULL if the file has no such part. */
static const void *part(const struct model *model, enum layout_part which, size_t *bytes) {
    return model_section(model, layout_parts[which].tag, bytes);
}

static void point_into(struct model *model) {
    const struct layout_header *header = &model->layout->header;
    size_t bytes;
    model->version = header->version;
    model->vocab = (size_t)header->vocab;
    model->dim = (size_t)header->dim;
    model->stride = (size_t)header->stride;
    model->input = part(model, LAYOUT_INPUT, &bytes);
    model->output = part(model, LAYOUT_OUTPUT, &bytes);
    model->norms = part(model, LAYOUT_NORMS, &bytes);
    model->quantized = part(model, LAYOUT_QUANTIZED, &bytes);
    model->quantization = part(model, LAYOUT_QUANTIZATION, &bytes);
    model->counts = part(model, LAYOUT_COUNTS, &bytes);
    model->starts = part(model, LAYOUT_STARTS, &bytes);
    model->text = part(model, LAYOUT_WORDS, &model->text_bytes);
    model->slots = part(model, LAYOUT_INDEX, &bytes);
    model->slot_count = (size_t)header->slots;
    model->record = part(model, LAYOUT_RECORD, &model->record_bytes);
    model->file_bytes = model->map.size;
}

static bool record_has(const struct model *model, const char *key, const char *value) {
    size_t length;
    const char *found = model_record(model, key, &length);
    return found != NULL && length == strlen(value) && memcmp(found, value, length) == 0;
}

static void read_rules(struct model *model) {
    size_t length;
    model->rules.kind = record_has(model, "tokenizer", "whitespace") ? TOKENIZER_WHITESPACE : TOKENIZER_WORDS;
    model->rules.keep_case = record_has(model, "keep_case", "1");
    model->try_lowercase = model_record(model, "source", &length) != NULL;
}

static bool is_known(const void *context, const char *word, size_t length) {
    size_t id;
    return model_find(context, word, length, &id);
}

/* The list may be damaged, since no checksum has been looked at. */
static bool read_phrases(struct model *model, struct error *error) {
    size_t bytes;
    struct error why = {.kind = ERROR_NONE};
    const char *text = model_section(model, LAYOUT_PHRASES, &bytes);
    if (text == NULL)
        return true;
    model->phrases = memory_allocate(1, sizeof *model->phrases, "the phrases", error);
    if (model->phrases == NULL)
        return false;
    if (!phrases_parse(model->phrases, text, bytes, "its phrases", NULL, &why))
        return why.kind == ERROR_INPUT
                   ? error_set(error, ERROR_INPUT, "%s: damaged: %s", model->path, why.text)
                   : error_set(error, why.kind, "%s", why.text);
    return phrases_keep(model->phrases, is_known, model, error);
}

/* N-grams of words are a section that may be missing. */
static bool open_subwords(struct model *model, struct error *error) {
    size_t bytes;
    const void *section = model_section(model, SUBWORDS_TAG, &bytes);
    return section == NULL || subwords_open(&model->subwords, section, bytes, model->dim) ||
           error_set(error, ERROR_INPUT, "%s: damaged: the sizes of the n-grams don't fit together",
                     model->path);
}

bool model_read(struct model *model, struct file_map *map, const char *path, struct error *error) {
    *model = (struct model){.map = *map, .path = path};
    *map = (struct file_map){.data = NULL};
    const struct source source = {&model->map, path};
    model->layout = memory_allocate(1, sizeof *model->layout, "the section table", error);
    if (model->layout == NULL || !read_layout(&source, model->layout, error)) {
        model_close(model);
        return false;
    }
    point_into(model);
    read_rules(model);
    if (read_phrases(model, error) && open_subwords(model, error))
        return true;
    model_close(model);
    return false;
}

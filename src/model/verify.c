#include "model/checksum.h"
#include "model/layout.h"
#include "model/model.h"

/* Is there no free slot where the word could be? */
static bool is_left_out(const struct model *model, const char *word, size_t length) {
    const size_t start = checksum(word, length);
    for (size_t i = 0; i < LAYOUT_PROBES_MAX; i++)
        if (model->slots[(start + i) & (model->slot_count - 1)] == 0)
            return false;
    return true;
}

static bool verify_words(const struct model *model, const char *path, struct error *error) {
    if (model->starts[0] != 0 || model->starts[model->vocab] != model->text_bytes)
        return error_set(error, ERROR_INPUT, "%s: damaged: the words don't fill their section", path);
    for (size_t id = 0; id < model->vocab; id++) {
        size_t length, found;
        const char *word = model_word(model, id, &length);
        if (word[length] != '\0')
            return error_set(error, ERROR_INPUT, "%s: damaged: word %zu has no end", path, id);
        const bool is_there = model_find(model, word, length, &found);
        if (is_there ? found != id : !is_left_out(model, word, length))
            return error_set(error, ERROR_INPUT, "%s: damaged: word %zu is not where the index says", path,
                             id);
    }
    return true;
}

static bool verify_checksum(const struct model *model, const struct layout_section *section, const char *path,
                            struct error *error) {
    if (checksum(model->map.data + section->offset, (size_t)section->bytes) == section->checksum)
        return true;
    const enum layout_part part = layout_part_of(section);
    if (part != LAYOUT_PARTS)
        return error_set(error, ERROR_INPUT, "%s: damaged: the checksum of the %s is wrong", path,
                         layout_parts[part].name);
    return error_set(error, ERROR_INPUT, "%s: damaged: the checksum of the section \"%.*s\" is wrong", path,
                     LAYOUT_TAG_BYTES, section->tag);
}

/* No checksum covers the padding before a section. */
static bool verify_padding(const struct model *model, uint64_t from, uint64_t to, const char *path,
                           struct error *error) {
    for (uint64_t at = from; at < to; at++)
        if (model->map.data[at] != 0)
            return error_set(error, ERROR_INPUT, "%s: damaged: byte %llu is padding and should be zero", path,
                             (unsigned long long)at);
    return true;
}

bool model_verify(const struct model *model, const char *path, struct error *error) {
    if (model->source != MODEL_NATIVE)
        return true;
    uint64_t end = model->layout->head_bytes;
    for (size_t i = 0; i < model->layout->header.section_count; i++) {
        const struct layout_section *section = &model->layout->sections[i];
        if (!verify_padding(model, end, section->offset, path, error) ||
            !verify_checksum(model, section, path, error))
            return false;
        end = section->offset + section->bytes;
    }
    return verify_words(model, path, error) &&
           (model->subwords.count == 0 || subwords_verify(&model->subwords) ||
            error_set(error, ERROR_INPUT, "%s: damaged: the n-grams are not as they should be", path));
}

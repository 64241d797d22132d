#include <string.h>

#include "model/checksum.h"
#include "model/layout.h"
#include "model/model.h"

static const char *const section_names[LAYOUT_SECTIONS] = {
    "training record", "word starts",     "words", "counts", "word index",
    "word vectors",    "context vectors", "norms", "codes",  "scales",
};

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

#include "model/model.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "model/checksum.h"
#include "model/layout.h"
#include "model/record.h"

void model_close(struct model *model) {
    file_map_close(&model->map);
    if (model->phrases != NULL)
        phrases_free(model->phrases);
    free(model->phrases);
    free(model->layout);
    vocab_free(&model->memory.words);
    memory_pages_free(model->memory.input, model->memory.input_bytes);
    free(model->memory.norms);
    free(model->memory.slots);
    *model = (struct model){0};
}

bool model_unchanged(const struct model *model, struct error *error) {
    return file_map_check(&model->map, model->path, error);
}

const char *model_word(const struct model *model, size_t id, size_t *length) {
    const uint64_t start = model->starts[id], end = model->starts[id + 1];
    *length = 0;
    if (start >= end || end > model->text_bytes)
        return "";
    *length = end - start <= INT_MAX ? (size_t)(end - start) - 1 : INT_MAX;
    return model->text + start;
}

bool model_find(const struct model *model, const char *word, size_t length, size_t *id) {
    size_t at = checksum(word, length) & (model->slot_count - 1);
    for (size_t probes = 0; probes < model->slot_count && probes < LAYOUT_PROBES_MAX; probes++) {
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
    return record_find(model->record, model->record_bytes, key, length);
}

const void *model_section(const struct model *model, const char *tag, size_t *bytes) {
    const struct layout_section *section = model->layout != NULL ? layout_find(model->layout, tag) : NULL;
    *bytes = section != NULL ? (size_t)section->bytes : 0;
    return section != NULL ? model->map.data + section->offset : NULL;
}

float model_norm(const float *row, size_t dim) {
    double sum = 0;
    for (size_t d = 0; d < dim; d++)
        sum += (double)row[d] * (double)row[d];
    return (float)sqrt(sum);
}

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "model/checksum.h"
#include "model/layout.h"
#include "model/model.h"
#include "model/quantize.h"

bool model_file_bytes(size_t vocab, size_t text_bytes, size_t stride, bool output, size_t record_bytes,
                      uint64_t *bytes) {
    struct layout layout;
    if (!layout_start(&layout, vocab, stride, stride) ||
        !layout_add_parts(&layout, record_bytes, text_bytes, output) || !layout_place(&layout))
        return false;
    *bytes = layout.header.file_bytes;
    return true;
}

bool model_write_memory(size_t vocab, size_t stride, size_t *bytes) {
    /* The index has fewer than four slots for each word. */
    const size_t others = 4 * sizeof(uint32_t) + sizeof(float) + sizeof(struct quantization);
    size_t row;
    return size_add(stride, others, &row) && size_multiply(vocab, row, bytes);
}

/* --- what follows from the words and vectors --- */

/* All owned. */
struct derived {
    uint32_t *index;
    float *norms;
    int8_t *quantized;
    struct quantization *quantization;
};

static void fill_index(const struct vocab *vocab, uint32_t *index, size_t slots) {
    for (size_t id = 0; id < vocab->size; id++) {
        size_t at = checksum(vocab_word(vocab, id), vocab_length(vocab, id)) & (slots - 1);
        size_t probes = 0;
        for (; index[at] != 0 && probes < LAYOUT_PROBES_MAX; probes++)
            at = (at + 1) & (slots - 1);
        if (probes < LAYOUT_PROBES_MAX)
            index[at] = (uint32_t)id + 1;
    }
}

static void fill_rows(const struct model_content *content, struct derived *derived) {
    for (size_t id = 0; id < content->vocab->size; id++) {
        const float *row = content->input + id * content->stride;
        derived->norms[id] = model_norm(row, content->dim);
        derived->quantization[id] = quantize_row(derived->quantized + id * content->stride, row,
                                                 derived->norms[id], content->dim, content->stride);
    }
}

static bool derive(const struct model_content *content, size_t slots, struct derived *derived,
                   struct error *error) {
    const size_t vocab = content->vocab->size;
    *derived = (struct derived){
        .index = memory_allocate(slots, sizeof *derived->index, "the word index", error),
        .norms = memory_allocate(vocab, sizeof *derived->norms, "the norms", error),
        .quantized = memory_allocate(vocab, content->stride, "the quantized vectors", error),
        .quantization = memory_allocate(vocab, sizeof *derived->quantization, "the quantized vectors", error),
    };
    if (derived->index == NULL || derived->norms == NULL || derived->quantized == NULL ||
        derived->quantization == NULL)
        return false;
    fill_index(content->vocab, derived->index, slots);
    fill_rows(content, derived);
    return true;
}

static void free_derived(struct derived *derived) {
    free(derived->index);
    free(derived->norms);
    free(derived->quantized);
    free(derived->quantization);
}

/* --- the file --- */

static bool plan(const struct model_content *content, const char *path, struct layout *layout,
                 struct error *error) {
    const struct vocab *vocab = content->vocab;
    bool fits = layout_start(layout, vocab->size, content->dim, content->stride) &&
                layout_add_parts(layout, content->record_bytes, vocab->text_bytes, content->output != NULL);
    for (size_t i = 0; fits && i < content->extra_count; i++) {
        const struct model_section *extra = &content->extra[i];
        if (!layout_add(layout, extra->tag, 0, extra->bytes))
            return error_set(error, ERROR_INPUT, "%s: a model can't have another section \"%s\"", path,
                             extra->tag);
    }
    return (fits && layout_place(layout)) ||
           error_set(error, ERROR_INPUT, "%s: the model is too large for its file format", path);
}

/* The bytes of a section. */
static const void *section_data(const struct model_content *content, const struct derived *derived,
                                const struct layout_section *section) {
    switch (layout_part_of(section)) {
    case LAYOUT_RECORD:
        return content->record;
    case LAYOUT_STARTS:
        return content->vocab->starts;
    case LAYOUT_WORDS:
        return content->vocab->text;
    case LAYOUT_COUNTS:
        return content->vocab->counts;
    case LAYOUT_INDEX:
        return derived->index;
    case LAYOUT_INPUT:
        return content->input;
    case LAYOUT_OUTPUT:
        return content->output;
    case LAYOUT_NORMS:
        return derived->norms;
    case LAYOUT_QUANTIZED:
        return derived->quantized;
    case LAYOUT_QUANTIZATION:
        return derived->quantization;
    case LAYOUT_PARTS:
        break;
    }
    for (size_t i = 0; i < content->extra_count; i++)
        if (strncmp(content->extra[i].tag, section->tag, LAYOUT_TAG_BYTES) == 0)
            return content->extra[i].data;
    return NULL;
}

/* Pads the file from *end to the section, writes the section, and moves *end to its end. */
static bool write_section(struct file_out *file, const struct layout_section *section, const void *data,
                          uint64_t *end, struct error *error) {
    static const unsigned char zeros[LAYOUT_ALIGNMENT];
    const uint64_t padding = section->offset - *end;
    *end = section->offset + section->bytes;
    return file_write(file, zeros, (size_t)padding, error) &&
           file_write(file, data, (size_t)section->bytes, error);
}

static bool write_sections(struct file_out *file, const struct model_content *content,
                           const struct derived *derived, struct layout *layout, struct error *error) {
    uint64_t end = layout->head_bytes;
    for (size_t i = 0; i < layout->header.section_count; i++) {
        struct layout_section *section = &layout->sections[i];
        section->checksum = checksum(section_data(content, derived, section), (size_t)section->bytes);
    }
    layout_seal(layout);
    if (!file_write(file, layout, (size_t)layout->head_bytes, error))
        return false;
    for (size_t i = 0; i < layout->header.section_count; i++) {
        const struct layout_section *section = &layout->sections[i];
        if (!write_section(file, section, section_data(content, derived, section), &end, error))
            return false;
    }
    return true;
}

bool model_write(struct file_out *file, const struct model_content *content, struct error *error) {
    struct layout layout;
    struct derived derived = {.norms = NULL};
    const bool done = plan(content, file->path, &layout, error) &&
                      derive(content, (size_t)layout.header.slots, &derived, error) &&
                      write_sections(file, content, &derived, &layout, error);
    free_derived(&derived);
    return done;
}

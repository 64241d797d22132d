#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "model/checksum.h"
#include "model/layout_file.h"
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

static void fill_rows(const struct model_content *content, struct model_buffers *buffers) {
    for (size_t id = 0; id < content->vocab->size; id++) {
        const float *row = content->input + id * content->stride;
        buffers->norms[id] = model_norm(row, content->dim);
        buffers->quantization[id] = quantize_row(buffers->quantized + id * content->stride, row,
                                                 buffers->norms[id], content->dim, content->stride);
    }
}

bool model_buffers_create(struct model_buffers *buffers, size_t vocab, size_t stride, struct error *error) {
    struct layout layout;
    *buffers = (struct model_buffers){.index = NULL};
    if (!layout_start(&layout, vocab, stride, stride)) {
        error_set(error, ERROR_INPUT, "%zu words are too many for a model", vocab);
        return false;
    }
    *buffers = (struct model_buffers){
        .index = memory_allocate((size_t)layout.header.slots, sizeof *buffers->index, "the word index",
                                 error),
        .norms = memory_allocate(vocab, sizeof *buffers->norms, "the norms", error),
        .quantized = memory_allocate(vocab, stride, "the quantized vectors", error),
        .quantization = memory_allocate(vocab, sizeof *buffers->quantization, "the quantized vectors", error),
    };
    return buffers->index != NULL && buffers->norms != NULL && buffers->quantized != NULL &&
           buffers->quantization != NULL;
}

void model_buffers_free(struct model_buffers *buffers) {
    free(buffers->index);
    free(buffers->norms);
    free(buffers->quantized);
    free(buffers->quantization);
    *buffers = (struct model_buffers){.index = NULL};
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
static const void *section_data(const struct model_content *content, const struct model_buffers *buffers,
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
        return buffers->index;
    case LAYOUT_INPUT:
        return content->input;
    case LAYOUT_OUTPUT:
        return content->output;
    case LAYOUT_NORMS:
        return buffers->norms;
    case LAYOUT_QUANTIZED:
        return buffers->quantized;
    case LAYOUT_QUANTIZATION:
        return buffers->quantization;
    case LAYOUT_PARTS:
        break;
    }
    for (size_t i = 0; i < content->extra_count; i++)
        if (strncmp(content->extra[i].tag, section->tag, LAYOUT_TAG_BYTES) == 0)
            return content->extra[i].data;
    return NULL;
}

static bool write_sections(struct file_out *file, const struct model_content *content,
                           const struct model_buffers *buffers, struct layout *layout, struct error *error) {
    const void *data[LAYOUT_SECTIONS_MAX];
    for (size_t i = 0; i < layout->header.section_count; i++)
        data[i] = section_data(content, buffers, &layout->sections[i]);
    return layout_write(file, layout, data, error);
}

static bool write_with(struct file_out *file, const struct model_content *content, struct layout *layout,
                       struct model_buffers *buffers, struct error *error) {
    fill_index(content->vocab, buffers->index, (size_t)layout->header.slots);
    fill_rows(content, buffers);
    return write_sections(file, content, buffers, layout, error);
}

bool model_write(struct file_out *file, const struct model_content *content, struct error *error) {
    struct layout layout;
    struct model_buffers own;
    if (!plan(content, file->path, &layout, error))
        return false;
    if (content->buffers != NULL)
        return write_with(file, content, &layout, content->buffers, error);
    const bool done = model_buffers_create(&own, content->vocab->size, content->stride, error) &&
                      write_with(file, content, &layout, &own, error);
    model_buffers_free(&own);
    return done;
}

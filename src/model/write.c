#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "model/checksum.h"
#include "model/layout.h"
#include "model/model.h"
#include "model/quantize.h"

bool model_file_bytes(size_t vocab, size_t text_bytes, size_t stride, bool output, size_t record_bytes,
                      uint64_t *bytes) {
    struct layout_header header;
    if (!layout_fill(&header, LAYOUT_VERSION, vocab, stride, stride, output, text_bytes, record_bytes))
        return false;
    *bytes = header.file_bytes;
    return true;
}

bool model_write_memory(size_t vocab, size_t stride, size_t *bytes) {
    /* Fewer than four slots of the index a word. */
    const size_t others = 4 * sizeof(uint32_t) + sizeof(float) + sizeof(struct quantization);
    size_t row;
    return size_add(stride, others, &row) && size_multiply(vocab, row, bytes);
}

static uint32_t *make_index(const struct vocab *vocab, size_t slots, struct error *error) {
    uint32_t *index = memory_allocate(slots, sizeof *index, "the word index", error);
    for (size_t id = 0; index != NULL && id < vocab->size; id++) {
        size_t at = checksum(vocab_word(vocab, id), vocab_length(vocab, id)) & (slots - 1);
        while (index[at] != 0)
            at = (at + 1) & (slots - 1);
        index[at] = (uint32_t)id + 1;
    }
    return index;
}

static float *make_norms(const struct model_content *content, struct error *error) {
    float *norms = memory_allocate(content->vocab->size, sizeof *norms, "the norms", error);
    for (size_t id = 0; norms != NULL && id < content->vocab->size; id++) {
        const float *row = content->input + id * content->stride;
        double sum = 0;
        for (size_t d = 0; d < content->dim; d++)
            sum += (double)row[d] * (double)row[d];
        norms[id] = (float)sqrt(sum);
    }
    return norms;
}

/* The rows in eight bits, and their scales. */
static bool quantize_rows(const struct model_content *content, const float *norms, int8_t *codes,
                          struct quantization *scales) {
    if (norms == NULL || codes == NULL || scales == NULL)
        return false;
    for (size_t id = 0; id < content->vocab->size; id++)
        scales[id] = quantize_row(codes + id * content->stride, content->input + id * content->stride,
                                  norms[id], content->dim, content->stride);
    return true;
}

static bool write_padded(struct file_out *file, const void *data, const struct layout_place *place, bool last,
                         struct error *error) {
    static const unsigned char zeros[LAYOUT_ALIGNMENT];
    const size_t bytes = (size_t)place->bytes, over = bytes % LAYOUT_ALIGNMENT;
    return file_write(file, data, bytes, error) &&
           (last || over == 0 || file_write(file, zeros, LAYOUT_ALIGNMENT - over, error));
}

static bool write_parts(struct file_out *file, struct layout_header *header, const void *const *parts,
                        struct error *error) {
    for (int i = 0; i < LAYOUT_SECTIONS; i++)
        header->places[i].checksum = checksum(parts[i], (size_t)header->places[i].bytes);
    header->checksum = checksum(header, offsetof(struct layout_header, checksum));
    if (!file_write(file, header, sizeof *header, error))
        return false;
    for (int i = 0; i < LAYOUT_SECTIONS; i++)
        if (!write_padded(file, parts[i], &header->places[i], i == LAYOUT_SECTIONS - 1, error))
            return false;
    return true;
}

bool model_write(struct file_out *file, const struct model_content *content, struct error *error) {
    const struct vocab *vocab = content->vocab;
    struct layout_header header;
    if (!layout_fill(&header, LAYOUT_VERSION, vocab->size, content->dim, content->stride,
                     content->output != NULL, vocab->text_bytes, content->record_bytes))
        return error_set(error, ERROR_INPUT, "%s: the model is too large for the format", file->path);
    uint32_t *index = make_index(vocab, (size_t)header.slots, error);
    float *norms = make_norms(content, error);
    int8_t *codes = memory_allocate(vocab->size, content->stride, "the vectors in eight bits", error);
    struct quantization *scales = memory_allocate(vocab->size, sizeof *scales, "their scales", error);
    const void *const parts[LAYOUT_SECTIONS] = {
        [LAYOUT_RECORD] = content->record, [LAYOUT_STARTS] = vocab->starts, [LAYOUT_WORDS] = vocab->text,
        [LAYOUT_COUNTS] = vocab->counts,   [LAYOUT_INDEX] = index,          [LAYOUT_INPUT] = content->input,
        [LAYOUT_OUTPUT] = content->output, [LAYOUT_NORMS] = norms,          [LAYOUT_QUANTIZED] = codes,
        [LAYOUT_QUANTIZATION] = scales,
    };
    const bool done = index != NULL && quantize_rows(content, norms, codes, scales) &&
                      write_parts(file, &header, parts, error);
    free(index);
    free(norms);
    free(codes);
    free(scales);
    return done;
}

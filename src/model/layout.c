#include "model/layout.h"

#include <string.h>

#include "model/quantize.h"

int layout_sections(uint32_t version) {
    return version == 1 ? LAYOUT_QUANTIZED : version == LAYOUT_VERSION ? LAYOUT_SECTIONS : 0;
}

static bool place_section(struct layout_header *header, enum layout_section section, uint64_t count,
                          uint64_t size) {
    uint64_t bytes, end;
    if (__builtin_mul_overflow(count, size, &bytes) ||
        __builtin_add_overflow(header->file_bytes, bytes, &end) || end > INT64_MAX - LAYOUT_ALIGNMENT)
        return false;
    header->places[section].offset = header->file_bytes;
    header->places[section].bytes = bytes;
    /* The last section has nothing behind it; the others end at a multiple of the alignment. */
    header->file_bytes = (int)section == layout_sections(header->version) - 1
                             ? end
                             : (end + LAYOUT_ALIGNMENT - 1) / LAYOUT_ALIGNMENT * LAYOUT_ALIGNMENT;
    return true;
}

bool layout_fill(struct layout_header *header, uint32_t version, uint64_t vocab, uint64_t dim,
                 uint64_t stride, bool output, uint64_t words_bytes, uint64_t record_bytes) {
    memset(header, 0, sizeof *header);
    memcpy(header->magic, LAYOUT_MAGIC, sizeof header->magic);
    header->byte_order = LAYOUT_BYTE_ORDER;
    header->version = version;
    header->vocab = vocab;
    header->dim = dim;
    header->stride = stride;
    header->slots = 2;
    while (header->slots / 2 < vocab)
        if (__builtin_mul_overflow(header->slots, 2, &header->slots))
            return false;
    header->file_bytes = sizeof *header;
    uint64_t cells;
    return vocab < UINT32_MAX && !__builtin_mul_overflow(vocab, stride, &cells) &&
           place_section(header, LAYOUT_RECORD, record_bytes, 1) &&
           place_section(header, LAYOUT_STARTS, vocab + 1, sizeof(uint64_t)) &&
           place_section(header, LAYOUT_WORDS, words_bytes, 1) &&
           place_section(header, LAYOUT_COUNTS, vocab, sizeof(uint64_t)) &&
           place_section(header, LAYOUT_INDEX, header->slots, sizeof(uint32_t)) &&
           place_section(header, LAYOUT_INPUT, cells, sizeof(float)) &&
           place_section(header, LAYOUT_OUTPUT, output ? cells : 0, sizeof(float)) &&
           place_section(header, LAYOUT_NORMS, vocab, sizeof(float)) &&
           (version == 1 || (place_section(header, LAYOUT_QUANTIZED, cells, 1) &&
                             place_section(header, LAYOUT_QUANTIZATION, vocab, sizeof(struct quantization))));
}

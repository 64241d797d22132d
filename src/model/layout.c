#include "model/layout.h"

#include <string.h>

#include "model/checksum.h"
#include "model/quantize.h"

const struct layout_part_entry layout_parts[LAYOUT_PARTS] = {
    [LAYOUT_RECORD] = {"record", "training record", true},
    [LAYOUT_STARTS] = {"starts", "word starts", true},
    [LAYOUT_WORDS] = {"words", "words", true},
    [LAYOUT_COUNTS] = {"counts", "counts", true},
    [LAYOUT_INDEX] = {"index", "word index", true},
    [LAYOUT_INPUT] = {"input", "word vectors", true},
    [LAYOUT_OUTPUT] = {"output", "context vectors", false},
    [LAYOUT_NORMS] = {"norms", "norms", true},
    [LAYOUT_QUANTIZED] = {"int8", "quantized vectors", false},
    [LAYOUT_QUANTIZATION] = {"scales", "quantization scales", false},
};

/* --- tags --- */

static bool is_tag(const char tag[LAYOUT_TAG_BYTES]) {
    const size_t length = strnlen(tag, LAYOUT_TAG_BYTES);
    for (size_t i = 0; i < LAYOUT_TAG_BYTES; i++)
        if (i < length ? tag[i] <= ' ' || tag[i] > '~' : tag[i] != '\0')
            return false;
    return length > 0;
}

static bool has_tag(const struct layout_section *section, const char *tag) {
    const size_t length = strnlen(tag, LAYOUT_TAG_BYTES + 1);
    return length == strnlen(section->tag, LAYOUT_TAG_BYTES) && memcmp(section->tag, tag, length) == 0;
}

const struct layout_section *layout_find(const struct layout *layout, const char *tag) {
    for (size_t i = 0; i < layout->header.section_count; i++)
        if (has_tag(&layout->sections[i], tag))
            return &layout->sections[i];
    return NULL;
}

enum layout_part layout_part_of(const struct layout_section *section) {
    int part = 0;
    while (part < LAYOUT_PARTS && !has_tag(section, layout_parts[part].tag))
        part++;
    return (enum layout_part)part;
}

/* --- sizes --- */

/* The least number of slots, a power of two, so that half of them stay free. False if there is none. */
static bool count_slots(uint64_t vocab, uint64_t *slots) {
    *slots = 2;
    while (*slots / 2 < vocab)
        if (__builtin_mul_overflow(*slots, 2, slots))
            return false;
    return true;
}

/* The size of a part as it follows from the shape; false if that doesn't fit in 64 bits. The record's and the
 * words' sizes don't follow from it. */
static bool part_bytes(const struct layout_header *header, enum layout_part part, uint64_t *bytes) {
    uint64_t cells;
    const bool fits = !__builtin_mul_overflow(header->vocab, header->stride, &cells);
    switch (part) {
    case LAYOUT_STARTS:
        return !__builtin_mul_overflow(header->vocab + 1, sizeof(uint64_t), bytes);
    case LAYOUT_COUNTS:
        return !__builtin_mul_overflow(header->vocab, sizeof(uint64_t), bytes);
    case LAYOUT_INDEX:
        return !__builtin_mul_overflow(header->slots, sizeof(uint32_t), bytes);
    case LAYOUT_INPUT:
    case LAYOUT_OUTPUT:
        return fits && !__builtin_mul_overflow(cells, sizeof(float), bytes);
    case LAYOUT_NORMS:
        return !__builtin_mul_overflow(header->vocab, sizeof(float), bytes);
    case LAYOUT_QUANTIZED:
        *bytes = cells;
        return fits;
    case LAYOUT_QUANTIZATION:
        return !__builtin_mul_overflow(header->vocab, sizeof(struct quantization), bytes);
    default:
        return false;
    }
}

/* --- making a layout --- */

bool layout_start(struct layout *layout, uint64_t vocab, uint64_t dim, uint64_t stride) {
    *layout = (struct layout){.header = {.byte_order = LAYOUT_BYTE_ORDER,
                                         .version = LAYOUT_VERSION,
                                         .vocab = vocab,
                                         .dim = dim,
                                         .stride = stride}};
    memcpy(layout->header.magic, LAYOUT_MAGIC, sizeof layout->header.magic);
    return vocab < UINT32_MAX && count_slots(vocab, &layout->header.slots);
}

bool layout_add(struct layout *layout, const char *tag, uint64_t flags, uint64_t bytes) {
    struct layout_section section = {.flags = flags, .bytes = bytes};
    const size_t length = strnlen(tag, LAYOUT_TAG_BYTES + 1);
    if (length > LAYOUT_TAG_BYTES || layout->header.section_count == LAYOUT_SECTIONS_MAX)
        return false;
    memcpy(section.tag, tag, length);
    if (!is_tag(section.tag) || layout_find(layout, tag) != NULL)
        return false;
    layout->sections[layout->header.section_count++] = section;
    return true;
}

bool layout_add_parts(struct layout *layout, uint64_t record_bytes, uint64_t words_bytes, bool output) {
    for (int i = 0; i < LAYOUT_PARTS; i++) {
        const enum layout_part part = (enum layout_part)i;
        uint64_t bytes = part == LAYOUT_RECORD ? record_bytes : words_bytes;
        if (part == LAYOUT_OUTPUT && !output)
            continue;
        if (part != LAYOUT_RECORD && part != LAYOUT_WORDS && !part_bytes(&layout->header, part, &bytes))
            return false;
        if (!layout_add(layout, layout_parts[i].tag, layout_parts[i].required ? LAYOUT_REQUIRED : 0, bytes))
            return false;
    }
    return true;
}

/* *end moves behind a section of `bytes`, and *offset is where it begins. */
static bool place_section(uint64_t *end, uint64_t bytes, uint64_t *offset) {
    *offset = layout_align(*end);
    return !__builtin_add_overflow(*offset, bytes, end) && *end <= INT64_MAX - LAYOUT_ALIGNMENT;
}

bool layout_place(struct layout *layout) {
    struct layout_header *header = &layout->header;
    layout->head_bytes = sizeof *header + header->section_count * sizeof *layout->sections;
    uint64_t end = layout->head_bytes;
    for (size_t i = 0; i < header->section_count; i++)
        if (!place_section(&end, layout->sections[i].bytes, &layout->sections[i].offset))
            return false;
    header->file_bytes = end;
    return true;
}

void layout_seal(struct layout *layout) {
    struct layout_header *header = &layout->header;
    header->table_checksum = checksum(layout->sections, header->section_count * sizeof *layout->sections);
    header->checksum = checksum(header, offsetof(struct layout_header, checksum));
}

/* --- checking a layout --- */

static bool check_shape(const struct layout_header *header) {
    uint64_t slots;
    return header->vocab > 0 && header->vocab < UINT32_MAX && header->dim > 0 &&
           header->dim <= header->stride && header->stride == layout_stride(header->dim) &&
           count_slots(header->vocab, &slots) && header->slots == slots;
}

bool layout_check_places(const struct layout *layout) {
    uint64_t end = layout->head_bytes, offset;
    for (size_t i = 0; i < layout->header.section_count; i++)
        if (!place_section(&end, layout->sections[i].bytes, &offset) || layout->sections[i].offset != offset)
            return false;
    return end == layout->header.file_bytes;
}

bool layout_check_tags(const struct layout *layout) {
    for (size_t i = 0; i < layout->header.section_count; i++) {
        const struct layout_section *section = &layout->sections[i];
        char tag[LAYOUT_TAG_BYTES + 1] = {0};
        memcpy(tag, section->tag, LAYOUT_TAG_BYTES);
        if (!is_tag(section->tag) || layout_find(layout, tag) != section)
            return false;
    }
    return true;
}

static bool check_part(const struct layout *layout, enum layout_part part) {
    const struct layout_section *section = layout_find(layout, layout_parts[part].tag);
    uint64_t bytes;
    if (section == NULL)
        return !layout_parts[part].required;
    if (part == LAYOUT_RECORD)
        return true;
    if (part == LAYOUT_WORDS)
        return section->bytes >= layout->header.vocab;
    return part_bytes(&layout->header, part, &bytes) && section->bytes == bytes;
}

bool layout_check(const struct layout *layout) {
    if (!check_shape(&layout->header) || !layout_check_places(layout))
        return false;
    for (int part = 0; part < LAYOUT_PARTS; part++)
        if (!check_part(layout, (enum layout_part)part))
            return false;
    return (layout_find(layout, layout_parts[LAYOUT_QUANTIZED].tag) == NULL) ==
           (layout_find(layout, layout_parts[LAYOUT_QUANTIZATION].tag) == NULL);
}

#include "model/version2.h"

#include <string.h>

bool version2_convert(const struct version2_header *header, struct layout *layout) {
    *layout = (struct layout){.header = {.byte_order = header->byte_order,
                                         .version = header->version,
                                         .vocab = header->vocab,
                                         .dim = header->dim,
                                         .stride = header->stride,
                                         .slots = header->slots,
                                         .file_bytes = header->file_bytes},
                              .head_bytes = sizeof *header};
    memcpy(layout->header.magic, header->magic, sizeof header->magic);
    const int end = header->version == 1 ? LAYOUT_QUANTIZED : LAYOUT_PARTS;
    for (int i = 0; i < end; i++) {
        const struct version2_place *place = &header->places[i];
        if (i == LAYOUT_OUTPUT && place->bytes == 0) {
            if (place->offset != header->places[i + 1].offset)
                return false;
            continue;
        }
        if (!layout_add(layout, layout_parts[i].tag, 0, place->bytes))
            return false;
        struct layout_section *section = &layout->sections[layout->header.section_count - 1];
        section->offset = place->offset;
        section->checksum = place->checksum;
    }
    for (int i = end; i < LAYOUT_PARTS; i++)
        if (header->places[i].offset != 0 || header->places[i].bytes != 0)
            return false;
    return true;
}

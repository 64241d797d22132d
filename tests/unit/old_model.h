/* Model files of versions 1 and 2, made of one of version 3 without extra sections. */
#ifndef SGNS_TESTS_OLD_MODEL_H
#define SGNS_TESTS_OLD_MODEL_H

#include <stdlib.h>
#include <string.h>

#include "model/checksum.h"
#include "model/version2.h"

static inline void old_model_seal(struct version2_header *header) {
    header->checksum = checksum(header, offsetof(struct version2_header, checksum));
}

/* The places for the sections of a file of version 3, one behind the other. */
static inline struct version2_header old_model_header(uint32_t version, const struct layout *layout) {
    struct version2_header header = {.byte_order = LAYOUT_BYTE_ORDER,
                                     .version = version,
                                     .vocab = layout->header.vocab,
                                     .dim = layout->header.dim,
                                     .stride = layout->header.stride,
                                     .slots = layout->header.slots,
                                     .file_bytes = sizeof header};
    memcpy(header.magic, LAYOUT_MAGIC, sizeof header.magic);
    for (int i = 0; i < (version == 1 ? LAYOUT_QUANTIZED : LAYOUT_PARTS); i++) {
        const struct layout_section *section = layout_find(layout, layout_parts[i].tag);
        struct version2_place *place = &header.places[i];
        place->offset = layout_align(header.file_bytes);
        place->bytes = section != NULL ? section->bytes : 0;
        place->checksum = section != NULL ? section->checksum : checksum(NULL, 0);
        header.file_bytes = place->offset + place->bytes;
    }
    old_model_seal(&header);
    return header;
}

/* The file, to be freed, and its size. */
static inline unsigned char *old_model_make(uint32_t version, const unsigned char *file, size_t *size) {
    struct layout layout;
    memcpy(&layout, file, *size < sizeof layout ? *size : sizeof layout);
    const struct version2_header header = old_model_header(version, &layout);
    unsigned char *made = calloc(1, (size_t)header.file_bytes);
    if (made == NULL)
        abort();
    memcpy(made, &header, sizeof header);
    for (int i = 0; i < LAYOUT_PARTS; i++) {
        const struct layout_section *section = layout_find(&layout, layout_parts[i].tag);
        if (section != NULL && header.places[i].bytes > 0)
            memcpy(made + header.places[i].offset, file + section->offset, (size_t)section->bytes);
    }
    *size = (size_t)header.file_bytes;
    return made;
}

#endif

/* Versions 1 and 2 of the native model file, which are still read. They have the sections of version 3
 * (model/layout.h), always in that order, but no table: a header of 512 bytes says where each one is.
 *
 *   offset  type     field
 *        0           magic, byte_order, version, vocab, dim, stride, slots, file_bytes as in version 3
 *       56  u64[3]   offset, bytes and checksum of `record`; the same of `starts`, and so on to `scales`
 *      296           208 zero bytes
 *      504  u64      checksum of the 504 bytes before it
 *
 * `output` always has a place, with 0 bytes if the file has no context vectors. Version 1 ends with `norms`;
 * its places of `int8` and `scales` are all zero. */
#ifndef SGNS_MODEL_VERSION2_H
#define SGNS_MODEL_VERSION2_H

#include "model/layout.h"

struct version2_place {
    uint64_t offset, bytes, checksum;
};

struct version2_header {
    char magic[8];
    uint32_t byte_order;
    uint32_t version; /* 1 or 2 */
    uint64_t vocab, dim, stride, slots;
    uint64_t file_bytes;
    struct version2_place places[LAYOUT_PARTS]; /* by enum layout_part */
    unsigned char reserved[208];
    uint64_t checksum;
};

_Static_assert(sizeof(struct version2_header) == 512, "the header has 512 bytes in the file");

/* Makes a layout of a header, as if it came from a table; layout_check still has to check it. False if the
 * places of missing sections are not as they should be. */
bool version2_convert(const struct version2_header *header, struct layout *layout);

#endif

/* The native model file, version 2, and version 1, which is still read. All numbers are little-endian; a
 * big-endian machine refuses the file.
 *
 * A header of 512 bytes, then sections, each at an offset that is a multiple of 64, in the order of enum
 * layout_section, with zero bytes between them and none behind the last:
 *
 *   RECORD  text      key=value lines: how the model was made
 *   STARTS  u64[V+1]  word i is the bytes of WORDS from STARTS[i] to STARTS[i+1] - 2; a NUL follows
 *   WORDS   bytes     the words, each ended by a NUL
 *   COUNTS  u64[V]    occurrences in the corpus; the words are sorted by it, highest first
 *   INDEX   u32[S]    hash index: word id + 1, or 0 for a free slot; S is a power of two, at least 2 V
 *   INPUT   f32[V*R]  the word vectors, row-major, R floats a row of which the first D count, the rest are 0
 *   OUTPUT  f32[V*R]  the context vectors, in the same form; empty if left out
 *   NORMS   f32[V]    Euclidean lengths of the rows of INPUT
 *   CODES   i8[V*R]   the rows of INPUT at length 1 in eight bits a number, for a first look;
 * model/quantize.h SCALES  f32[V*2]  for each row of CODES its scale and its error
 *
 * Version 1 ends with NORMS: it has no CODES and no SCALES, and zeros where the header has their places.
 *
 * A word's first slot in INDEX is checksum(word) modulo S; the slots behind it follow (and the first after
 * the last) until the word or a free slot is found. */
#ifndef SGNS_MODEL_LAYOUT_H
#define SGNS_MODEL_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A byte above 127, a name, a carriage return and newline, and a Ctrl-Z: a transfer as text damages one of
 * them. */
#define LAYOUT_MAGIC "\211sgns\r\n\032"
#define LAYOUT_VERSION 2
#define LAYOUT_BYTE_ORDER UINT32_C(0x01020304)
#define LAYOUT_ALIGNMENT 64
#define LAYOUT_ROW_FLOATS 16 /* R is D rounded up to a multiple of this */

enum layout_section {
    LAYOUT_RECORD,
    LAYOUT_STARTS,
    LAYOUT_WORDS,
    LAYOUT_COUNTS,
    LAYOUT_INDEX,
    LAYOUT_INPUT,
    LAYOUT_OUTPUT,
    LAYOUT_NORMS,
    LAYOUT_QUANTIZED,
    LAYOUT_QUANTIZATION,
    LAYOUT_SECTIONS
};

struct layout_place {
    uint64_t offset;   /* from the start of the file */
    uint64_t bytes;    /* without the zeros behind it */
    uint64_t checksum; /* of those bytes; model/checksum.h */
};

struct layout_header {
    char magic[8];
    uint32_t byte_order;
    uint32_t version;
    uint64_t vocab;      /* V */
    uint64_t dim;        /* D */
    uint64_t stride;     /* R */
    uint64_t slots;      /* S */
    uint64_t file_bytes; /* of the whole file */
    struct layout_place places[LAYOUT_SECTIONS];
    unsigned char reserved[208]; /* zero */
    uint64_t checksum;           /* of all bytes of the header before it */
};

_Static_assert(sizeof(struct layout_header) == 512, "the header is 512 bytes on disk");

/* The sections of a file of that version, which are the first of enum layout_section; 0 if there is no such
 * version. */
int layout_sections(uint32_t version);

/* Fills a header of a version that there is, but for its checksums: V words whose section WORDS has
 * `words_bytes`, D, R, and the least S. False if the file would not fit in 63 bits, or the ids not in 32. */
bool layout_fill(struct layout_header *header, uint32_t version, uint64_t vocab, uint64_t dim,
                 uint64_t stride, bool output, uint64_t words_bytes, uint64_t record_bytes);

#endif

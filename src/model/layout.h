/* The native model file, version 3. What stands here is enough to write a reader; model/version2.h has what
 * was different in versions 1 and 2.
 *
 * All numbers are little-endian. A file begins with a header of 80 bytes:
 *
 *   offset  type     field
 *        0  char[8]  magic           89 73 67 6e 73 0d 0a 1a
 *        8  u32      byte_order      0x01020304; read any other way, the bytes were swapped
 *       12  u32      version         3
 *       16  u64      vocab           V: number of words, 1 to 2^32 - 2
 *       24  u64      dim             D: vector dimensions, at least 1
 *       32  u64      stride          R: floats from one row to the next: D rounded up to a multiple of 16
 *       40  u64      slots           S: the smallest power of two that is at least 2 V
 *       48  u64      file_bytes      size of the file
 *       56  u64      section_count   N: 1 to 64
 *       64  u64      table_checksum  of the N entries of the table
 *       72  u64      checksum        of the 72 bytes before it
 *
 * Then comes the table, with an entry of 40 bytes for each section:
 *
 *        0  char[8]  tag             1 to 8 characters from "!" to "~", filled up with zero bytes
 *        8  u64      flags           bit 0: a reader that doesn't know the tag must refuse the file
 *       16  u64      offset          from the start of the file
 *       24  u64      bytes           size of the section
 *       32  u64      checksum        of those bytes
 *
 * The other bits of the flags are zero; a reader must refuse a file in which one is set.
 *
 * The sections follow in the table's order. Each begins at the first multiple of 64 after what comes before
 * it, with zero bytes between; nothing follows the last one. No tag comes twice. A reader skips a section
 * whose tag it doesn't know, unless bit 0 of its flags is set. All checksums are those of model/checksum.h.
 *
 * The sections of a model, in the order in which sgns writes them; those marked with a star may be missing:
 *
 *   tag      type      contents
 *   record   text      how the model was made: lines "key=value" (model/record.h)
 *   starts   u64[V+1]  where each word starts in `words`; the last number is the size of `words`
 *   words    bytes     the words, each followed by a NUL
 *   counts   u64[V]    how often each word occurs in the corpus, highest first; 0 if unknown
 *   index    u32[S]    hash table: word id + 1, or 0 for a free slot
 *   input    f32[V*R]  the word vectors, row-major; the R - D floats at the end of a row are 0
 *   output * f32[V*R]  the context vectors, in the same form
 *   norms    f32[V]    Euclidean lengths of the rows of `input`
 *   int8   * i8[V*R]   the rows of `input` at length 1, quantized to eight bits (model/quantize.h)
 *   scales * f32[V*2]  scale and error of each row of `int8`; these two come together or not at all
 *   phrases* text      words that were joined as the text was read: lines "new york<TAB>1" (text/phrases.h)
 *   ngrams *           vectors for words never seen, from their character n-grams (model/subwords.h)
 *
 * A word's id is its place in `words`, from 0. To look a word up in `index`, begin at slot checksum(word)
 * modulo S (without the NUL) and go on slot by slot, from the last to the first, until the slot holds the
 * word's id + 1 or is free, or 1024 slots have been seen: a word that doesn't find a free one among so many
 * is left out. That takes words that were made to collide; others need a few dozen slots at most.
 *
 * Example: a model of the words "a" (7 times) and "b" (5 times) in two dimensions, a = (1, 0), b = (0, 2),
 * without context vectors and with the record "dim=2\n". So V = 2, D = 2, R = 16, S = 4, N = 9. The file has
 * 1040 bytes. Its header and the beginning of its table:
 *
 *   0000  89 73 67 6e 73 0d 0a 1a  04 03 02 01 03 00 00 00
 *   0010  02 00 00 00 00 00 00 00  02 00 00 00 00 00 00 00
 *   0020  10 00 00 00 00 00 00 00  04 00 00 00 00 00 00 00
 *   0030  10 04 00 00 00 00 00 00  09 00 00 00 00 00 00 00
 *   0040  e0 53 0e 71 dc 2a 00 4a  83 60 3b 13 e4 f7 6e 0b
 *   0050  72 65 63 6f 72 64 00 00  01 00 00 00 00 00 00 00
 *   0060  c0 01 00 00 00 00 00 00  06 00 00 00 00 00 00 00
 *   0070  40 4b e8 7d 36 f7 e0 61  73 74 61 72 74 73 00 00
 *
 * and its sections (offset, bytes): record 448, 6; starts 512, 24; words 576, 4; counts 640, 16;
 * index 704, 16; input 768, 128; norms 896, 8; int8 960, 32; scales 1024, 16. */
#ifndef SGNS_MODEL_LAYOUT_H
#define SGNS_MODEL_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A byte above 127, a name, a carriage return and newline, and a Ctrl-Z: a transfer as text damages one of
 * them. */
#define LAYOUT_MAGIC "\211sgns\r\n\032"
#define LAYOUT_CHECKPOINT_MAGIC "\211sgnc\r\n\032" /* of a training that goes on: train/checkpoint.h */
#define LAYOUT_VERSION 3
#define LAYOUT_BYTE_ORDER UINT32_C(0x01020304)
#define LAYOUT_ALIGNMENT 64
#define LAYOUT_ROW_FLOATS 16
#define LAYOUT_TAG_BYTES 8
#define LAYOUT_SECTIONS_MAX 64
#define LAYOUT_REQUIRED UINT64_C(1) /* flag: a reader must know this section */

/* No search in the index goes on for longer, so a file can't make it go through all of the slots. */
#define LAYOUT_PROBES_MAX 1024

struct layout_header {
    char magic[8];
    uint32_t byte_order;
    uint32_t version;
    uint64_t vocab, dim, stride, slots;
    uint64_t file_bytes;
    uint64_t section_count;
    uint64_t table_checksum;
    uint64_t checksum;
};

struct layout_section {
    char tag[LAYOUT_TAG_BYTES];
    uint64_t flags;
    uint64_t offset;
    uint64_t bytes;
    uint64_t checksum;
};

/* The beginning of a file: the header and, right behind it, the table. */
struct layout {
    struct layout_header header;
    struct layout_section sections[LAYOUT_SECTIONS_MAX]; /* header.section_count of them */
    uint64_t head_bytes; /* not in the file: size of header and table, 512 in versions 1 and 2 */
};

_Static_assert(sizeof(struct layout_header) == 80, "the header has 80 bytes in the file");
_Static_assert(sizeof(struct layout_section) == 40, "an entry of the table has 40 bytes in the file");
_Static_assert(offsetof(struct layout, sections) == 80, "the table follows the header");

/* The sections that this program knows, in the order in which it writes them. */
enum layout_part {
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
    LAYOUT_PARTS
};

/* The tag of the phrases, which model_write takes as an extra section. */
#define LAYOUT_PHRASES "phrases"

struct layout_part_entry {
    const char *tag;
    const char *name; /* in errors */
    bool required;
};

extern const struct layout_part_entry layout_parts[LAYOUT_PARTS];

/* R for D. Sizes that don't fit in 64 bits wrap, which the checks of a layout find. */
static inline uint64_t layout_stride(uint64_t dim) {
    return (dim + LAYOUT_ROW_FLOATS - 1) / LAYOUT_ROW_FLOATS * LAYOUT_ROW_FLOATS;
}

/* The first multiple of the alignment that is not below `offset`, which is at most INT64_MAX. */
static inline uint64_t layout_align(uint64_t offset) {
    return (offset + LAYOUT_ALIGNMENT - 1) / LAYOUT_ALIGNMENT * LAYOUT_ALIGNMENT;
}

/* Begins a layout of the current version without sections. False if there are too many words. */
bool layout_start(struct layout *layout, uint64_t vocab, uint64_t dim, uint64_t stride);

/* Adds a section at the end of the table, without offset and checksum. False if the tag is not one, or is
 * there already, or the table is full. */
bool layout_add(struct layout *layout, const char *tag, uint64_t flags, uint64_t bytes);

/* Adds all sections that this program knows; `output` only if asked for. False if one is too large. */
bool layout_add_parts(struct layout *layout, uint64_t record_bytes, uint64_t words_bytes, bool output);

/* Sets the offset of every section and the size of the file. False if that is not below 2^63. */
bool layout_place(struct layout *layout);

/* Sets all of the checksums but those of sections, which must be there. */
void layout_seal(struct layout *layout);

/* The section with that tag, NULL if there is none. */
const struct layout_section *layout_find(const struct layout *layout, const char *tag);

/* The part that a section is, LAYOUT_PARTS if it is none that this program knows. */
enum layout_part layout_part_of(const struct layout_section *section);

/* Whether the offsets follow from the sizes, and the sections fill the file. */
bool layout_check_places(const struct layout *layout);

/* Whether every section has a proper tag that no other has. */
bool layout_check_tags(const struct layout *layout);

/* Whether sizes and offsets are those of a model of that shape, as said above, and no section is missing.
 * Then they can be trusted. */
bool layout_check(const struct layout *layout);

#endif

#include <ctype.h>
#include <string.h>

#include "fuzz.h"
#include "model/checksum.h"
#include "model/layout.h"
#include "model/version2.h"

/* A place in the input, of which there is at least one byte. */
static size_t place(struct fuzz *fuzz) {
    return rng_below(&fuzz->rng, (uint32_t)fuzz->input.size);
}

/* The end of a range that begins at `start`: short ones most often. */
static size_t range_end(struct fuzz *fuzz, size_t start, size_t size) {
    const uint32_t left = (uint32_t)(size - start);
    const uint32_t most = rng_below(&fuzz->rng, 4) > 0 && left > 16 ? 16 : left;
    return start + rng_below(&fuzz->rng, most + 1);
}

static void flip_a_bit(struct fuzz *fuzz) {
    fuzz->input.data[place(fuzz)] ^= (unsigned char)(1U << rng_below(&fuzz->rng, 8));
}

static void put_a_byte(struct fuzz *fuzz) {
    static const unsigned char some[] = "\0\n\r\t \"',-+:#0195ek\x7f\x80\xbf\xc3\xe2\xed\xf4\xff";
    fuzz->input.data[place(fuzz)] = some[rng_below(&fuzz->rng, sizeof some)];
}

/* A number in one, two, four or eight bytes, more often than not where one stands in a native file. */
static void put_a_number(struct fuzz *fuzz) {
    const uint64_t size = fuzz->input.size;
    const uint64_t numbers[] = {0,
                                1,
                                2,
                                15,
                                64,
                                size - 1,
                                size,
                                size + 1,
                                INT8_MAX,
                                UINT8_MAX,
                                INT16_MAX,
                                UINT16_MAX,
                                INT32_MAX,
                                UINT32_MAX,
                                INT64_MAX,
                                UINT64_MAX,
                                UINT64_MAX - 63,
                                (uint64_t)1 << 31,
                                (uint64_t)1 << 32,
                                (uint64_t)1 << 60,
                                (uint64_t)1 << 63,
                                UINT64_C(0x7f800000),
                                UINT64_C(0x7fc00000)};
    const uint64_t number = numbers[rng_below(&fuzz->rng, sizeof numbers / sizeof *numbers)];
    size_t at = place(fuzz);
    if (rng_below(&fuzz->rng, 3) > 0)
        at -= at % 8;
    const size_t width = (size_t)1 << rng_below(&fuzz->rng, 4), left = fuzz->input.size - at;
    memcpy(fuzz->input.data + at, &number, width < left ? width : left);
}

static void cut_the_end(struct fuzz *fuzz) {
    fuzz->input.size = rng_below(&fuzz->rng, 2) > 0 ? place(fuzz) : fuzz->input.size - 1;
}

static void take_out(struct fuzz *fuzz) {
    struct bytes *input = &fuzz->input;
    const size_t start = place(fuzz), end = range_end(fuzz, start, input->size);
    memmove(input->data + start, input->data + end, input->size - end);
    input->size -= end - start;
}

/* A piece of a seed, most often of another kind. */
static void splice(struct fuzz *fuzz) {
    const struct bytes *other = &fuzz->seeds[rng_below(&fuzz->rng, SEEDS)];
    const size_t start = rng_below(&fuzz->rng, (uint32_t)other->size);
    bytes_insert(&fuzz->input, place(fuzz), other->data + start, range_end(fuzz, start, other->size) - start);
}

/* A piece of the input itself, again. */
static void repeat(struct fuzz *fuzz) {
    unsigned char piece[64];
    const size_t start = place(fuzz), end = range_end(fuzz, start, fuzz->input.size);
    const size_t size = end - start < sizeof piece ? end - start : sizeof piece;
    memcpy(piece, fuzz->input.data + start, size);
    bytes_insert(&fuzz->input, place(fuzz), piece, size);
}

/* Another number where digits stand. */
static void put_a_decimal(struct fuzz *fuzz) {
    static const char *const numbers[] = {"0",
                                          "-1",
                                          "1e999",
                                          "1e-999",
                                          "nan",
                                          "inf",
                                          "-0",
                                          "0x10",
                                          "1.5",
                                          "00014",
                                          "4294967296",
                                          "2147483648",
                                          "1e39",
                                          "1e-46",
                                          ".",
                                          "+1",
                                          "1000000000",
                                          "18446744073709551615",
                                          "18446744073709551616",
                                          "99999999999999999999999999999999999999999",
                                          ""};
    struct bytes *input = &fuzz->input;
    size_t start = place(fuzz), end;
    while (start < input->size && !isdigit(input->data[start]))
        start++;
    for (end = start; end < input->size && isdigit(input->data[end]);)
        end++;
    memmove(input->data + start, input->data + end, input->size - end);
    input->size -= end - start;
    const char *number = numbers[rng_below(&fuzz->rng, sizeof numbers / sizeof *numbers)];
    bytes_insert(input, start, number, strlen(number));
}

/* Words too long for what is made for words. */
static void make_long(struct fuzz *fuzz) {
    char piece[1024];
    memset(piece, "a\xc3 -9"[rng_below(&fuzz->rng, 5)], sizeof piece);
    for (uint32_t times = rng_below(&fuzz->rng, 3) * 32 + 1; times > 0; times--)
        bytes_insert(&fuzz->input, fuzz->input.size / 2, piece, sizeof piece);
}

/* --- native files --- */

/* Header and table of the input, as far as they are there; false if that is not even the header. */
static bool read_head(const struct fuzz *fuzz, struct layout *layout) {
    const size_t size = fuzz->input.size, most = sizeof layout->header + sizeof layout->sections;
    *layout = (struct layout){.head_bytes = 0};
    if (size < sizeof layout->header)
        return false;
    memcpy(layout, fuzz->input.data, size < most ? size : most);
    return layout->header.section_count <= LAYOUT_SECTIONS_MAX;
}

static void write_head(struct fuzz *fuzz, const struct layout *layout) {
    const size_t bytes = sizeof layout->header +
                         (size_t)layout->header.section_count * sizeof *layout->sections;
    memcpy(fuzz->input.data, layout, bytes < fuzz->input.size ? bytes : fuzz->input.size);
}

/* One entry of the table goes, comes twice, changes its place, or has another tag or flag. */
static void change_table(struct fuzz *fuzz) {
    struct layout layout;
    if (!read_head(fuzz, &layout) || layout.header.section_count == 0)
        return;
    const uint32_t count = (uint32_t)layout.header.section_count;
    struct layout_section *section = &layout.sections[rng_below(&fuzz->rng, count)];
    struct layout_section *other = &layout.sections[rng_below(&fuzz->rng, count)];
    const struct layout_section copy = *section;
    switch (rng_below(&fuzz->rng, 5)) {
    case 0:
        *section = layout.sections[--layout.header.section_count];
        break;
    case 1:
        *section = *other;
        break;
    case 2:
        *section = *other;
        *other = copy;
        break;
    case 3:
        *((unsigned char *)section->tag +
          rng_below(&fuzz->rng, LAYOUT_TAG_BYTES)) ^= (unsigned char)rng_below(&fuzz->rng, 64);
        break;
    default:
        section->flags ^= (uint64_t)1 << rng_below(&fuzz->rng, 3);
        break;
    }
    write_head(fuzz, &layout);
}

/* Right checksums for the sections that lie in the file. */
static void mend_sections(struct fuzz *fuzz, struct layout *layout) {
    for (size_t i = 0; i < layout->header.section_count; i++) {
        struct layout_section *section = &layout->sections[i];
        if (section->offset <= fuzz->input.size && section->bytes <= fuzz->input.size - section->offset)
            section->checksum = checksum(fuzz->input.data + section->offset, (size_t)section->bytes);
    }
}

/* So that a damaged file is not refused for its checksums, nor for its size. */
static void mend_version3(struct fuzz *fuzz) {
    struct layout layout;
    if (!read_head(fuzz, &layout))
        return;
    if (rng_below(&fuzz->rng, 4) == 0)
        (void)!layout_place(&layout);
    if (rng_below(&fuzz->rng, 2) > 0)
        mend_sections(fuzz, &layout);
    if (rng_below(&fuzz->rng, 2) > 0)
        layout.header.file_bytes = fuzz->input.size;
    layout_seal(&layout);
    write_head(fuzz, &layout);
}

static void mend_version2(struct fuzz *fuzz) {
    struct version2_header header;
    if (fuzz->input.size < sizeof header)
        return;
    memcpy(&header, fuzz->input.data, sizeof header);
    if (rng_below(&fuzz->rng, 2) > 0)
        header.file_bytes = fuzz->input.size;
    header.checksum = checksum(&header, offsetof(struct version2_header, checksum));
    memcpy(fuzz->input.data, &header, sizeof header);
}

void mend(struct fuzz *fuzz, enum seed seed) {
    (seed < SEED_NATIVE_2 || seed == SEED_CHECKPOINT ? mend_version3 : mend_version2)(fuzz);
}

/* --- all inputs --- */

void mutate(struct fuzz *fuzz, enum seed seed) {
    static void (*const mutations[])(struct fuzz *) = {
        flip_a_bit,  flip_a_bit, put_a_byte, put_a_byte, put_a_number,  put_a_number, put_a_number,
        cut_the_end, take_out,   splice,     repeat,     put_a_decimal, put_a_decimal};
    fuzz->input.size = 0;
    bytes_append(&fuzz->input, fuzz->seeds[seed].data, fuzz->seeds[seed].size);
    if (rng_below(&fuzz->rng, 200) == 0)
        make_long(fuzz);
    for (uint32_t times = rng_below(&fuzz->rng, 6); times > 0 && fuzz->input.size > 0; times--)
        mutations[rng_below(&fuzz->rng, sizeof mutations / sizeof *mutations)](fuzz);
    if ((seed < SEED_NATIVE_2 || seed == SEED_CHECKPOINT) && rng_below(&fuzz->rng, 4) == 0)
        change_table(fuzz);
    if ((seed <= SEED_NATIVE_1 || seed == SEED_CHECKPOINT) && rng_below(&fuzz->rng, 4) > 0)
        mend(fuzz, seed);
}

#include "text/utf8.h"

#include <stdlib.h>
#include <string.h>

#include "harness.h"

#define CODE_POINTS 0x110000u
#define SEQUENCE_MAX 4

/* Bytes that end where their allocation ends, so that AddressSanitizer notices a read past the end. */
struct room {
    unsigned char *bytes;
};

static struct room make_room(void) {
    const struct room room = {malloc(SEQUENCE_MAX)};
    if (room.bytes == NULL)
        abort();
    return room;
}

static int decode(struct room room, const unsigned char *bytes, size_t size, uint32_t *code_point) {
    unsigned char *at = room.bytes + SEQUENCE_MAX - size;
    memcpy(at, bytes, size);
    return utf8_decode(at, at + size, code_point);
}

static bool is_surrogate(uint32_t code_point) {
    return code_point >= 0xd800 && code_point <= 0xdfff;
}

static size_t expected_length(uint32_t code_point) {
    return code_point < 0x80 ? 1 : code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;
}

static void every_code_point_comes_back(struct test *test) {
    const struct room room = make_room();
    for (uint32_t code_point = 0; code_point < CODE_POINTS; code_point++) {
        unsigned char bytes[SEQUENCE_MAX] = {0};
        uint32_t back = UINT32_MAX;
        const size_t length = utf8_encode(code_point, bytes);
        const int decoded = decode(room, bytes, length, &back);
        CHECK_MSG(test, length == expected_length(code_point), "U+%04X: %zu bytes", code_point, length);
        if (is_surrogate(code_point))
            CHECK_MSG(test, decoded == -1, "U+%04X: %d", code_point, decoded);
        else
            CHECK_MSG(test, decoded == (int)length && back == code_point, "U+%04X: %d, U+%04X", code_point,
                      decoded, back);
    }
    free(room.bytes);
}

struct sample {
    const char *bytes;
    size_t size;
    int decoded;
    uint32_t code_point; /* if decoded > 0 */
};
#define SAMPLE(text, decoded, code_point) \
    { text, sizeof(text) - 1, decoded, code_point }

static void check_samples(struct test *test, const struct sample *samples, size_t count) {
    const struct room room = make_room();
    for (size_t i = 0; i < count; i++) {
        const struct sample *sample = &samples[i];
        uint32_t code_point = 0;
        const int decoded = decode(room, (const unsigned char *)sample->bytes, sample->size, &code_point);
        CHECK_MSG(test, decoded == sample->decoded, "sample %zu: %d", i, decoded);
        if (sample->decoded > 0)
            CHECK_MSG(test, code_point == sample->code_point, "sample %zu: U+%04X", i, code_point);
    }
    free(room.bytes);
}
#define CHECK_SAMPLES(test, samples) check_samples(test, samples, sizeof(samples) / sizeof *(samples))

static void known_bytes(struct test *test) {
    const struct sample samples[] = {
        SAMPLE("\0", 1, 0),
        SAMPLE("$", 1, 0x24),
        SAMPLE("\x7f", 1, 0x7f),
        SAMPLE("\xc2\x80", 2, 0x80),
        SAMPLE("\xc2\xa3", 2, 0xa3),
        SAMPLE("\xdf\xbf", 2, 0x7ff),
        SAMPLE("\xe0\xa0\x80", 3, 0x800),
        SAMPLE("\xe2\x82\xac", 3, 0x20ac),
        SAMPLE("\xed\x9f\xbf", 3, 0xd7ff),
        SAMPLE("\xee\x80\x80", 3, 0xe000),
        SAMPLE("\xef\xbf\xbf", 3, 0xffff),
        SAMPLE("\xf0\x90\x80\x80", 4, 0x10000),
        SAMPLE("\xf0\x90\x8d\x88", 4, 0x10348),
        SAMPLE("\xf4\x8f\xbf\xbf", 4, 0x10ffff),
        SAMPLE("A\xff\xff\xff", 1, 'A'),
        SAMPLE("\xc3\xa9\xa9\xa9", 2, 0xe9),
    };
    CHECK_SAMPLES(test, samples);
}

static void ill_formed_sequences(struct test *test) {
    const struct sample samples[] = {
        SAMPLE("\xc0\x80", -1, 0), /* overlong */
        SAMPLE("\xc1\xbf", -1, 0),
        SAMPLE("\xe0\x80\x80", -1, 0),
        SAMPLE("\xe0\x9f\xbf", -1, 0),
        SAMPLE("\xf0\x80\x80\x80", -1, 0),
        SAMPLE("\xf0\x8f\xbf\xbf", -1, 0),
        SAMPLE("\xed\xa0\x80", -1, 0), /* surrogates */
        SAMPLE("\xed\xbf\xbf", -1, 0),
        SAMPLE("\xf4\x90\x80\x80", -1, 0), /* above U+10FFFF */
        SAMPLE("\xf5\x80\x80\x80", -1, 0),
        SAMPLE("\xf8\x88\x80\x80", -1, 0), /* no lead bytes */
        SAMPLE("\xfe", -1, 0),
        SAMPLE("\xff", -1, 0),
        SAMPLE("\x80", -1, 0), /* lone continuation bytes */
        SAMPLE("\xbf\x80", -1, 0),
        SAMPLE("\xc3", -1, 0), /* cut off by the end of the text */
        SAMPLE("\xe2", -1, 0),
        SAMPLE("\xe2\x82", -2, 0),
        SAMPLE("\xf0", -1, 0),
        SAMPLE("\xf0\x9f", -2, 0),
        SAMPLE("\xf0\x9f\x98", -3, 0),
        SAMPLE("\xc3g", -1, 0), /* cut off by another character */
        SAMPLE("\xe2\x82g", -2, 0),
        SAMPLE("\xf0\x9f\x98g", -3, 0),
        SAMPLE("\xf0\x9f\x98\xc3", -3, 0),
        SAMPLE("\xf0\x9f\xf0\x9f", -2, 0),
        SAMPLE("\xe0\xa0\xe0\xa0", -2, 0),
    };
    CHECK_SAMPLES(test, samples);
}

/* Table 3-8 of the Unicode Standard, version 15. */
static void the_standard_s_example(struct test *test) {
    const unsigned char text[] = "\x61\xf1\x80\x80\xe1\x80\xc2\x62\x80\x63\x80\xbf\x64";
    const int expected[] = {1, -3, -2, -1, 1, -1, 1, -1, -1, 1};
    const unsigned char *at = text, *end = text + sizeof text - 1;
    for (size_t i = 0; i < sizeof expected / sizeof *expected && at < end; i++) {
        uint32_t code_point;
        const int decoded = utf8_decode(at, end, &code_point);
        CHECK_MSG(test, decoded == expected[i], "step %zu: %d", i, decoded);
        at += abs(decoded);
    }
    CHECK(test, at == end);
}

/* Table 3-7: what the bytes of a well-formed sequence may be. */
struct form {
    int length;
    struct {
        unsigned char least, most;
    } bytes[SEQUENCE_MAX];
};

static const struct form forms[] = {
    {1, {{0x00, 0x7f}}},
    {2, {{0xc2, 0xdf}, {0x80, 0xbf}}},
    {3, {{0xe0, 0xe0}, {0xa0, 0xbf}, {0x80, 0xbf}}},
    {3, {{0xe1, 0xec}, {0x80, 0xbf}, {0x80, 0xbf}}},
    {3, {{0xed, 0xed}, {0x80, 0x9f}, {0x80, 0xbf}}},
    {3, {{0xee, 0xef}, {0x80, 0xbf}, {0x80, 0xbf}}},
    {4, {{0xf0, 0xf0}, {0x90, 0xbf}, {0x80, 0xbf}, {0x80, 0xbf}}},
    {4, {{0xf1, 0xf3}, {0x80, 0xbf}, {0x80, 0xbf}, {0x80, 0xbf}}},
    {4, {{0xf4, 0xf4}, {0x80, 0x8f}, {0x80, 0xbf}, {0x80, 0xbf}}},
};

/* The length of the well-formed sequence at the bytes; if there is none, minus the length of the longest
 * prefix of one, or -1 for a byte that starts none. */
static int plain_decode(const unsigned char *bytes, size_t size) {
    int longest = 1;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        const struct form *form = &forms[i];
        int same = 0;
        while (same < form->length && (size_t)same < size && bytes[same] >= form->bytes[same].least &&
               bytes[same] <= form->bytes[same].most)
            same++;
        if (same == form->length)
            return same;
        if (same > longest)
            longest = same;
    }
    return -longest;
}

/* Every first byte, followed by bytes at the borders of all ranges, cut off at every length: bytes after the
 * end must not count. */
static void all_sequences_agree_with_the_table(struct test *test) {
    const unsigned char borders[] = {0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f,
                                     0xa0, 0xbf, 0xc0, 0xc2, 0xe1, 0xff};
    const size_t count = sizeof borders;
    for (size_t i = 0; i < 256 * count * count * count; i++) {
        const unsigned char bytes[SEQUENCE_MAX] = {(unsigned char)(i % 256), borders[i / 256 % count],
                                                   borders[i / 256 / count % count],
                                                   borders[i / 256 / count / count]};
        for (size_t size = 1; size <= SEQUENCE_MAX; size++) {
            uint32_t code_point;
            const int decoded = utf8_decode(bytes, bytes + size, &code_point);
            CHECK_MSG(test, decoded == plain_decode(bytes, size), "%02x %02x %02x %02x, %zu bytes: %d",
                      bytes[0], bytes[1], bytes[2], bytes[3], size, decoded);
        }
    }
}

static void well_formed_texts(struct test *test) {
    const struct {
        const char *bytes;
        bool well_formed;
    } texts[] = {
        {"", true},           {"plain", true},        {"na\xc3\xafve \xe6\x97\xa5 \xf0\x9f\x98\x80", true},
        {"a\xff", false},     {"\xc3", false},        {"\xe6\x97", false},
        {"a\xc0\x80", false}, {"\xc3\xaf\xaf", false}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        CHECK_MSG(test, utf8_well_formed(texts[i].bytes, strlen(texts[i].bytes)) == texts[i].well_formed,
                  "%s", texts[i].bytes);
    /* A NUL is a character like any other, and bytes after the length are not read. */
    CHECK(test, utf8_well_formed("a\0b", 3) && !utf8_well_formed("a\0\xff", 3));
    CHECK(test, utf8_well_formed("a\xff", 1) && utf8_well_formed("\xff", 0));
}

static const struct test_case cases[] = {
    {"utf8: every code point comes back", every_code_point_comes_back},
    {"utf8: known bytes", known_bytes},
    {"utf8: well-formed texts", well_formed_texts},
    {"utf8: ill-formed sequences", ill_formed_sequences},
    {"utf8: the Standard's example", the_standard_s_example},
    {"utf8: all sequences agree with table 3-7", all_sequences_agree_with_the_table},
};

TEST_MAIN(cases)

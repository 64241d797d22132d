#include "text/utf8.h"

/* What a lead byte tells: how many bytes follow, and the range of the first of them, which rules out overlong
 * forms, surrogates and code points above U+10FFFF. */
struct lead {
    int following;
    unsigned char min, max;
    uint32_t bits;
};

static struct lead read_lead(unsigned char byte) {
    const uint32_t bits = byte;
    if (byte >= 0xc2 && byte <= 0xdf)
        return (struct lead){1, 0x80, 0xbf, bits & 0x1f};
    if (byte >= 0xe0 && byte <= 0xef)
        return (struct lead){2, byte == 0xe0 ? 0xa0 : 0x80, byte == 0xed ? 0x9f : 0xbf, bits & 0x0f};
    if (byte >= 0xf0 && byte <= 0xf4)
        return (struct lead){3, byte == 0xf0 ? 0x90 : 0x80, byte == 0xf4 ? 0x8f : 0xbf, bits & 0x07};
    return (struct lead){-1, 0, 0, 0};
}

int utf8_decode(const unsigned char *at, const unsigned char *end, uint32_t *code_point) {
    if (*at < 0x80) {
        *code_point = *at;
        return 1;
    }
    struct lead lead = read_lead(*at);
    if (lead.following < 0)
        return -1;
    for (int i = 1; i <= lead.following; i++) {
        if (at + i >= end || at[i] < lead.min || at[i] > lead.max)
            return -i;
        lead.bits = lead.bits << 6 | (at[i] & 0x3fu);
        lead.min = 0x80;
        lead.max = 0xbf;
    }
    *code_point = lead.bits;
    return lead.following + 1;
}

bool utf8_well_formed(const void *bytes, size_t length) {
    const unsigned char *at = bytes, *end = at + length;
    while (at < end) {
        uint32_t code_point;
        const int step = utf8_decode(at, end, &code_point);
        if (step < 0)
            return false;
        at += step;
    }
    return true;
}

size_t utf8_encode(uint32_t code_point, unsigned char *out) {
    if (code_point < 0x80) {
        out[0] = (unsigned char)code_point;
        return 1;
    }
    const size_t length = code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;
    for (size_t i = length - 1; i > 0; i--) {
        out[i] = (unsigned char)(0x80 | (code_point & 0x3f));
        code_point >>= 6;
    }
    out[0] = (unsigned char)((0xf00 >> length & 0xff) | code_point);
    return length;
}

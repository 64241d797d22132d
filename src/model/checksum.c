#include "model/checksum.h"

#include <string.h>

#define P UINT64_C(0x9e3779b97f4a7c15)
#define Q UINT64_C(0xbf58476d1ce4e5b9)

static uint64_t step(uint64_t lane, uint64_t word) {
    const uint64_t product = (lane ^ word) * Q;
    return product << 29 | product >> 35;
}

uint64_t checksum(const void *bytes, size_t count) {
    const unsigned char *at = bytes;
    uint64_t lanes[4] = {P, 2 * P, 3 * P, 4 * P}, words[4];
    size_t left = count;
    for (; left >= sizeof words; at += sizeof words, left -= sizeof words) {
        memcpy(words, at, sizeof words);
        for (int i = 0; i < 4; i++)
            lanes[i] = step(lanes[i], words[i]);
    }
    if (left > 0) {
        memset(words, 0, sizeof words);
        memcpy(words, at, left);
        for (size_t i = 0; i < (left + 7) / 8; i++)
            lanes[i] = step(lanes[i], words[i]);
    }
    uint64_t hash = count;
    for (int i = 0; i < 4; i++) {
        hash = (hash ^ lanes[i]) * P;
        hash ^= hash >> 32;
    }
    return hash;
}

/* The bits of a float, for tests of every kind of number. */
#ifndef SGNS_TESTS_FLOAT_BITS_H
#define SGNS_TESTS_FLOAT_BITS_H

#include <stdint.h>
#include <string.h>

static inline uint32_t bits_of(float number) {
    uint32_t bits;
    memcpy(&bits, &number, sizeof bits);
    return bits;
}

static inline float float_of(uint32_t bits) {
    float number;
    memcpy(&number, &bits, sizeof number);
    return number;
}

#endif

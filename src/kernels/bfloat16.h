/* A float of 16 bits: the upper half of a 32-bit one, so of the same range, with a precision of 8 bits. The
 * matrices are trained in it: half the memory to wait for.
 *
 * Most updates are smaller than the distance to the next such number, so they must not be rounded to the
 * nearest: they are rounded up or down at random, with probabilities that make the mean exact (Gupta et al.
 * 2015, "Deep learning with limited numerical precision"). */
#ifndef SGNS_KERNELS_BFLOAT16_H
#define SGNS_KERNELS_BFLOAT16_H

#include <stdint.h>

typedef uint16_t bfloat16;

#define BFLOAT16_SPREAD UINT32_C(0x9e37) /* odd; 2^16 over the golden ratio */

static inline float bfloat16_value(bfloat16 number) {
    const union {
        uint32_t bits;
        float value;
    } wide = {(uint32_t)number << 16};
    return wide.value;
}

/* Of a float; a bfloat16 is their upper half. */
static inline uint32_t bfloat16_bits(float value) {
    const union {
        float value;
        uint32_t bits;
    } wide = {value};
    return wide.bits;
}

/* One of the two neighbours of a finite number, by 16 random bits: the upper ones of `random` don't count. */
static inline bfloat16 bfloat16_round(float value, uint32_t random) {
    return (bfloat16)((bfloat16_bits(value) + (random & 0xffff)) >> 16);
}

/* 16 bits as good as random to round a number to which `update`, a sum of many products, has been added: the
 * lower bits of the update, which are lost in the sum, spread evenly by a multiplication. */
static inline uint32_t bfloat16_random(float update) {
    return bfloat16_bits(update) * BFLOAT16_SPREAD & 0xffff;
}

#endif

/* bfloat16: the upper 16 bits of a float, so the same range with 8 bits of precision. The matrices are
 * trained in it, which halves the memory traffic.
 *
 * Most updates are smaller than the distance to the next such number, and rounding to nearest would lose
 * them. So numbers are rounded up or down at random, with probabilities that make the mean exact (Gupta et
 * al. 2015, "Deep learning with limited numerical precision"). For example 1 + 2^-9 lies a quarter of the way
 * from 1 to the next bfloat16, 1 + 2^-7: it is the float 0x3f804000, and adding 16 random bits carries into
 * the upper half for 0xc000 and above, a quarter of all, which gives 0x3f81 instead of 0x3f80. */
#ifndef SGNS_KERNELS_BFLOAT16_H
#define SGNS_KERNELS_BFLOAT16_H

#include <stdint.h>

typedef uint16_t bfloat16;

#define BFLOAT16_SPREAD UINT32_C(0x9e37) /* 2^16 / the golden ratio, odd */

static inline float bfloat16_value(bfloat16 number) {
    const union {
        uint32_t bits;
        float value;
    } wide = {(uint32_t)number << 16};
    return wide.value;
}

/* A float's bits, whose upper half is a bfloat16. */
static inline uint32_t bfloat16_bits(float value) {
    const union {
        float value;
        uint32_t bits;
    } wide = {value};
    return wide.bits;
}

/* One of the two bfloat16 next to a finite number, chosen by the low 16 bits of `random`. */
static inline bfloat16 bfloat16_round(float value, uint32_t random) {
    return (bfloat16)((bfloat16_bits(value) + (random & 0xffff)) >> 16);
}

/* Random bits to round a number to which `update`, a sum of many products, has been added. The low bits of
 * such a sum are as good as random; a multiplication spreads them over all 16, for example 0x3c23d70a, which
 * ends in 0xd70a, gives 0x5f26. */
static inline uint32_t bfloat16_random(float update) {
    return bfloat16_bits(update) * BFLOAT16_SPREAD & 0xffff;
}

#endif

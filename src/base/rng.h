/* Random numbers: xoshiro256++ (Blackman, Vigna 2019), seeded with splitmix64. Not for cryptography. Each
 * thread needs its own generator. */
#ifndef SGNS_BASE_RNG_H
#define SGNS_BASE_RNG_H

#include <stdint.h>

struct rng {
    uint64_t state[4];
};

static inline uint64_t rng_mix(uint64_t *state) {
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* A different generator for every pair of seed and stream. */
static inline struct rng rng_seed(uint64_t seed, uint64_t stream) {
    uint64_t mix = seed;
    uint64_t start = rng_mix(&mix) ^ (stream * UINT64_C(0xd1342543de82ef95));
    struct rng rng;
    for (int i = 0; i < 4; i++)
        rng.state[i] = rng_mix(&start);
    return rng;
}

static inline uint64_t rng_rotate(uint64_t x, int bits) {
    return (x << bits) | (x >> (64 - bits));
}

static inline uint64_t rng_next(struct rng *rng) {
    uint64_t *s = rng->state;
    const uint64_t result = rng_rotate(s[0] + s[3], 23) + s[0];
    const uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rng_rotate(s[3], 45);
    return result;
}

/* Uniform in [0, limit), from 32 random bits by multiplication (Lemire 2019); the bias is below limit /
 * 2^32. */
static inline uint32_t rng_scale(uint32_t bits, uint32_t limit) {
    return (uint32_t)(((uint64_t)bits * limit) >> 32);
}

static inline uint32_t rng_below(struct rng *rng, uint32_t limit) {
    return rng_scale((uint32_t)(rng_next(rng) >> 32), limit);
}

/* Uniform in [0, 1), from the upper 24 of 64 random bits. */
static inline float rng_unit_of(uint64_t bits) {
    return (float)(bits >> 40) * 0x1p-24f;
}

static inline float rng_unit(struct rng *rng) {
    return rng_unit_of(rng_next(rng));
}

#endif

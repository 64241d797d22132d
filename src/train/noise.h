/* The noise distribution q(word) ~ count^power, and draws from it by the alias method (Walker 1977, Vose
 * 1991): a random number and a table entry for each word. Read-only once filled; any thread may draw, with a
 * generator of its own. */
#ifndef SGNS_TRAIN_NOISE_H
#define SGNS_TRAIN_NOISE_H

#include <stddef.h>
#include <stdint.h>

#include "base/rng.h"
#include "base/workspace.h"

/* A draw lands on each entry with probability 1 / size; on entry i it is word i if 32 random bits are below
 * `threshold`, else `alias`. */
struct noise_entry {
    uint32_t threshold;
    uint32_t alias;
};

struct noise {
    struct noise_entry *entries; /* (size) */
    double *shares;              /* (size) for noise_fill() to work with */
    uint32_t *order;             /* (size) likewise */
    size_t size;                 /* words */
    double power;
    double normalizer; /* sum of count^power */
};

/* For `size` words, 1 or more. Nothing to use while `workspace` only measures. */
struct noise noise_lay_out(struct workspace *workspace, size_t size);

/* From the words' counts, each at least 1. */
void noise_fill(struct noise *noise, const uint64_t *counts, double power);

/* q of a word with that count. */
double noise_probability(const struct noise *noise, uint64_t count);

/* Where a draw landed, and the bits that decide between the entry's word and its alias. */
struct noise_aim {
    uint32_t at, bits;
};

/* A draw has two halves, so that the entries can arrive from memory in between: noise_aim() chooses `count`
 * entries, 1 or more, and fetches them; noise_take() reads off the words. The entries are cut into `count`
 * equal parts and each part gives one word (stratified sampling): a word is still expected `count` q(word)
 * times, but the set is spread more evenly, and vectors learn better from it (src/EXPERIMENTS.md). */
void noise_aim(const struct noise *noise, struct rng *rng, struct noise_aim *aims, size_t count);
void noise_take(const struct noise *noise, const struct noise_aim *aims, uint32_t *words, size_t count);

#endif

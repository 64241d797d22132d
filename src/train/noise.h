/* The noise distribution q(word) ~ count^power, and draws from it by the alias method (Walker 1977, Vose
 * 1991), which takes a random number and one table entry per word. Read-only once filled; any thread may
 * draw, with its own generator. */
#ifndef SGNS_TRAIN_NOISE_H
#define SGNS_TRAIN_NOISE_H

#include <stddef.h>
#include <stdint.h>

#include "base/rng.h"
#include "base/workspace.h"

/* A draw lands on each entry with probability 1 / size. On entry i it gives word i if 32 random bits are
 * below `threshold`, and `alias` otherwise. */
struct noise_entry {
    uint32_t threshold;
    uint32_t alias;
};

struct noise {
    struct noise_entry *entries; /* (size) */
    double *shares;              /* (size) workspace of noise_fill() */
    uint32_t *order;             /* (size) the same */
    size_t size;                 /* words */
    double power;
    double normalizer; /* the sum of count^power */
};

/* Lays out the table for `size` words, at least 1. The result is unusable while `workspace` only measures. */
struct noise noise_lay_out(struct workspace *workspace, size_t size);

/* Fills the table from the counts of the words, each at least 1. */
void noise_fill(struct noise *noise, const uint64_t *counts, double power);

/* q(word) for a word with this count. */
double noise_probability(const struct noise *noise, uint64_t count);

/* Where a draw landed, and the bits that decide between the entry's word and its alias. */
struct noise_aim {
    uint32_t at, bits;
};

/* A draw has two halves, so that table entries can arrive from memory in between: noise_aim() chooses `count`
 * entries, at least 1, and prefetches them; noise_take() reads the words. The table is cut into `count` equal
 * parts, and each part gives one word (stratified sampling): a word is still expected `count` q(word) times,
 * but each set is spread more evenly, which gives better vectors (src/EXPERIMENTS.md). */
void noise_aim(const struct noise *noise, struct rng *rng, struct noise_aim *aims, size_t count);
void noise_take(const struct noise *noise, const struct noise_aim *aims, uint32_t *words, size_t count);

#endif

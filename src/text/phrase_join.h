/* Joining words to phrases, as ids: pairs of words that follow one another become one word.
 *
 * Pairs belong to passes. The first pass goes over a sentence from left to right and joins each pair of words
 * that are one of its pairs, unless the left one has been joined already; the second pass does the same with
 * what the first has made, and so on. With (new, york) in the first pass and (new_york, city) in the second,
 * "in new york city" becomes "in new_york_city". All passes run at once: each holds back one word at most. */
#ifndef SGNS_TEXT_PHRASE_JOIN_H
#define SGNS_TEXT_PHRASE_JOIN_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define PHRASE_PASSES_MAX 8

/* The most words that a phrase can have. */
#define PHRASE_WORDS_MAX (1 << PHRASE_PASSES_MAX)

struct phrase_pair {
    uint32_t left, right, joined; /* ids */
    uint32_t pass;                /* 1 to PHRASE_PASSES_MAX */
};

/* Pairs by their words. Zero it first. */
struct phrase_table {
    struct phrase_pair *slots; /* (slot_count) open addressing; pass 0: free; owned */
    size_t slot_count;         /* a power of two, at most half full; or 0 */
    size_t size;
    uint32_t passes; /* the highest of all pairs */
};

/* Adds a pair; one that is there already stays as it is. */
bool phrase_table_add(struct phrase_table *table, struct phrase_pair pair, struct error *error) MUST_USE;
void phrase_table_free(struct phrase_table *table);

/* A word, or a phrase that has been joined. */
struct phrase_item {
    uint32_t id;
    uint32_t words; /* that it was made of */
    uint64_t first; /* the place of the first of these, however the caller counts */
};

/* Joins the words of one sentence after another; zero all but the table. The table must outlive it. */
struct phrase_joiner {
    const struct phrase_table *table;
    struct phrase_item held[PHRASE_PASSES_MAX]; /* by pass, from 0; words 0: nothing */
};

/* Takes the next word of a sentence. Returns whether *out is one that no pass can join any more. */
bool phrase_push(struct phrase_joiner *joiner, struct phrase_item item, struct phrase_item *out);

/* At the end of a sentence: the same for what is held back, until it returns false. */
bool phrase_flush(struct phrase_joiner *joiner, struct phrase_item *out);

/* A number that depends on both ids of a pair, each bit on each of theirs. */
static inline uint64_t phrase_hash(uint32_t left, uint32_t right) {
    uint64_t hash = (uint64_t)left << 32 | right; /* the finalizer of MurmurHash3 (Appleby), public domain */
    hash = (hash ^ hash >> 33) * UINT64_C(0xff51afd7ed558ccd);
    hash = (hash ^ hash >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
    return hash ^ hash >> 33;
}

#endif

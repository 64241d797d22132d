/* A growing dictionary: maps words to provisional ids, in order of first appearance, and counts them. It has
 * no lock, so each thread needs its own. */
#ifndef SGNS_TEXT_DICTIONARY_H
#define SGNS_TEXT_DICTIONARY_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/memory.h"

/* The first bytes of a word as two numbers, padded with zeros. They tell nearly all words apart. */
#define DICTIONARY_HEAD_BYTES ((size_t)16)

struct dictionary_head {
    uint64_t front, back;
};

/* Two fit in a cache line, so a word seen before touches one slot and one entry. */
struct dictionary_entry {
    uint64_t count;
    struct dictionary_head head;
    uint32_t length; /* bytes */
    uint32_t hash;
};

/* The part of an entry that is rarely read. */
struct dictionary_origin {
    uint64_t first; /* where the word first appeared: any number that increases along the corpus */
    uint64_t start; /* offset of its bytes in `text` */
};

/* Random, so that nobody can make a text of words that all have one hash. No result depends on them. */
struct dictionary_keys {
    uint64_t factors[6], length, sum, base;
};

struct dictionary {
    struct dictionary_keys keys;
    struct dictionary_entry *entries;  /* (size), by provisional id; owned */
    struct dictionary_origin *origins; /* (size); owned */
    size_t size, entry_capacity, origin_capacity;
    char *text; /* the words' bytes, back to back; owned */
    size_t text_bytes, text_capacity;
    uint64_t *slots;   /* open addressing: hash in the upper 32 bits, id + 1 in the lower; 0: free; owned */
    size_t slot_count; /* a power of two, at most half full */
    struct memory_budget *budget; /* set by the caller: what the arrays take when they grow; or NULL */
};

bool dictionary_create(struct dictionary *dictionary, struct error *error) MUST_USE;

/* With the keys of another, so that one can be merged into the other. */
bool dictionary_create_like(struct dictionary *dictionary, const struct dictionary *other,
                            struct error *error) MUST_USE;
void dictionary_free(struct dictionary *dictionary);

/* Adds `count` occurrences of the word [word, word + length) and sets *id to its provisional id. `first`
 * becomes the word's first appearance if it is lower than the one known. */
bool dictionary_add(struct dictionary *dictionary, const unsigned char *word, size_t length, uint64_t count,
                    uint64_t first, uint32_t *id, struct error *error) MUST_USE;

/* Sets *id to that of a word; false if it is not there. */
bool dictionary_find(const struct dictionary *dictionary, const unsigned char *word, size_t length,
                     uint32_t *id);

struct dictionary_word {
    const unsigned char *bytes; /* DICTIONARY_HEAD_BYTES are readable, however short the word is */
    size_t length;
    struct dictionary_head head; /* set by dictionary_expect() */
    uint32_t hash;               /* set by dictionary_expect() */
    uint32_t likely;             /* set by dictionary_fetch(): the most likely id plus 1; 0: none */
};

/* Many words are added faster in steps, with other work in between: each step prefetches what the next one
 * reads. dictionary_expect() must come before dictionary_add_batch(); dictionary_fetch(), in between, only
 * saves time. Other words may be added between the steps. */
void dictionary_expect(const struct dictionary *dictionary, struct dictionary_word *words, size_t count);
void dictionary_fetch(const struct dictionary *dictionary, struct dictionary_word *words, size_t count);

/* Adds one occurrence of each of `count` words, in order. words[i] appears at first + i, and ids[i] becomes
 * its id. `first` must increase from one batch of a dictionary to the next. */
bool dictionary_add_batch(struct dictionary *dictionary, const struct dictionary_word *words, size_t count,
                          uint64_t first, uint32_t *ids, struct error *error) MUST_USE;

/* Adds all words of `from`, which has the same keys, with their counts. map, of from->size entries, maps ids
 * of `from` to ids of `into`. */
bool dictionary_merge(struct dictionary *into, const struct dictionary *from, uint32_t *map,
                      struct error *error) MUST_USE;

#endif

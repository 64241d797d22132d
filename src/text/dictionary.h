/* A growing dictionary: words to provisional ids, in order of first appearance, with counts. One thread each.
 */
#ifndef SGNS_TEXT_DICTIONARY_H
#define SGNS_TEXT_DICTIONARY_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* The first bytes of a word as numbers, by which nearly all words are told apart. What is beyond the word's
 * end is zero. */
#define DICTIONARY_HEAD_BYTES ((size_t)16)

struct dictionary_head {
    uint64_t front, back;
};

/* Two to a cache line: a word that was seen before costs a slot and an entry. */
struct dictionary_entry {
    uint64_t count;
    struct dictionary_head head;
    uint32_t length; /* bytes */
    uint32_t hash;
};

/* What is seldom asked for. */
struct dictionary_origin {
    uint64_t first; /* where the word first appeared: any number that grows along the corpus */
    uint64_t start; /* of its bytes in `text` */
};

struct dictionary {
    struct dictionary_entry *entries;  /* (size), by provisional id; owned */
    struct dictionary_origin *origins; /* (size); owned */
    size_t size, entry_capacity, origin_capacity;
    char *text; /* the words' bytes, one after the other; owned */
    size_t text_bytes, text_capacity;
    uint64_t *slots;   /* open addressing; hash in the upper half, id + 1 in the lower; 0 is free; owned */
    size_t slot_count; /* a power of two, at most half full */
};

bool dictionary_create(struct dictionary *dictionary, struct error *error) MUST_USE;
void dictionary_free(struct dictionary *dictionary);

/* Adds `count` occurrences of a word whose bytes are [word, word + length); *id is its provisional id.
 * `first` counts only if it is lower than what the word has. */
bool dictionary_add(struct dictionary *dictionary, const unsigned char *word, size_t length, uint64_t count,
                    uint64_t first, uint32_t *id, struct error *error) MUST_USE;

struct dictionary_word {
    const unsigned char *bytes; /* DICTIONARY_HEAD_BYTES can be read, however short the word is */
    size_t length;
    struct dictionary_head head; /* dictionary_expect() has this */
    uint32_t hash;               /* and this from the bytes */
    uint32_t likely; /* dictionary_fetch() has the id, plus 1, that the word most likely has; 0: none */
};

/* Many words are added faster in steps, with other work between them: each step asks memory for what the next
 * one reads. Words must be expected before they are added; the step between is for speed alone, and anything
 * may be added meanwhile. */
void dictionary_expect(const struct dictionary *dictionary, struct dictionary_word *words, size_t count);
void dictionary_fetch(const struct dictionary *dictionary, struct dictionary_word *words, size_t count);

/* The same as dictionary_add() of words[i], once, with first + i, for each of `count` words in turn. Of a
 * dictionary's batches each `first` is above the last. */
bool dictionary_add_batch(struct dictionary *dictionary, const struct dictionary_word *words, size_t count,
                          uint64_t first, uint32_t *ids, struct error *error) MUST_USE;

/* Adds all words of another one, with their counts; map[i], of from->size, is the id in `into` of its word i.
 */
bool dictionary_merge(struct dictionary *into, const struct dictionary *from, uint32_t *map,
                      struct error *error) MUST_USE;

#endif

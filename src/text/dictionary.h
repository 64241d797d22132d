/* A growing dictionary: words to provisional ids, in order of first appearance, with counts. One thread each.
 */
#ifndef SGNS_TEXT_DICTIONARY_H
#define SGNS_TEXT_DICTIONARY_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Short, and two to a cache line: a word that was seen before costs a slot and an entry. */
struct dictionary_entry {
    uint64_t count;
    uint64_t start;  /* of its bytes in `text` */
    uint64_t head;   /* all the bytes of a word of up to eight, packed; of a longer one the first eight */
    uint32_t length; /* bytes */
    uint32_t hash;
};

struct dictionary {
    struct dictionary_entry *entries; /* (size), by provisional id; owned */
    uint64_t
        *firsts; /* (size) where the word first appeared: any number that grows along the corpus; owned */
    size_t size, entry_capacity, first_capacity;
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

/* The most words that dictionary_add_batch() takes. */
#define DICTIONARY_BATCH ((size_t)32)

struct dictionary_word {
    const unsigned char *bytes;
    size_t length;
};

/* The same as dictionary_add() of words[i], once, with first + i, for each of `count` words in turn, but
 * faster: memory is waited for once, not once a word. Of a dictionary's batches each `first` is above the
 * last. */
bool dictionary_add_batch(struct dictionary *dictionary, const struct dictionary_word *words, size_t count,
                          uint64_t first, uint32_t *ids, struct error *error) MUST_USE;

#endif

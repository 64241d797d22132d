/* Words regardless of case: test files have capitals (Athens) where corpora often have none, and the other
 * way round. */
#ifndef SGNS_QUERY_CASEFOLD_H
#define SGNS_QUERY_CASEFOLD_H

#include <stddef.h>
#include <stdint.h>

#include "model/model.h"
#include "text/dictionary.h"

/* The first `known` words of a model. Words that differ only in case, or are written with other code points
 * that mean the same, share a key (NORMALIZE_FOLDED). */
struct casefold {
    const struct model *model;
    size_t known;
    bool folded;                  /* the vocabulary has no capitals: only the fields above are used */
    struct dictionary dictionary; /* from case-folded words to keys */
    size_t *ids;                  /* (keys) the most frequent word with the key; owned */
    uint32_t *keys;               /* (known) by word; owned */
    size_t key_count, capacity;
};

/* `model` must outlive it. Free with casefold_free, also after a failure. */
bool casefold_create(struct casefold *casefold, const struct model *model, size_t known,
                     struct error *error) MUST_USE;
void casefold_free(struct casefold *casefold);

/* Normalizes `word` by the model's tokenizer and finds the most frequent known word that is the same but for
 * case. False if there is none, and on failure, which sets `error`. */
bool casefold_find(struct casefold *casefold, const char *word, size_t *id, struct error *error) MUST_USE;

/* The key of a known word. */
static inline size_t casefold_key(const struct casefold *casefold, size_t id) {
    return casefold->folded ? id : casefold->keys[id];
}

#endif

/* The vocabulary: words and their counts, most frequent first, ties by first appearance in the corpus. The
 * index of a word is its id everywhere: in the id stream, the matrices and the model file. Read-only once
 * built. */
#ifndef SGNS_TEXT_VOCAB_H
#define SGNS_TEXT_VOCAB_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "text/dictionary.h"

struct vocab {
    size_t size;       /* words */
    char *text;        /* the words back to back, each followed by a NUL; owned */
    size_t text_bytes; /* bytes in `text`, including the NULs */
    uint64_t *starts;  /* (size + 1); word i is text[starts[i]], starts[size] == text_bytes; owned */
    uint64_t *counts;  /* (size) occurrences in the corpus; owned */
    uint64_t total;    /* sum of the counts */
};

/* Word `id`, NUL-terminated. */
static inline const char *vocab_word(const struct vocab *vocab, size_t id) {
    return vocab->text + vocab->starts[id];
}

static inline size_t vocab_length(const struct vocab *vocab, size_t id) {
    return (size_t)(vocab->starts[id + 1] - vocab->starts[id]) - 1;
}

/* Makes a vocabulary of `size` words and `text_bytes` bytes of text, all zeros, to be filled in. Free with
 * vocab_free, also after a failure. */
bool vocab_create(struct vocab *vocab, size_t size, size_t text_bytes, struct error *error) MUST_USE;
void vocab_free(struct vocab *vocab);

/* What map[id] is of a word that is not in the vocabulary; no id is as large. */
#define VOCAB_NONE UINT32_MAX

/* Makes the vocabulary of those words of a dictionary that occur at least min_count times, at most max_vocab
 * of them (0: no limit): most frequent first, ties by first appearance. It may be empty. map, of
 * dictionary->size entries, maps their provisional ids to ids, or to VOCAB_NONE; NULL if nobody wants it.
 * Free with vocab_free, also after a failure. */
bool vocab_select(struct vocab *vocab, const struct dictionary *dictionary, uint64_t min_count,
                  uint64_t max_vocab, uint32_t *map, struct error *error) MUST_USE;

/* The most memory that vocab_select takes for a dictionary, which it has been counted to hold. */
size_t vocab_select_memory(const struct dictionary *dictionary);

#endif

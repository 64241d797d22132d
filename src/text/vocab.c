#include "text/vocab.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

bool vocab_create(struct vocab *vocab, size_t size, size_t text_bytes, struct error *error) {
    *vocab = (struct vocab){.size = size, .text_bytes = text_bytes};
    vocab->text = memory_allocate(text_bytes, 1, "the vocabulary", error);
    vocab->starts = memory_allocate(size + 1, sizeof *vocab->starts, "the vocabulary", error);
    vocab->counts = memory_allocate(size, sizeof *vocab->counts, "the vocabulary", error);
    return vocab->text != NULL && vocab->starts != NULL && vocab->counts != NULL;
}

void vocab_free(struct vocab *vocab) {
    free(vocab->text);
    free(vocab->starts);
    free(vocab->counts);
    *vocab = (struct vocab){0};
}

/* A word to keep, for sorting. */
struct ranked {
    uint64_t count, first;
    uint32_t id;
};

static int compare_ranked(const void *a, const void *b) {
    const struct ranked *left = a, *right = b;
    if (left->count != right->count)
        return left->count > right->count ? -1 : 1;
    return (left->first > right->first) - (left->first < right->first);
}

/* Returns the words to keep, sorted; *size is their number. */
static struct ranked *rank_words(const struct dictionary *dictionary, uint64_t min_count, uint64_t max_vocab,
                                 size_t *size, struct error *error) {
    struct ranked *ranked = memory_allocate(dictionary->size, sizeof *ranked, "the vocabulary", error);
    if (ranked == NULL)
        return NULL;
    size_t kept = 0;
    for (size_t id = 0; id < dictionary->size; id++) {
        const struct dictionary_entry *entry = &dictionary->entries[id];
        if (entry->count >= min_count)
            ranked[kept++] = (struct ranked){entry->count, dictionary->origins[id].first, (uint32_t)id};
    }
    qsort(ranked, kept, sizeof *ranked, compare_ranked);
    *size = max_vocab > 0 && kept > max_vocab ? (size_t)max_vocab : kept;
    return ranked;
}

static bool fill_vocab(struct vocab *vocab, const struct dictionary *dictionary, const struct ranked *ranked,
                       size_t size, struct error *error) {
    size_t bytes = 0;
    for (size_t i = 0; i < size; i++)
        bytes += dictionary->entries[ranked[i].id].length + 1;
    if (!vocab_create(vocab, size, bytes, error))
        return false;
    size_t at = 0;
    for (size_t i = 0; i < size; i++) {
        const struct dictionary_entry *entry = &dictionary->entries[ranked[i].id];
        vocab->starts[i] = at;
        vocab->counts[i] = entry->count;
        vocab->total += entry->count;
        memcpy(vocab->text + at, dictionary->text + dictionary->origins[ranked[i].id].start, entry->length);
        at += entry->length + 1;
    }
    vocab->starts[size] = at;
    return true;
}

bool vocab_select(struct vocab *vocab, const struct dictionary *dictionary, uint64_t min_count,
                  uint64_t max_vocab, uint32_t *map, struct error *error) {
    size_t size = 0;
    *vocab = (struct vocab){.size = 0};
    struct ranked *ranked = rank_words(dictionary, min_count, max_vocab, &size, error);
    const bool done = ranked != NULL && fill_vocab(vocab, dictionary, ranked, size, error);
    for (size_t i = 0; done && map != NULL && i < dictionary->size; i++)
        map[i] = VOCAB_NONE;
    for (size_t i = 0; done && map != NULL && i < size; i++)
        map[ranked[i].id] = (uint32_t)i;
    free(ranked);
    return done;
}

size_t vocab_select_memory(const struct dictionary *dictionary) {
    /* ranks, the words with their NULs, starts and counts */
    return dictionary->size * (sizeof(struct ranked) + 1 + 2 * sizeof(uint64_t)) + dictionary->text_bytes;
}

#include "text/dictionary.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define SLOTS_AT_FIRST ((size_t)1 << 14)
#define IDS_MOST ((size_t)UINT32_MAX - 1)

bool dictionary_create(struct dictionary *dictionary, struct error *error) {
    *dictionary = (struct dictionary){.slot_count = SLOTS_AT_FIRST};
    dictionary->slots = memory_allocate(SLOTS_AT_FIRST, sizeof *dictionary->slots, "the dictionary", error);
    return dictionary->slots != NULL;
}

void dictionary_free(struct dictionary *dictionary) {
    free(dictionary->entries);
    free(dictionary->text);
    free(dictionary->slots);
    *dictionary = (struct dictionary){0};
}

/* Eight bytes a step; the last step reads what is left, so nothing beyond the word is touched. */
static uint32_t hash_word(const unsigned char *word, size_t length) {
    const uint64_t multiplier = UINT64_C(0x9fb21c651e98df25);
    uint64_t hash = length * multiplier, part = 0;
    for (; length > 8; word += 8, length -= 8) {
        memcpy(&part, word, 8);
        hash = (hash ^ part) * multiplier;
        hash ^= hash >> 32;
    }
    part = 0;
    if (length >= 4) {
        uint32_t front, back;
        memcpy(&front, word, 4);
        memcpy(&back, word + length - 4, 4);
        part = (uint64_t)front << 32 | back;
    } else if (length > 0)
        part = (uint64_t)word[0] << 16 | (uint64_t)word[length / 2] << 8 | word[length - 1];
    hash = (hash ^ part) * multiplier;
    hash ^= hash >> 35;
    return (uint32_t)((hash * multiplier) >> 32);
}

static void place(uint64_t *slots, size_t slot_count, uint32_t hash, uint32_t id) {
    size_t at = hash & (slot_count - 1);
    while (slots[at] != 0)
        at = (at + 1) & (slot_count - 1);
    slots[at] = (uint64_t)hash << 32 | (id + 1);
}

static bool grow_slots(struct dictionary *dictionary, struct error *error) {
    const size_t slot_count = dictionary->slot_count * 2;
    uint64_t *slots = memory_allocate(slot_count, sizeof *slots, "the dictionary", error);
    if (slots == NULL)
        return false;
    for (size_t id = 0; id < dictionary->size; id++)
        place(slots, slot_count, dictionary->entries[id].hash, (uint32_t)id);
    free(dictionary->slots);
    dictionary->slots = slots;
    dictionary->slot_count = slot_count;
    return true;
}

static bool make_room(struct dictionary *dictionary, size_t length, struct error *error) {
    if (dictionary->size >= IDS_MOST)
        return error_set(error, ERROR_INPUT, "more than %zu different words", IDS_MOST);
    if (dictionary->size >= dictionary->slot_count / 2 && !grow_slots(dictionary, error))
        return false;
    return memory_reserve(&dictionary->entries, &dictionary->entry_capacity, dictionary->size + 1,
                          "the dictionary", error) &&
           memory_reserve(&dictionary->text, &dictionary->text_capacity, dictionary->text_bytes + length,
                          "the dictionary", error);
}

/* The new entry, or NULL. */
static struct dictionary_entry *insert(struct dictionary *dictionary, const unsigned char *word,
                                       size_t length, uint32_t hash, struct error *error) {
    if (!make_room(dictionary, length, error) || dictionary->entries == NULL)
        return NULL;
    struct dictionary_entry *entry = &dictionary->entries[dictionary->size];
    *entry = (struct dictionary_entry){
        .first = UINT64_MAX, .start = dictionary->text_bytes, .length = (uint32_t)length, .hash = hash};
    if (length > 0)
        memcpy(dictionary->text + dictionary->text_bytes, word, length);
    dictionary->text_bytes += length;
    place(dictionary->slots, dictionary->slot_count, hash, (uint32_t)dictionary->size);
    dictionary->size++;
    return entry;
}

/* The entry that the first slot of a hash names, if it is likely the word's. */
static struct dictionary_entry *guess(const struct dictionary *dictionary, uint32_t hash) {
    const uint64_t slot = dictionary->slots[hash & (dictionary->slot_count - 1)];
    return (uint32_t)(slot >> 32) == hash && slot != 0 ? &dictionary->entries[(uint32_t)slot - 1] : NULL;
}

static struct dictionary_entry *find(const struct dictionary *dictionary, const unsigned char *word,
                                     size_t length, uint32_t hash) {
    const size_t mask = dictionary->slot_count - 1;
    for (size_t at = hash & mask; dictionary->slots[at] != 0; at = (at + 1) & mask) {
        if ((uint32_t)(dictionary->slots[at] >> 32) != hash)
            continue;
        struct dictionary_entry *entry = &dictionary->entries[(uint32_t)dictionary->slots[at] - 1];
        if (entry->length == length && memcmp(dictionary->text + entry->start, word, length) == 0)
            return entry;
    }
    return NULL;
}

static bool add(struct dictionary *dictionary, const struct dictionary_word *word, uint32_t hash,
                uint64_t count, uint64_t first, uint32_t *id, struct error *error) {
    struct dictionary_entry *entry = find(dictionary, word->bytes, word->length, hash);
    if (entry == NULL)
        entry = insert(dictionary, word->bytes, word->length, hash, error);
    if (entry == NULL)
        return false;
    entry->count += count;
    if (first < entry->first)
        entry->first = first;
    *id = (uint32_t)(entry - dictionary->entries);
    return true;
}

bool dictionary_add(struct dictionary *dictionary, const unsigned char *word, size_t length, uint64_t count,
                    uint64_t first, uint32_t *id, struct error *error) {
    return add(dictionary, &(struct dictionary_word){word, length}, hash_word(word, length), count, first, id,
               error);
}

bool dictionary_add_batch(struct dictionary *dictionary, const struct dictionary_word *words, size_t count,
                          uint64_t first, uint32_t *ids, struct error *error) {
    uint32_t hashes[DICTIONARY_BATCH];
    struct dictionary_entry *entries[DICTIONARY_BATCH];
    for (size_t i = 0; i < count; i++) {
        hashes[i] = hash_word(words[i].bytes, words[i].length);
        __builtin_prefetch(&dictionary->slots[hashes[i] & (dictionary->slot_count - 1)]);
    }
    for (size_t i = 0; i < count; i++) {
        entries[i] = guess(dictionary, hashes[i]);
        if (entries[i] != NULL)
            __builtin_prefetch(entries[i], 1);
    }
    for (size_t i = 0; i < count; i++)
        if (entries[i] != NULL)
            __builtin_prefetch(dictionary->text + entries[i]->start);
    for (size_t i = 0; i < count; i++)
        if (!add(dictionary, &words[i], hashes[i], 1, first + i, &ids[i], error))
            return false;
    return true;
}

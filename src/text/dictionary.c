#include "text/dictionary.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define SLOTS_AT_FIRST ((size_t)1 << 14)
#define IDS_MOST ((size_t)UINT32_MAX - 1)

bool dictionary_create(struct dictionary *dictionary, struct error *error) {
    *dictionary = (struct dictionary){.slot_count = SLOTS_AT_FIRST};
    dictionary->slots = memory_pages(SLOTS_AT_FIRST * sizeof *dictionary->slots, "the dictionary", error);
    return dictionary->slots != NULL;
}

void dictionary_free(struct dictionary *dictionary) {
    memory_pages_free(dictionary->entries, dictionary->entry_capacity * sizeof *dictionary->entries);
    free(dictionary->firsts);
    free(dictionary->text);
    memory_pages_free(dictionary->slots, dictionary->slot_count * sizeof *dictionary->slots);
    *dictionary = (struct dictionary){0};
}

/* Up to eight bytes as a number, different ones as different numbers if their lengths are the same. Nothing
 * beyond them is touched. */
static uint64_t pack(const unsigned char *bytes, size_t length) {
    if (length >= 4) {
        uint32_t front, back;
        memcpy(&front, bytes, 4);
        memcpy(&back, bytes + length - 4, 4);
        return (uint64_t)front << 32 | back;
    }
    return length > 0 ? (uint64_t)bytes[0] << 16 | (uint64_t)bytes[length / 2] << 8 | bytes[length - 1] : 0;
}

/* What a word is looked up by: its hash, and its `head` in an entry. */
struct key {
    uint64_t head;
    uint32_t hash;
};

/* Eight bytes a step. */
static struct key make_key(const unsigned char *word, size_t length) {
    const uint64_t multiplier = UINT64_C(0x9fb21c651e98df25);
    uint64_t hash = length * multiplier;
    struct key key = {.head = pack(word, length < 8 ? length : 8)};
    for (; length > 8; word += 8, length -= 8) {
        hash = (hash ^ pack(word, 8)) * multiplier;
        hash ^= hash >> 32;
    }
    hash = (hash ^ pack(word, length)) * multiplier;
    hash ^= hash >> 35;
    key.hash = (uint32_t)((hash * multiplier) >> 32);
    return key;
}

static void place(uint64_t *slots, size_t slot_count, uint32_t hash, uint32_t id) {
    size_t at = hash & (slot_count - 1);
    while (slots[at] != 0)
        at = (at + 1) & (slot_count - 1);
    slots[at] = (uint64_t)hash << 32 | (id + 1);
}

static bool grow_slots(struct dictionary *dictionary, struct error *error) {
    const size_t slot_count = dictionary->slot_count * 2; /* of at most 2^33 */
    uint64_t *slots = memory_pages(slot_count * sizeof *slots, "the dictionary", error);
    if (slots == NULL)
        return false;
    for (size_t id = 0; id < dictionary->size; id++)
        place(slots, slot_count, dictionary->entries[id].hash, (uint32_t)id);
    memory_pages_free(dictionary->slots, dictionary->slot_count * sizeof *dictionary->slots);
    dictionary->slots = slots;
    dictionary->slot_count = slot_count;
    return true;
}

static bool grow_entries(struct dictionary *dictionary, struct error *error) {
    const size_t capacity = dictionary->entry_capacity > 0 ? dictionary->entry_capacity * 2 : SLOTS_AT_FIRST;
    struct dictionary_entry *entries = memory_pages(capacity * sizeof *entries, "the dictionary", error);
    if (entries == NULL)
        return false;
    if (dictionary->entries != NULL)
        memcpy(entries, dictionary->entries, dictionary->size * sizeof *entries);
    memory_pages_free(dictionary->entries, dictionary->entry_capacity * sizeof *entries);
    dictionary->entries = entries;
    dictionary->entry_capacity = capacity;
    return true;
}

static bool make_room(struct dictionary *dictionary, size_t length, struct error *error) {
    const char *what = "the dictionary";
    if (dictionary->size >= IDS_MOST)
        return error_set(error, ERROR_INPUT, "more than %zu different words", IDS_MOST);
    if (dictionary->size >= dictionary->slot_count / 2 && !grow_slots(dictionary, error))
        return false;
    const size_t size = dictionary->size + 1, bytes = dictionary->text_bytes + length;
    return (size <= dictionary->entry_capacity || grow_entries(dictionary, error)) &&
           memory_reserve(&dictionary->firsts, &dictionary->first_capacity, size, what, error) &&
           memory_reserve(&dictionary->text, &dictionary->text_capacity, bytes, what, error);
}

/* The new entry, or NULL. */
static struct dictionary_entry *insert(struct dictionary *dictionary, const struct dictionary_word *word,
                                       struct key key, struct error *error) {
    if (!make_room(dictionary, word->length, error) || dictionary->entries == NULL ||
        dictionary->firsts == NULL)
        return NULL;
    struct dictionary_entry *entry = &dictionary->entries[dictionary->size];
    *entry = (struct dictionary_entry){.start = dictionary->text_bytes,
                                       .head = key.head,
                                       .length = (uint32_t)word->length,
                                       .hash = key.hash};
    dictionary->firsts[dictionary->size] = UINT64_MAX;
    if (word->length > 0)
        memcpy(dictionary->text + dictionary->text_bytes, word->bytes, word->length);
    dictionary->text_bytes += word->length;
    place(dictionary->slots, dictionary->slot_count, key.hash, (uint32_t)dictionary->size);
    dictionary->size++;
    return entry;
}

/* The entry that the first slot of a hash names, if it is likely the word's. */
static struct dictionary_entry *guess(const struct dictionary *dictionary, uint32_t hash) {
    const uint64_t slot = dictionary->slots[hash & (dictionary->slot_count - 1)];
    return (uint32_t)(slot >> 32) == hash && slot != 0 ? &dictionary->entries[(uint32_t)slot - 1] : NULL;
}

/* Most words end within sixteen bytes, and comparing those takes no call. */
static bool same_behind_head(const unsigned char *a, const unsigned char *b, size_t length) {
    return length <= 16 ? pack(a + length - 8, 8) == pack(b + length - 8, 8)
                        : memcmp(a + 8, b + 8, length - 8) == 0;
}

static bool same(const struct dictionary *dictionary, const struct dictionary_entry *entry,
                 const struct dictionary_word *word, struct key key) {
    return entry->length == word->length && entry->head == key.head &&
           (word->length <= 8 || same_behind_head((const unsigned char *)dictionary->text + entry->start,
                                                  word->bytes, word->length));
}

static struct dictionary_entry *find(const struct dictionary *dictionary, const struct dictionary_word *word,
                                     struct key key) {
    const size_t mask = dictionary->slot_count - 1;
    for (size_t at = key.hash & mask; dictionary->slots[at] != 0; at = (at + 1) & mask) {
        if ((uint32_t)(dictionary->slots[at] >> 32) != key.hash)
            continue;
        struct dictionary_entry *entry = &dictionary->entries[(uint32_t)dictionary->slots[at] - 1];
        if (same(dictionary, entry, word, key))
            return entry;
    }
    return NULL;
}

/* The word's entry, which may be new; NULL on failure. */
static struct dictionary_entry *obtain(struct dictionary *dictionary, const struct dictionary_word *word,
                                       struct key key, uint64_t first, struct error *error) {
    struct dictionary_entry *entry = find(dictionary, word, key);
    if (entry != NULL)
        return entry;
    entry = insert(dictionary, word, key, error);
    if (entry != NULL)
        dictionary->firsts[entry - dictionary->entries] = first;
    return entry;
}

bool dictionary_add(struct dictionary *dictionary, const unsigned char *word, size_t length, uint64_t count,
                    uint64_t first, uint32_t *id, struct error *error) {
    const struct dictionary_word whole = {word, length};
    struct dictionary_entry *entry = obtain(dictionary, &whole, make_key(word, length), first, error);
    if (entry == NULL)
        return false;
    entry->count += count;
    *id = (uint32_t)(entry - dictionary->entries);
    if (first < dictionary->firsts[*id])
        dictionary->firsts[*id] = first;
    return true;
}

bool dictionary_add_batch(struct dictionary *dictionary, const struct dictionary_word *words, size_t count,
                          uint64_t first, uint32_t *ids, struct error *error) {
    struct key keys[DICTIONARY_BATCH];
    const struct dictionary_entry *likely[DICTIONARY_BATCH];
    for (size_t i = 0; i < count; i++) {
        keys[i] = make_key(words[i].bytes, words[i].length);
        __builtin_prefetch(&dictionary->slots[keys[i].hash & (dictionary->slot_count - 1)]);
    }
    for (size_t i = 0; i < count; i++) {
        likely[i] = guess(dictionary, keys[i].hash);
        if (likely[i] != NULL)
            __builtin_prefetch(likely[i], 1);
    }
    for (size_t i = 0; i < count; i++)
        if (likely[i] != NULL && words[i].length > 8)
            __builtin_prefetch(dictionary->text + likely[i]->start);
    for (size_t i = 0; i < count; i++) {
        struct dictionary_entry *entry = obtain(dictionary, &words[i], keys[i], first + i, error);
        if (entry == NULL)
            return false;
        entry->count++;
        ids[i] = (uint32_t)(entry - dictionary->entries);
    }
    return true;
}

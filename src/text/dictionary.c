#include "text/dictionary.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/rng.h"

#define SLOTS_MIN ((size_t)1 << 14)
#define TEXT_MIN ((size_t)1 << 16)
#define IDS_MAX ((size_t)UINT32_MAX - 1)

/* The largest prime below 2^33, and a limit for what is multiplied by a number below it. */
#define PRIME UINT64_C(8589934583)
#define BASES ((UINT64_C(1) << 31) - 1)

/* Where the system has no random numbers, time and place must do. */
static struct dictionary_keys draw_keys(void) {
    struct dictionary_keys keys;
    if (getentropy(&keys, sizeof keys) != 0) {
        struct timespec now = {.tv_sec = 0};
        (void)clock_gettime(CLOCK_REALTIME, &now);
        struct rng rng = rng_seed((uint64_t)now.tv_nsec ^ (uint64_t)now.tv_sec << 30, (uintptr_t)&keys);
        for (size_t i = 0; i < sizeof keys.factors / sizeof *keys.factors; i++)
            keys.factors[i] = rng_next(&rng);
        keys.length = rng_next(&rng);
        keys.sum = rng_next(&rng);
        keys.base = rng_next(&rng);
    }
    keys.base = 1 + keys.base % BASES;
    return keys;
}

static bool create(struct dictionary *dictionary, struct dictionary_keys keys, struct error *error) {
    *dictionary = (struct dictionary){.keys = keys, .slot_count = SLOTS_MIN};
    dictionary->slots = memory_pages(SLOTS_MIN * sizeof *dictionary->slots, "the dictionary", error);
    return dictionary->slots != NULL;
}

bool dictionary_create(struct dictionary *dictionary, struct error *error) {
    return create(dictionary, draw_keys(), error);
}

bool dictionary_create_like(struct dictionary *dictionary, const struct dictionary *other,
                            struct error *error) {
    return create(dictionary, other->keys, error);
}

/* What the arrays have taken of the budget since the dictionary was created. */
static size_t taken(const struct dictionary *dictionary) {
    return dictionary->entry_capacity * (sizeof *dictionary->entries + sizeof *dictionary->origins) +
           dictionary->text_capacity + (dictionary->slot_count - SLOTS_MIN) * sizeof *dictionary->slots;
}

void dictionary_free(struct dictionary *dictionary) {
    if (dictionary->slots != NULL)
        memory_budget_give_back(dictionary->budget, taken(dictionary));
    memory_pages_free(dictionary->entries, dictionary->entry_capacity * sizeof *dictionary->entries);
    free(dictionary->origins);
    free(dictionary->text);
    memory_pages_free(dictionary->slots, dictionary->slot_count * sizeof *dictionary->slots);
    *dictionary = (struct dictionary){0};
}

#define ONES 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff
static const unsigned char ones_and_zeros[2 * DICTIONARY_HEAD_BYTES] = {ONES, ONES};
#undef ONES

/* Reads sixteen bytes, however short the word is. Lengths are hard to predict, so no branch depends on them:
 * the mask begins with as many 0xff bytes as the word has. */
static struct dictionary_head make_head(const unsigned char *word, size_t length) {
    const size_t max = DICTIONARY_HEAD_BYTES;
    const unsigned char *mask = ones_and_zeros + (max - (length < max ? length : max));
    struct dictionary_head head, masks;
    memcpy(&head, word, sizeof head);
    memcpy(&masks, mask, sizeof masks);
    return (struct dictionary_head){head.front & masks.front, head.back & masks.back};
}

/* The hash of one polynomial for all of the word behind its head, four bytes at a time; the last four may
 * have been among those before. */
static uint64_t hash_tail(const struct dictionary_keys *keys, const unsigned char *word, size_t length) {
    uint64_t sum = 1;
    uint32_t part;
    for (size_t i = DICTIONARY_HEAD_BYTES; i < length; i += sizeof part) {
        memcpy(&part, word + (length - i < sizeof part ? length - sizeof part : i), sizeof part);
        sum = (sum * keys->base + part) % PRIME;
    }
    return sum;
}

/* Multiply-shift hashing of pairs (Thorup 2013, High speed hashing for integers and strings, section 3.4):
 * any two words have equal hashes for one in 2^32 of the keys. What follows the shift gives words that are
 * much alike places that are not. */
static uint32_t make_hash(const struct dictionary_keys *keys, const unsigned char *word, size_t length,
                          struct dictionary_head head) {
    const uint64_t *factors = keys->factors;
    uint64_t sum = keys->sum + keys->length * (uint32_t)length +
                   (factors[0] + (uint32_t)head.front) * (factors[1] + (head.front >> 32)) +
                   (factors[2] + (uint32_t)head.back) * (factors[3] + (head.back >> 32));
    if (length > DICTIONARY_HEAD_BYTES) {
        const uint64_t tail = hash_tail(keys, word, length);
        sum += (factors[4] + (uint32_t)tail) * (factors[5] + (tail >> 32));
    }
    const uint32_t hash = (uint32_t)(sum >> 32) * UINT32_C(0x9e3779b1);
    return hash ^ hash >> 15;
}

/* For a word whose bytes may not be followed by readable ones: the head is taken from a padded copy. */
static struct dictionary_word make_word(const struct dictionary_keys *keys, const unsigned char *bytes,
                                        size_t length) {
    struct dictionary_word word = {.bytes = bytes, .length = length};
    unsigned char padded[DICTIONARY_HEAD_BYTES] = {0};
    if (length > 0)
        memcpy(padded, bytes, length < sizeof padded ? length : sizeof padded);
    word.head = make_head(padded, length);
    word.hash = make_hash(keys, bytes, length, word.head);
    return word;
}

static void place(uint64_t *slots, size_t slot_count, uint32_t hash, uint32_t id) {
    size_t at = hash & (slot_count - 1);
    while (slots[at] != 0)
        at = (at + 1) & (slot_count - 1);
    slots[at] = (uint64_t)hash << 32 | (id + 1);
}

/* Takes memory for an array that is to grow. The old one is given back once it has been copied. */
static bool take(struct dictionary *dictionary, size_t bytes, struct error *error) {
    return memory_budget_take(dictionary->budget, bytes) ||
           error_set(error, ERROR_SYSTEM,
                     "the words of the corpus need more memory than the %zu MB available: one thread has %zu "
                     "distinct words so far; use fewer --threads, or less text",
                     dictionary->budget->limit >> 20, dictionary->size);
}

static bool grow_slots(struct dictionary *dictionary, struct error *error) {
    const size_t old_count = dictionary->slot_count, slot_count = old_count * 2; /* 2^33 at most */
    const size_t old_bytes = old_count * sizeof *dictionary->slots, bytes = 2 * old_bytes;
    if (!take(dictionary, bytes, error))
        return false;
    uint64_t *slots = memory_pages(bytes, "the dictionary", error);
    if (slots == NULL) {
        memory_budget_give_back(dictionary->budget, bytes);
        return false;
    }
    for (size_t id = 0; id < dictionary->size; id++)
        place(slots, slot_count, dictionary->entries[id].hash, (uint32_t)id);
    memory_pages_free(dictionary->slots, old_bytes);
    memory_budget_give_back(dictionary->budget, old_bytes);
    dictionary->slots = slots;
    dictionary->slot_count = slot_count;
    return true;
}

static bool grow_entries(struct dictionary *dictionary, size_t capacity, struct error *error) {
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

/* Entries and origins grow together. */
static bool grow(struct dictionary *dictionary, struct error *error) {
    const size_t each = sizeof *dictionary->entries + sizeof *dictionary->origins;
    const size_t old = dictionary->entry_capacity, capacity = old > 0 ? old * 2 : SLOTS_MIN;
    if (!take(dictionary, capacity * each, error))
        return false;
    if (!memory_reserve(&dictionary->origins, &dictionary->origin_capacity, capacity, "the dictionary",
                        error) ||
        !grow_entries(dictionary, capacity, error)) {
        memory_budget_give_back(dictionary->budget, capacity * each);
        return false;
    }
    memory_budget_give_back(dictionary->budget, old * each);
    return true;
}

static bool grow_text(struct dictionary *dictionary, size_t needed, struct error *error) {
    const size_t old = dictionary->text_capacity;
    const size_t capacity = old + old / 2 > needed ? old + old / 2 : needed + TEXT_MIN;
    if (!take(dictionary, capacity, error))
        return false;
    if (!memory_reserve(&dictionary->text, &dictionary->text_capacity, capacity, "the dictionary", error)) {
        memory_budget_give_back(dictionary->budget, capacity);
        return false;
    }
    memory_budget_give_back(dictionary->budget, old);
    return true;
}

static bool reserve_entry(struct dictionary *dictionary, size_t length, struct error *error) {
    if (dictionary->size >= IDS_MAX)
        return error_set(error, ERROR_INPUT,
                         "the corpus has more than %zu distinct words, too many for 32-bit ids", IDS_MAX);
    if (dictionary->size >= dictionary->slot_count / 2 && !grow_slots(dictionary, error))
        return false;
    const size_t bytes = dictionary->text_bytes + length;
    return (dictionary->size < dictionary->entry_capacity || grow(dictionary, error)) &&
           (bytes <= dictionary->text_capacity || grow_text(dictionary, bytes, error));
}

/* Returns the new entry, or NULL on failure. */
static struct dictionary_entry *insert(struct dictionary *dictionary, const struct dictionary_word *word,
                                       struct error *error) {
    if (!reserve_entry(dictionary, word->length, error) || dictionary->entries == NULL ||
        dictionary->origins == NULL)
        return NULL;
    struct dictionary_entry *entry = &dictionary->entries[dictionary->size];
    *entry = (struct dictionary_entry){
        .head = word->head, .length = (uint32_t)word->length, .hash = word->hash};
    dictionary->origins[dictionary->size] = (struct dictionary_origin){UINT64_MAX, dictionary->text_bytes};
    if (word->length > 0)
        memcpy(dictionary->text + dictionary->text_bytes, word->bytes, word->length);
    dictionary->text_bytes += word->length;
    place(dictionary->slots, dictionary->slot_count, word->hash, (uint32_t)dictionary->size);
    dictionary->size++;
    return entry;
}

static bool same(const struct dictionary *dictionary, const struct dictionary_entry *entry,
                 const struct dictionary_word *word) {
    if (((entry->head.front ^ word->head.front) | (entry->head.back ^ word->head.back) |
         (entry->length ^ word->length)) != 0)
        return false;
    const size_t start = DICTIONARY_HEAD_BYTES;
    return word->length <= start ||
           memcmp(dictionary->text + dictionary->origins[entry - dictionary->entries].start + start,
                  word->bytes + start, word->length - start) == 0;
}

static struct dictionary_entry *find(const struct dictionary *dictionary,
                                     const struct dictionary_word *word) {
    const size_t mask = dictionary->slot_count - 1;
    for (size_t at = word->hash & mask; dictionary->slots[at] != 0; at = (at + 1) & mask) {
        if ((uint32_t)(dictionary->slots[at] >> 32) != word->hash)
            continue;
        struct dictionary_entry *entry = &dictionary->entries[(uint32_t)dictionary->slots[at] - 1];
        if (same(dictionary, entry, word))
            return entry;
    }
    return NULL;
}

/* Returns the word's entry, which may be new; NULL on failure. */
static struct dictionary_entry *obtain(struct dictionary *dictionary, const struct dictionary_word *word,
                                       uint64_t first, struct error *error) {
    struct dictionary_entry *entry = find(dictionary, word);
    if (entry != NULL)
        return entry;
    entry = insert(dictionary, word, error);
    if (entry != NULL)
        dictionary->origins[entry - dictionary->entries].first = first;
    return entry;
}

static bool add_word(struct dictionary *dictionary, const struct dictionary_word *word, uint64_t count,
                     uint64_t first, uint32_t *id, struct error *error) {
    struct dictionary_entry *entry = obtain(dictionary, word, first, error);
    if (entry == NULL)
        return false;
    entry->count += count;
    *id = (uint32_t)(entry - dictionary->entries);
    if (first < dictionary->origins[*id].first)
        dictionary->origins[*id].first = first;
    return true;
}

bool dictionary_add(struct dictionary *dictionary, const unsigned char *word, size_t length, uint64_t count,
                    uint64_t first, uint32_t *id, struct error *error) {
    const struct dictionary_word made = make_word(&dictionary->keys, word, length);
    return add_word(dictionary, &made, count, first, id, error);
}

bool dictionary_find(const struct dictionary *dictionary, const unsigned char *word, size_t length,
                     uint32_t *id) {
    const struct dictionary_word made = make_word(&dictionary->keys, word, length);
    const struct dictionary_entry *entry = find(dictionary, &made);
    if (entry != NULL)
        *id = (uint32_t)(entry - dictionary->entries);
    return entry != NULL;
}

static void fetch_slot(const struct dictionary *dictionary, uint32_t hash) {
    __builtin_prefetch(&dictionary->slots[hash & (dictionary->slot_count - 1)]);
}

/* The id plus 1 in the hash's first slot, most likely that of the word; 0 if the slot is free. */
static uint32_t guess(const struct dictionary *dictionary, uint32_t hash) {
    return (uint32_t)dictionary->slots[hash & (dictionary->slot_count - 1)];
}

void dictionary_expect(const struct dictionary *dictionary, struct dictionary_word *words, size_t count) {
    const struct dictionary_keys keys = dictionary->keys; /* a local copy can stay in registers */
    for (size_t i = 0; i < count; i++) {
        words[i].head = make_head(words[i].bytes, words[i].length);
        words[i].hash = make_hash(&keys, words[i].bytes, words[i].length, words[i].head);
        words[i].likely = 0;
        fetch_slot(dictionary, words[i].hash);
    }
}

void dictionary_fetch(const struct dictionary *dictionary, struct dictionary_word *words, size_t count) {
    for (size_t i = 0; i < count; i++) {
        words[i].likely = guess(dictionary, words[i].hash);
        if (words[i].likely != 0)
            __builtin_prefetch(&dictionary->entries[words[i].likely - 1], 1);
    }
}

static struct dictionary_entry *find_likely(const struct dictionary *dictionary,
                                            const struct dictionary_word *word) {
    if (word->likely == 0)
        return NULL;
    struct dictionary_entry *entry = &dictionary->entries[word->likely - 1];
    return same(dictionary, entry, word) ? entry : NULL;
}

bool dictionary_add_batch(struct dictionary *dictionary, const struct dictionary_word *words, size_t count,
                          uint64_t first, uint32_t *ids, struct error *error) {
    for (size_t i = 0; i < count; i++) {
        struct dictionary_entry *entry = find_likely(dictionary, &words[i]);
        if (entry == NULL && (entry = obtain(dictionary, &words[i], first + i, error)) == NULL)
            return false;
        entry->count++;
        ids[i] = (uint32_t)(entry - dictionary->entries);
    }
    return true;
}

static void fetch_for_merge(const struct dictionary *dictionary, uint32_t hash) {
    const uint32_t likely = guess(dictionary, hash);
    if (likely == 0)
        return;
    __builtin_prefetch(&dictionary->entries[likely - 1], 1);
    __builtin_prefetch(&dictionary->origins[likely - 1], 1);
}

bool dictionary_merge(struct dictionary *into, const struct dictionary *from, uint32_t *map,
                      struct error *error) {
    const size_t ahead = 16;
    for (size_t id = 0; id < from->size; id++) {
        if (from->size - id > 2 * ahead)
            fetch_slot(into, from->entries[id + 2 * ahead].hash);
        if (from->size - id > ahead)
            fetch_for_merge(into, from->entries[id + ahead].hash);
        const struct dictionary_entry *entry = &from->entries[id];
        const struct dictionary_origin *origin = &from->origins[id];
        const struct dictionary_word word = {.bytes = (const unsigned char *)from->text + origin->start,
                                             .length = entry->length,
                                             .head = entry->head,
                                             .hash = entry->hash};
        if (!add_word(into, &word, entry->count, origin->first, &map[id], error))
            return false;
    }
    return true;
}

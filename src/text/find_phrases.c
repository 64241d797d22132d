#include "text/find_phrases.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/threads.h"
#include "text/phrases.h"
#include "text/stream.h"
#include "text/tokenizer.h"

#define SLOTS_MIN ((size_t)1 << 12)

/* Hashes of pairs, from 0 to below this, are divided into ranges. */
#define HASHES (UINT64_C(1) << 32)

/* --- the words --- */

const char *found_phrases_word(const struct found_phrases *found, uint32_t id, size_t *length) {
    const struct vocab *vocab = &found->corpus->vocab;
    if (id < vocab->size) {
        *length = vocab_length(vocab, id);
        return vocab_word(vocab, id);
    }
    const uint32_t number = found->phrases[id - vocab->size];
    *length = found->joined.entries[number].length;
    return found->joined.text + found->joined.origins[number].start;
}

/* Adds a word that has a joint; a phrase gets the next id. */
static bool add_joined(struct found_phrases *found, const char *word, size_t length, uint32_t id,
                       struct error *error) {
    uint32_t number;
    if (!dictionary_add(&found->joined, (const unsigned char *)word, length, 1, 0, &number, error) ||
        !memory_reserve(&found->joined_ids, &found->joined_capacity, found->joined.size, "the phrases",
                        error))
        return false;
    found->joined_ids[number] = id;
    return true;
}

static bool start_words(struct found_phrases *found, struct error *error) {
    const struct vocab *vocab = &found->corpus->vocab;
    bool done = dictionary_create(&found->joined, error) &&
                memory_reserve(&found->counts, &found->counts_capacity, vocab->size, "the counts", error);
    for (size_t id = 0; id < vocab->size && done; id++) {
        const size_t length = vocab_length(vocab, id);
        found->counts[id] = vocab->counts[id];
        if (memchr(vocab_word(vocab, id), PHRASE_JOINT, length) != NULL)
            done = add_joined(found, vocab_word(vocab, id), length, (uint32_t)id, error);
    }
    found->id_count = (uint32_t)vocab->size;
    found->total = vocab->total;
    return done;
}

static bool add_phrase(struct found_phrases *found, const char *word, size_t length, uint32_t *id,
                       struct error *error) {
    const size_t vocab = found->corpus->vocab.size;
    uint32_t number;
    if (dictionary_find(&found->joined, (const unsigned char *)word, length, &number)) {
        *id = found->joined_ids[number];
        return true;
    }
    *id = found->id_count;
    if (*id == STREAM_SENTENCE_END - 1)
        return error_set(error, ERROR_INPUT, "too many words and phrases for 32-bit ids");
    if (!add_joined(found, word, length, *id, error) ||
        !memory_reserve(&found->phrases, &found->phrases_capacity, *id - vocab + 1, "the phrases", error) ||
        !memory_reserve(&found->counts, &found->counts_capacity, (size_t)*id + 1, "the counts", error))
        return false;
    found->phrases[*id - vocab] = (uint32_t)found->joined.size - 1;
    found->counts[*id] = 0;
    found->id_count++;
    return true;
}

/* --- one thread counts --- */

struct slot {
    uint32_t left, right;
    uint64_t count; /* 0: free */
};

struct counter {
    const struct found_phrases *found;
    const struct find_phrases_options *options;
    size_t slots_max;             /* of the table; memory holds another one as large */
    struct memory_budget *budget; /* for the lists of all threads */
    uint64_t begin, end;          /* the range of hashes that is counted */
    struct slot *slots;           /* (slot_count) open addressing; of memory_pages; owned */
    size_t slot_count, size;
    struct found_phrase *list; /* (count) pairs above the threshold; owned */
    size_t count, capacity;
    struct error error;
};

static uint64_t range_hash(uint32_t left, uint32_t right) {
    return phrase_hash(left, right) >> 32;
}

static size_t find_slot(const struct slot *slots, size_t slot_count, uint32_t left, uint32_t right) {
    size_t at = phrase_hash(left, right) & (slot_count - 1);
    while (slots[at].count > 0 && (slots[at].left != left || slots[at].right != right))
        at = (at + 1) & (slot_count - 1);
    return at;
}

static void free_slots(struct counter *counter) {
    memory_pages_free(counter->slots, counter->slot_count * sizeof *counter->slots);
    counter->slots = NULL;
    counter->slot_count = counter->size = 0;
}

/* Moves the pairs of the range to a table of another size. */
static bool rebuild(struct counter *counter, size_t slot_count, struct error *error) {
    size_t size = 0;
    struct slot *slots = memory_pages(slot_count * sizeof *slots, "counts of pairs", error);
    if (slots == NULL)
        return false;
    for (size_t i = 0; i < counter->slot_count; i++) {
        const struct slot *slot = &counter->slots[i];
        const uint64_t hash = range_hash(slot->left, slot->right);
        if (slot->count == 0 || hash < counter->begin || hash >= counter->end)
            continue;
        slots[find_slot(slots, slot_count, slot->left, slot->right)] = *slot;
        size++;
    }
    free_slots(counter);
    counter->slots = slots;
    counter->slot_count = slot_count;
    counter->size = size;
    return true;
}

/* Makes a table that is half full larger or, if memory does not suffice, the range smaller; the rest of it is
 * left to another round. */
static bool make_room(struct counter *counter, struct error *error) {
    const size_t larger = counter->slot_count > 0 ? 2 * counter->slot_count : SLOTS_MIN;
    if (larger <= counter->slots_max)
        return rebuild(counter, larger, error);
    counter->end = counter->begin + (counter->end - counter->begin + 1) / 2;
    return rebuild(counter, counter->slot_count, error);
}

static bool count_pair(struct counter *counter, uint32_t left, uint32_t right, struct error *error) {
    const uint64_t hash = range_hash(left, right);
    if (hash < counter->begin || hash >= counter->end)
        return true;
    while (2 * counter->size >= counter->slot_count)
        if (!make_room(counter, error))
            return false;
    if (hash >= counter->end) /* the range has become smaller */
        return true;
    struct slot *slot = &counter->slots[find_slot(counter->slots, counter->slot_count, left, right)];
    counter->size += slot->count == 0;
    *slot = (struct slot){left, right, slot->count + 1};
    return true;
}

/* --- the corpus, as the passes so far have joined it --- */

static bool walk_chunk(const struct found_phrases *found, const uint32_t *ids, size_t size,
                       found_phrases_take *take, void *context, struct error *error) {
    struct phrase_joiner joiner = {.table = &found->table};
    struct phrase_item item;
    for (size_t i = 0; i < size; i++) {
        if (ids[i] != STREAM_SENTENCE_END) {
            item = (struct phrase_item){ids[i], 1, 0};
            if (phrase_push(&joiner, item, &item) && !take(context, item.id, error))
                return false;
            continue;
        }
        while (phrase_flush(&joiner, &item))
            if (!take(context, item.id, error))
                return false;
        if (!take(context, STREAM_SENTENCE_END, error))
            return false;
    }
    return true;
}

bool found_phrases_walk(const struct found_phrases *found, found_phrases_take *take, void *context,
                        struct error *error) {
    const struct stream *stream = &found->corpus->stream;
    uint32_t *buffer = memory_allocate(stream->chunk_max, sizeof *buffer, "a read buffer", error);
    bool done = buffer != NULL;
    for (size_t i = 0; i < stream->size && done; i++) {
        const uint32_t *ids = stream_read(stream, i, buffer, error);
        done = ids != NULL && walk_chunk(found, ids, stream->chunks[i].size, take, context, error);
    }
    free(buffer);
    return done;
}

struct pairs {
    struct counter *counter;
    uint32_t left; /* STREAM_SENTENCE_END: there is none, or it is too rare */
};

static bool take_pair(void *context, uint32_t id, struct error *error) {
    struct pairs *pairs = context;
    const struct counter *counter = pairs->counter;
    const uint32_t left = pairs->left;
    pairs->left = id != STREAM_SENTENCE_END && counter->found->counts[id] >= counter->options->min_count
                      ? id
                      : STREAM_SENTENCE_END;
    return left == STREAM_SENTENCE_END || pairs->left == STREAM_SENTENCE_END ||
           count_pair(pairs->counter, left, id, error);
}

/* --- scores --- */

static double score(const struct counter *counter, const struct slot *slot) {
    const struct found_phrases *found = counter->found;
    const double pair = (double)slot->count, total = (double)found->total;
    const double chance = (double)found->counts[slot->left] * (double)found->counts[slot->right] / total;
    if (counter->options->score == PHRASE_WORD2PHRASE)
        return (pair - (double)counter->options->min_count) / chance;
    return pair < total ? log(pair / chance) / -log(pair / total) : 1;
}

/* A phrase must be a token that a text can have. */
static bool fits(const struct found_phrases *found, const struct slot *slot) {
    size_t left, right;
    (void)found_phrases_word(found, slot->left, &left);
    (void)found_phrases_word(found, slot->right, &right);
    return left + 1 + right <= TOKEN_BYTES_MAX;
}

static bool keep_pair(struct counter *counter, const struct slot *slot, struct error *error) {
    const double high = score(counter, slot);
    if (!(high > counter->options->threshold) || !fits(counter->found, slot))
        return true;
    if (counter->count == counter->capacity) {
        const size_t before = counter->capacity, bytes = (before + before / 2 + 64) * sizeof *counter->list;
        if (!memory_budget_take(counter->budget, bytes - before * sizeof *counter->list))
            return error_set(
                error, ERROR_SYSTEM,
                "so many phrases need more memory than the %zu MB available; raise --threshold or "
                "--min-count",
                counter->budget->limit >> 20);
        if (!memory_reserve(&counter->list, &counter->capacity, before + before / 2 + 64, "phrases", error))
            return false;
    }
    counter->list[counter->count++] = (struct found_phrase){
        .pair = {.left = slot->left, .right = slot->right}, .count = slot->count, .score = high};
    return true;
}

/* Counts the pairs of a range of hashes, in as many rounds as memory asks for. */
static bool count_range(struct counter *counter, struct error *error) {
    const uint64_t end = counter->end;
    while (counter->begin < end) {
        struct pairs pairs = {counter, STREAM_SENTENCE_END};
        counter->end = end;
        if (!found_phrases_walk(counter->found, take_pair, &pairs, error))
            return false;
        for (size_t i = 0; i < counter->slot_count; i++)
            if (counter->slots[i].count >= counter->options->min_count &&
                !keep_pair(counter, &counter->slots[i], error))
                return false;
        free_slots(counter);
        counter->begin = counter->end;
    }
    return true;
}

static void count_some(void *context, size_t index) {
    struct counter *counter = (struct counter *)context + index;
    if (!count_range(counter, &counter->error))
        free_slots(counter);
}

/* --- a pass --- */

static int compare_found(const void *a, const void *b) {
    const struct found_phrase *left = a, *right = b;
    if (left->score < right->score || left->score > right->score)
        return left->score > right->score ? -1 : 1;
    if (left->count != right->count)
        return left->count > right->count ? -1 : 1;
    if (left->pair.left != right->pair.left)
        return left->pair.left < right->pair.left ? -1 : 1;
    return (left->pair.right > right->pair.right) - (left->pair.right < right->pair.right);
}

static bool gather(struct found_phrases *found, const struct counter *counters, size_t threads,
                   struct error *error) {
    const size_t first = found->count;
    size_t count = first;
    for (size_t t = 0; t < threads; t++)
        count += counters[t].count;
    if (!memory_reserve(&found->list, &found->capacity, count, "phrases", error))
        return false;
    for (size_t t = 0; t < threads; t++) {
        if (counters[t].count > 0)
            memcpy(found->list + found->count, counters[t].list, counters[t].count * sizeof *found->list);
        found->count += counters[t].count;
    }
    if (count > first)
        qsort(found->list + first, count - first, sizeof *found->list, compare_found);
    return true;
}

/* Gives the new pairs, from `first` on, the words that they become. */
static bool name_phrases(struct found_phrases *found, size_t first, uint32_t pass, struct error *error) {
    for (size_t i = first; i < found->count; i++) {
        struct phrase_pair *pair = &found->list[i].pair;
        char word[TOKEN_BYTES_MAX];
        size_t left, right;
        const char *part = found_phrases_word(found, pair->left, &left);
        memcpy(word, part, left);
        word[left] = PHRASE_JOINT;
        part = found_phrases_word(found, pair->right, &right);
        memcpy(word + left + 1, part, right);
        pair->pass = pass;
        if (!add_phrase(found, word, left + 1 + right, &pair->joined, error) ||
            !phrase_table_add(&found->table, *pair, error))
            return false;
    }
    return true;
}

static bool count_word(void *context, uint32_t id, struct error *error) {
    struct found_phrases *found = context;
    (void)error;
    if (id != STREAM_SENTENCE_END) {
        found->counts[id]++;
        found->total++;
    }
    return true;
}

/* The words' counts, as the next pass finds them. */
static bool count_again(struct found_phrases *found, struct error *error) {
    memset(found->counts, 0, found->id_count * sizeof *found->counts);
    found->total = 0;
    return found_phrases_walk(found, count_word, found, error);
}

static bool count_pairs(struct found_phrases *found, struct counter *counters,
                        const struct find_phrases_options *options, struct memory_budget *budget,
                        struct error *error) {
    const size_t threads = options->threads;
    size_t slots_max = SLOTS_MIN;
    while (2 * slots_max * 2 * sizeof(struct slot) <= options->memory / 2 / threads)
        slots_max *= 2;
    for (size_t t = 0; t < threads; t++)
        counters[t] = (struct counter){.found = found,
                                       .options = options,
                                       .slots_max = slots_max,
                                       .budget = budget,
                                       .begin = HASHES / threads * t,
                                       .end = t + 1 < threads ? HASHES / threads * (t + 1) : HASHES};
    bool done = threads_run(threads, count_some, counters, error);
    for (size_t t = 0; t < threads && done; t++)
        if (counters[t].error.kind != ERROR_NONE) {
            *error = counters[t].error;
            done = false;
        }
    return done && gather(found, counters, threads, error);
}

static bool find_pass(struct found_phrases *found, uint32_t pass, const struct find_phrases_options *options,
                      struct error *error) {
    struct memory_budget budget = {.limit = options->memory / 2};
    const size_t first = found->count;
    struct counter *counters = memory_allocate(options->threads, sizeof *counters, "threads", error);
    if (counters == NULL)
        return false;
    const bool done = count_pairs(found, counters, options, &budget, error);
    for (size_t t = 0; t < options->threads; t++)
        free(counters[t].list);
    free(counters);
    return done && name_phrases(found, first, pass, error);
}

bool find_phrases(struct found_phrases *found, const struct corpus *corpus,
                  const struct find_phrases_options *options, struct error *error) {
    *found = (struct found_phrases){.corpus = corpus};
    bool done = start_words(found, error);
    for (uint32_t pass = 1; pass <= options->passes && done; pass++) {
        const size_t before = found->count;
        done = (pass == 1 || count_again(found, error)) && find_pass(found, pass, options, error);
        if (found->count == before)
            break;
    }
    return done;
}

void found_phrases_free(struct found_phrases *found) {
    free(found->list);
    phrase_table_free(&found->table);
    dictionary_free(&found->joined);
    free(found->joined_ids);
    free(found->phrases);
    free(found->counts);
    *found = (struct found_phrases){.corpus = NULL};
}

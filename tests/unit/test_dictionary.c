#include "text/dictionary.h"

#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "harness.h"

#define WORD_MAX 64
#define UNSEEN UINT32_MAX
#define BATCH_WORDS 32

/* Exits on failure: a test cannot continue without it. The keys are the same in every run. */
static struct dictionary make_dictionary(void) {
    struct error error = {.kind = ERROR_NONE};
    struct dictionary dictionary;
    if (!dictionary_create(&dictionary, &error)) {
        fprintf(stderr, "dictionary: %s\n", error.text);
        abort();
    }
    struct rng rng = rng_seed(14, 0);
    for (size_t i = 0; i < sizeof dictionary.keys.factors / sizeof *dictionary.keys.factors; i++)
        dictionary.keys.factors[i] = rng_next(&rng);
    dictionary.keys.length = rng_next(&rng);
    dictionary.keys.sum = rng_next(&rng);
    dictionary.keys.base = rng_next(&rng) >> 34;
    return dictionary;
}

static void *allocate(size_t count, size_t size) {
    void *memory = calloc(count, size);
    if (memory == NULL)
        abort();
    return memory;
}

struct word {
    unsigned char bytes[WORD_MAX];
    size_t length;
};

/* A copy that ends where its allocation ends, so that AddressSanitizer notices a read past the end. */
static uint32_t add(struct test *test, struct dictionary *dictionary, const struct word *word, uint64_t count,
                    uint64_t first) {
    struct error error = {.kind = ERROR_NONE};
    uint32_t id = UNSEEN;
    unsigned char *copy = allocate(word->length > 0 ? word->length : 1, 1);
    memcpy(copy, word->bytes, word->length);
    CHECK_MSG(test, dictionary_add(dictionary, copy, word->length, count, first, &id, &error), "%s",
              error.text);
    free(copy);
    return id;
}

static bool entry_is(const struct dictionary *dictionary, uint32_t id, const struct word *word) {
    if (id >= dictionary->size)
        return false;
    const struct dictionary_entry *entry = &dictionary->entries[id];
    return entry->length == word->length &&
           (word->length == 0 ||
            memcmp(dictionary->text + dictionary->origins[id].start, word->bytes, word->length) == 0);
}

/* The number of slots is a power of two; at most half are taken, and each word has one. */
static void check_slots(struct test *test, const struct dictionary *dictionary) {
    size_t taken = 0;
    for (size_t i = 0; i < dictionary->slot_count; i++)
        taken += dictionary->slots[i] != 0;
    CHECK_MSG(test, taken == dictionary->size, "%zu slots, %zu words", taken, dictionary->size);
    CHECK_MSG(test, (dictionary->slot_count & (dictionary->slot_count - 1)) == 0, "%zu",
              dictionary->slot_count);
    CHECK_MSG(test, dictionary->size <= dictionary->slot_count / 2, "%zu of %zu", dictionary->size,
              dictionary->slot_count);
}

/* --- against a model: an array by number of the word --- */

/* Words of 0 to 44 bytes, different for different numbers: the number in letters, with filler on both
 * sides. */
static struct word make_word(uint32_t number) {
    struct word word = {.length = 0};
    if (number == 0)
        return word;
    struct rng rng = rng_seed(7, number);
    const uint32_t fillers = rng_below(&rng, 3) == 0 ? rng_below(&rng, 36) : 0;
    for (uint32_t i = 0; i < fillers; i++)
        word.bytes[word.length++] = (unsigned char)('A' + i % 26);
    for (uint32_t rest = number; rest > 0; rest /= 16)
        word.bytes[word.length++] = (unsigned char)(rest % 16 == 15 ? 0 : 'a' + rest % 16);
    return word;
}

struct expected {
    uint32_t id;
    uint64_t count, first;
};

static void add_and_note(struct test *test, struct dictionary *dictionary, struct expected *model,
                         uint32_t number, struct rng *rng) {
    const struct word word = make_word(number);
    const uint64_t count = 1 + rng_below(rng, 3), first = rng_next(rng) >> 20;
    struct expected *expected = &model[number];
    if (expected->id == UNSEEN)
        *expected = (struct expected){(uint32_t)dictionary->size, 0, UINT64_MAX};
    expected->count += count;
    if (first < expected->first)
        expected->first = first;
    const uint32_t id = add(test, dictionary, &word, count, first);
    CHECK_MSG(test, id == expected->id, "word %u: id %u, not %u", number, id, expected->id);
}

static size_t check_model(struct test *test, const struct dictionary *dictionary,
                          const struct expected *model, uint32_t numbers) {
    size_t different = 0;
    for (uint32_t number = 0; number < numbers; number++) {
        const struct expected *expected = &model[number];
        if (expected->id == UNSEEN)
            continue;
        const struct word word = make_word(number);
        different++;
        CHECK_MSG(test, entry_is(dictionary, expected->id, &word), "word %u", number);
        CHECK_MSG(test, dictionary->entries[expected->id].count == expected->count, "word %u", number);
        CHECK_MSG(test, dictionary->origins[expected->id].first == expected->first, "word %u", number);
    }
    return different;
}

static struct expected *make_model(uint32_t numbers) {
    struct expected *model = allocate(numbers, sizeof *model);
    for (uint32_t i = 0; i < numbers; i++)
        model[i].id = UNSEEN;
    return model;
}

static void many_words_against_a_model(struct test *test) {
    const uint32_t numbers = 60000, additions = 200000;
    struct dictionary dictionary = make_dictionary();
    struct expected *model = make_model(numbers);
    struct rng rng = rng_seed(1, 0);
    for (uint32_t i = 0; i < additions; i++) /* half of them from a few words, as in a text */
        add_and_note(test, &dictionary, model, rng_below(&rng, i % 2 == 0 ? 500 : numbers), &rng);
    const size_t different = check_model(test, &dictionary, model, numbers);
    CHECK_MSG(test, dictionary.size == different && different > 40000, "%zu, %zu", dictionary.size,
              different);
    check_slots(test, &dictionary);
    free(model);
    dictionary_free(&dictionary);
}

/* --- hashes --- */

static int compare_hashes(const void *a, const void *b) {
    const uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

static size_t equal_hashes(const struct dictionary *dictionary) {
    uint32_t *hashes = allocate(dictionary->size, sizeof *hashes);
    size_t equal = 0;
    for (size_t i = 0; i < dictionary->size; i++)
        hashes[i] = dictionary->entries[i].hash;
    qsort(hashes, dictionary->size, sizeof *hashes, compare_hashes);
    for (size_t i = 1; i < dictionary->size; i++)
        equal += hashes[i] == hashes[i - 1];
    free(hashes);
    return equal;
}

/* --- words that are nearly the same --- */

/* Adds the words made by `make` twice: each must get its own id, the same both times. Among so many words a
 * good hash has at most half a pair of equal values on average; up to 4 are allowed. */
static void check_distinct(struct test *test, struct word (*make)(uint32_t number), uint32_t numbers) {
    struct dictionary dictionary = make_dictionary();
    for (uint32_t round = 0; round < 2; round++)
        for (uint32_t number = 0; number < numbers; number++) {
            const struct word word = make(number);
            const uint32_t id = add(test, &dictionary, &word, 1, number);
            CHECK_MSG(test, id == number && entry_is(&dictionary, id, &word), "word %u: %u", number, id);
            CHECK_MSG(test, dictionary.size <= dictionary.slot_count / 2, "word %u", number);
        }
    CHECK_MSG(test, equal_hashes(&dictionary) <= 4, "%zu", equal_hashes(&dictionary));
    CHECK(test, dictionary.size == numbers);
    check_slots(test, &dictionary);
    dictionary_free(&dictionary);
}

static struct word zeros(uint32_t number) {
    return (struct word){.length = number};
}

static void words_of_zeros(struct test *test) {
    check_distinct(test, zeros, WORD_MAX + 1);
}

#define LETTER_BITS 6u /* in which ASCII letters and digits differ */

/* A single bit set, at every position in words of every length up to 40. */
static struct word one_bit(uint32_t number) {
    struct word word = {.length = 1};
    while (number >= word.length * LETTER_BITS) {
        number -= (uint32_t)word.length * LETTER_BITS;
        word.length++;
    }
    word.bytes[number / LETTER_BITS] = (unsigned char)(1u << number % LETTER_BITS);
    return word;
}

static void words_of_one_bit(struct test *test) {
    check_distinct(test, one_bit, 40 * 41 / 2 * LETTER_BITS);
}

static struct word two_bytes(uint32_t number) {
    return (struct word){.bytes = {(unsigned char)(number % 256), (unsigned char)(number / 256)},
                         .length = 2};
}

static void all_words_of_two_bytes(struct test *test) {
    check_distinct(test, two_bytes, 65536);
}

static struct word three_letters(uint32_t number) {
    return (struct word){.bytes = {(unsigned char)('a' + number / 676),
                                   (unsigned char)('a' + number / 26 % 26),
                                   (unsigned char)('a' + number % 26)},
                         .length = 3};
}

static void all_words_of_three_letters(struct test *test) {
    check_distinct(test, three_letters, 26 * 26 * 26);
}

static struct word decimal(uint32_t number) {
    struct word word = {.length = 0};
    for (uint32_t rest = number + 1000000; rest > 0; rest /= 10)
        word.bytes[word.length++] = (unsigned char)('0' + rest % 10);
    return word;
}

/* With keys as bad as these, most words have the hash of another. */
static void equal_hashes_are_told_apart(struct test *test) {
    const uint32_t numbers = 20000;
    struct dictionary dictionary = make_dictionary();
    dictionary.keys = (struct dictionary_keys){.base = 1};
    for (uint32_t number = 0; number < numbers; number++) {
        const struct word word = decimal(number);
        const uint32_t id = add(test, &dictionary, &word, 1, number);
        CHECK_MSG(test, id == number, "word %u: %u", number, id);
    }
    const size_t equal = equal_hashes(&dictionary);
    CHECK_MSG(test, equal > numbers / 2, "%zu", equal);
    for (uint32_t number = 0; number < numbers; number++)
        CHECK_MSG(test, dictionary.entries[number].count == 1, "word %u", number);
    check_slots(test, &dictionary);
    dictionary_free(&dictionary);
}

/* 300,000 words have about 10 pairs of equal 32-bit hashes. */
static void few_hashes_are_equal(struct test *test) {
    struct dictionary dictionary = make_dictionary();
    for (uint32_t number = 0; number < 300000; number++) {
        struct word word = decimal(number);
        if (number % 2 > 0) /* behind its head */
            for (size_t i = 0; i < 16; i++)
                word.bytes[word.length++] = word.bytes[i % 7];
        add(test, &dictionary, &word, 1, number);
    }
    CHECK_MSG(test, equal_hashes(&dictionary) < 40, "%zu", equal_hashes(&dictionary));
    dictionary_free(&dictionary);
}

/* Whoever makes a text can't know them. */
static void keys_are_random(struct test *test) {
    struct dictionary a = {.size = 0}, b = {.size = 0}, like = {.size = 0};
    struct error error = {.kind = ERROR_NONE};
    CHECK(test, dictionary_create(&a, &error) && dictionary_create(&b, &error));
    CHECK(test, dictionary_create_like(&like, &a, &error));
    CHECK(test, memcmp(&a.keys, &b.keys, sizeof a.keys) != 0 && a.keys.factors[5] != b.keys.factors[5]);
    CHECK(test, memcmp(&a.keys, &like.keys, sizeof a.keys) == 0);
    CHECK(test, a.keys.base > 0 && a.keys.base >> 31 == 0);
    dictionary_free(&a);
    dictionary_free(&b);
    dictionary_free(&like);
}

/* Grows until the budget is spent, and gives back all of it. */
static void a_budget_limits_the_words(struct test *test) {
    struct memory_budget budget = {.limit = (size_t)4 << 20};
    struct dictionary dictionary = make_dictionary();
    struct error error = {.kind = ERROR_NONE};
    uint32_t id = 0, number = 0;
    dictionary.budget = &budget;
    for (bool done = true; done && number < 300000; number++) {
        const struct word word = decimal(number);
        done = dictionary_add(&dictionary, word.bytes, word.length, 1, number, &id, &error);
        CHECK(test, budget.used <= budget.limit);
    }
    CHECK_MSG(test, number > 20000 && number < 60000, "%u", number);
    CHECK_MSG(test, error.kind == ERROR_SYSTEM && strstr(error.text, "more memory than the 4 MB") != NULL,
              "%s", error.text);
    dictionary_free(&dictionary);
    CHECK_MSG(test, budget.used == 0, "%zu", (size_t)budget.used);
}

/* --- batches --- */

/* Batches of every size give the same as words added one by one, with repeats within a batch and growth in
 * the middle of one. */
static void batches_are_words_one_by_one(struct test *test) {
    struct dictionary batched = make_dictionary(), single = make_dictionary();
    struct rng rng = rng_seed(12, 0);
    struct error error = {.kind = ERROR_NONE};
    uint64_t first = 1000;
    for (size_t round = 0; round < 4000; round++) {
        struct word words[BATCH_WORDS];
        struct dictionary_word batch[BATCH_WORDS];
        uint32_t ids[BATCH_WORDS];
        const size_t count = round % (BATCH_WORDS + 1);
        for (size_t i = 0; i < count; i++) {
            words[i] = make_word(rng_below(&rng, rng_below(&rng, 2) == 0 ? 50 : 40000));
            batch[i] = (struct dictionary_word){.bytes = words[i].bytes, .length = words[i].length};
        }
        dictionary_expect(&batched, batch, count);
        if (round % 3 == 0)
            dictionary_fetch(&batched, batch, count);
        CHECK(test, dictionary_add_batch(&batched, batch, count, first, ids, &error));
        for (size_t i = 0; i < count; i++)
            CHECK_MSG(test, ids[i] == add(test, &single, &words[i], 1, first + i), "round %zu word %zu",
                      round, i);
        first += count;
    }
    CHECK(test, batched.size == single.size && batched.size > 10000);
    for (size_t id = 0; id < batched.size && id < single.size; id++)
        CHECK(test, batched.entries[id].count == single.entries[id].count &&
                        batched.origins[id].first == single.origins[id].first);
    check_slots(test, &batched);
    dictionary_free(&batched);
    dictionary_free(&single);
}

/* --- merging --- */

static void add_some(struct test *test, struct dictionary *dictionary, struct expected *model,
                     uint32_t numbers, uint64_t seed) {
    struct rng rng = rng_seed(13, seed);
    for (uint32_t i = 0; i < numbers; i++)
        add_and_note(test, dictionary, model, rng_below(&rng, numbers), &rng);
}

/* Every size from none to many, so that the end of prefetching is covered. The merged dictionary has the
 * words of both, and the map says where. */
static void check_merge(struct test *test, uint32_t numbers, uint32_t others) {
    struct error error = {.kind = ERROR_NONE};
    struct dictionary into = make_dictionary(), from = make_dictionary();
    struct expected *model = make_model(numbers), *other = make_model(numbers);
    add_some(test, &into, model, numbers, 1);
    add_some(test, &from, other, others, 2);
    uint32_t *map = allocate(from.size + 1, sizeof *map);
    CHECK(test, dictionary_merge(&into, &from, map, &error));
    for (uint32_t number = 0; number < numbers; number++) {
        if (other[number].id == UNSEEN)
            continue;
        const uint32_t id = map[other[number].id];
        CHECK(test, model[number].id == UNSEEN || model[number].id == id);
        const uint64_t first = model[number].id == UNSEEN ? UINT64_MAX : model[number].first;
        model[number] = (struct expected){id, model[number].count + other[number].count,
                                          first < other[number].first ? first : other[number].first};
    }
    CHECK(test, check_model(test, &into, model, numbers) == into.size);
    check_slots(test, &into);
    free(map);
    free(model);
    free(other);
    dictionary_free(&into);
    dictionary_free(&from);
}

static void merged_dictionaries_have_what_both_had(struct test *test) {
    for (uint32_t others = 0; others < 50; others++)
        check_merge(test, 50, others);
    check_merge(test, 40000, 30000);
}

/* --- the rest --- */

static void the_first_appearance_is_the_lowest(struct test *test) {
    const struct word word = {.bytes = "word", .length = 4};
    struct dictionary dictionary = make_dictionary();
    add(test, &dictionary, &word, 1, 70);
    CHECK(test, dictionary.origins[0].first == 70);
    add(test, &dictionary, &word, 1, 71);
    CHECK(test, dictionary.origins[0].first == 70);
    add(test, &dictionary, &word, 1, 3);
    CHECK(test, dictionary.origins[0].first == 3);
    add(test, &dictionary, &word, UINT64_C(1) << 40, 0);
    CHECK(test, dictionary.origins[0].first == 0 && dictionary.entries[0].count == (UINT64_C(1) << 40) + 3);
    dictionary_free(&dictionary);
}

static void an_empty_dictionary(struct test *test) {
    struct dictionary dictionary = make_dictionary();
    CHECK(test, dictionary.size == 0);
    check_slots(test, &dictionary);
    dictionary_free(&dictionary);
    CHECK(test, dictionary.slots == NULL && dictionary.entries == NULL && dictionary.text == NULL);
    dictionary_free(&dictionary);
}

static const struct test_case cases[] = {
    {"dictionary: empty", an_empty_dictionary},
    {"dictionary: many words against a model", many_words_against_a_model},
    {"dictionary: batches are words one by one", batches_are_words_one_by_one},
    {"dictionary: merged dictionaries have what both had", merged_dictionaries_have_what_both_had},
    {"dictionary: the first appearance is the lowest", the_first_appearance_is_the_lowest},
    {"dictionary: words of zeros", words_of_zeros},
    {"dictionary: words of one bit", words_of_one_bit},
    {"dictionary: all words of two bytes", all_words_of_two_bytes},
    {"dictionary: all words of three letters", all_words_of_three_letters},
    {"dictionary: equal hashes are told apart", equal_hashes_are_told_apart},
    {"dictionary: few hashes are equal", few_hashes_are_equal},
    {"dictionary: keys are random", keys_are_random},
    {"dictionary: a budget limits the words", a_budget_limits_the_words},
};

TEST_MAIN(cases)

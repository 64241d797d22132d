#include "text/phrase_join.h"

#include <string.h>

#include "base/rng.h"
#include "harness.h"

#define WORDS_MAX 64

static bool find(const struct phrase_pair *pairs, size_t count, uint32_t left, uint32_t right, uint32_t pass,
                 uint32_t *joined) {
    for (size_t i = 0; i < count; i++)
        if (pairs[i].left == left && pairs[i].right == right && pairs[i].pass == pass) {
            *joined = pairs[i].joined;
            return true;
        }
    return false;
}

/* One pass after another over the whole sentence. Returns the number of words left. */
static size_t join_plainly(const struct phrase_pair *pairs, size_t count, struct phrase_item *words,
                           size_t size) {
    for (uint32_t pass = 1; pass <= PHRASE_PASSES_MAX; pass++) {
        size_t left = 0;
        for (size_t i = 0; i < size; i++) {
            uint32_t joined;
            if (i + 1 < size && find(pairs, count, words[i].id, words[i + 1].id, pass, &joined)) {
                words[left++] = (struct phrase_item){joined, words[i].words + words[i + 1].words,
                                                     words[i].first};
                i++;
            } else {
                words[left++] = words[i];
            }
        }
        size = left;
    }
    return size;
}

static void check_same(struct test *test, const struct phrase_pair *pairs, size_t count,
                       struct phrase_joiner *joiner, struct rng *rng) {
    struct phrase_item words[WORDS_MAX], out[WORDS_MAX + 1];
    size_t size = rng_below(rng, WORDS_MAX), made = 0;
    for (size_t i = 0; i < size; i++) {
        words[i] = (struct phrase_item){rng_below(rng, 8), 1, i};
        made += phrase_push(joiner, words[i], &out[made]);
    }
    while (made <= WORDS_MAX && phrase_flush(joiner, &out[made]))
        made++;
    size = join_plainly(pairs, count, words, size);
    CHECK_MSG(test, made == size, "%zu words, not %zu", made, size);
    for (size_t i = 0; i < size && i < made; i++)
        CHECK_MSG(test,
                  out[i].id == words[i].id && out[i].words == words[i].words &&
                      out[i].first == words[i].first,
                  "word %zu", i);
}

/* Few words and many pairs, so that nearly everything is joined somehow, in chains and in the wrong order. */
static void as_pass_after_pass(struct test *test) {
    struct rng rng = rng_seed(5, 0);
    for (size_t round = 0; round < 200; round++) {
        struct phrase_pair pairs[96];
        struct phrase_table table = {.slots = NULL};
        struct error error = {.kind = ERROR_NONE};
        const size_t count = rng_below(&rng, 96);
        for (size_t i = 0; i < count; i++) {
            pairs[i] = (struct phrase_pair){rng_below(&rng, 16), rng_below(&rng, 16), rng_below(&rng, 16),
                                            1 + rng_below(&rng, PHRASE_PASSES_MAX)};
            CHECK_MSG(test, phrase_table_add(&table, pairs[i], &error), "%s", error.text);
        }
        struct phrase_joiner joiner = {.table = &table};
        for (size_t sentence = 0; sentence < 20; sentence++)
            check_same(test, pairs, count, &joiner, &rng);
        phrase_table_free(&table);
    }
}

/* in new york city -> in new_york_city, the example of the header. */
static void example(struct test *test) {
    enum { IN, NEW, YORK, CITY, NEW_YORK, NEW_YORK_CITY };
    struct phrase_table table = {.slots = NULL};
    struct error error = {.kind = ERROR_NONE};
    CHECK(test, phrase_table_add(&table, (struct phrase_pair){NEW_YORK, CITY, NEW_YORK_CITY, 2}, &error));
    CHECK(test, phrase_table_add(&table, (struct phrase_pair){NEW, YORK, NEW_YORK, 1}, &error));
    CHECK(test,
          phrase_table_add(&table, (struct phrase_pair){NEW, YORK, CITY, 1}, &error)); /* is there already */
    CHECK(test, table.size == 2 && table.passes == 2);
    struct phrase_joiner joiner = {.table = &table};
    struct phrase_item out;
    size_t made = 0;
    uint32_t ids[8] = {0};
    for (uint32_t word = IN; word <= CITY; word++)
        if (phrase_push(&joiner, (struct phrase_item){word, 1, word}, &out))
            ids[made++] = out.id;
    while (made < 8 && phrase_flush(&joiner, &out))
        ids[made++] = out.id;
    CHECK(test, made == 2 && ids[0] == IN && ids[1] == NEW_YORK_CITY && out.words == 3 && out.first == NEW);
    phrase_table_free(&table);
}

static void without_pairs(struct test *test) {
    const struct phrase_table none = {.slots = NULL};
    struct phrase_joiner joiner = {.table = &none};
    struct phrase_item out;
    CHECK(test, phrase_push(&joiner, (struct phrase_item){7, 1, 0}, &out) && out.id == 7);
    CHECK(test, !phrase_flush(&joiner, &out));
}

static const struct test_case cases[] = {
    {"phrase join: the example", example},
    {"phrase join: as one pass after another", as_pass_after_pass},
    {"phrase join: without pairs", without_pairs},
};

TEST_MAIN(cases)

#include "query/spelling.h"

#include "toy_model.h"

static const char *const words[] = {"the",     "king",  "queen",  "ring",   "kingdom", "street", "straße",
                                    "über",    "a",     "ab",     "paris",  "parks",   "house",  "horse",
                                    "receive", "naïve", "日本語", "nation", "ration",  "cab"};

struct hint {
    const char *word, *expected; /* NULL: none is close enough */
};

static void check_hints(struct test *test, const struct hint *hints, size_t count) {
    struct model model = toy_open(&(struct toy){
        .words = words, .vocab = sizeof words / sizeof *words, .dim = 1, .kind = TOKENIZER_WORDS});
    for (size_t i = 0; i < count; i++) {
        size_t id = SIZE_MAX, length = 0;
        const bool found = spelling_closest(&model, hints[i].word, &id);
        CHECK_MSG(test, found == (hints[i].expected != NULL), "%s", hints[i].word);
        if (!found || hints[i].expected == NULL)
            continue;
        const char *got = model_word(&model, id, &length);
        CHECK_MSG(test, length == strlen(hints[i].expected) && memcmp(got, hints[i].expected, length) == 0,
                  "%s: %.*s, not %s", hints[i].word, (int)length, got, hints[i].expected);
    }
    model_close(&model);
}
#define CHECK_HINTS(test, hints) check_hints(test, hints, sizeof(hints) / sizeof *(hints))

static void one_slip_of_every_sort(struct test *test) {
    const struct hint hints[] = {
        {"kng", "king"},         /* one less */
        {"kingg", "king"},       /* one more */
        {"qveen", "queen"},      /* one changed */
        {"nig", NULL},           /* two for a short word */
        {"ikng", "king"},        /* two exchanged */
        {"ecreive", "receive"},  /* two exchanged at the start */
        {"receiev", "receive"},  /* two exchanged at the end */
        {"eceive", "receive"},   /* the first one less */
        {"receiv", "receive"},   /* the last one less */
        {"xreceive", "receive"}, /* one more in front */
    };
    CHECK_HINTS(test, hints);
}

static void two_slips_of_a_longer_word(struct test *test) {
    const struct hint hints[] = {
        {"recieev", "receive"},   {"streeetz", "street"},   {"rceve", "receive"},
        {"xxreceive", "receive"}, {"receivexx", "receive"}, {"receivexxx", NULL},
        {"xxxreceive", NULL},     {"eciev", NULL},          {"zzzzzzzz", NULL},
    };
    CHECK_HINTS(test, hints);
}

static void short_words_allow_one_slip(struct test *test) {
    const struct hint hints[] = {{"th", "the"}, {"t", "a"}, {"kxxg", NULL}, {"kixxg", "king"}};
    CHECK_HINTS(test, hints);
}

static void the_most_frequent_among_equals_and_the_closest_first(struct test *test) {
    const struct hint hints[] = {
        {"zing", "king"},   /* king and ring: one slip each, king first */
        {"horze", "horse"}, /* house is before horse, but two slips away */
        {"zation", "nation"},
        {"parjs", "paris"},
    };
    CHECK_HINTS(test, hints);
}

static void slips_are_counted_in_characters_not_bytes(struct test *test) {
    const struct hint hints[] = {
        {"strase", "straße"}, {"uber", "über"},   {"naive", "naïve"},
        {"日木語", "日本語"}, {"日語", "日本語"}, {"日木吾", NULL},
    };
    CHECK_HINTS(test, hints);
}

static void words_of_any_length(struct test *test) {
    char longest[TOKEN_BYTES_MAX + 1], longer[TOKEN_BYTES_MAX + 8];
    memset(longest, 'x', TOKEN_BYTES_MAX);
    longest[TOKEN_BYTES_MAX] = '\0';
    memset(longer, 'x', sizeof longer);
    longer[sizeof longer - 1] = '\0';
    const char *const long_words[] = {longer, longest};
    struct model model = toy_open(
        &(struct toy){.words = long_words, .vocab = 2, .dim = 1, .kind = TOKENIZER_WORDS});
    size_t id = SIZE_MAX;
    longest[500] = 'y';
    CHECK(test, spelling_closest(&model, longest, &id) && id == 1);
    CHECK(test, !spelling_closest(&model, "", &id));
    model_close(&model);
}

static const struct test_case cases[] = {
    {"spelling: one slip of every sort", one_slip_of_every_sort},
    {"spelling: two slips of a longer word", two_slips_of_a_longer_word},
    {"spelling: short words allow one slip", short_words_allow_one_slip},
    {"spelling: the closest, then the most frequent", the_most_frequent_among_equals_and_the_closest_first},
    {"spelling: slips are characters, not bytes", slips_are_counted_in_characters_not_bytes},
    {"spelling: words of any length", words_of_any_length},
};

TEST_MAIN(cases)

#include "text/find_phrases.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/rng.h"
#include "harness.h"

#define WORDS 120
#define TOKENS 12000

/* A text of words by Zipf's law, w0 to w119, some of which like to follow one another: w90 w91, and w100 w101
 * w102. */
static void write_text(const char *path) {
    struct rng rng = rng_seed(11, 0);
    FILE *out = fopen(path, "w");
    if (out == NULL)
        abort();
    for (int i = 0; i < TOKENS; i++) {
        const uint32_t draw = rng_below(&rng, 1000);
        if (draw < 20)
            fputs("w90 w91 ", out);
        else if (draw < 40)
            fputs("w100 w101 w102 ", out);
        else
            fprintf(out, "w%u ", (unsigned)(pow(WORDS, (double)rng_below(&rng, 1000) / 1000) - 1));
        if (rng_below(&rng, 12) == 0)
            fputc('\n', out);
    }
    if (fclose(out) != 0)
        abort();
}

static void read_text(struct corpus *corpus) {
    char path[512];
    struct error error = {.kind = ERROR_NONE};
    test_path(path, sizeof path, "text.txt");
    write_text(path);
    const char *const paths[] = {path};
    const struct ingest_options options = {.paths = paths,
                                           .path_count = 1,
                                           .min_count = 1,
                                           .max_sentence = 1000,
                                           .threads = 1,
                                           .memory_limit = 1 << 30,
                                           .folder = "."};
    if (!ingest(corpus, &options, &error))
        abort();
    unlink(path);
}

/* --- the same, plainly, for one pass --- */

static double plain_score(const struct find_phrases_options *options, double pair, double left, double right,
                          double total) {
    if (options->score == PHRASE_WORD2PHRASE)
        return (pair - (double)options->min_count) * total / (left * right);
    return log((pair / total) / (left / total * (right / total))) / -log(pair / total);
}

static uint32_t pairs[WORDS + 1][WORDS + 1];

/* Returns how many different pairs there are. */
static size_t count_plainly(const struct corpus *corpus) {
    const struct stream *stream = &corpus->stream;
    size_t distinct = 0;
    memset(pairs, 0, sizeof pairs);
    for (size_t c = 0; c < stream->size; c++) {
        const uint32_t *ids = stream->chunks[c].ids;
        for (size_t i = 1; i < stream->chunks[c].size; i++)
            if (ids[i - 1] != STREAM_SENTENCE_END && ids[i] != STREAM_SENTENCE_END)
                distinct += pairs[ids[i - 1]][ids[i]]++ == 0;
    }
    return distinct;
}

static void check_plainly(struct test *test, const struct corpus *corpus, const struct found_phrases *found,
                          const struct find_phrases_options *options) {
    const struct vocab *vocab = &corpus->vocab;
    size_t expected = 0;
    for (size_t a = 0; a < vocab->size; a++)
        for (size_t b = 0; b < vocab->size; b++)
            expected += pairs[a][b] >= options->min_count &&
                        plain_score(options, pairs[a][b], (double)vocab->counts[a], (double)vocab->counts[b],
                                    (double)vocab->total) > options->threshold;
    CHECK_MSG(test, found->count == expected && expected > 0, "%zu, not %zu", found->count, expected);
    for (size_t i = 0; i < found->count; i++) {
        const struct found_phrase *phrase = &found->list[i];
        const uint32_t a = phrase->pair.left, b = phrase->pair.right;
        const double score = plain_score(options, pairs[a][b], (double)vocab->counts[a],
                                         (double)vocab->counts[b], (double)vocab->total);
        CHECK_MSG(test, phrase->count == pairs[a][b] && fabs(phrase->score - score) <= 1e-9 * fabs(score),
                  "pair %u %u", (unsigned)a, (unsigned)b);
        CHECK(test, i == 0 || phrase->score <= found->list[i - 1].score);
    }
}

/* Few bytes make many rounds over the corpus: there are thousands of pairs, and the least table holds 2048.
 */
static void counted_exactly(struct test *test) {
    struct corpus corpus;
    read_text(&corpus);
    CHECK(test, count_plainly(&corpus) > 3000);
    for (int i = 0; i < 12; i++) {
        const struct find_phrases_options options = {.score = i % 2 == 0 ? PHRASE_WORD2PHRASE : PHRASE_NPMI,
                                                     .threshold = i % 2 == 0 ? 0.5 : -0.2,
                                                     .min_count = i < 6 ? 1 : 4,
                                                     .passes = 1,
                                                     .threads = (size_t)(1 + i % 3),
                                                     .memory = (size_t)1 << (i % 4 < 2 ? 19 : 28)};
        struct found_phrases found;
        struct error error = {.kind = ERROR_NONE};
        CHECK_MSG(test, find_phrases(&found, &corpus, &options, &error), "%s", error.text);
        check_plainly(test, &corpus, &found, &options);
        found_phrases_free(&found);
    }
    corpus_free(&corpus);
}

static bool has(const struct found_phrases *found, const char *word, uint32_t pass) {
    for (size_t i = 0; i < found->count; i++) {
        size_t length;
        const char *text = found_phrases_word(found, found->list[i].pair.joined, &length);
        if (strlen(word) == length && memcmp(text, word, length) == 0 && found->list[i].pair.pass == pass)
            return true;
    }
    return false;
}

static bool count_word(void *context, uint32_t id, struct error *error) {
    uint64_t *counts = context;
    (void)error;
    if (id != STREAM_SENTENCE_END)
        counts[id]++;
    return true;
}

/* What later passes find is as often in the text as they say, except where it has been joined further. */
static void passes(struct test *test) {
    struct corpus corpus;
    read_text(&corpus);
    for (size_t threads = 1; threads <= 3; threads += 2) {
        const struct find_phrases_options options = {
            .threshold = 10, .min_count = 5, .passes = 3, .threads = threads, .memory = 1 << 24};
        struct found_phrases found;
        struct error error = {.kind = ERROR_NONE};
        CHECK_MSG(test, find_phrases(&found, &corpus, &options, &error), "%s", error.text);
        CHECK(test, has(&found, "w90_w91", 1) && has(&found, "w101_w102", 1));
        CHECK(test, has(&found, "w100_w101_w102", 2));
        uint64_t *counts = calloc(found.id_count, sizeof *counts);
        CHECK(test, counts != NULL && found_phrases_walk(&found, count_word, counts, &error));
        for (size_t i = 0; counts != NULL && i < found.count; i++)
            CHECK_MSG(test, counts[found.list[i].pair.joined] <= found.list[i].count, "phrase %zu", i);
        free(counts);
        found_phrases_free(&found);
    }
    corpus_free(&corpus);
}

static void none(struct test *test) {
    struct corpus corpus;
    read_text(&corpus);
    const struct find_phrases_options options = {
        .threshold = 1e9, .min_count = 5, .passes = 3, .threads = 2, .memory = 1 << 24};
    struct found_phrases found;
    struct error error = {.kind = ERROR_NONE};
    CHECK_MSG(test, find_phrases(&found, &corpus, &options, &error), "%s", error.text);
    CHECK(test, found.count == 0);
    found_phrases_free(&found);
    corpus_free(&corpus);
}

/* A list that outgrows its memory is an error that says what to do. */
static void too_many(struct test *test) {
    struct corpus corpus;
    read_text(&corpus);
    const struct find_phrases_options options = {
        .threshold = -1e9, .min_count = 1, .passes = 1, .threads = 1, .memory = 1 << 16};
    struct found_phrases found;
    struct error error = {.kind = ERROR_NONE};
    CHECK(test, !find_phrases(&found, &corpus, &options, &error) && error.kind == ERROR_SYSTEM);
    CHECK_MSG(test, strstr(error.text, "raise --threshold") != NULL, "%s", error.text);
    found_phrases_free(&found);
    corpus_free(&corpus);
}

static const struct test_case cases[] = {
    {"find phrases: exactly, whatever memory and threads", counted_exactly},
    {"find phrases: several passes", passes},
    {"find phrases: none", none},
    {"find phrases: too many", too_many},
};

TEST_MAIN(cases)

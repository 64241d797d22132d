#include "text/vocab_file.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"

static const struct tokenizer_rules words_rules = {.kind = TOKENIZER_WORDS};
static const struct tokenizer_rules cased = {.kind = TOKENIZER_WORDS, .keep_case = true};

static bool is_file(const char *start, size_t size) {
    return vocab_file_is((const unsigned char *)start, size);
}

static void told(struct test *test) {
    CHECK(test, is_file("king\t7\nqueen\t5\n", 15));
    CHECK(test, is_file("king\t7\r\nqueen\t5", 15));
    CHECK(test, is_file("king\t7", 6));
    CHECK(test, is_file("king\t7\nque", 10)); /* cut off where the beginning ends */
    CHECK(test, !is_file("", 0));
    CHECK(test, !is_file("\n", 1));
    CHECK(test, !is_file("king 7\n", 7)); /* a text may have such lines */
    CHECK(test, !is_file("king\t7\nand so on\n", 17));
    CHECK(test, !is_file("new york\t7\n", 11));
    CHECK(test, !is_file("king\t7 \n", 8));
    CHECK(test, !is_file("king\t\n", 6));
    CHECK(test, !is_file("\t7\n", 3));
    CHECK(test, !is_file("king\t-7\n", 8));
}

static bool add_text(struct dictionary *words, uint64_t *total, const char *text,
                     const struct tokenizer_rules *rules, struct error *error) {
    char path[512];
    test_path(path, sizeof path, "vocab.tsv");
    FILE *out = fopen(path, "w");
    if (out == NULL || fputs(text, out) < 0 || fclose(out) != 0)
        return false;
    const bool done = vocab_file_read(words, total, path, rules, error);
    unlink(path);
    return done;
}

static void check_word(struct test *test, const struct vocab *vocab, size_t id, const char *word,
                       uint64_t count) {
    CHECK_MSG(test,
              id < vocab->size && strcmp(vocab_word(vocab, id), word) == 0 && vocab->counts[id] == count,
              "word %zu is not %s", id, word);
}

/* Ties are in the order of the files. */
static void added_up(struct test *test) {
    struct dictionary words;
    struct vocab vocab = {.size = 0};
    struct error error = {.kind = ERROR_NONE};
    uint64_t total = 0;
    CHECK(test, dictionary_create(&words, &error));
    CHECK_MSG(test, add_text(&words, &total, "a\t3\r\nb\t5\n\nc 2\n", NULL, &error), "%s", error.text);
    CHECK_MSG(test, add_text(&words, &total, "c\t3\nd\t5\nA\t1\na\t0005", NULL, &error), "%s", error.text);
    CHECK(test, total == 24 && words.size == 5);
    uint32_t map[5];
    CHECK_MSG(test, vocab_select(&vocab, &words, 2, 0, map, &error), "%s", error.text);
    CHECK(test, vocab.size == 4 && vocab.total == 23);
    check_word(test, &vocab, 0, "a", 8);
    check_word(test, &vocab, 1, "b", 5);
    check_word(test, &vocab, 2, "c", 5);
    check_word(test, &vocab, 3, "d", 5);
    CHECK(test, map[0] == 0 && map[1] == 1 && map[2] == 2 && map[3] == 3 && map[4] == VOCAB_NONE);
    vocab_free(&vocab);
    CHECK_MSG(test, vocab_select(&vocab, &words, 1, 1, NULL, &error) && vocab.size == 1, "%s", error.text);
    vocab_free(&vocab);
    CHECK_MSG(test, vocab_select(&vocab, &words, 9, 0, map, &error) && vocab.size == 0, "%s", error.text);
    CHECK(test, map[0] == VOCAB_NONE);
    vocab_free(&vocab);
    dictionary_free(&words);
}

static void check_refused(struct test *test, const char *text, const struct tokenizer_rules *rules,
                          const char *expected) {
    struct dictionary words;
    struct error error = {.kind = ERROR_NONE};
    uint64_t total = 0;
    if (!dictionary_create(&words, &error))
        return;
    CHECK_MSG(test, !add_text(&words, &total, text, rules, &error) && error.kind == ERROR_INPUT, "%s", text);
    CHECK_MSG(test, strstr(error.text, expected) != NULL, "%s", error.text);
    dictionary_free(&words);
}

static void refused(struct test *test) {
    check_refused(test, "a\t1\nb\n", NULL, ":2: not a line of the form \"word<TAB>count\"");
    check_refused(test, "a\t1x\n", NULL, ":1: not a line");
    check_refused(test, "new york\t5\n", NULL, ":1: not a line");
    check_refused(test, "a\t-1\n", NULL, ":1: not a line");
    check_refused(test, "a\t0\n", NULL, ":1: a count is 1 or more");
    check_refused(test, "a\t9000000000000000000\nb\t9000000000000000000\n", NULL,
                  ":2: the counts add up to more");
    check_refused(test, "King\t1\n", &words_rules,
                  ":1: the tokenizer never makes \"King\" of a text, but \"king\"");
    check_refused(test, "a.b\t1\n", &cased, ":1: the tokenizer never makes \"a.b\" of a text; write");
    char longest[TOKEN_BYTES_MAX + 16];
    memset(longest, 'a', sizeof longest);
    snprintf(longest + TOKEN_BYTES_MAX + 1, 8, "\t1\n");
    check_refused(test, longest, NULL, ":1: a word has at most 1000 bytes");
}

static void accepted(struct test *test) {
    struct dictionary words;
    struct error error = {.kind = ERROR_NONE};
    uint64_t total = 0;
    if (!dictionary_create(&words, &error))
        return;
    CHECK_MSG(test, add_text(&words, &total, "King\t1\nnew_york\t1\nit's\t1\n", &cased, &error), "%s",
              error.text);
    CHECK(test, words.size == 3);
    dictionary_free(&words);
}

static const struct test_case cases[] = {
    {"vocabulary file: told by its lines", told},
    {"vocabulary file: counts add up", added_up},
    {"vocabulary file: bad lines are refused", refused},
    {"vocabulary file: words as the tokenizer makes them", accepted},
};

TEST_MAIN(cases)

#include "text/phrases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"

static const struct tokenizer_rules words_rules = {.kind = TOKENIZER_WORDS};
static const struct tokenizer_rules white = {.kind = TOKENIZER_WHITESPACE};

static const char list[] = "new york\t1\n"
                           "new_york city\t2\n"
                           "los angeles\t1\n";

static bool parse(struct phrases *phrases, const char *text, const struct tokenizer_rules *rules,
                  struct error *error) {
    return phrases_parse(phrases, text, strlen(text), "LIST", rules, error);
}

static void check_list(struct test *test, const struct phrases *phrases) {
    size_t bytes, length;
    struct error error = {.kind = ERROR_NONE};
    const uint32_t city = phrases_find(phrases, "new_york_city", 13);
    CHECK(test, phrases->count == 3 && phrases->table.size == 3 && phrases->words.size == 8);
    CHECK(test, phrases_find(phrases, "york", 4) < 8 && phrases_find(phrases, "chicago", 7) == UINT32_MAX);
    CHECK(test, city < 8 && city == phrases->pairs[1].joined);
    if (city < 8)
        CHECK(test, strncmp(phrases_word(phrases, city, &length), "new_york_city", 13) == 0 && length == 13);
    char *text = phrases_text(phrases, &bytes, &error);
    CHECK(test, text != NULL && bytes == strlen(list) && memcmp(text, list, bytes) == 0);
    free(text);
}

static void read_and_written(struct test *test) {
    static const char *const texts[] = {
        list, "new york\r\n\nnew_york city\t2\t17\t3.25\nlos  angeles\t1\t5\nnew york\t1\t9"};
    for (size_t i = 0; i < 2; i++) {
        struct phrases phrases;
        struct error error = {.kind = ERROR_NONE};
        char path[512];
        CHECK_MSG(test, parse(&phrases, texts[i], &words_rules, &error), "%s", error.text);
        check_list(test, &phrases);
        phrases_free(&phrases);
        FILE *out = fopen(test_path(path, sizeof path, "phrases.tsv"), "w");
        CHECK(test, out != NULL && fputs(texts[i], out) >= 0 && fclose(out) == 0);
        CHECK_MSG(test, phrases_read(&phrases, path, &words_rules, &error), "%s", error.text);
        check_list(test, &phrases);
        phrases_free(&phrases);
        unlink(path);
    }
}

static void check_refused(struct test *test, const char *text, const struct tokenizer_rules *rules,
                          const char *expected) {
    struct phrases phrases;
    struct error error = {.kind = ERROR_NONE};
    CHECK_MSG(test, !parse(&phrases, text, rules, &error) && error.kind == ERROR_INPUT, "%s", text);
    CHECK_MSG(test, strstr(error.text, expected) == error.text, "%s", error.text);
    phrases_free(&phrases);
}

static void refused(struct test *test) {
    check_refused(test, "", NULL, "LIST: no phrases");
    check_refused(test, "\n \n", NULL, "LIST: no phrases");
    check_refused(test, "new york\nnew\t1\n", NULL, "LIST:2: not a line of the form \"word word<TAB>pass\"");
    check_refused(test, "new york city\t1\n", NULL, "LIST:1: not a line");
    check_refused(test, "\tnew york\n", NULL, "LIST:1: not a line");
    check_refused(test, "new york\t\n", NULL, "LIST:1: not a line");
    check_refused(test, "new york\t1.5\n", NULL, "LIST:1: not a line");
    check_refused(test, "new york\t0\n", NULL, "LIST:1: a pass is a number from 1 to 8");
    check_refused(test, "new york\t9\n", NULL, "LIST:1: a pass is a number from 1 to 8");
    check_refused(test, "New york\t1\n", &words_rules, "LIST:1: the tokenizer never makes \"New\" of a text");
    check_refused(test, "new y.k\t1\n", &words_rules, "LIST:1: the tokenizer never makes \"y.k\" of a text");
    char longest[TOKEN_BYTES_MAX + 16];
    memset(longest, 'a', sizeof longest);
    longest[TOKEN_BYTES_MAX / 2] = ' ';
    longest[TOKEN_BYTES_MAX + 1] = '\0';
    check_refused(test, longest, &words_rules, "LIST:1: a phrase has at most 1000 bytes");
    struct phrases phrases;
    struct error error = {.kind = ERROR_NONE}, nul = error;
    longest[TOKEN_BYTES_MAX] = '\0';
    CHECK_MSG(test, parse(&phrases, longest, &words_rules, &error), "%s", error.text);
    phrases_free(&phrases);
    CHECK_MSG(test, parse(&phrases, "New Y.k\t1\n", &white, &error), "%s", error.text);
    phrases_free(&phrases);
    CHECK(test, !phrases_parse(&phrases, "new york\0\t1", 11, "LIST", NULL, &nul));
    phrases_free(&phrases);
}

static bool is_list(const char *start, size_t size) {
    return phrases_is((const unsigned char *)start, size);
}

static void told(struct test *test) {
    CHECK(test, is_list(list, sizeof list - 1));
    CHECK(test, is_list(list, 15));
    CHECK(test, !is_list(list, 5));
    CHECK(test, !is_list("a text of words\n", 16));
    CHECK(test, !is_list("two words\n", 10)); /* may be a text */
    CHECK(test, !is_list("king\t7\n", 7));
    CHECK(test, !is_list("a b c\t1\n", 8));
    CHECK(test, !is_list("", 0));
}

static bool known(const void *context, const char *word, size_t length) {
    return strlen(context) == length && memcmp(context, word, length) == 0;
}

/* Pairs on the way to a phrase stay. */
static void chosen(struct test *test) {
    static const struct {
        const char *known;
        size_t count;
    } table[] = {{"new_york", 1}, {"new_york_city", 2}, {"los_angeles", 1}, {"chicago", 0}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct phrases phrases;
        struct error error = {.kind = ERROR_NONE};
        CHECK(test, parse(&phrases, list, NULL, &error));
        CHECK(test, phrases_keep(&phrases, known, table[i].known, &error));
        CHECK_MSG(test, phrases.count == table[i].count && phrases.table.size == table[i].count, "%s: %zu",
                  table[i].known, phrases.count);
        phrases_free(&phrases);
    }
}

static const struct test_case cases[] = {
    {"phrases: read and written", read_and_written},
    {"phrases: bad lists are refused", refused},
    {"phrases: told by their lines", told},
    {"phrases: only those that lead somewhere", chosen},
};

TEST_MAIN(cases)

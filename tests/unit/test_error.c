#include "base/error.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

static void kind_and_message(struct test *test) {
    const enum error_kind kinds[] = {ERROR_NO_ANSWER, ERROR_INPUT, ERROR_SYSTEM};
    for (size_t i = 0; i < 3; i++) {
        struct error error = {.kind = ERROR_NONE};
        CHECK(test, !error_set(&error, kinds[i], "%s: line %d is %zu words", "a.txt", 7, (size_t)0));
        CHECK(test, error.kind == kinds[i]);
        CHECK_MSG(test, strcmp(error.text, "a.txt: line 7 is 0 words") == 0, "%s", error.text);
    }
}

/* Scripts distinguish failures by these numbers. */
static void kinds_are_exit_codes(struct test *test) {
    CHECK(test, ERROR_NONE == 0 && ERROR_NO_ANSWER == 1 && ERROR_INPUT == 2 && ERROR_SYSTEM == 3);
}

static void the_system_says_why(struct test *test) {
    const int numbers[] = {ENOENT, ENOSPC, EACCES, 123456};
    for (size_t i = 0; i < 4; i++) {
        struct error error = {.kind = ERROR_NONE};
        char expected[256];
        snprintf(expected, sizeof expected, "%s: can't open: %s", "words.sgns", strerror(numbers[i]));
        CHECK(test, !error_system(&error, numbers[i], "%s: can't open", "words.sgns"));
        CHECK(test, error.kind == ERROR_SYSTEM);
        CHECK_MSG(test, strcmp(error.text, expected) == 0, "%s", error.text);
    }
}

static void the_first_error_wins(struct test *test) {
    struct error error = {.kind = ERROR_NONE};
    CHECK(test, !error_set(&error, ERROR_NO_ANSWER, "first"));
    CHECK(test, !error_set(&error, ERROR_INPUT, "second"));
    CHECK(test, !error_system(&error, EIO, "third"));
    CHECK_MSG(test, error.kind == ERROR_NO_ANSWER && strcmp(error.text, "first") == 0, "%s", error.text);

    error = (struct error){.kind = ERROR_NONE};
    CHECK(test, !error_system(&error, EIO, "can't read"));
    const struct error copy = error;
    CHECK(test, !error_set(&error, ERROR_INPUT, "later"));
    CHECK(test, error.kind == ERROR_SYSTEM && strcmp(error.text, copy.text) == 0);
}

struct fenced {
    struct error error;
    unsigned char fence[64];
};

/* A message of `length` letters is kept, or only its beginning and end are; nothing after it is written. */
static void check_length(struct test *test, const char *letters, size_t length, bool system) {
    struct fenced fenced;
    memset(&fenced, 0xA5, sizeof fenced);
    fenced.error.kind = ERROR_NONE;
    const bool done = system ? error_system(&fenced.error, EIO, "%.*s", (int)length, letters)
                             : error_set(&fenced.error, ERROR_INPUT, "%.*s", (int)length, letters);
    char whole[8192];
    snprintf(whole, sizeof whole, "%.*s%s%s", (int)length, letters, system ? ": " : "",
             system ? strerror(EIO) : "");
    const char *text = fenced.error.text, *gap = strstr(text, "...");
    const size_t all = strlen(whole), most = sizeof fenced.error.text - 1, kept = strnlen(text, most + 1);
    CHECK(test, !done);
    CHECK_MSG(test, kept == (all < most ? all : most), "%zu letters: %zu kept", length, kept);
    if (all <= most)
        CHECK(test, strcmp(text, whole) == 0);
    else if (gap == NULL)
        CHECK_MSG(test, false, "%zu letters: no gap", length);
    else
        CHECK(test, gap - text >= 1000 && strlen(gap) >= 1000 &&
                        memcmp(text, whole, (size_t)(gap - text)) == 0 &&
                        strcmp(gap + 3, whole + all - strlen(gap + 3)) == 0);
    for (size_t i = 0; i < sizeof fenced.fence; i++)
        CHECK(test, fenced.fence[i] == 0xA5);
}

static void long_messages_lose_their_middle(struct test *test) {
    const size_t room = sizeof((struct error *)NULL)->text;
    char *letters = malloc(3 * room);
    if (letters == NULL)
        abort();
    for (size_t i = 0; i < 3 * room; i++)
        letters[i] = (char)('a' + i % 26);
    for (size_t length = room - 64; length < room + 64; length++) {
        check_length(test, letters, length, false);
        check_length(test, letters, length, true);
    }
    check_length(test, letters, 3 * room, false);
    check_length(test, letters, 3 * room, true);
    free(letters);
}

static const struct test_case cases[] = {
    {"error: kind and message", kind_and_message},
    {"error: the kinds are the exit codes", kinds_are_exit_codes},
    {"error: the system says why", the_system_says_why},
    {"error: the first one wins", the_first_error_wins},
    {"error: long messages lose their middle", long_messages_lose_their_middle},
};

TEST_MAIN(cases)

/* Labels of words: what a file says, and what is refused. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "train/labels.h"

/* A vocabulary of four words. */
static char text[] = "king\0queen\0paris\0rome";
static uint64_t starts[] = {0, 5, 11, 17, 22};
static uint64_t counts[] = {9, 7, 5, 3};
static const struct vocab vocab = {
    .size = 4, .text = text, .text_bytes = sizeof text, .starts = starts, .counts = counts, .total = 24};

static bool read_text(struct labels *labels, const char *file, struct error *error) {
    char path[512];
    test_path(path, sizeof path, "labels.tsv");
    FILE *out = fopen(path, "w");
    if (out == NULL || fputs(file, out) < 0 || fclose(out) != 0)
        return false;
    const bool done = labels_read(labels, path, &vocab, (struct tokenizer_rules){.kind = TOKENIZER_WORDS},
                                  error);
    unlink(path);
    return done;
}

static void test_read(struct test *test) {
    struct labels labels = {.count = 0};
    struct error error = {0};
    const bool done = read_text(
        &labels,
        "# places and people\nparis\ta city\n\nKing\tperson\r\nberlin\ta city\nrome\ta city\n"
        "rome\ta city\nnew york\ta city",
        &error);
    CHECK(test, done);
    if (!done || labels.of_word == NULL || labels.begin == NULL || labels.members == NULL)
        return;
    CHECK(test, labels.count == 2 && labels.known == 3 && labels.unknown == 2);
    CHECK(test, labels.of_word[0] == 2 && labels.of_word[1] == 0 && labels.of_word[2] == 1 &&
                    labels.of_word[3] == 1);
    CHECK(test, labels.begin[1] == 0 && labels.begin[2] == 2 && labels.begin[3] == 3);
    CHECK(test, labels.members[0] == 2 && labels.members[1] == 3 && labels.members[2] == 0);
    labels_free(&labels);
}

static void check_refused(struct test *test, const char *file, const char *expected) {
    struct labels labels;
    struct error error = {0};
    CHECK(test, !read_text(&labels, file, &error) && error.kind == ERROR_INPUT);
    CHECK_MSG(test, strstr(error.text, expected) != NULL, "%s", error.text);
    labels_free(&labels);
}

static void test_refusals(struct test *test) {
    check_refused(test, "king\tperson\nqueen\n", ":2: not a line of the form \"word<TAB>label\"");
    check_refused(test, "\tperson\n", ":1: not a line");
    check_refused(test, "king\t\n", ":1: not a line");
    check_refused(test, "king\tperson\nKING\truler\n", ":2: \"KING\" has another label already");
    struct labels labels;
    struct error error = {0};
    CHECK(test, !labels_read(&labels, "/no/such/file", &vocab,
                             (struct tokenizer_rules){.kind = TOKENIZER_WORDS}, &error) &&
                    error.kind != ERROR_NONE);
    labels_free(&labels);
}

static const struct test_case cases[] = {
    {"labels: words by label", test_read},
    {"labels: bad lines are refused", test_refusals},
};
TEST_MAIN(cases)

#include "base/lines.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"

static void write_file(const char *path, const char *bytes, size_t count) {
    FILE *file = fopen(path, "w");
    if (file == NULL || fwrite(bytes, 1, count, file) != count || fclose(file) != 0)
        exit(2);
}

/* Opens a file of these bytes, which is removed at once. */
static struct lines open_bytes(const char *bytes, size_t count) {
    char path[4096];
    struct error error = {.kind = ERROR_NONE};
    struct lines lines;
    write_file(test_path(path, sizeof path, "lines.txt"), bytes, count);
    if (!lines_open(&lines, path, &error))
        exit(2);
    lines.name = "lines.txt";
    unlink(path);
    return lines;
}

static void check_next(struct test *test, struct lines *lines, const char *expected) {
    struct error error = {.kind = ERROR_NONE};
    char *line = NULL;
    size_t length = 0;
    CHECK_MSG(test, lines_next(lines, true, &line, &length, &error) == LINES_LINE, "%s", error.text);
    CHECK_MSG(test, line != NULL && strcmp(line, expected) == 0 && length == strlen(expected), "%s",
              expected);
}

static void check_end(struct test *test, struct lines *lines) {
    struct error error = {.kind = ERROR_NONE};
    char *line;
    size_t length;
    CHECK(test, lines_next(lines, true, &line, &length, &error) == LINES_END && error.kind == ERROR_NONE);
}

static void lines_of_a_file(struct test *test) {
    static const char text[] = "one\n\ntwo\r\nthree\0four\nlast";
    struct lines lines = open_bytes(text, sizeof text - 1);
    check_next(test, &lines, "one");
    check_next(test, &lines, "");
    check_next(test, &lines, "two\r");
    check_next(test, &lines, "three four");
    CHECK(test, lines.number == 4);
    check_next(test, &lines, "last");
    check_end(test, &lines);
    check_end(test, &lines);
    lines_close(&lines);
    lines = open_bytes("", 0);
    check_end(test, &lines);
    lines_close(&lines);
}

static void a_mark_is_no_part_of_the_first_line(struct test *test) {
    static const char text[] = "\xef\xbb\xbfone\n\xef\xbb\xbftwo\n";
    struct lines lines = open_bytes(text, sizeof text - 1);
    check_next(test, &lines, "one");
    check_next(test, &lines, "\xef\xbb\xbftwo");
    check_end(test, &lines);
    lines_close(&lines);
    lines = open_bytes("\xef\xbb", 2);
    check_next(test, &lines, "\xef\xbb");
    lines_close(&lines);
}

static void utf16_is_refused(struct test *test) {
    const char *const texts[] = {"\xff\xfeo\0\n", "\xfe\xff\0o\0\n"};
    for (size_t i = 0; i < 2; i++) {
        struct error error = {.kind = ERROR_NONE};
        struct lines lines = open_bytes(texts[i], 5 + i);
        char *line;
        size_t length;
        CHECK(test, lines_next(&lines, true, &line, &length, &error) == LINES_FAILED);
        CHECK_MSG(test,
                  error.kind == ERROR_INPUT && strstr(error.text, "lines.txt: looks like UTF-16") != NULL,
                  "%s", error.text);
        lines_close(&lines);
    }
}

static void nul_bytes_can_be_refused(struct test *test) {
    static const char text[] = "one\n\0\nthree";
    struct error error = {.kind = ERROR_NONE};
    struct lines lines = open_bytes(text, sizeof text - 1);
    char *line;
    size_t length;
    lines.refuse_nul = true;
    check_next(test, &lines, "one");
    CHECK(test, lines_next(&lines, true, &line, &length, &error) == LINES_FAILED);
    CHECK_MSG(test,
              error.kind == ERROR_INPUT &&
                  strcmp(error.text, "lines.txt:2: a NUL byte, so this is not text") == 0,
              "%s", error.text);
    lines_close(&lines);
}

/* Longer than a read, so that the buffer grows and moves. */
static void long_lines(struct test *test) {
    const size_t length = 200000;
    char *text = malloc(2 * length + 2);
    if (text == NULL)
        exit(2);
    memset(text, 'a', 2 * length + 2);
    text[length] = text[2 * length + 1] = '\n';
    struct lines lines = open_bytes(text, 2 * length + 2);
    text[length] = text[2 * length + 1] = '\0';
    check_next(test, &lines, text);
    check_next(test, &lines, text + length + 1);
    check_end(test, &lines);
    lines_close(&lines);
    free(text);
}

static void batches(struct test *test) {
    struct error error = {.kind = ERROR_NONE};
    struct lines lines = open_bytes("a\r\nb\n\nc\nd", 9);
    struct line_batch batch = {.count = 0};
    CHECK(test, lines_take(&lines, &batch, 3, &error) && batch.count == 3 && batch.first == 1);
    CHECK(test,
          strcmp(batch.list[0].text, "a") == 0 && batch.list[0].length == 1 && batch.list[2].length == 0);
    CHECK(test, lines_take(&lines, &batch, 3, &error) && batch.count == 2 && batch.first == 4);
    CHECK(test, strcmp(batch.list[1].text, "d") == 0);
    CHECK(test, lines_take(&lines, &batch, 3, &error) && batch.count == 0);
    line_batch_free(&batch);
    lines_close(&lines);
}

/* What has been written to a pipe comes without waiting for more. */
static void a_pipe_is_not_waited_for(struct test *test) {
    struct error error = {.kind = ERROR_NONE};
    struct line_batch batch = {.count = 0};
    int ends[2];
    if (pipe(ends) != 0 || write(ends[1], "a\nb\nc", 5) != 5)
        exit(2);
    struct lines lines = {.name = "a pipe", .descriptor = ends[0]};
    CHECK(test, lines_take(&lines, &batch, 10, &error) && batch.count == 2);
    close(ends[1]);
    CHECK(test, lines_take(&lines, &batch, 10, &error) && batch.count == 1);
    CHECK(test, lines_take(&lines, &batch, 10, &error) && batch.count == 0);
    line_batch_free(&batch);
    lines_close(&lines);
}

static void files_that_cannot_be_read(struct test *test) {
    struct error missing = {.kind = ERROR_NONE}, folder = {.kind = ERROR_NONE};
    struct lines lines;
    char *line;
    size_t length;
    CHECK(test, !lines_open(&lines, "/nowhere/lines.txt", &missing) && missing.kind == ERROR_INPUT);
    CHECK_MSG(test, strncmp(missing.text, "/nowhere/lines.txt: can't open: ", 32) == 0, "%s", missing.text);
    lines_close(&lines);
    CHECK(test, lines_open(&lines, "/", &folder));
    CHECK(test, lines_next(&lines, true, &line, &length, &folder) == LINES_FAILED);
    CHECK_MSG(test, folder.kind == ERROR_INPUT && strcmp(folder.text, "/: a folder, not a file") == 0, "%s",
              folder.text);
    lines_close(&lines);
}

static const struct test_case cases[] = {
    {"lines: of a file", lines_of_a_file},
    {"lines: a byte-order mark is no part of the first", a_mark_is_no_part_of_the_first_line},
    {"lines: UTF-16 is refused", utf16_is_refused},
    {"lines: NUL bytes can be refused", nul_bytes_can_be_refused},
    {"lines: of any length", long_lines},
    {"lines: in batches", batches},
    {"lines: of a pipe, without waiting", a_pipe_is_not_waited_for},
    {"lines: files that can't be read", files_that_cannot_be_read},
};

TEST_MAIN(cases)

#include "text/show.h"

#include <string.h>

#include "cli/width.h"
#include "harness.h"

/* A text, as it is shown and the columns that takes. */
struct example {
    const char *text, *shown;
    size_t width;
};

static const struct example examples[] = {
    {"", "", 0},
    {"king", "king", 4},
    {"a\\n", "a\\n", 3}, /* a backslash stays */
    {"\n\t\r", "\\n\\t\\r", 6},
    {"\x1b[2J\a\x7f", "\\x1b[2J\\x07\\x7f", 15},
    {"\xc2\x9b\xc2\x85", "\\u009b\\u0085", 12},
    {"\xe2\x80\xa8\xe2\x80\xa9", "\\u2028\\u2029", 12},
    {"\xe2\x80\xaa\xe2\x80\xae\xe2\x80\xac\xe2\x80\xac", "\\u202a\\u202e\\u202c\\u202c", 24},
    {"\xe2\x81\xa6\xe2\x81\xa9", "\\u2066\\u2069", 12},
    {"\xe2\x80\xa7\xe2\x80\xaf", "\xe2\x80\xa7\xe2\x80\xaf", 2}, /* their neighbors stay */
    {"a\x80\x9f\xa0\xff", "a\\x80\\x9f\xa0\xff", 11},
    {"na\xc3\xafve", "na\xc3\xafve", 5},
    {"nai\xcc\x88ve", "nai\xcc\x88ve", 5},                       /* a combining mark */
    {"\xe6\x97\xa5\xe6\x9c\xac", "\xe6\x97\xa5\xe6\x9c\xac", 4}, /* two ideographs */
    {"\xed\x95\x9c", "\xed\x95\x9c", 2},                         /* a syllable of Hangul */
    {"\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab", "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab",
     2},                                                         /* its three letters */
    {"\xef\xbd\xb1\xef\xbc\xa1", "\xef\xbd\xb1\xef\xbc\xa1", 3}, /* half and full width */
    {"\xe0\xa4\x95\xe2\x80\x8d", "\xe0\xa4\x95\xe2\x80\x8d", 1}, /* a letter and a joiner */
    {"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80", 2},
    {"a\xc2\xad"
     "b",
     "a\xc2\xad"
     "b",
     3},                                         /* a soft hyphen */
    {"\xf3\xa0\x84\x80", "\xf3\xa0\x84\x80", 0}, /* the last variation selectors */
    {"\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf", 1},
};

static void shown_and_measured(struct test *test) {
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        const struct example *example = &examples[i];
        char room[100];
        show_text(example->text, strlen(example->text), room, sizeof room);
        CHECK_MSG(test, strcmp(room, example->shown) == 0, "%s: %s", example->shown, room);
        const size_t width = width_of_text(example->text, strlen(example->text));
        CHECK_MSG(test, width == example->width, "%s: %zu", example->shown, width);
    }
}

static void a_zero_byte(struct test *test) {
    char room[20];
    show_text("a\0b", 3, room, sizeof room);
    CHECK_MSG(test, strcmp(room, "a\\x00b") == 0, "%s", room);
}

/* Cut between characters, however little fits. */
static void cut(struct test *test) {
    const char *text = "a\xc3\xa9\nb\xe6\x97\xa5\xe6\x9c\xac";
    const struct {
        size_t size;
        const char *shown;
    } cuts[] = {{4, "..."},
                {5, "a..."},
                {6, "a..."},
                {7, "a\xc3\xa9..."},
                {8, "a\xc3\xa9..."},
                {9, "a\xc3\xa9\\n..."},
                {10, "a\xc3\xa9\\nb..."},
                {12, "a\xc3\xa9\\nb..."},
                {13, "a\xc3\xa9\\nb\xe6\x97\xa5\xe6\x9c\xac"},
                {50, "a\xc3\xa9\\nb\xe6\x97\xa5\xe6\x9c\xac"}};
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
        char room[64];
        memset(room, '!', sizeof room);
        show_text(text, strlen(text), room, cuts[i].size);
        CHECK_MSG(test, strcmp(room, cuts[i].shown) == 0, "%zu: %s", cuts[i].size, room);
        CHECK_MSG(test, room[cuts[i].size] == '!', "%zu", cuts[i].size);
    }
}

static void exhaustive_widths(struct test *test) {
    size_t widths[3] = {0};
    for (uint32_t point = 0; point < 0x110000; point++)
        widths[width_of_point(point)]++;
    CHECK(test, widths[0] > 2000 && widths[0] < 5000);
    CHECK(test, widths[2] > 180000 && widths[2] < 190000);
    for (uint32_t point = ' '; point < 0x300; point++)
        CHECK_MSG(test, width_of_point(point) == 1, "%x", (unsigned)point);
    CHECK(test, width_of_point(UINT32_MAX) == 1);
}

static const struct test_case cases[] = {
    {"show: what is shown, and its columns", shown_and_measured},
    {"show: a zero byte", a_zero_byte},
    {"show: cut texts", cut},
    {"width: all code points", exhaustive_widths},
};
TEST_MAIN(cases)

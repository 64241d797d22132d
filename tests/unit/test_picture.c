/* The writers of SVG and HTML: well-formed whatever the words are, and the numbers where they belong. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "harness.h"
#include "report/chart.h"
#include "report/map_picture.h"
#include "report/page.h"
#include "report/style.h"

static const char *const hostile[] = {"</text>", "<script>alert(1)</script>",
                                      "&amp;",   "\"><g onload='x'>",
                                      "]]>",     "-->",
                                      "'",       "\xe2\x80\xae-abc\xe2\x80\xac",
                                      "\xff",    "\x01\n",
                                      "",        "a very long word indeed, of 48 characters at least"};
#define HOSTILE (sizeof hostile / sizeof *hostile)

/* Whether elements are closed in the order in which they were opened; attributes are quoted, so no text has a
 * bare angle bracket. */
static bool well_formed(const struct markup *markup) {
    const char *stack[64], *end = markup->text + markup->bytes;
    size_t depth = 0;
    for (const char *at = markup->text; (at = memchr(at, '<', (size_t)(end - at))) != NULL; at++) {
        const char *close = memchr(at, '>', (size_t)(end - at));
        if (close == NULL)
            return false;
        const size_t name = strcspn(at + 1 + (at[1] == '/'), " />");
        if (at[1] == '?' || at[1] == '!')
            continue;
        if (at[1] == '/') {
            if (depth == 0 || strncmp(stack[--depth], at + 2, name) != 0)
                return false;
        } else if (close[-1] != '/' && depth < 64) {
            stack[depth++] = at + 1;
        }
        at = close;
    }
    return depth == 0;
}

static size_t occurrences(const struct markup *markup, const char *text) {
    size_t count = 0;
    const char *at = markup->text, *end = at + markup->bytes;
    while ((at = memmem(at, (size_t)(end - at), text, strlen(text))) != NULL) {
        count++;
        at++;
    }
    return count;
}

static void check_picture(struct test *test, const struct markup *markup) {
    struct error error = {.kind = ERROR_NONE};
    CHECK_MSG(test, markup_done(markup, &error), "%s", error.text);
    CHECK(test, well_formed(markup));
    CHECK(test, occurrences(markup, "nan") == 0 && occurrences(markup, "inf") == 0);
    CHECK(test, occurrences(markup, "<script>") == 0 && occurrences(markup, "<g onload") == 0);
}

#define WORDS 60

static struct map_picture make_map(struct map_word *words, double spread) {
    struct rng rng = rng_seed(3, 0);
    for (size_t i = 0; i < WORDS; i++)
        words[i] = (struct map_word){.text = hostile[i % HOSTILE],
                                     .length = strlen(hostile[i % HOSTILE]),
                                     .x = spread * ((double)rng_unit(&rng) - 0.5),
                                     .y = spread * 3 * (double)rng_unit(&rng),
                                     .number = i,
                                     .class = (uint32_t)(i % STYLE_CLASSES),
                                     .big = i < 3};
    struct map_picture map = {.words = words,
                              .count = WORDS,
                              .title = "a <map> & \"its\" name",
                              .description = "<g>",
                              .spread = spread > 1};
    map_picture_size(WORDS, &map.width, &map.height);
    return map;
}

static void maps(struct test *test) {
    struct map_word words[WORDS];
    for (int kind = 0; kind < 8; kind++) {
        struct map_picture map = make_map(words, kind < 4 ? 100 : kind == 4 ? 0 : 1e-9);
        struct markup markup = {.bytes = 0};
        const bool alone = kind % 2 == 0;
        map.count = kind == 3 ? 1 : WORDS;
        if (kind == 1)
            map.width = map.height / 2;
        map_picture_write(&markup, &map, alone);
        check_picture(test, &markup);
        CHECK(test, occurrences(&markup, "<circle") == map.count);
        CHECK(test, occurrences(&markup, "<style>") == alone && occurrences(&markup, "xmlns=") == alone);
        CHECK(test, occurrences(&markup, "data-w=") == (alone ? 0 : map.count));
        const struct file_map file = {.data = (const unsigned char *)markup.text, .size = markup.bytes};
        CHECK(test, map_picture_known(&file) == alone);
        markup_free(&markup);
    }
}

static void sizes_of_maps(struct test *test) {
    double width, height, last = 0;
    for (size_t count = 1; count <= 5000; count += 7) {
        map_picture_size(count, &width, &height);
        CHECK(test, width >= 640 && width <= 4000 && height > 300 && height < width && width >= last);
        last = width;
    }
}

static void charts(struct test *test) {
    static const double x[] = {1, 10, 100, 1000, 10000}, y[] = {50000, 3000, 3000, 20, 1};
    const struct chart_mark marks[] = {{1, 50000, "<the>", 5}, {1000, 20, "\xe2\x80\xae\xe2\x80\xac", 6}};
    for (int kind = 0; kind < 32; kind++) {
        struct chart chart = {
            .title = "t", .x_name = "x", .y_name = "y", .x = x, .y = y, .count = kind < 16 ? 4 : 1};
        chart.log_x = kind % 2 == 1;
        chart.log_y = kind / 2 % 2 == 1;
        chart.bars = kind / 4 % 2 == 1;
        chart.dots = true;
        chart.marks = marks;
        chart.mark_count = kind / 8 % 2 == 1 ? 2 : 0;
        struct markup markup = {.bytes = 0};
        chart_write(&markup, &chart);
        check_picture(test, &markup);
        CHECK(test, occurrences(&markup, "class=\"area\"") > 0 && occurrences(&markup, "-0<") == 0);
        markup_free(&markup);
    }
}

/* On logarithmic axes, equal factors are equal distances: the line of a power is straight. */
static void a_power_is_straight(struct test *test) {
    static const double x[] = {1, 10, 100}, y[] = {1e4, 1e3, 1e2};
    const struct chart chart = {
        .title = "t", .x_name = "x", .y_name = "y", .log_x = true, .log_y = true, .x = x, .y = y, .count = 3};
    struct markup markup = {.bytes = 0};
    chart_write(&markup, &chart);
    markup_text(&markup, "\n");
    const char *line = memmem(markup.text, markup.bytes, "class=\"line\" d=\"M", 17);
    double at[6] = {0};
    CHECK(test, line != NULL);
    char *next = line != NULL ? (char *)line + 17 : markup.text;
    for (size_t i = 0; i < 6; i++) {
        at[i] = strtod(next, &next);
        next += *next == 'L';
    }
    CHECK(test, at[2] > at[0] && at[3] > at[1]);
    CHECK(test, fabs(at[4] - 2 * at[2] + at[0]) < 0.2 && fabs(at[5] - 2 * at[3] + at[1]) < 0.2);
    markup_free(&markup);
}

/* All axes of values that do not differ, and of losses, which may be negative. */
static void flat_lines(struct test *test) {
    static const double x[] = {1, 2, 3}, levels[] = {0, 0.5, -0.25, 1e-12, 1e12};
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        const double y[] = {levels[i], levels[i], levels[i]};
        const struct chart chart = {.title = "t", .x_name = "x", .y_name = "y", .x = x, .y = y, .count = 3};
        struct markup markup = {.bytes = 0};
        chart_write(&markup, &chart);
        check_picture(test, &markup);
        markup_free(&markup);
    }
}

/* What stands between the script elements of a page. */
static void pages(struct test *test) {
    static const int8_t vectors[] = {1, 2, -3, 127, -127, 0};
    static const unsigned char scales[12] = {0};
    const struct page_text words[] = {{"</script>", 9}, {"\"<!--", 5}, {"a", 1}};
    const struct page_fact facts[] = {{"Words", "<b>3</b>"}};
    struct map_word map_words[WORDS];
    const struct map_picture map = make_map(map_words, 100);
    const double x[] = {1, 2}, y[] = {3, 4};
    const struct chart chart = {.title = "t", .x_name = "x", .y_name = "y", .x = x, .y = y, .count = 2};
    const struct page page = {.title = "</title>",
                              .facts = facts,
                              .fact_count = 1,
                              .charts = {{"loss", "Loss", &chart, "", "how", "note: </p>"},
                                         {"ranks", "Ranks", NULL, "nothing", "how", NULL},
                                         {"lengths", "Lengths", &chart, "", "how", NULL}},
                              .map = &map,
                              .map_how = "words.",
                              .search_how = "how",
                              .words = words,
                              .word_count = 3,
                              .dim = 2,
                              .vectors = vectors,
                              .scales = scales,
                              .maker = "m"};
    struct markup markup = {.bytes = 0};
    page_write(&markup, &page);
    CHECK(test, markup.error.kind == ERROR_NONE && markup.bytes > 0);
    CHECK(test, occurrences(&markup, "</script>") == 2 && occurrences(&markup, "<script") == 2 &&
                    occurrences(&markup, "</title>") == occurrences(&markup, "<title>"));
    CHECK(test, occurrences(&markup, "<b>") == 0 && occurrences(&markup, "&lt;b&gt;3") == 1);
    CHECK(test, occurrences(&markup, "[\"\\u003c/script\\u003e\",\"\\\"\\u003c!--\",\"a\"]") == 1);
    CHECK(test, occurrences(&markup, "\"vectors\":\"AQL9f4EA\"") == 1 &&
                    occurrences(&markup, "\"dim\":2,\"fold\":false") == 1);
    CHECK(test, occurrences(&markup, "http") == occurrences(&markup, "http-equiv") &&
                    occurrences(&markup, "src=") == 0 && occurrences(&markup, "url(") == 0);
    CHECK(test, occurrences(&markup, "nothing</p>") == 1 && occurrences(&markup, "note: &lt;/p&gt;") == 1);
    const struct file_map file = {.data = (const unsigned char *)markup.text, .size = markup.bytes};
    CHECK(test, page_known(&file) && !map_picture_known(&file));
    markup_free(&markup);
}

static const struct test_case cases[] = {
    {"picture: maps", maps},
    {"picture: sizes of maps", sizes_of_maps},
    {"picture: charts", charts},
    {"picture: a power is straight on logarithmic axes", a_power_is_straight},
    {"picture: flat lines", flat_lines},
    {"picture: pages", pages},
};

TEST_MAIN(cases)

#include "report/markup.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "harness.h"
#include "text/show.h"
#include "text/utf8.h"

static bool is(const struct markup *markup, const char *text) {
    struct error error = {.kind = ERROR_NONE};
    return markup_done(markup, &error) && markup->bytes == strlen(text) &&
           (markup->bytes == 0 || memcmp(markup->text, text, markup->bytes) == 0);
}

#define CHECK_TEXT(test, call, right)                                                \
    do {                                                                             \
        struct markup markup = {.bytes = 0};                                         \
        call;                                                                        \
        CHECK_MSG(test, is(&markup, right), "%.*s", (int)markup.bytes, markup.text); \
        markup_free(&markup);                                                        \
    } while (0)

#define ESCAPED(text) markup_escaped(&markup, (text), sizeof(text) - 1)
#define JSON(text) markup_json(&markup, (text), sizeof(text) - 1)

static void elements(struct test *test) {
    CHECK_TEXT(test, ESCAPED("plain words"), "plain words");
    CHECK_TEXT(test, ESCAPED("</script><!--&amp;'\"]]>"), "&lt;/script&gt;&lt;!--&amp;amp;&#39;&quot;]]&gt;");
    CHECK_TEXT(test, ESCAPED("a\0b\n\t\x1b\x7f"), "a\\x00b\\n\\t\\x1b\\x7f");
    CHECK_TEXT(test, ESCAPED("\xe2\x80\xae\xe2\x80\xac\xe2\x80\xa8"),
               "\\u202e\\u202c\\u2028"); /* bidi, line */
    CHECK_TEXT(test, ESCAPED("caf\xc3\xa9 \xe7\x8e\x8b \xf0\x9f\x91\x91"),
               "caf\xc3\xa9 \xe7\x8e\x8b \xf0\x9f\x91\x91");
    CHECK_TEXT(test, ESCAPED("\xff\xc3(\xed\xa0\x80"),
               "\xef\xbf\xbd\xef\xbf\xbd(\xef\xbf\xbd\xef\xbf\xbd\\x80");
    CHECK_TEXT(test, ESCAPED("\xef\xbf\xbe\xef\xbf\xbf"), "\xef\xbf\xbd\xef\xbf\xbd"); /* U+FFFE, U+FFFF */
    CHECK_TEXT(test, ESCAPED(""), "");
}

static void json(struct test *test) {
    CHECK_TEXT(test, JSON("plain"), "\"plain\"");
    CHECK_TEXT(test, JSON("</script><!--"), "\"\\u003c/script\\u003e\\u003c!--\"");
    CHECK_TEXT(test, JSON("\"\\&'"), "\"\\\"\\\\\\u0026'\"");
    CHECK_TEXT(test, JSON("\n\xe2\x80\xae\xe2\x80\xac"), "\"\\\\n\\\\u202e\\\\u202c\"");
    CHECK_TEXT(test, JSON("\xff\xef\xbf\xbf"), "\"\xef\xbf\xbd\xef\xbf\xbd\"");
}

/* The examples of RFC 4648. */
static void base64(struct test *test) {
    static const char *const right[] = {"", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"};
    for (size_t bytes = 0; bytes <= 6; bytes++)
        CHECK_TEXT(test, markup_base64(&markup, "foobar", bytes), right[bytes]);
    CHECK_TEXT(test, markup_base64(&markup, "\xff\xfe\xfd\x00\x80", 5), "//79AIA=");
}

static void numbers(struct test *test) {
    CHECK_TEXT(test, markup_number(&markup, 12), "12");
    CHECK_TEXT(test, markup_number(&markup, 12.46), "12.5");
    CHECK_TEXT(test, markup_number(&markup, -0.1), "-0.1");
    CHECK_TEXT(test, markup_number(&markup, -0.01), "0");
    CHECK_TEXT(test, markup_number(&markup, NAN), "0");
    CHECK_TEXT(test, markup_number(&markup, -INFINITY), "0");
    CHECK_TEXT(test, markup_number(&markup, 1e30), "0");
}

/* Whatever the bytes are, what comes out is text of an element: well-formed UTF-8 without a character that
 * means something there. */
static void any_bytes(struct test *test) {
    static const char special[] = {'<',    '>',    '&',    '"',    '\'',   '\xe2', '\x80', '\xae',
                                   '\xef', '\xbf', '\xbf', '\x01', '\x9f', '\\',   ']'};
    struct rng rng = rng_seed(1, 0);
    for (int round = 0; round < 3000; round++) {
        char bytes[24];
        const size_t length = rng_below(&rng, sizeof bytes);
        for (size_t i = 0; i < length; i++) {
            const uint32_t random = rng_below(&rng, 256);
            memcpy(&bytes[i], &random, 1);
            if (rng_below(&rng, 3) == 0)
                bytes[i] = special[random % sizeof special];
        }
        struct markup element = {.bytes = 0}, string = {.bytes = 0};
        markup_text(&element, "x");
        markup_escaped(&element, bytes, length);
        markup_json(&string, bytes, length);
        CHECK(test,
              utf8_well_formed(element.text, element.bytes) && utf8_well_formed(string.text, string.bytes));
        CHECK(test, memchr(element.text, '<', element.bytes) == NULL &&
                        memchr(string.text, '<', string.bytes) == NULL);
        for (size_t i = 0; i < string.bytes + element.bytes; i++) {
            const char *byte = i < string.bytes ? &string.text[i] : &element.text[i - string.bytes];
            CHECK(test, (unsigned char)*byte >= ' ' && *byte != '\x7f');
        }
        markup_free(&element);
        markup_free(&string);
    }
}

/* After a failure nothing is added, and the first error stays. */
static void a_failure_stays(struct test *test) {
    struct markup markup = {.bytes = 0};
    struct error error = {.kind = ERROR_NONE};
    error_set(&markup.error, ERROR_SYSTEM, "no memory");
    markup_text(&markup, "more");
    CHECK(test, markup.bytes == 0 && !markup_done(&markup, &error) && strcmp(error.text, "no memory") == 0 &&
                    error.kind == ERROR_SYSTEM);
    markup_free(&markup);
}

static const struct test_case cases[] = {
    {"markup: text of elements", elements},
    {"markup: JSON", json},
    {"markup: base64", base64},
    {"markup: numbers", numbers},
    {"markup: any bytes", any_bytes},
    {"markup: a failure stays", a_failure_stays},
};

TEST_MAIN(cases)

#include "text/content.h"

#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "harness.h"

#define BYTES_MAX ((size_t)100000)

struct content {
    unsigned char bytes[BYTES_MAX];
    size_t size;
};

static void add(struct content *content, const void *bytes, size_t size) {
    if (content->size + size > BYTES_MAX)
        abort();
    memcpy(content->bytes + content->size, bytes, size);
    content->size += size;
}

/* `what` again and again, and `other` after every `period`th. */
static struct content *repeat(const char *what, size_t times, const char *other, size_t period) {
    struct content *content = calloc(1, sizeof *content);
    if (content == NULL)
        abort();
    for (size_t i = 1; i <= times; i++) {
        add(content, what, strlen(what));
        if (i % period == 0)
            add(content, other, strlen(other));
    }
    return content;
}

/* `says` is what the error must contain; NULL: the content is accepted. */
static void check_content(struct test *test, struct content *content, const char *says) {
    struct error error = {.kind = ERROR_NONE};
    const bool done = content_check("FILE", content->bytes, content->size, &error);
    if (says == NULL)
        CHECK_MSG(test, done && error.kind == ERROR_NONE, "%s", error.text);
    else
        CHECK_MSG(test,
                  !done && error.kind == ERROR_INPUT && strncmp(error.text, "FILE: ", 6) == 0 &&
                      strstr(error.text, says) != NULL,
                  "%s, not %s", error.text, says);
    free(content);
}

static void texts_are_accepted(struct test *test) {
    check_content(test, repeat("", 1, "", 1), NULL);
    check_content(test, repeat("a", 1, "", 1), NULL);
    check_content(test, repeat("\xe9", 1, "", 1), NULL);
    check_content(test, repeat("words and more words\n", 1000, "", 1), NULL);
    check_content(test, repeat("Žluťoučký kůň 中文 한국어 😀 ", 500, "", 1), NULL);
    check_content(test, repeat("words\n", 1000, "bad \xff", 100), NULL);  /* 1 in 600 bytes */
    check_content(test, repeat("words\n", 1000, "\xff", 112), NULL);      /* 8 in all */
    check_content(test, repeat("grüße ", 1000, "\xff", 10), NULL);        /* mostly UTF-8 */
    check_content(test, repeat("a line\x0c\x1b\r\n", 1000, "", 1), NULL); /* few controls */
}

static void nul_bytes_may_separate_words(struct test *test) {
    struct content *content = repeat("", 1, "", 1);
    for (size_t i = 0; i < 1000; i++)
        add(content, i % 2 == 0 ? "words" : "word", 6 - i % 2);
    check_content(test, content, NULL);
}

static void other_encodings(struct test *test) {
    check_content(test, repeat("gr\xfc\xdf", 100, "e ", 1), "iconv -f LATIN1 -t UTF-8");
    check_content(test, repeat("Ein Satz \xfc", 1, "", 1), NULL);
    check_content(test, repeat("Ein Satz, der l\xe4nger ist. ", 20, "", 1), "20 sequences are ill-formed");
    check_content(test, repeat("\xcf\xcf\xd3\xd3\xc9\xd1 ", 100, "", 1), "not UTF-8"); /* KOI8-R */
    check_content(test, repeat("\xff\xfe", 1, "", 1), "iconv -f UTF-16 -t UTF-8");
    check_content(test, repeat("\xfe\xff", 1, "", 1), "iconv -f UTF-16 -t UTF-8");
}

/* ASCII in that many bytes a character, the first or the last of which is the letter. */
static struct content *widen(const char *mark, size_t mark_bytes, size_t width, bool little) {
    struct content *content = repeat("", 1, "", 1);
    add(content, mark, mark_bytes);
    for (size_t i = 0; i < 400; i++) {
        unsigned char wide[4] = {0};
        wide[little ? 0 : width - 1] = (unsigned char)"words and more\n"[i % 15];
        add(content, wide, width);
    }
    return content;
}

static void wide_encodings(struct test *test) {
    check_content(test, widen("\xff\xfe", 2, 2, true), "iconv -f UTF-16 -t UTF-8");
    check_content(test, widen("\xfe\xff", 2, 2, false), "iconv -f UTF-16 -t UTF-8");
    check_content(test, widen("", 0, 2, true), "iconv -f UTF-16LE -t UTF-8");
    check_content(test, widen("", 0, 2, false), "iconv -f UTF-16BE -t UTF-8");
    check_content(test, widen("\xff\xfe\0\0", 4, 4, true), "iconv -f UTF-32 -t UTF-8");
    check_content(test, widen("\0\0\xfe\xff", 4, 4, false), "iconv -f UTF-32 -t UTF-8");
    check_content(test, widen("", 0, 4, true), "a binary file");
}

static void binary_files(struct test *test) {
    struct rng rng = rng_seed(1, 0);
    struct content *random = repeat("", 1, "", 1), *numbers = repeat("", 1, "", 1);
    for (size_t i = 0; i < 10000; i++) {
        const unsigned char byte = (unsigned char)rng_below(&rng, 256);
        const float number = (float)rng_below(&rng, 1000) / 1000;
        add(random, &byte, 1);
        add(numbers, &number, sizeof number);
    }
    check_content(test, random, "a binary file");
    check_content(test, numbers, "a binary file");
    check_content(test,
                  repeat("\x7f"
                         "ELF\x02\x01\x01\x03",
                         100, "", 1),
                  "a binary file");
}

static void packed_files(struct test *test) {
    check_content(test, repeat("\x1f\x8b\x08", 1, "", 1), "a file compressed by gzip inside of another; ");
    check_content(test, repeat("PK\x03\x04", 1, "", 1), "a zip archive; unpack it into a pipe: unzip -p");
    check_content(test, repeat("BZh9", 1, "", 1), NULL);
}

/* Wherever the bytes end, a character that is cut off is not held against them. */
static void cut_anywhere(struct test *test) {
    struct content *content = repeat("中文 한국어 ", 4, "", 1);
    for (size_t size = 0; size < content->size; size++) {
        struct error error = {.kind = ERROR_NONE};
        CHECK_MSG(test, content_check("FILE", content->bytes, size, &error), "%s", error.text);
    }
    free(content);
}

/* Each of the words occurs `count` times. */
static bool unsegmented(const char *const *words, uint64_t count) {
    struct dictionary dictionary;
    struct error error = {.kind = ERROR_NONE};
    if (!dictionary_create(&dictionary, &error))
        abort();
    for (uint32_t id; *words != NULL; words++)
        if (!dictionary_add(&dictionary, (const unsigned char *)*words, strlen(*words), count, 0, &id,
                            &error))
            abort();
    const bool answer = content_unsegmented(&dictionary);
    dictionary_free(&dictionary);
    return answer;
}

static void texts_without_spaces(struct test *test) {
    const char *const chinese[] = {"我们今天去北京看朋友", "他昨天没有来上课", "因为他生病了", "2024", NULL};
    const char *const segmented[] = {"我们", "今天", "去", "北京", "看", "朋友", "中华人民共和国", NULL};
    const char *const thai[] = {"ประเทศไทยเป็นประเทศที่", "อยู่ในเอเชียตะวันออกเฉียงใต้", NULL};
    const char *const mixed[] = {"我们今天去北京看朋友", "the", "words", "of", "english", NULL};
    const char *const german[] = {"Donaudampfschifffahrtsgesellschaft", "Straßenbahnhaltestelle", NULL};
    const char *const nothing[] = {NULL};
    CHECK(test, unsegmented(chinese, 1) && unsegmented(chinese, 1000) && unsegmented(thai, 1));
    CHECK(test, !unsegmented(segmented, 1) && !unsegmented(mixed, 1) && !unsegmented(german, 1));
    CHECK(test, !unsegmented(nothing, 1));
}

static const struct test_case cases[] = {
    {"content: texts are accepted", texts_are_accepted},
    {"content: NUL bytes may separate words", nul_bytes_may_separate_words},
    {"content: other encodings", other_encodings},
    {"content: wide encodings", wide_encodings},
    {"content: binary files", binary_files},
    {"content: packed files", packed_files},
    {"content: cut anywhere", cut_anywhere},
    {"content: texts without spaces", texts_without_spaces},
};

TEST_MAIN(cases)

#include "text/normalize.h"

#include <string.h>

#include "base/rng.h"
#include "harness.h"
#include "text/unicode.h"
#include "text/utf8.h"

#define POINTS_MAX ((size_t)12)
#define CODE_POINTS 0x110000u

struct points {
    uint32_t list[NORMALIZE_PARTS * POINTS_MAX];
    size_t count;
};

static bool same(const struct points *a, const struct points *b) {
    return a->count == b->count && memcmp(a->list, b->list, a->count * sizeof *a->list) == 0;
}

static struct points composed(struct points points) {
    points.count = normalize_compose(points.list, points.count);
    return points;
}

static struct points decomposed(struct points points) {
    points.count = normalize_decompose(points.list, points.count);
    return points;
}

static struct points folded(struct points points) {
    points.count = normalize_fold(points.list, points.count);
    return points;
}

/* From NormalizationTest.txt, and the folds of words. */
static void examples(struct test *test) {
    const struct {
        const char *word, *c, *d, *folded;
    } table[] = {
        {"Caf\u00e9", "Caf\u00e9", "Cafe\u0301", "caf\u00e9"},
        {"Cafe\u0301", "Caf\u00e9", "Cafe\u0301", "caf\u00e9"},
        {"plain", "plain", "plain", "plain"},
        {"\u1e9b\u0323", "\u1e9b\u0323", "\u017f\u0323\u0307", "\u1e69"},
        {"D\u0307\u0323", "\u1e0c\u0307", "D\u0323\u0307", "\u1e0d\u0307"},
        {"o\u0302\u0323", "\u1ed9", "o\u0323\u0302", "\u1ed9"},
        {"\u212b\u2126", "\u00c5\u03a9", "A\u030a\u03a9", "\u00e5\u03c9"},
        {"\u0958", "\u0915\u093c", "\u0915\u093c", "\u0915\u093c"},
        {"\u1112\u1161\u11ab", "\ud55c", "\u1112\u1161\u11ab", "\ud55c"},
        {"\ud558\u11ab", "\ud55c", "\u1112\u1161\u11ab", "\ud55c"},
        {"\uac00\u11a7", "\uac00\u11a7", "\u1100\u1161\u11a7", "\uac00\u11a7"},
        {"\uac01\u11a8", "\uac01\u11a8", "\u1100\u1161\u11a8\u11a8", "\uac01\u11a8"},
        {"a\u0300\u05ae\u0300\u0315b", "\u00e0\u05ae\u0300\u0315b", "a\u05ae\u0300\u0300\u0315b",
         "\u00e0\u05ae\u0300\u0315b"},
        {"\u0344", "\u0308\u0301", "\u0308\u0301", "\u0308\u0301"},
        {"\u0301a", "\u0301a", "\u0301a", "\u0301a"},
        {"J\u030c", "J\u030c", "J\u030c", "\u01f0"},
        {"I\u0307", "\u0130", "I\u0307", "i"},
        {"\u1fb7", "\u1fb7", "\u03b1\u0342\u0345", "\u1fb7"},
        {"x\xffy\xc3", "x\xffy\xc3", "x\xffy\xc3", "x\xffy\xc3"},
        {"e\u0301\xff\u0301", "\u00e9\xff\u0301", "e\u0301\xff\u0301", "\u00e9\xff\u0301"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const char *const expected[] = {[NORMALIZE_COMPOSED] = table[i].c,
                                        [NORMALIZE_DECOMPOSED] = table[i].d,
                                        [NORMALIZE_FOLDED] = table[i].folded};
        for (int form = 0; form <= NORMALIZE_FOLDED; form++) {
            unsigned char normal[NORMALIZE_BYTES_MAX];
            const size_t length = normalize_word(table[i].word, strlen(table[i].word),
                                                 (enum normalize_form)form, normal);
            CHECK_MSG(test, length == strlen(expected[form]) && memcmp(normal, expected[form], length) == 0,
                      "%s in form %d: %.*s", table[i].word, form, (int)length, (char *)normal);
        }
    }
}

/* Both forms of both forms are the same again. */
static void check_forms(struct test *test, const struct points *points) {
    const struct points c = composed(*points), d = decomposed(*points), f = folded(*points);
    const struct points cc = composed(c), cd = composed(d), dc = decomposed(c), fc = folded(c),
                        fd = folded(d);
    const struct points ff = folded(f);
    const uint32_t first = points->list[0];
    CHECK_MSG(test, same(&c, &cc) && same(&c, &cd) && same(&d, &dc), "U+%04X...", first);
    CHECK_MSG(test, same(&f, &fc) && same(&f, &fd) && same(&f, &ff), "U+%04X...", first);
}

static void all_code_points(struct test *test) {
    for (uint32_t c = 0; c < CODE_POINTS; c++) {
        const struct points points = {.list = {c}, .count = 1};
        const struct points d = decomposed(points), small = {.list = {unicode_fold(c)}, .count = 1};
        const struct points small_d = decomposed(small);
        check_forms(test, &points);
        CHECK_MSG(test, d.count <= NORMALIZE_PARTS && small_d.count <= d.count, "U+%04X", c);
    }
}

static void random_sequences(struct test *test) {
    const uint32_t interesting[] = {'a',    'I',    'J',    0xe9,   0x130,  0x1ec6, 0x1fb7, 0x212b,
                                    0x300,  0x302,  0x307,  0x30c,  0x323,  0x327,  0x345,  0x5b0,
                                    0x915,  0x93c,  0x94d,  0x958,  0x9c7,  0x9be,  0x1100, 0x1161,
                                    0x11a8, 0xac00, 0xac01, 0x200d, 0x3099, 0x304b, 0xfb2c, 0x1d15e};
    struct rng rng = rng_seed(1, 0);
    size_t shorter = 0, sorted = 0;
    for (size_t i = 0; i < 20000; i++) {
        struct points points = {.count = 1 + rng_below(&rng, POINTS_MAX)};
        for (size_t p = 0; p < points.count; p++)
            points.list[p] = rng_below(&rng, 8) > 0
                                 ? interesting[rng_below(&rng, sizeof interesting / sizeof *interesting)]
                                 : rng_below(&rng, 0x3000);
        check_forms(test, &points);
        const struct points c = composed(points);
        shorter += c.count < points.count;
        sorted += c.count == points.count && !same(&c, &points);
    }
    CHECK_MSG(test, shorter > 500 && sorted > 1000, "%zu shorter, %zu only sorted", shorter, sorted);
}

/* The longest words, grown as much as they can. */
static void the_longest_words(struct test *test) {
    static const char *const atoms[] = {"\u0390", "\u1f82", "\u023a", "\ufb2c", "A", "\U0001d160", "\xff"};
    for (size_t i = 0; i < sizeof atoms / sizeof *atoms; i++)
        for (int form = 0; form <= NORMALIZE_FOLDED; form++) {
            const size_t length = strlen(atoms[i]), times = NORMALIZE_WORD_MAX / length;
            char word[NORMALIZE_WORD_MAX];
            unsigned char one[NORMALIZE_BYTES_MAX], all[NORMALIZE_BYTES_MAX];
            for (size_t t = 0; t < times; t++)
                memcpy(word + t * length, atoms[i], length);
            const size_t once = normalize_word(atoms[i], length, (enum normalize_form)form, one);
            const size_t bytes = normalize_word(word, times * length, (enum normalize_form)form, all);
            CHECK_MSG(test, bytes == times * once && memcmp(all, one, once) == 0, "%s: %zu", atoms[i], bytes);
        }
}

static const struct test_case cases[] = {
    {"normalize: examples", examples},
    {"normalize: all code points", all_code_points},
    {"normalize: random sequences", random_sequences},
    {"normalize: the longest words", the_longest_words},
};

TEST_MAIN(cases)

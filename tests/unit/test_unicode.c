#include "text/unicode.h"

#include <ctype.h>

#include "harness.h"

#define CODE_POINTS 0x110000u
/* Surrogates are included: the functions are defined for every number. */
#define BEYOND (CODE_POINTS + 0x1000u)

static unsigned kind_of(uint32_t code_point) {
    return unicode_kind(code_point) % UNICODE_UNSTABLE;
}

static bool is_mark(uint32_t code_point) {
    return kind_of(code_point) == UNICODE_MARK || kind_of(code_point) == UNICODE_ORDERED_MARK;
}

static bool is_word(uint32_t code_point) {
    return kind_of(code_point) == UNICODE_LETTER || is_mark(code_point);
}

static void ascii_agrees_with_ctype(struct test *test) {
    for (uint32_t c = 0; c < 0x80; c++) {
        CHECK_MSG(test, is_word(c) == (isalnum((int)c) != 0), "U+%04X", c);
        CHECK_MSG(test, unicode_fold(c) == (uint32_t)tolower((int)c), "U+%04X", c);
    }
}

struct pair {
    uint32_t from, to;
};

static void check_pairs(struct test *test, const struct pair *pairs, size_t count) {
    for (size_t i = 0; i < count; i++)
        CHECK_MSG(test, unicode_fold(pairs[i].from) == pairs[i].to, "U+%04X: U+%04X", pairs[i].from,
                  unicode_fold(pairs[i].from));
}
#define CHECK_PAIRS(test, pairs) check_pairs(test, pairs, sizeof(pairs) / sizeof *(pairs))

/* From CaseFolding.txt, status C and S. */
static void folds_of_letters(struct test *test) {
    const struct pair pairs[] = {
        {0xc0, 0xe0},       {0xd6, 0xf6},
        {0xd8, 0xf8},       {0xde, 0xfe}, /* Latin-1 */
        {0x100, 0x101},     {0x178, 0xff},
        {0x17f, 's'},       {0x1c4, 0x1c6}, /* Latin */
        {0x1c5, 0x1c6},     {0x23a, 0x2c65},
        {0x1e9e, 0xdf},     {0x1e9b, 0x1e61}, /**/
        {0xa64a, 0xa64b},   {0xff21, 0xff41},
        {0x2c7e, 0x23f},    {0xa7ab, 0x25c}, /**/
        {0x391, 0x3b1},     {0x3a3, 0x3c3},
        {0x3c2, 0x3c3},     {0x3c3, 0x3c3}, /* Greek */
        {0xb5, 0x3bc},      {0x345, 0x3b9},
        {0x1fbe, 0x3b9},    {0x3f4, 0x3b8}, /**/
        {0x1f88, 0x1f80},   {0x3d0, 0x3b2},
        {0x2126, 0x3c9},    {0x212a, 'k'}, /* signs, too */
        {0x212b, 0xe5},     {0x410, 0x430},
        {0x42f, 0x44f},     {0x401, 0x451}, /* Cyrillic */
        {0x1c80, 0x432},    {0x4c0, 0x4cf},
        {0x531, 0x561},     {0x556, 0x586}, /* Armenian */
        {0x10a0, 0x2d00},   {0x1c90, 0x10d0},
        {0x10400, 0x10428}, {0x118a0, 0x118c0}, /* Georgian and more */
        {0x1e900, 0x1e922}, {0x1e921, 0x1e943},
        {0x16e40, 0x16e60}, {0x24b6, 0x24d0},
    };
    CHECK_PAIRS(test, pairs);
}

static void what_folds_to_itself(struct test *test) {
    const uint32_t same[] = {
        0,       '@',     '[',     '`',     '{',      0xa0,     0xaa,       0xd7,       0xdf,
        0xf7,    0xff,    0x131,   0x138,   0x149,    0x1f0,    0x2bb,      0x300,      0x301,
        0x390,   0x3b1,   0x430,   0x5d0,   0x627,    0x905,    0x10d0,     0x3042,     0x30ab,
        0x4e2d,  0xac00,  0xd800,  0xdfff,  0xe000,   0xfb00,   0xfeff,     0xff3b,     0xffff,
        0x1d400, 0x1f600, 0x20000, 0x1e944, 0x10ffff, 0x110000, 0x7fffffff, UINT32_MAX,
    };
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        CHECK_MSG(test, unicode_fold(same[i]) == same[i], "U+%04X: U+%04X", same[i], unicode_fold(same[i]));
}

/* unicode_table.h says where its folding differs from CaseFolding.txt. */
static void the_folds_of_our_own(struct test *test) {
    const struct pair pairs[] = {
        {0x130, 'i'}, {0x13a0, 0xab70}, {0xab70, 0xab70}, {0x13f8, 0x13f8}, {0x13f0, 0x13f8}};
    CHECK_PAIRS(test, pairs);
}

static void word_code_points(struct test *test) {
    const uint32_t words[] = {
        0xaa,    0xb5,    0xba,    0xc0,    0xd6,    0xd8,    0xdf,   0xf6,   0xff,   0x131,   0x1c5,
        0x2bb,   0x2c1,   0x300,   0x301,   0x36f,   0x391,   0x3c2,  0x430,  0x451,  0x483,   0x488,
        0x5d0,   0x5b0,   0x627,   0x64b,   0x660,   0x669,   0x6f0,  0x905,  0x93f,  0x94d,   0x966,
        0xe01,   0xe31,   0x0e50,  0x1100,  0x10d0,  0x3005,  0x3042, 0x30ab, 0x30fc, 0x3400,  0x4dbf,
        0x4e00,  0x4e2d,  0x9fff,  0xac00,  0xd7a3,  0xfe0f,  0xff10, 0xff21, 0xff71, 0x10400, 0x1d7ce,
        0x1d400, 0x1e943, 0x20000, 0x2a6df, 0x323af, 0xe0100,
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        CHECK_MSG(test, is_word(words[i]), "U+%04X", words[i]);
}

static void other_code_points(struct test *test) {
    const uint32_t others[] = {
        0x80,       0x85,     0xa0,     0xa7,     0xab,       0xb2,       0xb7,   0xbc,    0xbf,    0xd7,
        0xf7,       0x2c2,    0x37e,    0x387,    0x5be,      0x60c,      0x964,  0xe3f,   0x2003,  0x200b,
        0x200d,     0x2010,   0x2014,   0x2018,   0x2019,     0x201c,     0x2026, 0x2028,  0x2070,  0x20ac,
        0x2126 - 1, 0x2160,   0x2460,   0x24b6,   0x3000,     0x3001,     0x3002, 0x300c,  0x3007,  0x30fb,
        0xd7a4,     0xd800,   0xdfff,   0xe000,   0xf8ff,     0xfeff,     0xff01, 0xff3f,  0xfffd,  0xffff,
        0x1f600,    0x1d6c1,  0x2a6e0,  0xe0001,  0xf0000,    0x378,      0x530,  0x1ffff, 0x2fa1e, 0x323b0,
        0x40000,    0x10fffd, 0x10ffff, 0x110000, 0x7fffffff, UINT32_MAX,
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        CHECK_MSG(test, !is_word(others[i]), "U+%04X", others[i]);
}

/* A folded word must not change when it is folded again. */
static void folding_twice_is_folding_once(struct test *test) {
    for (uint32_t c = 0; c < BEYOND; c++) {
        const uint32_t folded = unicode_fold(c);
        CHECK_MSG(test, unicode_fold(folded) == folded, "U+%04X", c);
        CHECK_MSG(test, folded < CODE_POINTS || c >= CODE_POINTS, "U+%04X: U+%04X", c, folded);
        CHECK_MSG(test, is_word(folded) == is_word(c), "U+%04X", c);
    }
}

static void what_has_no_width(struct test *test) {
    const uint32_t joiners[] = {0x200c, 0x200d, 0x180e};
    const uint32_t ignored[] = {0xad, 0x61c, 0x200e, 0x200f, 0x202a, 0x202e, 0x2060, 0x2066, 0x2069, 0xfeff};
    const uint32_t others[] = {0x200b, 0x2028, 0x2061, 0x600, 0xfff9, 0xe0001, 0xe0041};
    for (size_t i = 0; i < sizeof joiners / sizeof *joiners; i++)
        CHECK_MSG(test, kind_of(joiners[i]) == UNICODE_JOINER, "U+%04X", joiners[i]);
    for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
        CHECK_MSG(test, kind_of(ignored[i]) == UNICODE_IGNORED, "U+%04X", ignored[i]);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        CHECK_MSG(test, kind_of(others[i]) == UNICODE_OTHER, "U+%04X", others[i]);
}

/* So a word of such code points needs no normalization after folding. */
static void what_is_stable_stays_stable_when_folded(struct test *test) {
    for (uint32_t c = 0; c < BEYOND; c++)
        if ((unicode_kind(c) & UNICODE_UNSTABLE) == 0 && unicode_fold(c) != c)
            CHECK_MSG(test, unicode_kind(unicode_fold(c)) == unicode_kind(c), "U+%04X", c);
}

/* What stays in form C is not decomposed for good, and only ordered marks have a class. */
static void kinds_agree_with_normalization(struct test *test) {
    for (uint32_t c = 0; c < BEYOND; c++) {
        uint32_t first, second;
        const bool decomposed = unicode_decompose(c, &first, &second);
        const bool unstable = (unicode_kind(c) & UNICODE_UNSTABLE) != 0;
        CHECK_MSG(test, !decomposed || unstable || unicode_compose(first, second) == c, "U+%04X", c);
        if (unicode_combining_class(c) > 0)
            CHECK_MSG(test, kind_of(c) == UNICODE_ORDERED_MARK, "U+%04X", c);
        else
            CHECK_MSG(test, kind_of(c) != UNICODE_ORDERED_MARK, "U+%04X", c);
    }
}

/* Unicode 15.0.0: DerivedGeneralCategory.txt counts 136,104 letters, 2,450 marks and 680 decimal digits.
 * CaseFolding.txt has 1,454 entries of status C and S, including 86 for Cherokee, which the table reverses;
 * U+0130 is added. UnicodeData.txt has 2,061 canonical decompositions and 922 code points of another class
 * than 0; DerivedNormalizationProps.txt excludes 1,120 from composition, and there are 11,172 syllables. */
static void as_many_as_the_database_has(struct test *test) {
    size_t letters = 0, marks = 0, folds = 0, decomposed = 0, composed = 0, classes = 0;
    for (uint32_t c = 0; c < CODE_POINTS; c++) {
        uint32_t first, second;
        letters += kind_of(c) == UNICODE_LETTER;
        marks += is_mark(c);
        folds += unicode_fold(c) != c;
        classes += unicode_combining_class(c) > 0;
        if (unicode_decompose(c, &first, &second)) {
            decomposed++;
            composed += unicode_compose(first, second) == c;
        }
    }
    CHECK_MSG(test, letters == 136104 + 680, "%zu", letters);
    CHECK_MSG(test, marks == 2450, "%zu", marks);
    CHECK_MSG(test, folds == 1454 + 1, "%zu", folds);
    CHECK_MSG(test, classes == 922, "%zu", classes);
    CHECK_MSG(test, decomposed == 2061 + 11172, "%zu", decomposed);
    CHECK_MSG(test, composed == 2061 - 1120 + 11172, "%zu", composed);
}

static const struct test_case cases[] = {
    {"unicode: ASCII agrees with ctype", ascii_agrees_with_ctype},
    {"unicode: folds of letters", folds_of_letters},
    {"unicode: what folds to itself", what_folds_to_itself},
    {"unicode: the folds of our own", the_folds_of_our_own},
    {"unicode: word code points", word_code_points},
    {"unicode: other code points", other_code_points},
    {"unicode: folding twice is folding once", folding_twice_is_folding_once},
    {"unicode: what has no width", what_has_no_width},
    {"unicode: what is stable stays stable when folded", what_is_stable_stays_stable_when_folded},
    {"unicode: kinds agree with normalization", kinds_agree_with_normalization},
    {"unicode: as many as the database has", as_many_as_the_database_has},
};

TEST_MAIN(cases)

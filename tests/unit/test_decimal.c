#include "base/decimal.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "float_bits.h"
#include "harness.h"

#define INFINITE_BITS UINT32_C(0x7f800000)

/* The text as a string; `digits` 0 means the shortest. The buffer may keep what it held before, so it is
 * filled with a character that no number contains. */
static const char *text_of(float number, int digits, char text[DECIMAL_CAPACITY + 1]) {
    memset(text, '#', DECIMAL_CAPACITY);
    text[digits == 0 ? decimal_shortest(number, text) : decimal_rounded(number, digits, text)] = '\0';
    return text;
}

/* The digits of the text of a positive number as an integer without trailing zeros, and its exponent. */
struct parsed {
    uint64_t digits;
    int exponent, count;
};

static struct parsed parse(const char *text) {
    struct parsed parsed = {0, 0, 0};
    const char *at = text, *point = NULL;
    for (; *at != '\0' && *at != 'e'; at++) {
        if (*at == '.')
            point = at;
        else
            parsed.digits = parsed.digits * 10 + (uint64_t)(*at - '0');
    }
    parsed.exponent = (point != NULL ? (int)(point - at) + 1 : 0) +
                      (*at == 'e' ? (int)strtol(at + 1, NULL, 10) : 0);
    for (; parsed.digits > 0 && parsed.digits % 10 == 0; parsed.exponent++)
        parsed.digits /= 10;
    for (uint64_t digits = parsed.digits; digits > 0; digits /= 10)
        parsed.count++;
    return parsed;
}

static const char *join(uint64_t digits, int exponent, char text[64]) {
    snprintf(text, 64, "%llue%d", (unsigned long long)digits, exponent);
    return text;
}

/* --- exact texts --- */

struct example {
    float number;
    const char *text;
};

static void exact_texts(struct test *test) {
    const struct example examples[] = {
        {0, "0"},
        {1, "1"},
        {10, "10"},
        {-0.5F, "-0.5"},
        {0.1F, "0.1"},
        {1.0F / 3, "0.33333334"},
        {-2.0F / 3, "-0.6666667"},
        {123.456F, "123.456"},
        {0.001F, "0.001"},
        {1e-4F, "0.0001"},
        {1.5e-4F, "0.00015"},
        {-1.2345678e-4F, "-0.00012345678"},
        {9.9999e-5F, "9.9999e-5"},
        {1e-5F, "1e-5"},
        {-1e-10F, "-1e-10"},
        {16777215, "16777215"},
        {16777216, "16777216"},
        {123456792.0F, "123456790"},
        {1e8F, "100000000"},
        {999999936.0F, "999999940"},
        {1e9F, "1e9"},
        {-1.5e9F, "-1.5e9"},
        {1e10F, "1e10"},
        {3e20F, "3e20"},
        {1048576.25F, "1048576.2"},
        {1048576.75F, "1048576.8"},
        {FLT_MAX, "3.4028235e38"},
        {-FLT_MAX, "-3.4028235e38"},
        {FLT_MIN, "1.1754944e-38"},
        {FLT_EPSILON, "1.1920929e-7"},
        {1 + FLT_EPSILON, "1.0000001"},
        {1 - FLT_EPSILON / 2, "0.99999994"},
    };
    char text[DECIMAL_CAPACITY + 1];
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++)
        CHECK_MSG(test, strcmp(text_of(examples[i].number, 0, text), examples[i].text) == 0, "%s: %s",
                  examples[i].text, text);
    CHECK(test, strcmp(text_of(-0.0F, 0, text), "-0") == 0);
    CHECK(test, strcmp(text_of(float_of(1), 0, text), "1e-45") == 0);
    CHECK(test, strcmp(text_of(float_of(0x007fffff), 0, text), "1.1754942e-38") == 0);
}

struct rounding {
    float number;
    int digits;
    const char *text;
};

static void exact_roundings(struct test *test) {
    const struct rounding roundings[] = {
        {0, 5, "0"},
        {1, 9, "1"},
        {0.1F, 1, "0.1"},
        {0.1F, 8, "0.1"},
        {0.1F, 9, "0.100000001"},
        {-0.1F, 9, "-0.100000001"},
        {2.5F, 1, "2"},
        {3.5F, 1, "4"},
        {25, 1, "20"},
        {35, 1, "40"},
        {2500, 1, "2000"},
        {350000, 1, "400000"},
        {0.125F, 2, "0.12"},
        {0.375F, 2, "0.38"},
        {9.75F, 2, "9.8"},
        {9.96F, 2, "10"},
        {0.99951171875F, 3, "1"},
        {0.000099999F, 2, "0.0001"},
        {999999936.0F, 6, "1e9"},
        {FLT_MAX, 1, "3e38"},
        {FLT_MAX, 9, "3.40282347e38"},
        {FLT_MIN, 9, "1.17549435e-38"},
        {123456792.0F, 9, "123456792"},
        {123456792.0F, 3, "123000000"},
    };
    char text[DECIMAL_CAPACITY + 1];
    for (size_t i = 0; i < sizeof roundings / sizeof *roundings; i++)
        CHECK_MSG(test,
                  strcmp(text_of(roundings[i].number, roundings[i].digits, text), roundings[i].text) == 0,
                  "%s: %s", roundings[i].text, text);
    CHECK(test, strcmp(text_of(-0.0F, 3, text), "-0") == 0);
    CHECK(test, strcmp(text_of(float_of(1), 9, text), "1.40129846e-45") == 0);
}

/* --- samples of all floats --- */

static void reads_back(struct test *test, uint32_t bits) {
    char text[DECIMAL_CAPACITY + 1], *end;
    const float read = strtof(text_of(float_of(bits), 0, text), &end);
    CHECK_MSG(test, *end == '\0' && bits_of(read) == bits, "%08x: %s", (unsigned)bits, text);
}

static void every_sampled_float_reads_back(struct test *test) {
    for (uint64_t bits = 0; bits <= UINT32_MAX; bits += 4099)
        if ((bits & INFINITE_BITS) != INFINITE_BITS)
            reads_back(test, (uint32_t)bits);
    for (uint32_t bits = 0; bits < INFINITE_BITS; bits += 1U << 23)
        for (uint32_t near = 0; near <= 4; near++)
            if (bits + near >= 2)
                reads_back(test, bits + near - 2);
}

/* Decimals read as the same float are adjacent, so if one of them has fewer digits, so has one of its two
 * neighbors. */
static void no_shorter_text(struct test *test, uint32_t bits) {
    char text[DECIMAL_CAPACITY + 1], other[64];
    const struct parsed parsed = parse(text_of(float_of(bits), 0, text));
    for (uint64_t up = 0; up <= 1; up++)
        CHECK_MSG(test,
                  bits_of(strtof(join(parsed.digits / 10 + up, parsed.exponent + 1, other), NULL)) != bits,
                  "%08x: %s, and %s", (unsigned)bits, text, other);
}

/* Changing the last digit by one is no closer, or is read as another float. */
static void no_closer_text(struct test *test, uint32_t bits) {
    char text[DECIMAL_CAPACITY + 1], other[64];
    const float number = float_of(bits);
    const struct parsed parsed = parse(text_of(number, 0, text));
    const long double distance = fabsl(strtold(text, NULL) - (long double)number);
    for (uint64_t step = 0; step <= 2; step += 2) {
        join(parsed.digits + step - 1, parsed.exponent, other);
        CHECK_MSG(test,
                  bits_of(strtof(other, NULL)) != bits ||
                      fabsl(strtold(other, NULL) - (long double)number) >= distance,
                  "%08x: %s, and %s", (unsigned)bits, text, other);
    }
}

static void no_text_is_shorter_or_closer(struct test *test) {
    for (uint32_t bits = 1; bits < INFINITE_BITS; bits += 10007)
        no_shorter_text(test, bits);
    for (uint32_t bits = 1; bits < INFINITE_BITS; bits += 50021)
        no_closer_text(test, bits);
    for (uint32_t bits = 1U << 23; bits < INFINITE_BITS; bits += 1U << 23) {
        no_shorter_text(test, bits);
        no_closer_text(test, bits);
    }
}

static void rounds_like_the_library(struct test *test, float number, int digits) {
    char text[DECIMAL_CAPACITY + 1], expected[64];
    snprintf(expected, sizeof expected, "%.*g", digits, (double)number);
    text_of(number, digits, text);
    CHECK_MSG(test, strtod(text, NULL) == strtod(expected, NULL) && parse(text).count <= digits, "%s, not %s",
              text, expected);
}

static void roundings_are_those_of_the_library(struct test *test) {
    for (uint32_t bits = 1; bits < INFINITE_BITS; bits += 60013)
        for (int digits = 1; digits <= 9; digits++)
            rounds_like_the_library(test, float_of(bits), digits);
    /* Halfway between two decimals, or close to it. */
    for (uint32_t whole = 1; whole < 20000; whole++)
        for (int digits = 1; digits <= 4; digits++) {
            const float number = (float)(5 * whole);
            rounds_like_the_library(test, number, digits);
            rounds_like_the_library(test, number / 64, digits);
            rounds_like_the_library(test, number * 1e4F, digits);
            rounds_like_the_library(test, nextafterf(number, 0), digits);
        }
}

/* With one digit and with nine, over the whole range, no text is longer than the documented maximum. */
static void texts_fit(struct test *test) {
    char text[DECIMAL_CAPACITY + 1];
    size_t longest = 0;
    for (uint64_t bits = 1U << 31; bits < (1U << 31) + INFINITE_BITS; bits += 20011)
        for (int digits = 0; digits <= 9; digits += 9) {
            const size_t length = strlen(text_of(float_of((uint32_t)bits), digits, text));
            longest = length > longest ? length : longest;
        }
    CHECK_MSG(test, longest == 15, "%zu", longest);
}

static const struct test_case cases[] = {
    {"decimal: exact texts", exact_texts},
    {"decimal: exact roundings", exact_roundings},
    {"decimal: every 4099th float reads back", every_sampled_float_reads_back},
    {"decimal: no text is shorter or closer", no_text_is_shorter_or_closer},
    {"decimal: roundings are those of the library", roundings_are_those_of_the_library},
    {"decimal: texts fit", texts_fit},
};

TEST_MAIN(cases)

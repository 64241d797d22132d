#include "base/number.h"

#include <string.h>

#include "harness.h"

struct whole {
    const char *text;
    uint64_t value;
};

static void whole_numbers(struct test *test) {
    const struct whole numbers[] = {
        {"0", 0},
        {"00", 0},
        {"7", 7},
        {"007", 7},
        {"4294967296", UINT64_C(4294967296)},
        {"9007199254740993", UINT64_C(9007199254740993)},
        {"18446744073709551614", UINT64_MAX - 1},
        {"18446744073709551615", UINT64_MAX},
        {"000000000000000000000000018446744073709551615", UINT64_MAX},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        uint64_t value = 42;
        CHECK_MSG(test, number_integer(numbers[i].text, &value) && value == numbers[i].value, "%s: %llu",
                  numbers[i].text, (unsigned long long)value);
    }
}

static void no_whole_numbers(struct test *test) {
    const char *const texts[] = {"",     " ",    "+1",  "-1", "-0",   "1 ",   " 1",  "\t1",          "1\n",
                                 "1e3",  "1.0",  "1.",  ".5", "1,",   "0x10", "1_0", "ten",          "1k",
                                 "12a3", "a123", "--1", "1-", "1+",   "inf",  "١",   "\xef\xbc\x91", "\xff",
                                 "/",    "0/",   "1/",  "1:", "\xb1", "\x01"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        uint64_t value = 42;
        CHECK_MSG(test, !number_integer(texts[i], &value), "\"%s\"", texts[i]);
    }
}

static void whole_numbers_do_not_wrap(struct test *test) {
    const char *const texts[] = {
        "18446744073709551616",
        "18446744073709551620",
        "18446744073709551625",
        "20000000000000000000",
        "36893488147419103232", /* 2^65: wraps to 0 */
        "99999999999999999999",
        "184467440737095516160", /* ten times 2^64 */
        "340282366920938463463374607431768211456",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        uint64_t value = 42;
        CHECK_MSG(test, !number_integer(texts[i], &value), "%s", texts[i]);
    }
}

struct real {
    const char *text;
    double value;
};

static void real_numbers(struct test *test) {
    const struct real numbers[] = {
        {"0", 0},
        {"1", 1},
        {"-1", -1},
        {"+1", 1},
        {"0.025", 0.025},
        {".5", 0.5},
        {"5.", 5},
        {"1e-6", 1e-6},
        {"1E3", 1000},
        {"1e+3", 1000},
        {"-2.5e-3", -0.0025},
        {"0.1000000000000000055511151231257827021181583404541015625", 0.1},
        {"1.7976931348623157e308", 1.7976931348623157e308},
        {"-1.7976931348623157e308", -1.7976931348623157e308},
        {"5e-324", 5e-324},
        {"9007199254740993", 9007199254740992.0},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        double value = 42;
        CHECK_MSG(test, number_real(numbers[i].text, &value) && value == numbers[i].value, "%s: %.17g",
                  numbers[i].text, value);
    }
}

static void no_real_numbers(struct test *test) {
    const char *const texts[] = {"",      " ",   "1 ",    " 1",    "\t1", "1\n",  "x",    "1x",    "1.2.3",
                                 "1,5",   "--1", "+-1",   "-",     "+",   ".",    "e",    "e5",    ".e5",
                                 "1e",    "1e+", "1e5.0", "1e5e5", "1-2", "1+1",  "0x10", "0X1",   "1p3",
                                 "0x1p3", "inf", "-inf",  "INF",   "nan", "-nan", "NAN",  "nan()", "infinity",
                                 "1d5",   "1f",  "½",     "1\xff", "1_0", "0b1"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        double value = 42;
        CHECK_MSG(test, !number_real(texts[i], &value), "\"%s\": %g", texts[i], value);
    }
}

static void real_numbers_stay_finite(struct test *test) {
    const char *const texts[] = {"1e309", "-1e309", "1.7976931348623159e308", "1e99999999999999999999"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        double value = 42;
        CHECK_MSG(test, !number_real(texts[i], &value), "%s: %g", texts[i], value);
    }
    char digits[512];
    memset(digits, '9', sizeof digits);
    digits[sizeof digits - 1] = '\0';
    double value = 42;
    CHECK(test, !number_real(digits, &value));
    digits[308] = '\0';
    CHECK(test, number_real(digits, &value) && value == 1e308);
}

static const struct test_case cases[] = {
    {"number: whole numbers", whole_numbers},
    {"number: what is no whole number", no_whole_numbers},
    {"number: whole numbers do not wrap", whole_numbers_do_not_wrap},
    {"number: real numbers", real_numbers},
    {"number: what is no real number", no_real_numbers},
    {"number: real numbers stay finite", real_numbers_stay_finite},
};

TEST_MAIN(cases)

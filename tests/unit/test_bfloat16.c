#include <math.h>
#include <string.h>

#include "harness.h"
#include "kernels/bfloat16.h"

/* Every one of them is a float, and comes back from it, whatever the random bits. */
static void test_values(struct test *test) {
    size_t different = 0;
    for (uint32_t number = 0; number < 0x10000; number++) {
        const float value = bfloat16_value((bfloat16)number);
        if (isfinite(value))
            different += bfloat16_round(value, number * 7919) != number;
    }
    CHECK(test, different == 0);
    CHECK(test, bfloat16_value(0x3f80) == 1 && bfloat16_value(0xc000) == -2 && bfloat16_value(0) == 0);
}

/* Of all 65,536 random numbers, the share that rounds up is how far above the lower neighbor the value is.
 */
static void check_share(struct test *test, float value, bfloat16 lower, bfloat16 upper, size_t expected) {
    size_t up = 0, down = 0;
    for (uint32_t random = 0; random < 0x10000; random++) {
        const bfloat16 number = bfloat16_round(value, random | 0xabcd0000);
        up += number == upper;
        down += number == lower;
    }
    CHECK_MSG(test, up == expected && up + down == 0x10000, "%g: %zu up, %zu down", (double)value, up, down);
}

static void test_round(struct test *test) {
    const float last = 0x1p-7f; /* place of 1 */
    check_share(test, 1 + last / 2, 0x3f80, 0x3f81, 0x8000);
    check_share(test, 1 + last / 64, 0x3f80, 0x3f81, 0x400);
    check_share(test, -1 - last / 64, 0xbf80, 0xbf81, 0x400);
    check_share(test, 2 - last / 4, 0x3fff, 0x4000, 0xc000);
    check_share(test, 0, 0x1234, 0, 0x10000);
}

/* Sums that differ in their lower bits only are rounded by numbers spread evenly: among any 256 in a row,
 * each sixteenth of the range has its share, give or take two. */
static void test_random(struct test *test) {
    for (uint32_t start = 0; start < 1000; start++) {
        size_t counts[16] = {0};
        for (uint32_t i = 0; i < 256; i++) {
            const uint32_t bits = 0x3c123000 + start * 977 + i;
            float sum;
            memcpy(&sum, &bits, sizeof sum);
            const uint32_t random = bfloat16_random(sum);
            CHECK(test, random <= 0xffff);
            counts[random >> 12 & 15]++;
        }
        for (size_t k = 0; k < 16; k++)
            CHECK_MSG(test, counts[k] >= 14 && counts[k] <= 18, "%zu in part %zu", counts[k], k);
    }
}

static const struct test_case cases[] = {
    {"bfloat16: all are floats, and come back", test_values},
    {"bfloat16: rounded up as often as it is near", test_round},
    {"bfloat16: sums' lower bits are spread evenly", test_random},
};
TEST_MAIN(cases)

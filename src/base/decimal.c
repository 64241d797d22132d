#include "base/decimal.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* digits * 10^exponent, digits < 10^10. */
struct decimal {
    uint64_t digits;
    int exponent;
};

/* A positive number: mantissa * 2^exponent. */
struct binary {
    float value;
    uint32_t mantissa; /* below 2^24 */
    int exponent;      /* -149 to 104 */
};

static struct binary take_apart(float number) {
    uint32_t bits;
    memcpy(&bits, &number, sizeof bits);
    const uint32_t fraction = bits & 0x7fffff;
    const int field = (int)(bits >> 23);
    return field == 0 ? (struct binary){number, fraction, -149}
                      : (struct binary){number, fraction | 1U << 23, field - 150};
}

/* --- powers of ten --- */

#define POWER_MIN (-38)

/* 10^POWER_MIN to 10^53, each as the upper 64 bits of its binary form, rounded up. */
static const uint64_t powers[] = {
    0xd9c7dced53c72256, 0x881cea14545c7576, 0xaa242499697392d3, 0xd4ad2dbfc3d07788, 0x84ec3c97da624ab5,
    0xa6274bbdd0fadd62, 0xcfb11ead453994bb, 0x81ceb32c4b43fcf5, 0xa2425ff75e14fc32, 0xcad2f7f5359a3b3f,
    0xfd87b5f28300ca0e, 0x9e74d1b791e07e49, 0xc612062576589ddb, 0xf79687aed3eec552, 0x9abe14cd44753b53,
    0xc16d9a0095928a28, 0xf1c90080baf72cb2, 0x971da05074da7bef, 0xbce5086492111aeb, 0xec1e4a7db69561a6,
    0x9392ee8e921d5d08, 0xb877aa3236a4b44a, 0xe69594bec44de15c, 0x901d7cf73ab0acda, 0xb424dc35095cd810,
    0xe12e13424bb40e14, 0x8cbccc096f5088cc, 0xafebff0bcb24aaff, 0xdbe6fecebdedd5bf, 0x89705f4136b4a598,
    0xabcc77118461cefd, 0xd6bf94d5e57a42bd, 0x8637bd05af6c69b6, 0xa7c5ac471b478424, 0xd1b71758e219652c,
    0x83126e978d4fdf3c, 0xa3d70a3d70a3d70b, 0xcccccccccccccccd, 0x8000000000000000, 0xa000000000000000,
    0xc800000000000000, 0xfa00000000000000, 0x9c40000000000000, 0xc350000000000000, 0xf424000000000000,
    0x9896800000000000, 0xbebc200000000000, 0xee6b280000000000, 0x9502f90000000000, 0xba43b74000000000,
    0xe8d4a51000000000, 0x9184e72a00000000, 0xb5e620f480000000, 0xe35fa931a0000000, 0x8e1bc9bf04000000,
    0xb1a2bc2ec5000000, 0xde0b6b3a76400000, 0x8ac7230489e80000, 0xad78ebc5ac620000, 0xd8d726b7177a8000,
    0x878678326eac9000, 0xa968163f0a57b400, 0xd3c21bcecceda100, 0x84595161401484a0, 0xa56fa5b99019a5c8,
    0xcecb8f27f4200f3a, 0x813f3978f8940985, 0xa18f07d736b90be6, 0xc9f2c9cd04674edf, 0xfc6f7c4045812297,
    0x9dc5ada82b70b59e, 0xc5371912364ce306, 0xf684df56c3e01bc7, 0x9a130b963a6c115d, 0xc097ce7bc90715b4,
    0xf0bdc21abb48db21, 0x96769950b50d88f5, 0xbc143fa4e250eb32, 0xeb194f8e1ae525fe, 0x92efd1b8d0cf37bf,
    0xb7abc627050305ae, 0xe596b7b0c643c71a, 0x8f7e32ce7bea5c70, 0xb35dbf821ae4f38c, 0xe0352f62a19e306f,
    0x8c213d9da502de46, 0xaf298d050e4395d7, 0xdaf3f04651d47b4d, 0x88d8762bf324cd10, 0xab0e93b6efee0054,
    0xd5d238a4abe98069, 0x85a36366eb71f042,
};

/* 10^power is about mantissa * 2^exponent. The multiplier is log2(10) * 2^19, exact enough for the whole
 * table. */
static int power_exponent(int power) {
    return (power * 1741647 >> 19) - 63;
}

static uint64_t power_mantissa(int power) {
    return powers[power - POWER_MIN];
}

/* The largest power of ten not above 2^exponent, or not above 3/4 of it. The constants are log10(2) and
 * -log10(3/4), times 2^22. */
static int power_below(int exponent, bool three_quarters) {
    return (exponent * 1262611 - (three_quarters ? 524031 : 0)) >> 22;
}

/* The upper 64 of the 96 bits of the product. Since `powers` are rounded up, it is too large by one at
 * most. */
static uint64_t multiply_high(uint64_t mantissa, uint32_t factor) {
    return (mantissa >> 32) * factor + ((mantissa & 0xffffffff) * factor >> 32);
}

/* --- the shortest digits --- */

/* factor * power / 2^64, rounded down, with the last bit set if anything was lost, so that it still compares
 * correctly with every even number. The lowest 32 bits of the product come only from the rounding of
 * `powers`. */
static uint32_t scale(uint64_t power, uint32_t factor) {
    const uint64_t high = multiply_high(power, factor);
    return (uint32_t)(high >> 32) | ((uint32_t)high != 0);
}

/* After Raffaello Giulietti, "The Schubfach way to render doubles" (2020). The decimals that are read as this
 * number form an interval around it, which reaches half way to its neighbors; the ends belong to it if the
 * mantissa is even. With 10^k not above its width, the interval contains a multiple of 10^k, and at most one
 * of 10^(k+1). Everything is scaled by 4 * 10^-k. */
static struct decimal shortest(struct binary number) {
    /* The neighbor below a power of two is only half as far away. */
    const bool power_of_two = number.mantissa == 1U << 23 && number.exponent > -149;
    const int k = power_below(number.exponent, power_of_two);
    const uint64_t power = power_mantissa(-k);
    const int shift = number.exponent + power_exponent(-k) + 64; /* 1 to 4 */
    const uint32_t middle = 4 * number.mantissa, out = number.mantissa & 1;
    const uint32_t low = scale(power, (middle - (power_of_two ? 1 : 2)) << shift) + out;
    const uint32_t exact = scale(power, middle << shift);
    const uint32_t high = scale(power, (middle + 2) << shift) - out;
    const uint32_t below = exact / 4, tens = below / 10 * 10;
    if (low <= 4 * tens)
        return (struct decimal){tens, k};
    if (4 * (tens + 10) <= high)
        return (struct decimal){tens + 10, k};
    const bool below_in = low <= 4 * below, above_in = 4 * (below + 1) <= high;
    const uint32_t half = 4 * below + 2;
    const bool up = below_in != above_in ? above_in : exact > half || (exact == half && below % 2 != 0);
    return (struct decimal){below + up, k};
}

/* --- a given number of digits --- */

/* For the few numbers that lie halfway between two decimals, or so close to it that 64 bits cannot tell. */
static struct decimal rounded_by_library(float number, int digits) {
    char text[32];
    snprintf(text, sizeof text, "%.*e", digits - 1, (double)number);
    struct decimal decimal = {0, -(digits - 1)};
    const char *at = text;
    for (; *at != 'e'; at++)
        if (*at != '.')
            decimal.digits = decimal.digits * 10 + (uint64_t)(*at - '0');
    decimal.exponent += (int)strtol(at + 1, NULL, 10);
    return decimal;
}

static struct decimal rounded(struct binary number, int digits) {
    const int zeros = __builtin_clz(number.mantissa);
    const int exponent = number.exponent - zeros;
    const uint64_t max = power_mantissa(digits) >> -power_exponent(digits);
    /* The first guess of the power that leaves this many digits before the point may leave one more. */
    for (int power = digits - 1 - power_below(exponent + 31, false);; power--) {
        const uint64_t high = multiply_high(power_mantissa(power), number.mantissa << zeros);
        const int fraction_bits = -(exponent + power_exponent(power) + 32);
        const uint64_t integer = high >> fraction_bits, fraction = high - (integer << fraction_bits);
        const uint64_t half = UINT64_C(1) << (fraction_bits - 1);
        if (integer >= max)
            continue;
        if (fraction == half)
            return rounded_by_library(number.value, digits);
        return (struct decimal){integer + (fraction > half), -power};
    }
}

/* --- text --- */

#define DIGITS 10

/* Writes DIGITS digits, with leading zeros. */
static void write_digits(uint64_t digits, char *text) {
    static const char pairs[] =
        "00010203040506070809101112131415161718192021222324252627282930313233343536373839"
        "40414243444546474849505152535455565758596061626364656667686970717273747576777879"
        "8081828384858687888990919293949596979899";
    const uint32_t upper = (uint32_t)(digits / 100000000), lower = (uint32_t)(digits % 100000000);
    memcpy(text, pairs + (size_t)2 * upper, 2);
    memcpy(text + 2, pairs + (size_t)2 * (lower / 1000000), 2);
    memcpy(text + 4, pairs + (size_t)2 * (lower / 10000 % 100), 2);
    memcpy(text + 6, pairs + (size_t)2 * (lower / 100 % 100), 2);
    memcpy(text + 8, pairs + (size_t)2 * (lower % 100), 2);
}

/* Writes d.ddde-XX; `count` digits from `first` on, as in write_decimal(). */
static size_t write_scientific(const char *first, int count, int exponent, char *text) {
    text[0] = first[0];
    text[1] = '.';
    memcpy(text + 2, first + 1, DIGITS);
    char *at = text + (count > 1 ? count + 1 : 1);
    *at++ = 'e';
    if (exponent < 0)
        *at++ = '-';
    const int size = exponent < 0 ? -exponent : exponent;
    if (size >= 10)
        *at++ = (char)('0' + size / 10);
    *at++ = (char)('0' + size % 10);
    return (size_t)(at - text);
}

static size_t write_decimal(struct decimal decimal, char *text) {
    char all[2 * DIGITS];
    memset(all + DIGITS, '0', DIGITS);
    write_digits(decimal.digits, all);
    const char *first = all, *end = all + DIGITS;
    while (*first == '0')
        first++;
    const int exponent = decimal.exponent + (int)(end - first) - 1; /* of the first digit */
    while (end[-1] == '0')
        end--;
    const int count = (int)(end - first);
    if (exponent < -4 || exponent > 8)
        return write_scientific(first, count, exponent, text);
    /* Copies always have DIGITS bytes, since a constant size is fast; excess bytes do no harm. */
    if (exponent < 0) {
        memset(text, '0', 5);
        text[1] = '.';
        memcpy(text + 1 - exponent, first, DIGITS);
        return (size_t)(count + 1 - exponent);
    }
    const int integer_digits = exponent + 1;
    memcpy(text, first, DIGITS);
    if (count <= integer_digits)
        return (size_t)integer_digits;
    text[integer_digits] = '.';
    memcpy(text + integer_digits + 1, first + integer_digits, DIGITS);
    return (size_t)count + 1;
}

/* Writes the sign if there is one, and leaves *number positive or zero. */
static size_t write_sign(float *number, char *text) {
    text[0] = '-';
    if (!signbit(*number))
        return 0;
    *number = -*number;
    return 1;
}

size_t decimal_shortest(float number, char *text) {
    const size_t sign = write_sign(&number, text);
    text[sign] = '0';
    return sign + (number > 0 ? write_decimal(shortest(take_apart(number)), text + sign) : 1);
}

size_t decimal_rounded(float number, int digits, char *text) {
    const size_t sign = write_sign(&number, text);
    text[sign] = '0';
    return sign + (number > 0 ? write_decimal(rounded(take_apart(number), digits), text + sign) : 1);
}

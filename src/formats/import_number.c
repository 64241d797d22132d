#include "formats/import_number.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define FIELD_MAX 1000
#define POWER_MAX 32

/* Another digit still fits into 63 bits. */
#define MANTISSA_MAX INT64_C(900000000000000000)

static const double powers[2 * POWER_MAX + 1] = {
    1e-32, 1e-31, 1e-30, 1e-29, 1e-28, 1e-27, 1e-26, 1e-25, 1e-24, 1e-23, 1e-22, 1e-21, 1e-20,
    1e-19, 1e-18, 1e-17, 1e-16, 1e-15, 1e-14, 1e-13, 1e-12, 1e-11, 1e-10, 1e-9,  1e-8,  1e-7,
    1e-6,  1e-5,  1e-4,  1e-3,  1e-2,  1e-1,  1e0,   1e1,   1e2,   1e3,   1e4,   1e5,   1e6,
    1e7,   1e8,   1e9,   1e10,  1e11,  1e12,  1e13,  1e14,  1e15,  1e16,  1e17,  1e18,  1e19,
    1e20,  1e21,  1e22,  1e23,  1e24,  1e25,  1e26,  1e27,  1e28,  1e29,  1e30,  1e31,  1e32,
};

/* sign, mantissa * 10^exponent; digits beyond the mantissa's are dropped, which makes it too small by less
 * than one part in MANTISSA_MAX. */
struct decimal {
    bool negative;
    int64_t mantissa;
    int exponent;
};

/* Reads digits. Each lowers the exponent by `step` if it fits into the mantissa, and by step - 1 if not. */
static const unsigned char *read_digits(const unsigned char *at, const unsigned char *end, int step,
                                        struct decimal *decimal) {
    for (; at < end; at++) {
        const unsigned digit = *at - (unsigned)'0';
        if (digit > 9)
            break;
        const bool fits = decimal->mantissa < MANTISSA_MAX;
        if (fits)
            decimal->mantissa = decimal->mantissa * 10 + digit;
        decimal->exponent += !fits - step;
    }
    return at;
}

/* Reads what follows an 'e'; NULL if that is not an integer. */
static const unsigned char *read_exponent(const unsigned char *at, const unsigned char *end,
                                          struct decimal *decimal) {
    const bool negative = at < end && *at == '-';
    at += negative || (at < end && *at == '+');
    const unsigned char *first = at;
    int exponent = 0;
    for (; at < end && *at >= '0' && *at <= '9'; at++)
        if (exponent < 100000)
            exponent = exponent * 10 + (*at - '0');
    decimal->exponent += negative ? -exponent : exponent;
    return at > first ? at : NULL;
}

/* Reads a number up to the first byte that isn't part of it; NULL if there is none. */
static const unsigned char *read_decimal(const unsigned char *at, const unsigned char *end,
                                         struct decimal *decimal) {
    *decimal = (struct decimal){.negative = at < end && *at == '-'};
    at += decimal->negative || (at < end && *at == '+');
    const unsigned char *first = at;
    at = read_digits(at, end, 0, decimal);
    bool digits = at > first;
    if (at < end && *at == '.') {
        first = ++at;
        at = read_digits(at, end, 1, decimal);
        digits |= at > first;
    }
    if (!digits)
        return NULL;
    if (at < end && (*at == 'e' || *at == 'E'))
        return read_exponent(at + 1, end, decimal);
    return at;
}

/* The nearest float, if it can be told from the double product: that is off by less than 8 of its units in
 * the last place (mantissa, power and product are rounded once each, and digits may be missing), so the
 * float is right unless the double lies so near to the middle between two floats. The powers are too few for
 * subnormal floats, whose middles lie elsewhere. */
static bool convert(const struct decimal *decimal, float *value) {
    if (decimal->mantissa == 0) {
        *value = decimal->negative ? -0.0F : 0.0F;
        return true;
    }
    if (decimal->exponent < -POWER_MAX || decimal->exponent > POWER_MAX)
        return false;
    const double product = (double)decimal->mantissa * powers[decimal->exponent + POWER_MAX];
    uint64_t bits;
    memcpy(&bits, &product, sizeof bits);
    const uint64_t middle = UINT64_C(1) << 28, below = bits & (2 * middle - 1);
    if (below - (middle - 8) <= 16 || product >= 0x1p127)
        return false;
    *value = (float)(decimal->negative ? -product : product);
    return true;
}

static bool is_word(const char *text) {
    static const char *const words[] = {"inf", "infinity", "nan"};
    text += *text == '-' || *text == '+';
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcasecmp(text, words[i]) == 0)
            return true;
    return false;
}

/* The field at[0 .. length) by strtof, which wants a string. */
static bool convert_slowly(const unsigned char *at, size_t length, bool decimal, float *value) {
    char text[FIELD_MAX + 1];
    if (length > FIELD_MAX)
        return false;
    memcpy(text, at, length);
    text[length] = '\0';
    if (!decimal && !is_word(text))
        return false;
    *value = strtof(text, NULL);
    return true;
}

const unsigned char *import_number(const unsigned char *at, const unsigned char *end, float *value) {
    struct decimal decimal;
    const unsigned char *limit = end - at > FIELD_MAX ? at + FIELD_MAX : end;
    const unsigned char *stop = read_decimal(at, limit, &decimal);
    const bool complete = stop != NULL && (stop == end || import_blank(*stop));
    if (complete && convert(&decimal, value))
        return stop;
    for (stop = at; stop < end && !import_blank(*stop) && stop - at <= FIELD_MAX;)
        stop++;
    return convert_slowly(at, (size_t)(stop - at), complete, value) ? stop : NULL;
}

/* Decimal numbers in vector files. Any thread may call. */
#ifndef SGNS_FORMATS_IMPORT_NUMBER_H
#define SGNS_FORMATS_IMPORT_NUMBER_H

#include <stdbool.h>

#include "base/error.h"

/* Whether a byte separates the fields of a row. */
static inline bool import_blank(unsigned char byte) {
    return byte == ' ' || byte == '\t' || byte == '\r';
}

/* Reads the field that begins at `at` and ends at a blank or at `end`; nothing is read at `end` or behind it.
 * *value is the float that strtof makes of it in the C locale, bit for bit. Returns the end of the field. If
 * the field is not a decimal number, "inf", "infinity" or "nan", with or without a sign, or is longer than
 * 1,000 bytes, returns NULL and leaves *value as it was. Hexadecimal numbers are not accepted. */
const unsigned char *import_number(const unsigned char *at, const unsigned char *end, float *value) MUST_USE;

#endif

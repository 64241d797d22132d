/* Decimal numbers of vector files. Any thread may call. */
#ifndef SGNS_FORMATS_IMPORT_NUMBER_H
#define SGNS_FORMATS_IMPORT_NUMBER_H

#include <stdbool.h>

#include "base/error.h"

/* What stands between the fields of a row. */
static inline bool import_blank(unsigned char byte) {
    return byte == ' ' || byte == '\t' || byte == '\r';
}

/* Reads the field that begins at `at` and ends at a blank or at `end`; nothing is read at `end` or behind it.
 * *value is the float that strtof makes of it in the C locale, bit for bit. Returns where the field ends;
 * NULL, and *value untouched, if it is anything but a decimal number, "inf", "infinity" or "nan" with a sign
 * or without: hexadecimal numbers are none, nor is anything of more than 1,000 bytes. */
const unsigned char *import_number(const unsigned char *at, const unsigned char *end, float *value) MUST_USE;

#endif

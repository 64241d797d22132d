/* Numbers from text. The whole text must be the number: no blanks, no trailing characters, no silent
 * overflow. */
#ifndef SGNS_BASE_NUMBER_H
#define SGNS_BASE_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* An integer: decimal digits only. Returns false if `text` is anything else or does not fit. */
bool number_integer(const char *text, uint64_t *value) MUST_USE;

/* A finite decimal number, as strtod reads it in the C locale; no hexadecimal, no "inf", no "nan". */
bool number_real(const char *text, double *value) MUST_USE;

#endif

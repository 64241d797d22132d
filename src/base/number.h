/* Numbers from text, whole: no sign where none belongs, no blanks, no trailing junk, no silent overflow. */
#ifndef SGNS_BASE_NUMBER_H
#define SGNS_BASE_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* Decimal digits only. False if `text` is anything else or does not fit. */
bool number_integer(const char *text, uint64_t *value) MUST_USE;

/* What strtod reads in the C locale as a finite decimal number; no hexadecimal, no "inf", no "nan". */
bool number_real(const char *text, double *value) MUST_USE;

#endif

/* 32-bit floats as decimal text, fast. The form is that of printf's %g, but exponents have no plus sign and
 * no leading zeros: 0.0001, -12.5, 123456790, 1.5e-7, 3e20. Thread-safe. */
#ifndef SGNS_BASE_DECIMAL_H
#define SGNS_BASE_DECIMAL_H

#include <stddef.h>

/* The longest text has 15 bytes, but the functions may write to the whole buffer. */
#define DECIMAL_CAPACITY 32

/* Writes the shortest text that strtof reads as exactly `number`, which must be finite; among texts of that
 * length, the one closest to it. Returns its length; there is no final NUL. `text` has DECIMAL_CAPACITY
 * bytes. */
size_t decimal_shortest(float number, char *text);

/* The same with at most `digits` significant digits, 1 to 9, correctly rounded (half to even). */
size_t decimal_rounded(float number, int digits, char *text);

#endif

/* 32-bit floats as decimal text, fast. In the form of printf's %g but for the exponent's zeros and plus sign:
 * 0.0001, -12.5, 123456790, 1.5e-7, 3e20. Any thread may call. */
#ifndef SGNS_BASE_DECIMAL_H
#define SGNS_BASE_DECIMAL_H

#include <stddef.h>

/* The longest text has 15 bytes; the functions may touch all of the room. */
#define DECIMAL_CAPACITY 32

/* Writes the shortest text that strtof reads as exactly `number`, which must be finite, and of those of that
 * length the closest. Returns its length; no NUL follows. `text` has DECIMAL_CAPACITY bytes. */
size_t decimal_shortest(float number, char *text);

/* The same with at most `digits` significant digits, 1 to 9, correctly rounded (half to even). */
size_t decimal_rounded(float number, int digits, char *text);

#endif

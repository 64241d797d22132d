/* UTF-8 as the Unicode Standard defines it (chapter 3, table 3-7): no overlong forms, no surrogates, nothing
 * above U+10FFFF. Any thread may call. */
#ifndef SGNS_TEXT_UTF8_H
#define SGNS_TEXT_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decodes the sequence at `at` < `end`. Well-formed: returns its length, 1 to 4, and sets *code_point.
 * Ill-formed: returns minus the length of the maximal subpart, -1 to -3, the bytes that one replacement
 * character would stand for. */
int utf8_decode(const unsigned char *at, const unsigned char *end, uint32_t *code_point);

/* Whether all of bytes[0 .. length) is well-formed; no bytes at all are. */
bool utf8_well_formed(const void *bytes, size_t length);

/* Writes a code point's 1 to 4 bytes to `out` and returns how many. */
size_t utf8_encode(uint32_t code_point, unsigned char *out);

#endif

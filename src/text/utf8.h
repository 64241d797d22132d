/* UTF-8 as the Unicode Standard defines it (chapter 3, table 3-7): no overlong forms, no surrogates, nothing
 * above U+10FFFF. Thread-safe. */
#ifndef SGNS_TEXT_UTF8_H
#define SGNS_TEXT_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decodes the sequence at `at` < `end`. If it is well-formed, returns its length, 1 to 4, and sets
 * *code_point. If it is ill-formed, returns minus the length of its maximal subpart, -1 to -3: the bytes that
 * one replacement character would stand for. */
int utf8_decode(const unsigned char *at, const unsigned char *end, uint32_t *code_point);

/* Whether bytes[0 .. length) are well-formed; true if there are none. */
bool utf8_well_formed(const void *bytes, size_t length);

/* Writes the 1 to 4 bytes of a code point to `out` and returns their number. */
size_t utf8_encode(uint32_t code_point, unsigned char *out);

#endif

/* What the program needs to know about code points, from tables of the Unicode Character Database
 * (unicode_table.h, which defines the folding). Any 32-bit value is allowed. Thread-safe. */
#ifndef SGNS_TEXT_UNICODE_H
#define SGNS_TEXT_UNICODE_H

#include <stdbool.h>
#include <stdint.h>

/* What a code point is to a word. */
enum unicode_kind {
    UNICODE_OTHER,
    UNICODE_LETTER,       /* a letter or decimal digit (general category L*, Nd) */
    UNICODE_MARK,         /* a mark (M*), such as an accent, that keeps its place among marks */
    UNICODE_ORDERED_MARK, /* a mark of a combining class other than 0: normalization sorts neighbors */
    UNICODE_JOINER,       /* has no width, but changes the letters beside it: U+200C, U+200D, U+180E */
    UNICODE_IGNORED,      /* says how to print a word, and is no part of it: the soft hyphen, U+2060, signs of
                             the writing direction, U+FEFF */
};

/* Or'ed to a kind: not sure to stay as it is in normalization form C (NFC_Quick_Check is No or Maybe). */
#define UNICODE_UNSTABLE 8u

/* The kind of a code point and perhaps UNICODE_UNSTABLE. A text of code points that are not unstable, with no
 * two ordered marks in a row, is in normalization form C. */
unsigned unicode_kind(uint32_t code_point);

/* Its simple case folding; the code point itself if it has none. */
uint32_t unicode_fold(uint32_t code_point);

/* --- canonical normalization (Unicode, section 3.11), Hangul included --- */

/* One step of a canonical decomposition: false if there is none. *second is 0 if there is only one part. Only
 * *first may have another decomposition. */
bool unicode_decompose(uint32_t code_point, uint32_t *first, uint32_t *second);

/* The code point that two are composed to; 0 if there is none. */
uint32_t unicode_compose(uint32_t first, uint32_t second);

/* The canonical combining class, by which marks are sorted; 0 for what stays in its place. */
unsigned unicode_combining_class(uint32_t code_point);

#endif

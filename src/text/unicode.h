/* What the tokenizer needs to know about code points, from tables of the Unicode Character Database
 * (unicode_table.h, which defines the folding). Any 32-bit value is allowed. Thread-safe. */
#ifndef SGNS_TEXT_UNICODE_H
#define SGNS_TEXT_UNICODE_H

#include <stdbool.h>
#include <stdint.h>

/* Is it a letter, a mark or a decimal digit (general category L*, M*, Nd)? */
bool unicode_is_word(uint32_t code_point);

/* Its simple case folding; the code point itself if it has none. */
uint32_t unicode_fold(uint32_t code_point);

#endif

/* What the tokenizer needs to know of code points, from tables of the Unicode Character Database
 * (unicode_table.h, which says how folding is defined). Any 32-bit value may be asked about; any thread may
 * ask. */
#ifndef SGNS_TEXT_UNICODE_H
#define SGNS_TEXT_UNICODE_H

#include <stdbool.h>
#include <stdint.h>

/* Is it a letter, a mark or a decimal digit (general category L*, M*, Nd)? */
bool unicode_is_word(uint32_t code_point);

/* Its simple case folding; itself where there is none. */
uint32_t unicode_fold(uint32_t code_point);

#endif

#include "text/unicode.h"

#include "text/unicode_table.h"

#define CODE_POINTS 0x110000u

bool unicode_is_word(uint32_t code_point) {
    if (code_point >= CODE_POINTS)
        return false;
    const uint32_t *bits = unicode_words[unicode_word_rows[code_point / UNICODE_BLOCK]];
    const uint32_t at = code_point % UNICODE_BLOCK;
    return (bits[at / 32] >> at % 32 & 1) != 0;
}

uint32_t unicode_fold(uint32_t code_point) {
    const uint32_t block = code_point / UNICODE_BLOCK;
    if (block >= UNICODE_FOLD_BLOCKS)
        return code_point;
    return (uint32_t)((int32_t)code_point +
                      unicode_folds[unicode_fold_rows[block]][code_point % UNICODE_BLOCK]);
}

#include "text/unicode.h"

#include <stddef.h>

#include "text/unicode_table.h"

#define CODE_POINTS 0x110000u

/* Most letters are below these and need no search. */
#define FIRST_COMPOSED 0xc0u
#define FIRST_MARK 0x300u

#define COUNT(array) (sizeof(array) / sizeof *(array))

unsigned unicode_kind(uint32_t code_point) {
    if (code_point >= CODE_POINTS)
        return UNICODE_OTHER;
    const uint32_t *kinds = unicode_kinds[unicode_kind_rows[code_point / UNICODE_BLOCK]];
    const uint32_t at = code_point % UNICODE_BLOCK;
    return kinds[at / 8] >> at % 8 * 4 & 15;
}

uint32_t unicode_fold(uint32_t code_point) {
    const uint32_t block = code_point / UNICODE_BLOCK;
    if (block >= UNICODE_FOLD_BLOCKS)
        return code_point;
    return (uint32_t)((int32_t)code_point +
                      unicode_folds[unicode_fold_rows[block]][code_point % UNICODE_BLOCK]);
}

/* --- Hangul (section 3.12): a syllable is a leading consonant, a vowel and perhaps a trailing consonant ---
 */

#define SYLLABLE 0xac00u
#define LEADING 0x1100u
#define VOWEL 0x1161u
#define TRAILING 0x11a7u /* number 0 stands for none */
#define LEADINGS 19u
#define VOWELS 21u
#define TRAILINGS 28u
#define SYLLABLES (LEADINGS * VOWELS * TRAILINGS)

static void decompose_syllable(uint32_t number, uint32_t *first, uint32_t *second) {
    const uint32_t trailing = number % TRAILINGS;
    if (trailing > 0) {
        *first = SYLLABLE + number - trailing;
        *second = TRAILING + trailing;
        return;
    }
    *first = LEADING + number / TRAILINGS / VOWELS;
    *second = VOWEL + number / TRAILINGS % VOWELS;
}

/* Differences below 0 wrap and are too large. */
static uint32_t compose_syllable(uint32_t first, uint32_t second) {
    if (first - LEADING < LEADINGS && second - VOWEL < VOWELS)
        return SYLLABLE + ((first - LEADING) * VOWELS + (second - VOWEL)) * TRAILINGS;
    const bool open = first - SYLLABLE < SYLLABLES && (first - SYLLABLE) % TRAILINGS == 0;
    if (open && second > TRAILING && second - TRAILING < TRAILINGS)
        return first + (second - TRAILING);
    return 0;
}

/* --- the tables: binary searches for the first row that is not below --- */

bool unicode_decompose(uint32_t code_point, uint32_t *first, uint32_t *second) {
    if (code_point < FIRST_COMPOSED)
        return false;
    if (code_point - SYLLABLE < SYLLABLES) {
        decompose_syllable(code_point - SYLLABLE, first, second);
        return true;
    }
    size_t low = 0, high = COUNT(unicode_pairs);
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (unicode_pairs[middle].code < code_point)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == COUNT(unicode_pairs) || unicode_pairs[low].code != code_point)
        return false;
    *first = unicode_pairs[low].first;
    *second = unicode_pairs[low].second;
    return true;
}

uint32_t unicode_compose(uint32_t first, uint32_t second) {
    const uint32_t syllable = compose_syllable(first, second);
    if (syllable != 0 || second < FIRST_MARK)
        return syllable;
    size_t low = 0, high = COUNT(unicode_compositions);
    while (low < high) {
        const size_t middle = (low + high) / 2;
        const struct unicode_pair *pair = &unicode_pairs[unicode_compositions[middle]];
        if (pair->first < first || (pair->first == first && pair->second < second))
            low = middle + 1;
        else
            high = middle;
    }
    if (low == COUNT(unicode_compositions))
        return 0;
    const struct unicode_pair *pair = &unicode_pairs[unicode_compositions[low]];
    return pair->first == first && pair->second == second ? pair->code : 0;
}

unsigned unicode_combining_class(uint32_t code_point) {
    if (code_point < FIRST_MARK)
        return 0;
    size_t low = 0, high = COUNT(unicode_classes);
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (unicode_classes[middle].last < code_point)
            low = middle + 1;
        else
            high = middle;
    }
    return low < COUNT(unicode_classes) && unicode_classes[low].first <= code_point
               ? unicode_classes[low].value
               : 0;
}

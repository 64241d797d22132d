/* Canonical normalization: a letter with an accent is one code point or two, and a reader sees no difference.
 * Form C has as few code points as there can be (é), form D as many (e and an accent). Unicode, section 3.11
 * and annex 15. Thread-safe. */
#ifndef SGNS_TEXT_NORMALIZE_H
#define SGNS_TEXT_NORMALIZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* No code point has more parts. */
#define NORMALIZE_PARTS 4

/* Bring points[0 .. count) into a form and return how many there are then. `points` has NORMALIZE_PARTS
 * elements for each of them. What is no code point stays as it is. */
size_t normalize_compose(uint32_t *points, size_t count);
size_t normalize_decompose(uint32_t *points, size_t count);

/* Form C with its case folded. Texts that are canonically equivalent give the same; and what is folded stays
 * as it is when it is folded again. */
size_t normalize_fold(uint32_t *points, size_t count);

enum normalize_form { NORMALIZE_COMPOSED, NORMALIZE_DECOMPOSED, NORMALIZE_FOLDED };

/* The longest word that normalize_word takes, in bytes, and how long it may become. */
#define NORMALIZE_WORD_MAX 1000
#define NORMALIZE_BYTES_MAX (5 * NORMALIZE_WORD_MAX)

/* The form of a word of at most NORMALIZE_WORD_MAX bytes. Writes its bytes to `normal`, which has room for
 * NORMALIZE_BYTES_MAX, and returns their number. Ill-formed bytes stay as they are. */
size_t normalize_word(const void *word, size_t length, enum normalize_form form, unsigned char *normal);

#endif

/* What can be told of a text without reading it as a language: whether it is one, whether it has spaces. */
#ifndef SGNS_TEXT_CONTENT_H
#define SGNS_TEXT_CONTENT_H

#include <stddef.h>

#include "base/error.h"
#include "text/dictionary.h"

/* That many bytes are enough for content_check(). */
#define CONTENT_BYTES ((size_t)1 << 16)

/* Refuses what would be read as text and is none that the tokenizer understands: archives, files compressed
 * twice, UTF-16, other encodings than UTF-8, binary files. A few ill-formed bytes do no harm. `name` names
 * the file in errors, which say what to do. start[0 .. size) is its beginning, or all of it, unpacked.
 * Thread-safe. */
bool content_check(const char *name, const unsigned char *start, size_t size, struct error *error) MUST_USE;

/* Do most words come from a script that is written without spaces, and are they too long to be words?
 * Chinese, Japanese, Thai, Lao, Khmer and Burmese have to be segmented first. */
bool content_unsegmented(const struct dictionary *words);

#endif

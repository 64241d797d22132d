/* What the first bytes of a corpus tell about it. */
#ifndef SGNS_TEXT_CONTENT_H
#define SGNS_TEXT_CONTENT_H

#include <stddef.h>

#include "base/error.h"

/* That many bytes are enough for content_check(). */
#define CONTENT_BYTES ((size_t)1 << 16)

/* Refuses what would be read as text and is none that the tokenizer understands: compressed files, UTF-16,
 * other encodings than UTF-8, binary files. A few ill-formed bytes do no harm. `name` names the file in
 * errors, which say what to do. start[0 .. size) is its beginning, or all of it. Thread-safe. */
bool content_check(const char *name, const unsigned char *start, size_t size, struct error *error) MUST_USE;

#endif

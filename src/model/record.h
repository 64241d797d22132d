/* A model's record: how it was made, as lines "key=value". Keys are made of a-z, 0-9, "_" and "."; values
 * have no newline and may be empty. If a key stands there twice, the first one counts. */
#ifndef SGNS_MODEL_RECORD_H
#define SGNS_MODEL_RECORD_H

#include <stddef.h>

/* The value of a key in text[0 .. bytes), not ended by a NUL, with its length; NULL if the key is not there.
 */
const char *record_find(const char *text, size_t bytes, const char *key, size_t *length);

#endif

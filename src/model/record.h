/* A model's record: how it was made, as lines "key=value". Keys are made of a-z, 0-9, "_" and "."; values
 * have no newline and may be empty. If a key comes twice, the first one counts. */
#ifndef SGNS_MODEL_RECORD_H
#define SGNS_MODEL_RECORD_H

#include <stddef.h>

#include "base/error.h"

/* A record being made; zero it first. */
struct record {
    char *text;   /* (bytes) owned; not ended by a NUL; NULL as long as it is empty */
    size_t bytes; /* in use */
    size_t capacity;
};

/* Adds a line, whose value is formatted as by printf. A wrong key or a value with a newline is an error, and
 * adds nothing. */
bool record_add(struct record *record, struct error *error, const char *key, const char *format, ...) MUST_USE
    __attribute__((format(printf, 4, 5)));

/* Adds lines of another record as they are. */
bool record_append(struct record *record, struct error *error, const char *lines, size_t bytes) MUST_USE;

void record_free(struct record *record);

/* The value of a key in text[0 .. bytes) and its length, at most INT_MAX, so that "%.*s" prints it; no NUL
 * ends it. NULL if the key is not there. */
const char *record_find(const char *text, size_t bytes, const char *key, size_t *length);

#endif

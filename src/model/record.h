/* Building a training record: key=value lines. */
#ifndef SGNS_MODEL_RECORD_H
#define SGNS_MODEL_RECORD_H

#include <stddef.h>

#include "base/error.h"

struct record {
    char *text; /* owned */
    size_t bytes, capacity;
};

bool record_add(struct record *record, struct error *error, const char *key, const char *format, ...)
    __attribute__((format(printf, 4, 5))) MUST_USE;
void record_free(struct record *record);

#endif

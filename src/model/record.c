#include "model/record.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"

bool record_add(struct record *record, struct error *error, const char *key, const char *format, ...) {
    char value[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(value, sizeof value, format, arguments);
    va_end(arguments);
    if (!memory_reserve(&record->text, &record->capacity, record->bytes + 1024, "the record", error))
        return false;
    record->bytes += (size_t)snprintf(record->text + record->bytes, 1024, "%s=%s\n", key, value);
    return true;
}

void record_free(struct record *record) {
    free(record->text);
}

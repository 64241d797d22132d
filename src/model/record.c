#include "model/record.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

bool record_append(struct record *record, struct error *error, const char *lines, size_t bytes) {
    size_t needed;
    if (!size_add(record->bytes, bytes, &needed))
        return error_set(error, ERROR_SYSTEM, "out of memory for the record");
    if (!memory_reserve(&record->text, &record->capacity, needed, "the record", error))
        return false;
    if (bytes > 0)
        memcpy(record->text + record->bytes, lines, bytes);
    record->bytes = needed;
    return true;
}

static bool is_key(const char *key) {
    return *key != '\0' && key[strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_.")] == '\0';
}

bool record_add(struct record *record, struct error *error, const char *key, const char *format, ...) {
    char *value = NULL;
    va_list arguments;
    va_start(arguments, format);
    const int length = vasprintf(&value, format, arguments);
    va_end(arguments);
    if (length < 0)
        return error_set(error, ERROR_SYSTEM, "out of memory for the record");
    const size_t before = record->bytes;
    bool done = is_key(key) || error_set(error, ERROR_INPUT, "the record can't have a key \"%s\"", key);
    done = done && (strchr(value, '\n') == NULL ||
                    error_set(error, ERROR_INPUT, "the record can't have a newline in the value of %s", key));
    done = done && record_append(record, error, key, strlen(key)) && record_append(record, error, "=", 1) &&
           record_append(record, error, value, (size_t)length) && record_append(record, error, "\n", 1);
    if (!done)
        record->bytes = before;
    free(value);
    return done;
}

void record_free(struct record *record) {
    free(record->text);
    *record = (struct record){NULL, 0, 0};
}

const char *record_find(const char *text, size_t bytes, const char *key, size_t *length) {
    const size_t key_length = strlen(key);
    for (size_t at = 0; at < bytes;) {
        const char *line = text + at, *newline = memchr(line, '\n', bytes - at);
        const size_t line_length = newline != NULL ? (size_t)(newline - line) : bytes - at;
        if (line_length > key_length && line[key_length] == '=' && memcmp(line, key, key_length) == 0) {
            *length = line_length - key_length - 1;
            *length = *length <= INT_MAX ? *length : INT_MAX;
            return line + key_length + 1;
        }
        at += line_length + 1;
    }
    return NULL;
}

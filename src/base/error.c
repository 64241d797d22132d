#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define GAP "..."

/* A text that is too long loses its middle: a path is at its beginning, and the reason at its end. */
static bool keep(struct error *error, enum error_kind kind, const char *text) {
    const size_t length = strlen(text), capacity = sizeof error->text;
    const size_t head = (capacity - sizeof GAP) / 2, tail = capacity - sizeof GAP - head;
    if (length < capacity)
        memcpy(error->text, text, length + 1);
    else
        snprintf(error->text, capacity, "%.*s" GAP "%s", (int)head, text, text + length - tail);
    error->kind = kind;
    return false;
}

/* Twice the longest path there can be. */
#define TEXT_MAX 8192

bool error_set(struct error *error, enum error_kind kind, const char *format, ...) {
    if (error->kind != ERROR_NONE)
        return false;
    char text[TEXT_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return keep(error, kind, text);
}

bool error_system(struct error *error, int number, const char *format, ...) {
    if (error->kind != ERROR_NONE)
        return false;
    const char *reason = strerror(number);
    char text[TEXT_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text - strlen(reason) - 2, format, arguments);
    va_end(arguments);
    const size_t used = strlen(text);
    snprintf(text + used, sizeof text - used, ": %s", reason);
    return keep(error, ERROR_SYSTEM, text);
}

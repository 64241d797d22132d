#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define GAP "..."

/* What is too long loses its middle: a path stands at the beginning, and the reason at the end. */
static bool keep(struct error *error, enum error_kind kind, const char *whole) {
    const size_t length = strlen(whole), room = sizeof error->text;
    const size_t head = (room - sizeof GAP) / 2, tail = room - sizeof GAP - head;
    if (length < room)
        memcpy(error->text, whole, length + 1);
    else
        snprintf(error->text, room, "%.*s" GAP "%s", (int)head, whole, whole + length - tail);
    error->kind = kind;
    return false;
}

/* Twice the longest path there can be. */
#define WHOLE_MAX 8192

bool error_set(struct error *error, enum error_kind kind, const char *format, ...) {
    if (error->kind != ERROR_NONE)
        return false;
    char whole[WHOLE_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(whole, sizeof whole, format, arguments);
    va_end(arguments);
    return keep(error, kind, whole);
}

bool error_system(struct error *error, int number, const char *format, ...) {
    if (error->kind != ERROR_NONE)
        return false;
    const char *reason = strerror(number);
    char whole[WHOLE_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(whole, sizeof whole - strlen(reason) - 2, format, arguments);
    va_end(arguments);
    const size_t used = strlen(whole);
    snprintf(whole + used, sizeof whole - used, ": %s", reason);
    return keep(error, ERROR_SYSTEM, whole);
}

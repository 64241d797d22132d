#include "report/markup.h"

#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "text/show.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */
#define COORDINATE_MAX 1e6

static void append(struct markup *markup, const char *text, size_t length) {
    size_t needed;
    if (length == 0 || markup->error.kind != ERROR_NONE)
        return;
    if (!size_add(markup->bytes, length, &needed)) {
        error_set(&markup->error, ERROR_SYSTEM, "no memory for the picture");
        return;
    }
    if (!memory_reserve(&markup->text, &markup->capacity, needed, "the picture", &markup->error))
        return;
    memcpy(markup->text + markup->bytes, text, length);
    markup->bytes = needed;
}

void markup_text(struct markup *markup, const char *text) {
    append(markup, text, strlen(text));
}

void markup_print(struct markup *markup, const char *format, ...) {
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (length >= 0)
        append(markup, text, (size_t)length < sizeof text ? (size_t)length : sizeof text - 1);
}

/* U+FFFE and U+FFFF are no characters of XML; bytes that are no UTF-8 are no characters at all. */
static bool is_allowed(uint32_t code_point) {
    return code_point != SHOW_BYTE && code_point != 0xfffe && code_point != 0xffff;
}

/* The reference that stands for a character, or NULL. */
static const char *reference(uint32_t code_point) {
    switch (code_point) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

void markup_escaped(struct markup *markup, const char *text, size_t length) {
    for (size_t at = 0; at < length;) {
        struct shown shown;
        at += show_next(text + at, length - at, &shown);
        if (!is_allowed(shown.code_point))
            markup_text(markup, REPLACEMENT);
        else if (reference(shown.code_point) != NULL)
            markup_text(markup, reference(shown.code_point));
        else
            append(markup, shown.text, shown.length);
    }
}

void markup_json(struct markup *markup, const char *text, size_t length) {
    markup_text(markup, "\"");
    for (size_t at = 0; at < length;) {
        struct shown shown;
        at += show_next(text + at, length - at, &shown);
        if (!is_allowed(shown.code_point)) {
            markup_text(markup, REPLACEMENT);
        } else if (shown.code_point == 0) { /* its backslash is text */
            markup_text(markup, "\\");
            append(markup, shown.text, shown.length);
        } else if (shown.code_point == '<' || shown.code_point == '>' || shown.code_point == '&') {
            markup_print(markup, "\\u%04x", (unsigned)shown.code_point);
        } else {
            if (shown.code_point == '"' || shown.code_point == '\\')
                markup_text(markup, "\\");
            append(markup, shown.text, shown.length);
        }
    }
    markup_text(markup, "\"");
}

void markup_base64(struct markup *markup, const void *data, size_t bytes) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *at = data;
    for (size_t i = 0; i < bytes; i += 3) {
        const size_t left = bytes - i;
        const unsigned group = (unsigned)at[i] << 16 | (left > 1 ? (unsigned)at[i + 1] << 8 : 0) |
                               (left > 2 ? at[i + 2] : 0);
        char text[4] = {digits[group >> 18], digits[group >> 12 & 63], '=', '='};
        if (left > 1)
            text[2] = digits[group >> 6 & 63];
        if (left > 2)
            text[3] = digits[group & 63];
        append(markup, text, sizeof text);
    }
}

void markup_number(struct markup *markup, double number) {
    const double tenths = fabs(number) < COORDINATE_MAX ? round(number * 10) : 0;
    const long whole = (long)fabs(tenths) / 10, tenth = (long)fabs(tenths) % 10;
    markup_print(markup, tenth > 0 ? "%s%ld.%ld" : "%s%ld", tenths < 0 ? "-" : "", whole, tenth);
}

bool markup_done(const struct markup *markup, struct error *error) {
    return markup->error.kind == ERROR_NONE || error_set(error, markup->error.kind, "%s", markup->error.text);
}

void markup_free(struct markup *markup) {
    free(markup->text);
    *markup = (struct markup){.bytes = 0};
}

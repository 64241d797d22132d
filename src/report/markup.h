/* Text for SVG and HTML, in memory. What comes from a model goes through markup_escaped or markup_json, or it
 * could end the element or the script that it stands in. After a failure nothing more is added, so that only
 * markup_done has to be checked. */
#ifndef SGNS_REPORT_MARKUP_H
#define SGNS_REPORT_MARKUP_H

#include <stddef.h>

#include "base/error.h"

/* Zero it first. */
struct markup {
    char *text; /* (bytes) owned; not ended by a NUL */
    size_t bytes, capacity;
    struct error error; /* of the first failure */
};

/* Our own text as it is. */
void markup_text(struct markup *markup, const char *text);

/* The same, formatted as by printf, at most 511 bytes. */
void markup_print(struct markup *markup, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Any text, as an element or a quoted attribute may have it in XML and HTML: & < > " ' as references, control
 * characters as text/show.h shows them, and what XML does not allow as U+FFFD. */
void markup_escaped(struct markup *markup, const char *text, size_t length);

/* Any text as a JSON string, with its quotation marks. "<" is \u003c, so that nothing in it ends a script
 * element or begins a comment in one. Control characters are shown as by markup_escaped. */
void markup_json(struct markup *markup, const char *text, size_t length);

/* Bytes in base64 (RFC 4648), padded. */
void markup_base64(struct markup *markup, const void *data, size_t bytes);

/* A coordinate in tenths: 12, 12.5, -0.1. What is not finite, or absurd, is 0. */
void markup_number(struct markup *markup, double number);

/* Whether all went well. */
bool markup_done(const struct markup *markup, struct error *error) MUST_USE;

void markup_free(struct markup *markup);

#endif

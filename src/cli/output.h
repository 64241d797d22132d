/* Results on standard output, for people and for programs. */
#ifndef SGNS_CLI_OUTPUT_H
#define SGNS_CLI_OUTPUT_H

#include <stddef.h>

#include "model/model.h"

enum output_format {
    OUTPUT_TABLE, /* columns of blanks */
    OUTPUT_TSV,   /* fields divided by tabs, a line each, no headings */
    OUTPUT_JSON,  /* an object a line */
};

/* Their names, ended by NULL, for OPTION_CHOICE. */
extern const char *const output_formats[];

/* Writes what is printed so far. If it can't be written, the error has no text: main.c says so when it closes
 * standard output. */
bool output_flush(struct error *error) MUST_USE;

/* "text" as JSON has it; a byte that is not UTF-8 becomes U+FFFD. */
void output_string(const char *text, size_t length);

/* A field of TSV: the text with a blank for each control character, so that there are no other tabs. */
void output_field(const char *text, size_t length);

/* {"question": text, "error": ...}, and a newline. */
void output_failure(const char *text, size_t length, const struct error *why);

void output_word(enum output_format format, const struct model *model, size_t id);

/* Places a text takes on a terminal, by its characters. */
size_t output_width(const char *text, size_t length);

/* The width of a column that holds texts of such widths: the largest up to 40, so that one long word does not
 * push what stands behind it to the right. */
size_t output_column(size_t column, size_t width);

/* The word, and blanks up to the column's width. */
void output_padded(const struct model *model, size_t id, size_t column);

#endif

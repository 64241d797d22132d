/* Results on standard output: a table for people, TSV or JSON for programs. A command says what the fields of
 * a result are, and has all three forms. */
#ifndef SGNS_CLI_OUTPUT_H
#define SGNS_CLI_OUTPUT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/lines.h"
#include "model/model.h"

enum output_format {
    OUTPUT_TABLE, /* fields separated by blanks */
    OUTPUT_TSV,   /* fields separated by tabs, without headings */
    OUTPUT_JSON,  /* an object on each line */
};

/* Their names, ended by NULL, for OPTION_CHOICE. */
extern const char *const output_formats[];

enum output_type {
    OUTPUT_TEXT,
    OUTPUT_TEXTS,
    OUTPUT_NUMERAL,
    OUTPUT_INTEGER,
    OUTPUT_BOOLEAN,
    OUTPUT_SCORE,
    OUTPUT_VECTOR
};

/* Made by the functions below; nothing is owned. */
struct output_field {
    const char *name; /* its key in JSON */
    enum output_type type;
    const struct line *texts; /* (count) of OUTPUT_TEXTS */
    size_t count;             /* of texts, or of the row's numbers */
    struct line text;
    uint64_t integer; /* 0 and 1 for a boolean */
    double number;    /* a score, or what a vector is divided by */
    const float *row;
    size_t width; /* in a table, texts and numbers are padded to it */
};

#define OUTPUT_FIELDS_MAX 8

/* In a table and in TSV, control characters and the like are shown as text/show.h says, so that a word is
 * always one field of one line; a backslash stands for itself. JSON has the text itself, but that a byte
 * which is not UTF-8 becomes U+FFFD. */
struct output_field output_text(const char *name, const char *text, size_t length);
struct output_field output_word(const char *name, const struct model *model, size_t id);
/* Several texts: a field each, in JSON a list. */
struct output_field output_texts(const char *name, const struct line *texts, size_t count);
struct output_field output_integer(const char *name, uint64_t integer);
/* yes or no; in JSON true or false. */
struct output_field output_boolean(const char *name, bool value);
/* A number that is a text already, such as 5e-06. In JSON, what is none after all is a string. */
struct output_field output_numeral(const char *name, const char *text, size_t length);
/* With 4 decimals in a table, else with 6. What is not finite is n/a, in JSON null. */
struct output_field output_score(const char *name, double score);
/* row[0 .. dim) / divisor, rounded to floats, each in the fewest digits that read back as the same float.
 * What is not finite is nan or inf, in JSON null. */
struct output_field output_vector(const char *name, const float *row, size_t dim, double divisor);

/* The field's value alone. */
void output_value(enum output_format format, struct output_field field);

/* One line: the fields, in JSON as an object. */
void output_record(enum output_format format, const struct output_field *fields, size_t count);

/* One line of JSON there: an object of the fields. */
void output_object(FILE *out, const struct output_field *fields, size_t count);

/* Sets the fields of row `index`, at most OUTPUT_FIELDS_MAX, and returns how many there are. */
typedef size_t output_fill(const void *context, size_t index, struct output_field *fields);

/* A result of several rows, a line each. In TSV, each begins with the `heads`; in JSON, there is one object
 * of the heads and a list, called `name`, of an object for each row. */
void output_list(enum output_format format, const struct output_field *heads, size_t head_count,
                 const char *name, size_t rows, output_fill *fill, const void *context);

/* What is known of one thing, fact by fact: a line for each, with a label in a table and with the field's
 * name in TSV; in JSON, one object. */
struct output_facts {
    enum output_format format;
    size_t count; /* so far */
};

void output_fact(struct output_facts *facts, const char *label, struct output_field field);

/* In a table: the label alone, for a line that the caller prints. */
void output_fact_label(struct output_facts *facts, const char *label);

/* A fact that is a list; only in JSON. */
void output_fact_list(struct output_facts *facts, const char *name, size_t rows, output_fill *fill,
                      const void *context);

void output_facts_end(const struct output_facts *facts);

/* In JSON, {"question": text, "error": ...}; nothing else otherwise. */
void output_failure(enum output_format format, const char *text, size_t length, const struct error *why);

/* The heading of a table, without the newline behind it, in its color on a terminal. */
void output_heading(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The width of a column as more texts are put in it: the largest so far up to 40, so that one long word does
 * not push everything to the right. */
size_t output_column(size_t column, const char *text, size_t length);

/* Prints a text that may come from a file as text/show.h says: the words, messages and paths of one line. */
void output_shown(const char *text, size_t length, FILE *out);

/* Writes what was printed so far. */
bool output_flush(struct error *error) MUST_USE;

/* Sets the error of standard output that could not be written, by errno, and returns false. If its reader is
 * gone, the error has no text. */
bool output_failed(struct error *error);

#endif

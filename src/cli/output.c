#include "cli/output.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/decimal.h"
#include "cli/color.h"
#include "cli/width.h"
#include "text/show.h"
#include "text/utf8.h"

#define COLUMN_MAX 40

const char *const output_formats[] = {"table", "tsv", "json", NULL};

/* --- fields --- */

struct output_field output_text(const char *name, const char *text, size_t length) {
    return (struct output_field){.name = name, .type = OUTPUT_TEXT, .text = {text, length}};
}

struct output_field output_word(const char *name, const struct model *model, size_t id) {
    size_t length;
    const char *word = model_word(model, id, &length);
    return output_text(name, word, length);
}

struct output_field output_texts(const char *name, const struct line *texts, size_t count) {
    return (struct output_field){.name = name, .type = OUTPUT_TEXTS, .texts = texts, .count = count};
}

struct output_field output_numeral(const char *name, const char *text, size_t length) {
    return (struct output_field){.name = name, .type = OUTPUT_NUMERAL, .text = {text, length}};
}

struct output_field output_integer(const char *name, uint64_t integer) {
    return (struct output_field){.name = name, .type = OUTPUT_INTEGER, .integer = integer};
}

struct output_field output_boolean(const char *name, bool value) {
    return (struct output_field){.name = name, .type = OUTPUT_BOOLEAN, .integer = value};
}

struct output_field output_score(const char *name, double score) {
    return (struct output_field){.name = name, .type = OUTPUT_SCORE, .number = score};
}

struct output_field output_vector(const char *name, const float *row, size_t dim, double divisor) {
    return (struct output_field){
        .name = name, .type = OUTPUT_VECTOR, .row = row, .count = dim, .number = divisor};
}

/* --- values --- */

static void print_string(FILE *out, struct line text) {
    const unsigned char *at = (const unsigned char *)text.text, *end = at + text.length;
    fputc('"', out);
    while (at < end) {
        uint32_t point;
        const int bytes = utf8_decode(at, end, &point);
        if (bytes < 0)
            fputs("\\ufffd", out);
        else if (point == '"' || point == '\\')
            fprintf(out, "\\%c", (int)point);
        else if (show_hidden(point))
            fprintf(out, "\\u%04x", (unsigned)point);
        else
            fwrite(at, 1, (size_t)bytes, out);
        at += bytes < 0 ? -bytes : bytes;
    }
    fputc('"', out);
}

void output_shown(const char *text, size_t length, FILE *out) {
    for (size_t at = 0; at < length;) {
        struct shown shown;
        at += show_next(text + at, length - at, &shown);
        fwrite(shown.text, 1, shown.length, out);
    }
}

static void print_text(FILE *out, enum output_format format, struct line text, size_t width) {
    if (format == OUTPUT_JSON) {
        print_string(out, text);
        return;
    }
    output_shown(text.text, text.length, out);
    if (format == OUTPUT_TABLE && width > 0)
        for (size_t i = width_of_text(text.text, text.length); i < width; i++)
            fputc(' ', out);
}

/* How many digits text[at ..) begins with. */
static size_t count_digits(struct line text, size_t at) {
    size_t count = 0;
    while (at + count < text.length && text.text[at + count] >= '0' && text.text[at + count] <= '9')
        count++;
    return count;
}

/* Whether the text is a number of JSON: -12.5e-06, but not 012, .5, 5., +5, nan or 0x10. */
static bool is_json_number(struct line text) {
    size_t at = text.length > 0 && text.text[0] == '-', digits = count_digits(text, at);
    if (digits == 0 || (digits > 1 && text.text[at] == '0'))
        return false;
    at += digits;
    if (at < text.length && text.text[at] == '.') {
        digits = count_digits(text, ++at);
        at += digits;
    }
    if (digits > 0 && at < text.length && (text.text[at] == 'e' || text.text[at] == 'E')) {
        at++;
        at += at < text.length && (text.text[at] == '-' || text.text[at] == '+');
        digits = count_digits(text, at);
        at += digits;
    }
    return digits > 0 && at == text.length;
}

static void print_boolean(FILE *out, enum output_format format, bool value) {
    fputs(format == OUTPUT_JSON ? (value ? "true" : "false") : value ? "yes" : "no", out);
}

static void print_score(FILE *out, enum output_format format, double score, size_t width) {
    const char *unknown = format == OUTPUT_JSON ? "null" : "n/a";
    const bool table = format == OUTPUT_TABLE, colored = table && color_wanted(out);
    const int table_width = table ? (int)width : 0;
    fputs(colored ? color_code(COLOR_SCORE) : "", out);
    if (!isfinite(score))
        fprintf(out, "%*s", table_width, unknown);
    else
        fprintf(out, "%*.*f", table_width, table ? 4 : 6, score);
    fputs(colored ? color_code(COLOR_PLAIN) : "", out);
}

static void print_number(FILE *out, enum output_format format, float number) {
    char text[DECIMAL_CAPACITY];
    if (isfinite(number))
        fwrite(text, 1, decimal_shortest(number, text), out);
    else if (format == OUTPUT_JSON)
        fputs("null", out);
    else
        fprintf(out, "%g", (double)number);
}

static void print_separator(FILE *out, enum output_format format) {
    fputs(format == OUTPUT_TABLE ? " " : format == OUTPUT_TSV ? "\t" : ", ", out);
}

/* The texts or the numbers of a field of several values. */
static void print_values(FILE *out, enum output_format format, const struct output_field *field) {
    if (format == OUTPUT_JSON)
        fputc('[', out);
    for (size_t i = 0; i < field->count; i++) {
        if (i > 0)
            print_separator(out, format);
        if (field->type == OUTPUT_TEXTS)
            print_text(out, format, field->texts[i], field->width);
        else
            print_number(out, format, (float)((double)field->row[i] / field->number));
    }
    if (format == OUTPUT_JSON)
        fputc(']', out);
}

static void print_value(FILE *out, enum output_format format, struct output_field field) {
    switch (field.type) {
    case OUTPUT_TEXT:
        print_text(out, format, field.text, field.width);
        break;
    case OUTPUT_NUMERAL:
        if (is_json_number(field.text))
            fwrite(field.text.text, 1, field.text.length, out);
        else
            print_text(out, format, field.text, field.width);
        break;
    case OUTPUT_INTEGER:
        fprintf(out, "%*llu", format == OUTPUT_TABLE ? (int)field.width : 0,
                (unsigned long long)field.integer);
        break;
    case OUTPUT_BOOLEAN:
        print_boolean(out, format, field.integer != 0);
        break;
    case OUTPUT_SCORE:
        print_score(out, format, field.number, field.width);
        break;
    case OUTPUT_TEXTS:
    case OUTPUT_VECTOR:
        print_values(out, format, &field);
        break;
    }
}

void output_value(enum output_format format, struct output_field field) {
    print_value(stdout, format, field);
}

/* --- records --- */

static void print_fields(FILE *out, enum output_format format, const struct output_field *fields,
                         size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            print_separator(out, format);
        if (format == OUTPUT_JSON)
            fprintf(out, "\"%s\": ", fields[i].name);
        print_value(out, format, fields[i]);
    }
}

void output_object(FILE *out, const struct output_field *fields, size_t count) {
    fputc('{', out);
    print_fields(out, OUTPUT_JSON, fields, count);
    fputs("}\n", out);
}

void output_record(enum output_format format, const struct output_field *fields, size_t count) {
    if (format == OUTPUT_JSON) {
        output_object(stdout, fields, count);
        return;
    }
    print_fields(stdout, format, fields, count);
    putchar('\n');
}

/* A list in JSON. */
static void print_objects(size_t rows, output_fill *fill, const void *context) {
    putchar('[');
    for (size_t i = 0; i < rows; i++) {
        struct output_field fields[OUTPUT_FIELDS_MAX];
        const size_t count = fill(context, i, fields);
        fputs(i > 0 ? ", {" : "{", stdout);
        print_fields(stdout, OUTPUT_JSON, fields, count);
        putchar('}');
    }
    putchar(']');
}

void output_list(enum output_format format, const struct output_field *heads, size_t head_count,
                 const char *name, size_t rows, output_fill *fill, const void *context) {
    if (format == OUTPUT_JSON) {
        putchar('{');
        print_fields(stdout, format, heads, head_count);
        printf("%s\"%s\": ", head_count > 0 ? ", " : "", name);
        print_objects(rows, fill, context);
        fputs("}\n", stdout);
        return;
    }
    for (size_t i = 0; i < rows; i++) {
        struct output_field fields[OUTPUT_FIELDS_MAX];
        const size_t count = fill(context, i, fields);
        if (format == OUTPUT_TSV && head_count > 0) {
            print_fields(stdout, format, heads, head_count);
            print_separator(stdout, format);
        }
        print_fields(stdout, format, fields, count);
        putchar('\n');
    }
}

/* --- facts --- */

/* Wide enough for the labels of all commands. */
#define LABEL_WIDTH 22

void output_fact_label(struct output_facts *facts, const char *label) {
    printf("%-*s", LABEL_WIDTH, label);
    facts->count++;
}

void output_fact(struct output_facts *facts, const char *label, struct output_field field) {
    if (facts->format == OUTPUT_TABLE)
        printf("%-*s", LABEL_WIDTH, label);
    else if (facts->format == OUTPUT_TSV)
        printf("%s\t", field.name);
    else
        printf("%s\"%s\": ", facts->count > 0 ? ", " : "{", field.name);
    output_value(facts->format, field);
    fputs(facts->format == OUTPUT_JSON ? "" : "\n", stdout);
    facts->count++;
}

void output_fact_list(struct output_facts *facts, const char *name, size_t rows, output_fill *fill,
                      const void *context) {
    if (facts->format != OUTPUT_JSON)
        return;
    printf("%s\"%s\": ", facts->count > 0 ? ", " : "{", name);
    print_objects(rows, fill, context);
    facts->count++;
}

void output_facts_end(const struct output_facts *facts) {
    if (facts->format == OUTPUT_JSON)
        fputs(facts->count > 0 ? "}\n" : "{}\n", stdout);
}

void output_failure(enum output_format format, const char *text, size_t length, const struct error *why) {
    const struct output_field fields[] = {output_text("question", text, length),
                                          output_text("error", why->text, strlen(why->text))};
    if (format == OUTPUT_JSON)
        output_record(format, fields, 2);
}

void output_heading(const char *format, ...) {
    va_list arguments;
    fputs(color_of(COLOR_HEADING, stdout), stdout);
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    fputs(color_of(COLOR_PLAIN, stdout), stdout);
}

size_t output_column(size_t column, const char *text, size_t length) {
    const size_t width = width_of_text(text, length);
    return width > column && width <= COLUMN_MAX ? width : column;
}

/* What a write can fail with. After any other value of errno the reason is not known. */
static bool is_reason(int number) {
    return number == ENOSPC || number == EDQUOT || number == EFBIG || number == EIO || number == EBADF;
}

bool output_failed(struct error *error) {
    const int number = errno;
    if (number == EPIPE)
        return error_set(error, ERROR_SYSTEM, "%s", "");
    return error_set(error, ERROR_SYSTEM, "can't write standard output%s%s", is_reason(number) ? ": " : "",
                     is_reason(number) ? strerror(number) : "");
}

bool output_flush(struct error *error) {
    return (fflush(stdout) == 0 && ferror(stdout) == 0) || output_failed(error);
}

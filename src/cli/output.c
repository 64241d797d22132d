#include "cli/output.h"

#include <stdio.h>
#include <string.h>

#include "text/utf8.h"

#define COLUMN_MAX 40

const char *const output_formats[] = {"table", "tsv", "json", NULL};

bool output_flush(struct error *error) {
    return (fflush(stdout) == 0 && ferror(stdout) == 0) || error_set(error, ERROR_SYSTEM, "%s", "");
}

void output_string(const char *text, size_t length) {
    const unsigned char *at = (const unsigned char *)text, *end = at + length;
    putchar('"');
    while (at < end) {
        uint32_t point;
        const int bytes = utf8_decode(at, end, &point);
        if (bytes < 0)
            fputs("\\ufffd", stdout);
        else if (point == '"' || point == '\\')
            printf("\\%c", (int)point);
        else if (point < ' ')
            printf("\\u%04x", (unsigned)point);
        else
            fwrite(at, 1, (size_t)bytes, stdout);
        at += bytes < 0 ? -bytes : bytes;
    }
    putchar('"');
}

void output_field(const char *text, size_t length) {
    for (size_t i = 0; i < length; i++)
        putchar((unsigned char)text[i] < ' ' ? ' ' : text[i]);
}

void output_failure(const char *text, size_t length, const struct error *why) {
    printf("{\"question\": ");
    output_string(text, length);
    printf(", \"error\": ");
    output_string(why->text, strlen(why->text));
    printf("}\n");
}

void output_word(enum output_format format, const struct model *model, size_t id) {
    size_t length;
    const char *word = model_word(model, id, &length);
    (format == OUTPUT_JSON ? output_string : output_field)(word, length);
}

size_t output_width(const char *text, size_t length) {
    size_t characters = 0;
    for (size_t i = 0; i < length; i++)
        characters += ((unsigned char)text[i] & 0xc0) != 0x80;
    return characters;
}

size_t output_column(size_t column, size_t width) {
    return width > column && width <= COLUMN_MAX ? width : column;
}

void output_padded(const struct model *model, size_t id, size_t column) {
    size_t length;
    const char *word = model_word(model, id, &length);
    const size_t width = output_width(word, length);
    fwrite(word, 1, length, stdout);
    printf("%*s", (int)(width < column ? column - width : 0), "");
}

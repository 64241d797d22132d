#include "formats/import_sniff.h"

#include <stdint.h>
#include <string.h>

#include "formats/import_number.h"
#include "text/show.h"
#include "text/utf8.h"

/* Bytes that decide whether a file is text or binary. */
#define WINDOW 1024

/* Rows that tell how many numbers a row has. */
#define SAMPLE 9

/* Bytes of a line in a message. */
#define SHOWN 48

struct span {
    const unsigned char *at, *end;
};

static struct span rest_of(const struct file_map *map, size_t offset) {
    return (struct span){map->data + offset, map->data + map->size};
}

static struct span first_line(struct span text) {
    const unsigned char *newline = memchr(text.at, '\n', (size_t)(text.end - text.at));
    return (struct span){text.at, newline != NULL ? newline : text.end};
}

/* Takes the next field off the front of a line; false if there is none. */
static bool take_field(struct span *line, struct span *field) {
    while (line->at < line->end && import_blank(*line->at))
        line->at++;
    field->at = line->at;
    while (line->at < line->end && !import_blank(*line->at))
        line->at++;
    field->end = line->at;
    return field->at < field->end;
}

static bool is_number(struct span field) {
    float number;
    return import_number(field.at, field.end, &number) != NULL;
}

/* Does the line have more than `numbers` fields, the last of which is a number? */
static bool is_row(struct span line, size_t numbers) {
    struct span field, last = {NULL, NULL};
    size_t fields = 0;
    for (; take_field(&line, &field); fields++)
        last = field;
    return fields > numbers && is_number(last);
}

/* Is this UTF-8 without control characters? */
static bool is_text(struct span bytes) {
    while (bytes.at < bytes.end) {
        uint32_t code_point;
        const int length = utf8_decode(bytes.at, bytes.end, &code_point);
        if (length < 0)
            return false;
        if ((code_point < ' ' && (code_point < '\t' || code_point > '\r')) || code_point == 0x7f)
            return false;
        bytes.at += length;
    }
    return true;
}

/* The first bytes, with the last character whole. */
static struct span window_of(struct span bytes) {
    if (bytes.end - bytes.at <= WINDOW)
        return bytes;
    struct span window = {bytes.at, bytes.at + WINDOW};
    for (int i = 0; i < 3 && (*window.end & 0xc0) == 0x80; i++)
        window.end--;
    return window;
}

/* --- the first line --- */

/* An integer; SIZE_MAX stands for those that are larger. */
static bool read_integer(struct span field, size_t *value) {
    *value = 0;
    for (; field.at < field.end; field.at++) {
        if (*field.at < '0' || *field.at > '9')
            return false;
        const size_t digit = *field.at - (size_t)'0';
        *value = *value > (SIZE_MAX - digit) / 10 ? SIZE_MAX : *value * 10 + digit;
    }
    return true;
}

static bool read_header(struct span line, struct import_head *head) {
    struct span words, dim, more;
    return take_field(&line, &words) && take_field(&line, &dim) && !take_field(&line, &more) &&
           read_integer(words, &head->words) && read_integer(dim, &head->dim);
}

static bool check_header(const struct import_head *head, const struct file_map *map, const char *path,
                         struct error *error) {
    /* A row without a word has only blanks and numbers, and the last line may have no end. */
    const bool binary = head->source == MODEL_WORD2VEC_BINARY;
    const size_t left = map->size - head->bytes;
    const bool fits = head->dim <= left &&
                      head->words <= (binary ? left / (4 * head->dim + 1) : (left + 1) / (2 * head->dim + 1));
    char shown[SHOWN];
    if (fits && head->words > 0 && head->dim > 0)
        return true;
    const struct span line = first_line(rest_of(map, 0));
    show_text((const char *)line.at, (size_t)(line.end - line.at), shown, sizeof shown);
    if (head->words == 0 || head->dim == 0)
        return error_set(error, ERROR_INPUT, "%s: no vectors: the first line, \"%s\", says 0 %s", path, shown,
                         head->words == 0 ? "words" : "dims");
    return error_set(error, ERROR_INPUT,
                     "%s: truncated or damaged: the first line, \"%s\", says how many words and dimensions "
                     "there are, but the %zu bytes after it are too few",
                     path, shown, left);
}

/* --- no first line of its own --- */

/* The numbers at the end of a line. The first field is none of them even if it looks like one, since it is
 * the word, unless the line begins with a blank and so has no word. *plain: the rest of the line is a word of
 * one part. */
static size_t count_numbers(struct span line, size_t *fields, bool *plain) {
    const bool no_word = line.at < line.end && import_blank(*line.at);
    struct span field;
    size_t numbers = 0;
    for (*fields = 0; take_field(&line, &field); ++*fields)
        numbers = (*fields > 0 || no_word) && is_number(field) ? numbers + 1 : 0;
    *plain = !no_word && numbers > 0 && *fields == numbers + 1;
    return numbers;
}

/* The line that `text` begins with, which goes off its front. */
static struct span take_line(struct span *text) {
    const struct span line = first_line(*text);
    text->at = line.end + (line.end < text->end);
    return line;
}

/* Are the first rows a word and numbers? One of them, most likely the first, may be odd: with a word of
 * several parts, without one, or with a number too many or too few. So the number of dims is that of most
 * rows that have a word of one part, and these must be half of all rows and twice those that don't end with a
 * number. Rows of questions, `word word 7.5`, have no such word; most lines of prose don't end with a number.
 */
static bool read_bare_rows(struct span text, struct import_head *head) {
    size_t numbers[SAMPLE], rows = 0, bare = 0, most = 0;
    bool plain[SAMPLE];
    while (rows < SAMPLE && text.at < text.end) {
        size_t fields;
        numbers[rows] = count_numbers(take_line(&text), &fields, &plain[rows]);
        bare += fields > 0 && numbers[rows] == 0;
        rows += fields > 0;
    }
    for (size_t i = 0; i < rows; i++) {
        size_t equal = 0;
        for (size_t j = 0; j < rows; j++)
            equal += plain[i] && plain[j] && numbers[j] == numbers[i];
        if (equal > most) {
            most = equal;
            head->dim = numbers[i];
        }
    }
    return most > 0 && 2 * most >= rows && most >= 2 * bare;
}

/* --- files that are not vectors --- */

struct signature {
    const char *bytes;
    const char *says;
};

static const struct signature signatures[] = {
    {"\211sgns", "damaged at its beginning, as if it had been transferred as text"},
    {"\x1f\x8b", "compressed with gzip; decompress it first"},
    {"BZh", "compressed with bzip2; decompress it first"},
    {"\xfd"
     "7zXZ",
     "compressed with xz; decompress it first"},
    {"\x28\xb5\x2f\xfd", "compressed with zstd; decompress it first"},
    {"PK\x03\x04", "a zip archive; unpack it first"},
    {"\xba\x16\x4f\x2f", "a fastText model; use the .vec file that fastText wrote beside it"},
    {"\x80\x02", "a Python pickle; if gensim made it, save the vectors with save_word2vec_format"},
    {"\x80\x03", "a Python pickle; if gensim made it, save the vectors with save_word2vec_format"},
    {"\x80\x04", "a Python pickle; if gensim made it, save the vectors with save_word2vec_format"},
    {"\x80\x05", "a Python pickle; if gensim made it, save the vectors with save_word2vec_format"},
    {"\xff\xfe", "text in UTF-16; convert it: iconv -f UTF-16 -t UTF-8"},
    {"\xfe\xff", "text in UTF-16; convert it: iconv -f UTF-16 -t UTF-8"},
    {"\x93NUMPY", "a NumPy array, which has no words"},
};

static bool refuse(const struct file_map *map, const char *path, struct error *error) {
    for (size_t i = 0; i < sizeof signatures / sizeof *signatures; i++) {
        const size_t length = strlen(signatures[i].bytes);
        if (map->size >= length && memcmp(map->data, signatures[i].bytes, length) == 0)
            return error_set(error, ERROR_INPUT, "%s: not a model: %s", path, signatures[i].says);
    }
    if (is_text(window_of(rest_of(map, 0))))
        return error_set(error, ERROR_INPUT,
                         "%s: not a model but text; train one on it first: sgns train %s -o MODEL", path,
                         path);
    return error_set(
        error, ERROR_INPUT,
        "%s: not a model: neither sgns's own format, nor word2vec's (binary or text), GloVe's or "
        "fastText's .vec",
        path);
}

bool import_sniff(struct import_head *head, const struct file_map *map, const char *path,
                  struct error *error) {
    if (map->size == 0)
        return error_set(error, ERROR_INPUT, "%s: not a model: the file is empty", path);
    const bool mark = map->size >= 3 && memcmp(map->data, "\xef\xbb\xbf", 3) == 0;
    const struct span text = rest_of(map, mark ? 3 : 0), line = first_line(text);
    *head = (struct import_head){.bytes = (size_t)(text.at - map->data)};
    if (read_header(line, head)) {
        head->bytes = (size_t)(line.end - map->data) + (line.end < text.end);
        const struct span rows = rest_of(map, head->bytes);
        head->source = is_row(first_line(rows), head->dim) || is_text(window_of(rows))
                           ? MODEL_WORD2VEC_TEXT
                           : MODEL_WORD2VEC_BINARY;
        return check_header(head, map, path, error);
    }
    *head = (struct import_head){.bytes = head->bytes, .source = MODEL_GLOVE_TEXT};
    return read_bare_rows(text, head) || refuse(map, path, error);
}

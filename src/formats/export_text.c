/* Formats of decimal numbers. */
#include <stdio.h>
#include <string.h>

#include "base/decimal.h"
#include "formats/export_writers.h"

#define NUMBERS 64 /* formatted before each write */

static bool write_string(struct file_out *file, const char *text, struct error *error) {
    return file_write(file, text, strlen(text), error);
}

static bool write_word(struct file_out *file, const struct export_rows *rows, size_t i, struct error *error) {
    size_t length;
    const char *word = export_rows_word(rows, i, &length);
    return file_write(file, word, length, error);
}

/* The vector's numbers, separated by `between`. */
static bool write_numbers(struct file_out *file, struct export_rows *rows, size_t i, char between, int digits,
                          struct error *error) {
    const float *vector = export_rows_vector(rows, i);
    const size_t dim = rows->model->dim;
    char text[NUMBERS * (DECIMAL_CAPACITY + 1)];
    for (size_t from = 0; from < dim; from += NUMBERS) {
        size_t used = 0;
        for (size_t d = from; d < dim && d < from + NUMBERS; d++) {
            if (d > 0)
                text[used++] = between;
            used += digits == 0 ? decimal_shortest(vector[d], text + used)
                                : decimal_rounded(vector[d], digits, text + used);
        }
        if (!file_write(file, text, used, error))
            return false;
    }
    return true;
}

/* A line for each word: the word and its numbers, separated by blanks. */
bool export_glove(struct file_out *files, struct export_rows *rows, int digits, struct error *error) {
    for (size_t i = 0; i < rows->count; i++)
        if (!write_word(files, rows, i, error) || !write_string(files, " ", error) ||
            !write_numbers(files, rows, i, ' ', digits, error) || !write_string(files, "\n", error))
            return false;
    return true;
}

/* The same after a first line "WORDS DIMS". */
bool export_word2vec_text(struct file_out *files, struct export_rows *rows, int digits, struct error *error) {
    char line[64];
    snprintf(line, sizeof line, "%zu %zu\n", rows->count, rows->model->dim);
    return write_string(files, line, error) && export_glove(files, rows, digits, error);
}

/* One file has a line of numbers for each word, separated by tabs; the other has the words. */
bool export_tensorboard(struct file_out *files, struct export_rows *rows, int digits, struct error *error) {
    struct file_out *vectors = files, *words = files + 1;
    for (size_t i = 0; i < rows->count; i++)
        if (!write_numbers(vectors, rows, i, '\t', digits, error) || !write_string(vectors, "\n", error) ||
            !write_word(words, rows, i, error) || !write_string(words, "\n", error))
            return false;
    return true;
}

enum quoting { QUOTING_JSON, QUOTING_COPY };

/* What stands for a byte in a string of JSON, or in the text that PostgreSQL's COPY reads; NULL for the byte
 * itself. */
static const char *escape(char byte, enum quoting quoting, char room[8]) {
    switch (byte) {
    case '\\':
        return "\\\\";
    case '\n':
        return "\\n";
    case '\r':
        return "\\r";
    case '\t':
        return "\\t";
    default:
        break;
    }
    if (quoting == QUOTING_COPY || ((unsigned char)byte >= ' ' && byte != '"'))
        return NULL;
    if (byte == '"')
        return "\\\"";
    snprintf(room, 8, "\\u%04x", (unsigned)byte);
    return room;
}

/* Of NEL, LINE and PARAGRAPH SEPARATOR: their bytes, and what stands for them, since some readers would end a
 * line there. 0 for other characters. */
static size_t line_separator(const char *at, size_t length, char room[8]) {
    static const struct {
        const char *bytes, *escaped;
    } separators[] = {{"\xc2\x85", "\\u0085"}, {"\xe2\x80\xa8", "\\u2028"}, {"\xe2\x80\xa9", "\\u2029"}};
    for (size_t i = 0; i < sizeof separators / sizeof *separators; i++) {
        const size_t bytes = strlen(separators[i].bytes);
        if (bytes > length || memcmp(at, separators[i].bytes, bytes) != 0)
            continue;
        memcpy(room, separators[i].escaped, strlen(separators[i].escaped) + 1);
        return bytes;
    }
    return 0;
}

static bool write_escaped(struct file_out *file, const struct export_rows *rows, size_t i,
                          enum quoting quoting, struct error *error) {
    size_t length;
    char room[8];
    const char *word = export_rows_word(rows, i, &length);
    for (size_t j = 0; j < length;) {
        const size_t bytes = quoting == QUOTING_JSON ? line_separator(word + j, length - j, room) : 0;
        const char *escaped = bytes > 0 ? room : escape(word[j], quoting, room);
        if (!(escaped != NULL ? write_string(file, escaped, error) : file_write(file, word + j, 1, error)))
            return false;
        j += bytes > 0 ? bytes : 1;
    }
    return true;
}

/* A JSON object on each line. */
bool export_jsonl(struct file_out *files, struct export_rows *rows, int digits, struct error *error) {
    for (size_t i = 0; i < rows->count; i++)
        if (!write_string(files, "{\"word\":\"", error) ||
            !write_escaped(files, rows, i, QUOTING_JSON, error) ||
            !write_string(files, "\",\"vector\":[", error) ||
            !write_numbers(files, rows, i, ',', digits, error) || !write_string(files, "]}\n", error))
            return false;
    return true;
}

/* The longest word that a primary key takes, which is a B-tree: PostgreSQL's limit for a row of one is 2,704
 * bytes on pages of 8 kB, with its header. */
#define KEY_BYTES_MAX 2600

static size_t longest_word(const struct export_rows *rows) {
    size_t longest = 0;
    for (size_t i = 0; i < rows->count; i++) {
        size_t length;
        (void)export_rows_word(rows, i, &length);
        longest = length > longest ? length : longest;
    }
    return longest;
}

/* SQL, and the rows for it to copy, in one transaction. Words are unique by a primary key or, where one is
 * too long for that, by a hash index, which holds only their hashes. */
bool export_pgvector(struct file_out *files, struct export_rows *rows, int digits, struct error *error) {
    char head[256];
    const bool keyed = longest_word(rows) <= KEY_BYTES_MAX;
    snprintf(head, sizeof head,
             "BEGIN;\n"
             "CREATE TABLE IF NOT EXISTS word_vectors (word text %s, embedding vector(%zu)%s);\n"
             "COPY word_vectors (word, embedding) FROM stdin;\n",
             keyed ? "PRIMARY KEY" : "NOT NULL", rows->model->dim,
             keyed ? "" : ", EXCLUDE USING hash (word WITH =)");
    if (!write_string(files, head, error))
        return false;
    for (size_t i = 0; i < rows->count; i++)
        if (!write_escaped(files, rows, i, QUOTING_COPY, error) || !write_string(files, "\t[", error) ||
            !write_numbers(files, rows, i, ',', digits, error) || !write_string(files, "]\n", error))
            return false;
    return write_string(files, "\\.\nCOMMIT;\n", error);
}

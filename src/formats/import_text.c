#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/threads.h"
#include "formats/import_number.h"
#include "formats/import_rows.h"
#include "text/show.h"

/* Bytes of a field in a message. */
#define SHOWN 48

/* Whole lines of the file, read by one thread. */
struct piece {
    const unsigned char *at, *end;
    size_t rows, first_row;
    struct model_warnings warnings;
    struct error error;
};

struct text {
    struct import_rows *rows;
    struct piece *pieces; /* (threads) owned */
    size_t threads;
};

/* --- lines --- */

static const unsigned char *line_end(const unsigned char *at, const unsigned char *end) {
    const unsigned char *newline = memchr(at, '\n', (size_t)(end - at));
    return newline != NULL ? newline : end;
}

static const unsigned char *skip_blanks(const unsigned char *at, const unsigned char *end) {
    while (at < end && import_blank(*at))
        at++;
    return at;
}

static const unsigned char *skip_field(const unsigned char *at, const unsigned char *end) {
    while (at < end && !import_blank(*at))
        at++;
    return at;
}

static const unsigned char *trim(const unsigned char *at, const unsigned char *end) {
    while (end > at && import_blank(end[-1]))
        end--;
    return end;
}

static void count_piece(void *context, size_t index) {
    const struct text *text = context;
    struct piece *piece = &text->pieces[index];
    for (const unsigned char *at = piece->at; at < piece->end;) {
        const unsigned char *stop = line_end(at, piece->end);
        piece->rows += skip_blanks(at, stop) < stop;
        at = stop + 1;
    }
}

/* --- a row --- */

static size_t line_of(const struct import_rows *rows, const unsigned char *at) {
    return import_line(&rows->map, (size_t)(at - rows->map.data));
}

/* `dim` numbers and nothing else up to `stop`. */
static bool read_numbers(const unsigned char *at, const unsigned char *stop, size_t dim, float *vector) {
    for (size_t d = 0; d < dim; d++) {
        at = skip_blanks(at, stop);
        at = import_number(at, stop, &vector[d]);
        if (at == NULL)
            return false;
    }
    return skip_blanks(at, stop) == stop;
}

static bool wrong_count(const struct import_rows *rows, const unsigned char *at, const unsigned char *stop,
                        size_t numbers, struct error *error) {
    const bool last = numbers < rows->head.dim && stop == rows->map.data + rows->map.size;
    return error_set(error, ERROR_INPUT, "%s: line %zu: %zu number%s after the word instead of %zu%s",
                     rows->path, line_of(rows, at), numbers, numbers == 1 ? "" : "s", rows->head.dim,
                     last ? "; the file ends there and seems truncated" : "");
}

static bool not_number(const struct import_rows *rows, const unsigned char *at, const unsigned char *stop,
                       struct error *error) {
    char shown[SHOWN];
    float number;
    while (import_number(at, stop, &number) != NULL)
        at = skip_blanks(skip_field(at, stop), stop);
    show_text((const char *)at, (size_t)(skip_field(at, stop) - at), shown, sizeof shown);
    return error_set(error, ERROR_INPUT,
                     "%s: line %zu: \"%s\" is not a number; the line should end with %zu numbers", rows->path,
                     line_of(rows, at), shown, rows->head.dim);
}

/* Where the last `count` fields begin; NULL if there are fewer. */
static const unsigned char *last_fields(const unsigned char *at, const unsigned char *stop, size_t count) {
    for (size_t i = 0; i < count; i++) {
        stop = trim(at, stop);
        if (stop == at)
            return NULL;
        while (stop > at && !import_blank(stop[-1]))
            stop--;
    }
    return stop;
}

static size_t count_fields(const unsigned char *at, const unsigned char *stop) {
    size_t count = 0;
    for (at = skip_blanks(at, stop); at < stop; at = skip_blanks(skip_field(at, stop), stop))
        count++;
    return count;
}

/* Is any part of the word but the first a number? */
static bool has_number(const unsigned char *word, const unsigned char *stop) {
    float number;
    const unsigned char *at = skip_blanks(skip_field(word, stop), stop);
    for (; at < stop; at = skip_blanks(skip_field(at, stop), stop))
        if (import_number(at, stop, &number) != NULL)
            return true;
    return false;
}

/* A row other than a word, a blank and numbers: its word contains blanks or is missing, or it is damaged. */
static bool read_unusual_row(struct import_rows *rows, size_t row, const unsigned char *at,
                             const unsigned char *stop, struct model_warnings *warnings,
                             struct error *error) {
    const size_t dim = rows->head.dim;
    const bool no_word = import_blank(*at);
    const unsigned char *numbers = last_fields(at, stop, dim), *word = skip_blanks(at, stop);
    if (numbers == NULL || (numbers == word && !no_word))
        return wrong_count(rows, at, stop, count_fields(at, stop) - !no_word, error);
    if (!read_numbers(numbers, stop, dim, rows->input + row * rows->stride))
        return not_number(rows, numbers, stop, error);
    const unsigned char *word_end = trim(word, numbers);
    const size_t length = (size_t)(word_end - word);
    if (has_number(word, word_end))
        return wrong_count(rows, at, stop, count_fields(at, stop) - 1, error);
    if (length > IMPORT_WORD_BYTES_MAX)
        return error_set(error, ERROR_INPUT, "%s: line %zu: a word of %zu bytes is too long", rows->path,
                         line_of(rows, at), length);
    rows->words[row] = (struct import_word){.offset = (uint64_t)(word - rows->map.data),
                                            .length = (uint32_t)length};
    if (skip_field(word, word_end) < word_end)
        import_warn(warnings, MODEL_BLANK, row);
    return true;
}

static bool read_row(struct import_rows *rows, size_t row, const unsigned char *at, const unsigned char *stop,
                     struct model_warnings *warnings, struct error *error) {
    const unsigned char *word_end = skip_field(at, stop);
    const size_t length = (size_t)(word_end - at);
    if (length > 0 && length <= IMPORT_WORD_BYTES_MAX &&
        read_numbers(word_end, stop, rows->head.dim, rows->input + row * rows->stride))
        rows->words[row] = (struct import_word){.offset = (uint64_t)(at - rows->map.data),
                                                .length = (uint32_t)length};
    else if (!read_unusual_row(rows, row, at, stop, warnings, error))
        return false;
    if (!import_rows_complete(rows, row, warnings))
        return error_set(error, ERROR_INPUT, "%s: line %zu: a NUL byte in the word", rows->path,
                         line_of(rows, at));
    return true;
}

static void read_piece(void *context, size_t index) {
    const struct text *text = context;
    struct piece *piece = &text->pieces[index];
    size_t row = piece->first_row;
    for (const unsigned char *at = piece->at; at < piece->end;) {
        const unsigned char *stop = line_end(at, piece->end);
        if (skip_blanks(at, stop) < stop &&
            !read_row(text->rows, row++, at, stop, &piece->warnings, &piece->error))
            return;
        at = stop + 1;
    }
}

/* --- the file --- */

static void cut_pieces(struct text *text) {
    const struct file_map *map = &text->rows->map;
    const unsigned char *at = map->data + text->rows->head.bytes, *end = map->data + map->size;
    const size_t share = (size_t)(end - at) / text->threads + 1;
    for (size_t i = 0; i < text->threads; i++) {
        const unsigned char *stop = (size_t)(end - at) <= share ? end : line_end(at + share, end);
        stop += stop < end;
        text->pieces[i] = (struct piece){.at = at, .end = stop};
        at = stop;
    }
}

/* Is the number of rows what the first line says, or possible with as many numbers as the first rows have? */
static bool check_count(const struct import_rows *rows, size_t count, struct error *error) {
    const size_t said = rows->head.words, dim = rows->head.dim, bytes = rows->map.size - rows->head.bytes;
    if (said > 0 && count != said)
        return error_set(error, ERROR_INPUT,
                         "%s: %s: the first line says %zu words, but %zu rows follow; if the rows are right, "
                         "change that line to \"%zu %zu\"",
                         rows->path, count < said ? "truncated" : "damaged", said, count, count, dim);
    if (count > (bytes + 1) / (2 * dim + 1)) /* a blank and a digit for each number, and a newline */
        return error_set(
            error, ERROR_INPUT,
            "%s: the first rows have %zu numbers, but most of the %zu lines are too short for that many",
            rows->path, dim, count);
    return true;
}

static bool read_rows(struct text *text, struct error *error) {
    struct import_rows *rows = text->rows;
    size_t count = 0;
    for (size_t i = 0; i < text->threads; i++) {
        text->pieces[i].first_row = count;
        count += text->pieces[i].rows;
    }
    if (!check_count(rows, count, error) || !import_rows_allocate(rows, count, error) ||
        !threads_run(text->threads, read_piece, text, error))
        return false;
    for (size_t i = 0; i < text->threads; i++) {
        const struct error *first = &text->pieces[i].error;
        if (first->kind != ERROR_NONE)
            return error_set(error, first->kind, "%s", first->text);
        import_merge(&rows->warnings, &text->pieces[i].warnings);
    }
    if (rows->map.data[rows->map.size - 1] != '\n')
        import_warn(&rows->warnings, MODEL_NO_NEWLINE, count - 1);
    return true;
}

bool import_read_text(struct import_rows *rows, size_t threads, struct error *error) {
    struct text text = {.rows = rows, .threads = threads};
    text.pieces = memory_allocate(threads, sizeof *text.pieces, "the threads", error);
    if (text.pieces == NULL)
        return false;
    cut_pieces(&text);
    const bool done = threads_run(threads, count_piece, &text, error) && read_rows(&text, error);
    free(text.pieces);
    return done;
}

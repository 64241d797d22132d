/* Formats with binary numbers. Those that hold only an array have the words in a second file, one a line. */
#include <stdio.h>
#include <string.h>

#include "formats/export_writers.h"

static bool write_word(struct file_out *file, const struct export_rows *rows, size_t i, const char *behind,
                       struct error *error) {
    size_t length;
    const char *word = export_rows_word(rows, i, &length);
    return file_write(file, word, length, error) && file_write(file, behind, strlen(behind), error);
}

static bool write_vector(struct file_out *file, struct export_rows *rows, size_t i, struct error *error) {
    return file_write(file, export_rows_vector(rows, i), rows->model->dim * sizeof(float), error);
}

/* A line "WORDS DIMS"; then for each word the word, a blank, its numbers and a newline. */
bool export_word2vec(struct file_out *files, struct export_rows *rows, int digits, struct error *error) {
    (void)digits;
    char line[64];
    const int length = snprintf(line, sizeof line, "%zu %zu\n", rows->count, rows->model->dim);
    if (!file_write(files, line, (size_t)length, error))
        return false;
    for (size_t i = 0; i < rows->count; i++)
        if (!write_word(files, rows, i, " ", error) || !write_vector(files, rows, i, error) ||
            !file_write(files, "\n", 1, error))
            return false;
    return true;
}

static bool write_words(struct file_out *file, const struct export_rows *rows, struct error *error) {
    for (size_t i = 0; i < rows->count; i++)
        if (!write_word(file, rows, i, "\n", error))
            return false;
    return true;
}

static bool write_vectors(struct file_out *file, struct export_rows *rows, struct error *error) {
    for (size_t i = 0; i < rows->count; i++)
        if (!write_vector(file, rows, i, error))
            return false;
    return true;
}

/* Writes `value` in `bytes` bytes, little-endian. */
static bool write_integer(struct file_out *file, uint64_t value, size_t bytes, struct error *error) {
    unsigned char text[8];
    for (size_t i = 0; i < bytes; i++)
        text[i] = (unsigned char)(value >> 8 * i & 0xff);
    return file_write(file, text, bytes, error);
}

/* NumPy's format, version 1.0: a header, padded with blanks and a newline to a multiple of 64 bytes, and then
 * the numbers in C order. */
bool export_npy(struct file_out *files, struct export_rows *rows, int digits, struct error *error) {
    (void)digits;
    char text[256];
    const int used = snprintf(text, sizeof text,
                              "{'descr': '<f4', 'fortran_order': False, 'shape': (%zu, %zu), }", rows->count,
                              rows->model->dim);
    const size_t before = 10, end = (before + (size_t)used + 1 + 63) / 64 * 64;
    memset(text + used, ' ', sizeof text - (size_t)used);
    text[end - before - 1] = '\n';
    return file_write(files, "\x93NUMPY\x01\x00", 8, error) && write_integer(files, end - before, 2, error) &&
           file_write(files, text, end - before, error) && write_vectors(files, rows, error) &&
           write_words(files + 1, rows, error);
}

/* For each word the number of dimensions in 32 bits, then its numbers. */
bool export_fvecs(struct file_out *files, struct export_rows *rows, int digits, struct error *error) {
    (void)digits;
    for (size_t i = 0; i < rows->count; i++)
        if (!write_integer(files, rows->model->dim, 4, error) || !write_vector(files, rows, i, error))
            return false;
    return write_words(files + 1, rows, error);
}

/* The length of a JSON header in 64 bits, the header, padded with blanks to a multiple of 8; the numbers. */
bool export_safetensors(struct file_out *files, struct export_rows *rows, int digits, struct error *error) {
    (void)digits;
    char text[256];
    const uint64_t bytes = (uint64_t)rows->count * rows->model->dim * sizeof(float);
    const int used = snprintf(
        text, sizeof text, "{\"vectors\":{\"dtype\":\"F32\",\"shape\":[%zu,%zu],\"data_offsets\":[0,%llu]}}",
        rows->count, rows->model->dim, (unsigned long long)bytes);
    const size_t end = ((size_t)used + 7) / 8 * 8;
    memset(text + used, ' ', sizeof text - (size_t)used);
    return write_integer(files, end, 8, error) && file_write(files, text, end, error) &&
           write_vectors(files, rows, error) && write_words(files + 1, rows, error);
}

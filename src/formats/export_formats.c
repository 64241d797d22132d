#include "formats/export_formats.h"

#include <stdio.h>
#include <string.h>

#include "formats/export_writers.h"
#include "text/show.h"
#include "text/utf8.h"

#define BLANKS " \t\n\v\f\r"
#define LINES "\n\r"
#define WINDOW ((size_t)1 << 16) /* bytes at the beginning of a list of words that must be text */

/* The byte order mark. */
#define MARK "\xef\xbb\xbf"

const struct export_format formats[] = {
    {.name = "native", .suffixes = {""}, .known = export_known_native, .write = export_native},
    {.name = "word2vec",
     .suffixes = {""},
     .separators = BLANKS,
     .known = export_known_word2vec,
     .write = export_word2vec},
    {.name = "word2vec-text",
     .suffixes = {""},
     .text = true,
     .separators = BLANKS,
     .known = export_known_word2vec_text,
     .write = export_word2vec_text},
    {.name = "glove",
     .suffixes = {""},
     .text = true,
     .separators = BLANKS,
     .known = export_known_glove,
     .bare = true,
     .write = export_glove},
    {.name = "npy",
     .suffixes = {"", ".vocab"},
     .separators = LINES,
     .known = export_known_npy,
     .lines = true,
     .bare = true,
     .write = export_npy},
    {.name = "fvecs",
     .suffixes = {"", ".vocab"},
     .separators = LINES,
     .known = export_known_fvecs,
     .lines = true,
     .bare = true,
     .write = export_fvecs},
    {.name = "safetensors",
     .suffixes = {"", ".vocab"},
     .separators = LINES,
     .known = export_known_safetensors,
     .lines = true,
     .bare = true,
     .write = export_safetensors},
    {.name = "tensorboard",
     .suffixes = {".vectors.tsv", ".metadata.tsv"},
     .text = true,
     .separators = LINES "\t",
     .known = export_known_tensorboard,
     .trimmed = true,
     .bare = true,
     .write = export_tensorboard},
    {.name = "jsonl",
     .suffixes = {""},
     .text = true,
     .utf8 = true,
     .known = export_known_jsonl,
     .write = export_jsonl},
    {.name = "pgvector",
     .suffixes = {""},
     .text = true,
     .utf8 = true,
     .dim_max = 16000,
     .known = export_known_pgvector,
     .write = export_pgvector},
    {.name = NULL},
};

const struct export_format *export_format_find(const char *name) {
    for (const struct export_format *format = formats; format->name != NULL; format++)
        if (strcmp(format->name, name) == 0)
            return format;
    return NULL;
}

static const char *name_separator(char byte) {
    switch (byte) {
    case ' ':
        return "it has a blank";
    case '\t':
        return "it has a tab";
    case '\n':
        return "it has a newline";
    case '\r':
        return "it has a carriage return";
    default:
        return "it has a control character";
    }
}

/* Vertical tab, form feed, the four separators of ASCII but the last, NEL, LINE and PARAGRAPH SEPARATOR. */
static bool ends_line(uint32_t point) {
    return point == '\v' || point == '\f' || (point >= 0x1c && point <= 0x1e) || point == 0x85 ||
           point == 0x2028 || point == 0x2029;
}

/* What JavaScript's trim() takes off: tab to carriage return, the byte order mark, and Unicode's spaces. */
static bool is_trimmed(uint32_t point) {
    return (point >= '\t' && point <= '\r') || point == ' ' || point == 0xa0 || point == 0xfeff ||
           point == 0x1680 || (point >= 0x2000 && point <= 0x200a) || point == 0x2028 || point == 0x2029 ||
           point == 0x202f || point == 0x205f || point == 0x3000;
}

/* How many code points of a word are of a kind; bytes that are not UTF-8 are of none. *all counts them, too.
 */
static size_t count_points(const char *word, size_t length, bool (*is_of_kind)(uint32_t point), size_t *all) {
    const unsigned char *at = (const unsigned char *)word, *end = at + length;
    size_t count = 0;
    for (*all = 0; at < end; ++*all) {
        uint32_t point;
        const int bytes = utf8_decode(at, end, &point);
        count += bytes > 0 && is_of_kind(point);
        at += bytes > 0 ? bytes : -bytes;
    }
    return count;
}

/* What keeps a word from a place in a file of lines, or NULL. `first`: it is the first one. */
static const char *find_line_fault(const struct export_format *format, const char *word, size_t length,
                                   bool first) {
    size_t all;
    if (format->lines && count_points(word, length, ends_line, &all) > 0)
        return "it has a line separator";
    if (format->trimmed && count_points(word, length, is_trimmed, &all) == all)
        return "it is nothing but white space";
    if (format->bare && first && length >= sizeof MARK - 1 && memcmp(word, MARK, sizeof MARK - 1) == 0)
        return "it begins with a byte order mark, and the file would";
    return NULL;
}

/* What keeps row i from the format, or NULL. */
static const char *find_fault(const struct export_format *format, const struct export_rows *rows, size_t i,
                              bool first) {
    size_t length;
    const char *word = export_rows_word(rows, i, &length);
    if (length == 0)
        return "it is empty";
    for (size_t j = 0; j < length; j++)
        if (word[j] == '\0' || (format->separators != NULL && strchr(format->separators, word[j]) != NULL))
            return name_separator(word[j]);
    if (format->utf8 && !utf8_well_formed(word, length))
        return "it is not UTF-8";
    const char *fault = find_line_fault(format, word, length, first);
    if (fault != NULL)
        return fault;
    return export_rows_finite(rows, i) ? NULL : "its vector has a number that is not finite";
}

static void describe_fault(const struct export_rows *rows, size_t i, const char *fault, char text[300]) {
    size_t length;
    char shown[200];
    const char *word = export_rows_word(rows, i, &length);
    show_text(word, length, shown, sizeof shown);
    snprintf(text, 300, "word %lu, \"%s\": %s", (unsigned long)rows->ids[i], shown, fault);
}

bool export_format_fit(const struct export_format *format, struct export_rows *rows, bool skip,
                       struct export_format_skipped *skipped, struct error *error) {
    *skipped = (struct export_format_skipped){0};
    if (format->dim_max > 0 && rows->model->dim > format->dim_max)
        return error_set(error, ERROR_INPUT, "%s takes at most %zu dimensions, and this model has %zu",
                         format->name, format->dim_max, rows->model->dim);
    size_t kept = 0;
    for (size_t i = 0; i < rows->count; i++) {
        const char *fault = find_fault(format, rows, i, kept == 0);
        if (fault == NULL)
            rows->ids[kept++] = rows->ids[i];
        else if (skipped->count++ == 0)
            describe_fault(rows, i, fault, skipped->first);
        if (fault != NULL && !skip)
            return error_set(error, ERROR_INPUT, "%s can't hold %s (--skip-unfit leaves such words out)",
                             format->name, skipped->first);
    }
    rows->count = kept;
    return kept > 0 || error_set(error, ERROR_INPUT, "no words are left to export");
}

/* --- older files --- */

static bool is_list(const struct file_map *map) {
    return memchr(map->data, '\0', map->size < WINDOW ? map->size : WINDOW) == NULL;
}

/* *first says whether an older first file is known, and is set by it. */
static bool may_replace(const struct export_format *format, const struct file_out *file, bool is_first,
                        bool *first, struct error *error) {
    struct file_map map;
    if (!file_map_old(&map, file, error))
        return false;
    const bool known = map.size == 0 || (is_first ? format->known(&map) : *first && is_list(&map));
    if (is_first)
        *first = known && map.size > 0;
    file_map_close(&map);
    const char *kind = strcmp(format->name, "native") == 0 ? "a model" : format->name;
    return known || error_set(error, ERROR_INPUT,
                              "%s: exists and is not %s%s; name another file, or replace it with --force",
                              file->path, kind, is_first ? "" : "'s list of words");
}

bool export_check_old(const struct export_format *format, const struct file_out *files, size_t count,
                      struct error *error) {
    bool first = false;
    for (size_t i = 0; i < count; i++)
        if (!may_replace(format, &files[i], i == 0, &first, error))
            return false;
    return true;
}

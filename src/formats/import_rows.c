#include "formats/import_rows.h"

#include <float.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "model/layout.h"
#include "text/utf8.h"

bool import_rows_allocate(struct import_rows *rows, size_t count, struct error *error) {
    const size_t available = memory_available();
    size_t cells;
    rows->count = count;
    rows->stride = (size_t)layout_stride(rows->head.dim);
    if (count >= UINT32_MAX)
        return error_set(error, ERROR_INPUT, "%s: %zu words are more than a model can have", rows->path,
                         count);
    if (!size_multiply(count, rows->stride, &cells) ||
        !size_multiply(cells, sizeof(float), &rows->input_bytes) || rows->input_bytes > available)
        return error_set(error, ERROR_SYSTEM,
                         "%s: %zu words of %zu dims need more memory than the %zu MB available", rows->path,
                         count, rows->head.dim, available >> 20);
    rows->words = memory_allocate(count, sizeof *rows->words, "the words", error);
    rows->norms = memory_allocate(count, sizeof *rows->norms, "the norms", error);
    rows->input = memory_pages(rows->input_bytes, "the word vectors", error);
    return rows->words != NULL && rows->norms != NULL && rows->input != NULL;
}

void import_rows_free(struct import_rows *rows) {
    free(rows->words);
    free(rows->norms);
    memory_pages_free(rows->input, rows->input_bytes);
    *rows = (struct import_rows){.count = 0};
}

bool import_rows_complete(struct import_rows *rows, size_t row, struct model_warnings *warnings) {
    const struct import_word word = rows->words[row];
    const unsigned char *text = rows->map.data + word.offset;
    const float norm = model_norm(rows->input + row * rows->stride, rows->head.dim);
    rows->norms[row] = norm;
    if (word.length == 0) {
        import_warn(warnings, MODEL_NO_WORD, row);
        return true;
    }
    if (!(norm <= FLT_MAX))
        import_warn(warnings, MODEL_NOT_FINITE, row);
    if (!utf8_well_formed(text, word.length))
        import_warn(warnings, MODEL_NOT_UTF8, row);
    return memchr(text, '\0', word.length) == NULL;
}

static void warn_times(struct model_warnings *warnings, int kind, uint64_t times, uint64_t place) {
    if (warnings->counts[kind] == 0)
        warnings->first[kind] = place;
    warnings->counts[kind] += times;
}

void import_warn(struct model_warnings *warnings, enum model_warning kind, size_t row) {
    warn_times(warnings, (int)kind, 1, row + 1);
}

void import_merge(struct model_warnings *warnings, const struct model_warnings *more) {
    for (int kind = 0; kind < MODEL_WARNINGS; kind++)
        warn_times(warnings, kind, more->counts[kind], more->first[kind]);
}

size_t import_line(const struct file_map *map, size_t offset) {
    const unsigned char *at = map->data, *end = map->data + offset;
    size_t line = 1;
    for (; at < end && (at = memchr(at, '\n', (size_t)(end - at))) != NULL; at++)
        line++;
    return line;
}

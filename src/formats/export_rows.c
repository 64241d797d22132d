#include "formats/export_rows.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/lines.h"
#include "base/memory.h"
#include "text/show.h"

bool export_rows_create(struct export_rows *rows, const struct model *model, enum export_rows_vectors vectors,
                        bool unit, struct error *error) {
    *rows = (struct export_rows){
        .model = model,
        .matrix = vectors == EXPORT_CONTEXT_VECTORS ? model->output : model->input,
        .unit = unit,
        .ids = memory_allocate(model->vocab, sizeof *rows->ids, "the rows", error),
        .count = model->vocab,
        .scaled = memory_allocate(model->dim, sizeof *rows->scaled, "a row", error),
    };
    if (rows->ids == NULL || rows->scaled == NULL)
        return false;
    for (size_t i = 0; i < rows->count; i++)
        rows->ids[i] = (uint32_t)i;
    return true;
}

void export_rows_free(struct export_rows *rows) {
    free(rows->ids);
    free(rows->scaled);
    free(rows->made);
    dictionary_free(&rows->unseen);
    *rows = (struct export_rows){0};
}

/* --- a list of words --- */

/* Rows being selected by the words of a list. */
struct selection {
    struct export_rows *rows;
    export_rows_find *find;
    export_rows_make *make;
    size_t id_capacity;
    bool *selected; /* (model->vocab) owned */
    struct export_rows_skipped *skipped;
};

static bool add_id(struct selection *selection, size_t id, struct error *error) {
    struct export_rows *rows = selection->rows;
    if (id >= UINT32_MAX)
        return error_set(error, ERROR_INPUT, "too many words");
    if (!memory_reserve(&rows->ids, &selection->id_capacity, rows->count + 1, "the rows", error))
        return false;
    rows->ids[rows->count++] = (uint32_t)id;
    return true;
}

/* Adds a row for a word that is not in the vocabulary, if n-grams make one. */
static bool add_unseen(struct selection *selection, const char *word, size_t length, struct error *error) {
    struct export_rows *rows = selection->rows;
    struct export_rows_skipped *skipped = selection->skipped;
    const size_t stride = rows->model->stride, before = rows->unseen.size;
    size_t used;
    uint32_t number;
    if (!memory_reserve(&rows->made, &rows->made_capacity, (before + 1) * stride, "the vectors", error))
        return false;
    if (selection->make == NULL || !selection->make(rows->model, word, rows->made + before * stride, &used)) {
        if (skipped->missing++ == 0)
            show_text(word, length, skipped->first, sizeof skipped->first);
        return true;
    }
    if (!dictionary_add(&rows->unseen, (const unsigned char *)word, length, 1, 0, &number, error))
        return false;
    if (rows->unseen.size > before)
        return add_id(selection, rows->model->vocab + number, error);
    skipped->repeated++;
    return true;
}

static bool select_word(struct selection *selection, const char *word, size_t length, struct error *error) {
    const struct export_rows *rows = selection->rows;
    size_t id;
    if (!model_find(rows->model, word, length, &id) && !selection->find(rows->model, word, &id))
        return add_unseen(selection, word, length, error);
    if (selection->selected[id]) {
        selection->skipped->repeated++;
        return true;
    }
    selection->selected[id] = true;
    return add_id(selection, id, error);
}

static bool select_lines(struct selection *selection, struct lines *lines, struct error *error) {
    for (;;) {
        char *line;
        size_t length;
        const enum lines_result result = lines_next(lines, true, &line, &length, error);
        if (result != LINES_LINE)
            return result == LINES_END;
        while (length > 0 && line[length - 1] == '\r')
            line[--length] = '\0';
        if (length > 0 && !select_word(selection, line, length, error))
            return false;
    }
}

bool export_rows_list(struct export_rows *rows, const char *path, export_rows_find *find,
                      export_rows_make *make, struct export_rows_skipped *skipped, struct error *error) {
    *skipped = (struct export_rows_skipped){0};
    struct lines lines;
    struct selection selection = {
        .rows = rows,
        .find = find,
        .make = make,
        .id_capacity = rows->model->vocab,
        .selected = memory_allocate(rows->model->vocab, sizeof *selection.selected, "the words listed",
                                    error),
        .skipped = skipped,
    };
    rows->count = 0;
    const bool opened = lines_open(&lines, path, error);
    const bool done = opened && selection.selected != NULL && dictionary_create(&rows->unseen, error) &&
                      select_lines(&selection, &lines, error);
    free(selection.selected);
    lines_close(&lines);
    return done;
}

/* --- rows --- */

const char *export_rows_word(const struct export_rows *rows, size_t i, size_t *length) {
    const size_t vocab = rows->model->vocab;
    if (rows->ids[i] < vocab)
        return model_word(rows->model, rows->ids[i], length);
    *length = rows->unseen.entries[rows->ids[i] - vocab].length;
    return rows->unseen.text + rows->unseen.origins[rows->ids[i] - vocab].start;
}

static const float *find_row(const struct export_rows *rows, size_t i) {
    const size_t vocab = rows->model->vocab;
    if (rows->ids[i] >= vocab)
        return rows->made + (rows->ids[i] - vocab) * rows->model->stride;
    return rows->matrix + rows->ids[i] * rows->model->stride;
}

const float *export_rows_vector(struct export_rows *rows, size_t i) {
    const float *row = find_row(rows, i);
    if (!rows->unit)
        return row;
    double square = 0;
    for (size_t d = 0; d < rows->model->dim; d++)
        square += (double)row[d] * (double)row[d];
    const double length = square > 0 ? sqrt(square) : 1;
    for (size_t d = 0; d < rows->model->dim; d++)
        rows->scaled[d] = (float)((double)row[d] / length);
    return rows->scaled;
}

bool export_rows_finite(const struct export_rows *rows, size_t i) {
    const float *row = find_row(rows, i);
    bool finite = true;
    for (size_t d = 0; d < rows->model->dim; d++)
        finite &= fabsf(row[d]) <= FLT_MAX;
    return finite;
}

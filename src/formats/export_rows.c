#include "formats/export_rows.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "text/reader.h"

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
    *rows = (struct export_rows){0};
}

/* --- a list of words --- */

/* What takes the lines of a list. */
struct taker {
    struct export_rows *rows;
    export_rows_find *find;
    bool *taken; /* (model->vocab) owned */
    struct export_rows_skipped *losses;
};

/* A line without its newline. */
static void take_line(struct taker *taker, const char *line, size_t length) {
    struct export_rows *rows = taker->rows;
    struct export_rows_skipped *losses = taker->losses;
    size_t id;
    if (!model_find(rows->model, line, length, &id) &&
        (strlen(line) != length || !taker->find(rows->model, line, &id))) {
        if (losses->missing++ == 0)
            export_rows_show(line, length, losses->first, sizeof losses->first);
    } else if (taker->taken[id])
        losses->repeated++;
    else {
        taker->taken[id] = true;
        rows->ids[rows->count++] = (uint32_t)id;
    }
}

static bool take_lines(struct taker *taker, FILE *stream, const char *name, struct error *error) {
    char *line = NULL;
    size_t capacity = 0;
    ssize_t length;
    errno = 0;
    while ((length = getline(&line, &capacity, stream)) >= 0) {
        while (length > 0 && strchr("\r\n", line[length - 1]) != NULL)
            line[--length] = '\0';
        if (length > 0)
            take_line(taker, line, (size_t)length);
    }
    const int number = errno;
    free(line);
    if (feof(stream) && !ferror(stream))
        return true;
    if (number == EISDIR)
        return error_set(error, ERROR_INPUT, "%s: a folder, not a file", name);
    return error_system(error, number, "%s: can't read", name);
}

bool export_rows_list(struct export_rows *rows, const char *path, export_rows_find *find,
                      struct export_rows_skipped *losses, struct error *error) {
    *losses = (struct export_rows_skipped){0};
    const bool standard = strcmp(path, "-") == 0;
    FILE *stream = standard ? stdin : fopen(path, "re");
    if (stream == NULL)
        return error_set(error, errno == ENOENT || errno == ENOTDIR ? ERROR_INPUT : ERROR_SYSTEM,
                         "%s: can't open: %s", path, strerror(errno));
    struct taker taker = {
        .rows = rows,
        .find = find,
        .taken = memory_allocate(rows->model->vocab, sizeof *taker.taken, "the words listed", error),
        .losses = losses,
    };
    rows->count = 0;
    const bool done = taker.taken != NULL && take_lines(&taker, stream, reader_path_name(path), error);
    free(taker.taken);
    if (!standard)
        fclose(stream);
    return done;
}

/* --- rows --- */

void export_rows_show(const char *word, size_t length, char *text, size_t size) {
    size_t count = length < size ? length : size - 1;
    while (count < length && count > 0 && ((unsigned char)word[count] & 0xc0) == 0x80)
        count--;
    memcpy(text, word, count);
    text[count] = '\0';
    for (char *at = text; at < text + count; at++)
        if ((unsigned char)*at < ' ' || *at == '\x7f')
            *at = '?';
}

const char *export_rows_word(const struct export_rows *rows, size_t i, size_t *length) {
    return model_word(rows->model, rows->ids[i], length);
}

static const float *find_row(const struct export_rows *rows, size_t i) {
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

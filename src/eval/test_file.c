#include "eval/test_file.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "query/lookup.h"
#include "search/vectors.h"

#define BLANKS " \t\n\v\f\r"

bool test_file_open(struct test_file *file, const char *path, const struct model *model, size_t known,
                    struct error *error) {
    *file = (struct test_file){.model = model, .casefold = {.folded = true}};
    if (!lines_open(&file->lines, path, error))
        return false;
    file->lines.refuse_nul = true;
    return casefold_create(&file->casefold, model, known, error);
}

void test_file_close(struct test_file *file) {
    casefold_free(&file->casefold);
    lines_close(&file->lines);
    free(file->fields);
    *file = (struct test_file){.count = 0};
}

static bool split(struct test_file *file, char *line, struct error *error) {
    file->count = 0;
    char *rest = NULL;
    for (char *field = strtok_r(line, BLANKS, &rest); field != NULL; field = strtok_r(NULL, BLANKS, &rest)) {
        if (!memory_reserve(&file->fields, &file->capacity, file->count + 1, "a line", error))
            return false;
        file->fields[file->count++] = field;
    }
    return true;
}

bool test_file_next(struct test_file *file, char comment, struct error *error) {
    char *line;
    size_t length;
    while (lines_next(&file->lines, true, &line, &length, error) == LINES_LINE) {
        if (!split(file, line, error))
            return false;
        if (file->count > 0 && file->fields[0][0] != comment)
            return true;
    }
    return false;
}

bool test_file_find(struct test_file *file, size_t field, size_t *id, struct error *error) {
    return casefold_find(&file->casefold, file->fields[field], id, error) &&
           vector_word_usable(file->model, *id);
}

bool test_file_row(struct test_file *file, size_t field, float *made, const float **row, bool *unseen,
                   struct error *error) {
    size_t id, used;
    *unseen = false;
    if (test_file_find(file, field, &id, error)) {
        *row = vector_row(file->model, id);
        return true;
    }
    if (error->kind != ERROR_NONE || lookup_word(file->model, file->fields[field], &id) ||
        !lookup_unseen(file->model, file->fields[field], made, &used))
        return false;
    *unseen = true;
    *row = made;
    return true;
}

bool test_file_malformed(const struct test_file *file, const char *form, struct error *error) {
    return error_set(error, ERROR_INPUT, "%s:%zu: not a line of the form \"%s\"", file->lines.name,
                     file->lines.number, form);
}

#include "model/word2vec.h"

#include <stdio.h>
#include <string.h>

static bool write_head(struct file_out *file, const struct model *model, struct error *error) {
    char line[64];
    const int length = snprintf(line, sizeof line, "%zu %zu\n", model->vocab, model->dim);
    return file_write(file, line, (size_t)length, error);
}

static bool write_word(struct file_out *file, const struct model *model, size_t id, struct error *error) {
    size_t length;
    const char *word = model_word(model, id, &length);
    for (size_t i = 0; i < length; i++)
        if (strchr(" \t\n\r\v\f", word[i]) != NULL)
            return error_set(error, ERROR_INPUT,
                             "word %zu, \"%.*s\", can't be written in this format: it has a blank", id,
                             length < 200 ? (int)length : 200, word);
    if (length == 0)
        return error_set(error, ERROR_INPUT, "word %zu can't be written in this format: it is empty", id);
    return file_write(file, word, length, error);
}

bool word2vec_write_binary(struct file_out *file, const struct model *model, struct error *error) {
    if (!write_head(file, model, error))
        return false;
    for (size_t id = 0; id < model->vocab; id++)
        if (!write_word(file, model, id, error) || !file_write(file, " ", 1, error) ||
            !file_write(file, model->input + id * model->stride, model->dim * sizeof(float), error) ||
            !file_write(file, "\n", 1, error))
            return false;
    return true;
}

/* Nine significant digits tell any two floats apart. */
static bool write_number(struct file_out *file, float number, struct error *error) {
    char text[32];
    const int length = snprintf(text, sizeof text, " %.9g", (double)number);
    return file_write(file, text, (size_t)length, error);
}

bool word2vec_write_text(struct file_out *file, const struct model *model, struct error *error) {
    if (!write_head(file, model, error))
        return false;
    for (size_t id = 0; id < model->vocab; id++) {
        if (!write_word(file, model, id, error))
            return false;
        for (size_t d = 0; d < model->dim; d++)
            if (!write_number(file, model->input[id * model->stride + d], error))
                return false;
        if (!file_write(file, "\n", 1, error))
            return false;
    }
    return true;
}

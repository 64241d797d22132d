#include "train/initial_rows.h"

#include "base/race.h"
#include "train/matrix.h"

static bool usable(const float *row, size_t dim) {
    bool all = true;
    for (size_t d = 0; d < dim; d++)
        all = all && row[d] < (float)(1 << MATRIX_MAX_EXPONENT) &&
              row[d] > -(float)(1 << MATRIX_MAX_EXPONENT);
    return all;
}

bool initial_rows_usable(const struct model *model, size_t id) {
    return usable(model->input + id * model->stride, model->dim) &&
           (model->output == NULL || usable(model->output + id * model->stride, model->dim));
}

/* Rounded to the nearest; vectors that sgns trained are bfloat16 already. */
INTENDED_RACE static void round_row(bfloat16 *to, const float *from, size_t dim) {
    for (size_t d = 0; d < dim; d++)
        to[d] = bfloat16_round(from[d], 0x8000);
}

void initial_rows_copy(const struct initial_rows *rows, const struct training *training, size_t word) {
    const struct model *model = rows->model;
    if (rows->of_word[word] == 0)
        return;
    const size_t from = (rows->of_word[word] - 1) * model->stride, to = word * training->stride;
    round_row(training->input + to, model->input + from, model->dim);
    if (model->output != NULL)
        round_row(training->output + to, model->output + from, model->dim);
}

/* Rows of an older model, from which a training starts. */
#ifndef SGNS_TRAIN_INITIAL_ROWS_H
#define SGNS_TRAIN_INITIAL_ROWS_H

#include "model/model.h"
#include "train/batch.h"

struct initial_rows {
    const struct model *model; /* of as many dimensions as the training */
    const uint32_t *of_word;   /* (vocab) id + 1 in the model; 0: the word is not in it */
};

/* Whether the vectors of a word of the model are numbers that training could have made. */
bool initial_rows_usable(const struct model *model, size_t id);

/* Copies the rows of the word, if it is in the model, over those in training->input and training->output. The
 * context vector stays as it is if the model has none. */
void initial_rows_copy(const struct initial_rows *rows, const struct training *training, size_t word);

#endif

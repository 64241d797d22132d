/* The dot product of the two rows, as in word2vec. */
#include "train/scores.h"

const struct score score_dot = {
    .name = "dot",
    .help = "the dot product of center and context",
    .source = "Mikolov et al. 2013",
};

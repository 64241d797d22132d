/* The scores: how alike a center and another word's row are. A kernel computes dot products; a score makes of
 * them what the loss compares, and of the loss's gradient what the kernel adds up. One file and one line of
 * SCORES each. */
#ifndef SGNS_TRAIN_SCORES_H
#define SGNS_TRAIN_SCORES_H

#include <stdbool.h>
#include <stddef.h>

#include "kernels/kernel.h"

struct batch;

struct score {
    const char *name;
    const char *help;   /* a line */
    const char *source; /* the equation */
    bool squares;       /* needs the squared norms of the batch's rows, and has self factors */

    /* Turns the dot products of the batch into scores, in place. NULL: they are the scores. */
    void (*apply)(const struct batch *batch, const struct kernel *kernel);

    /* Turns dL/dscore into dL/d(dot product), in place, and sets the self factor of each row: what multiplies
     * the row itself in its gradient, as the score also depends on the row's own length. NULL: as it is, and
     * no self factors. */
    void (*backprop)(const struct batch *batch, const struct kernel *kernel);
};

/* All scores; X(dot) stands for the table entry score_dot in score_dot.c. */
#define SCORES(X) X(dot)

#define SCORE_DECLARE(name) extern const struct score score_##name;
SCORES(SCORE_DECLARE)

/* The same by number; NULL beyond the last. */
const struct score *score_at(size_t index);

#endif

/* The scores: how similar the rows of a center and of another word are. A kernel computes dot products; a
 * score turns them into what the loss compares, and turns the gradient of the loss into what the kernel adds
 * up. Each is one file and one line of SCORES. */
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
    bool squares;       /* needs the squared norms of the rows of the batch, and sets self factors */

    /* Replaces the dot products of the batch by scores. NULL: they are the scores. */
    void (*apply)(const struct batch *batch, const struct kernel *kernel);

    /* Replaces dL/dscore by dL/d(dot product), and sets the self factor of each row: the coefficient of the
     * row itself in its gradient, since the score also depends on the norm of the row. NULL: the two are the
     * same, and there are no self factors. */
    void (*backprop)(const struct batch *batch, const struct kernel *kernel);
};

/* All scores. X(dot) stands for the table entry score_dot in score_dot.c. */
#define SCORES(X) X(dot)

#define SCORE_DECLARE(name) extern const struct score score_##name;
SCORES(SCORE_DECLARE)

/* Score number `index`; NULL after the last. */
const struct score *score_at(size_t index);

#endif

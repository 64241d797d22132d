/* The scores: how similar the rows of a center and of another word are. A kernel computes dot products; a
 * score divides by the temperature T and turns them into what the loss compares, and turns the gradient of
 * the loss into what the kernel adds up. Each is one file and one line of SCORES. */
#ifndef SGNS_TRAIN_SCORES_H
#define SGNS_TRAIN_SCORES_H

#include <stdbool.h>
#include <stddef.h>

struct batch;
struct kernel;
struct parameters;

/* The largest weights a pair can put on rows, for step_limits: for a pair of weight 1, the sum of the weights
 * on the row of its center, on the row of its context, and on all N noise draws together. Weight 1 is that of
 * a logistic loss of dot products, whose curvature along a row x is at most |x|^2 / 4. */
struct loss_limits {
    double center, context, noise;
};

struct score {
    const char *name;
    const char *help;    /* a line */
    const char *source;  /* the equation */
    double min, max;     /* of the score at T = 1, maybe infinite; at T they are divided by it */
    bool squares;        /* needs the squared norms of the rows of the batch, and sets self factors */
    bool keeps;          /* backprop needs the scores: apply copies them to kept_pairs and kept_noise */
    bool start_contexts; /* needs context rows that start with random numbers, not zeros */

    /* Replaces the dot products of the batch by scores. */
    void (*apply)(const struct batch *batch, const struct kernel *kernel);

    /* The limits of a loss with this score, given its limits with dot products. NULL: the same. */
    struct loss_limits (*limits)(struct loss_limits of_loss, const struct parameters *parameters);

    /* Replaces dL/dscore by dL/d(dot product). If `squares`, also sets the self factor of each row: the
     * coefficient of the row itself in its gradient, since the score depends on the norm of the row, too. */
    void (*backprop)(const struct batch *batch);
};

/* All scores, in the order of --score. X(dot) stands for the table entry score_dot in score_dot.c. */
#define SCORES(X) \
    X(dot)        \
    X(cosine)     \
    X(l2)

#define SCORE_INDEX(name) SCORE_##name,
enum score_index { SCORES(SCORE_INDEX) SCORE_COUNT };

#define SCORE_DECLARE(name) extern const struct score score_##name;
SCORES(SCORE_DECLARE)

/* Score number `index`; NULL after the last. */
const struct score *score_at(size_t index);

/* For --score: the names, with a NULL at the end, and a line of help for each. */
extern const char *const score_names[];
const char *score_help(size_t index);

#endif

/* The losses: what turns scores into gradients. One file and one line of LOSSES each; nothing else knows
 * which loss is in use.
 *
 * A batch (train/batch.h) has P center rows with their positive pairs, and N noise draws that all rows share.
 * With m_p the sum of the pair weights of row p, the losses of the SGNS family count each noise draw m_p K /
 * N times for the row, so that the expected loss is that of K negatives for each pair. */
#ifndef SGNS_TRAIN_LOSSES_H
#define SGNS_TRAIN_LOSSES_H

#include <stdbool.h>
#include <stddef.h>

#include "kernels/kernel.h"

struct batch;
struct parameters;

/* How hard one pair can pull, as step_limits needs it: the largest sum of weights that a pair of weight 1
 * puts on its center's row, on its context's row, and on all N noise draws together. A weight of 1 is that of
 * a logistic loss: along a row x it has curvature |x|^2 / 4 at most. */
struct loss_limits {
    double center, context, noise;
};

struct loss {
    const char *name;   /* as --loss takes it */
    const char *help;   /* a line */
    const char *source; /* the paper, and its equation */
    bool log_noise;     /* needs pair_log_noise and noise_log_noise */
    struct loss_limits (*limits)(const struct parameters *parameters);

    /* Turns every score s of the batch into dL/ds, in place; 0 where the weight is 0. */
    void (*gradient)(const struct batch *batch, const struct kernel *kernel);

    /* The loss L of the batch, in double; leaves the scores as they are. L divided by the sum of the pair
     * weights is the mean loss that is reported. */
    double (*value)(const struct batch *batch);
};

/* All losses, in the order of --loss; X(sgns) stands for the table entry loss_sgns in loss_sgns.c. */
#define LOSSES(X) \
    X(sgns)       \
    X(nce)

#define LOSS_DECLARE(name) extern const struct loss loss_##name;
LOSSES(LOSS_DECLARE)

/* The same by number; NULL beyond the last. */
const struct loss *loss_at(size_t index);

/* For --loss: the names, ended by NULL, and a line of help for each. */
extern const char *const loss_names[];
const char *loss_help(size_t index);

#endif

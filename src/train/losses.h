/* The losses, which turn scores into gradients. Each is one file and one line of LOSSES; nothing else knows
 * which loss is in use.
 *
 * A batch (train/batch.h) has P center rows with their positive pairs, and N noise draws shared by all rows.
 * With m_p the sum of the pair weights of row p, the losses of the SGNS family give each noise draw the
 * weight m_p K / N for that row, so that the expected loss is that of K negatives for each pair. */
#ifndef SGNS_TRAIN_LOSSES_H
#define SGNS_TRAIN_LOSSES_H

#include <stdbool.h>
#include <stddef.h>

#include "kernels/kernel.h"
#include "train/scores.h"

struct batch;
struct parameters;

/* What --alpha, --temperature and --margin are unless given. */
struct loss_defaults {
    double alpha, temperature, margin;
};

struct loss {
    const char *name;                           /* the value of --loss */
    const char *help;                           /* a line */
    const char *source;                         /* the paper and the equation in it */
    enum score_index score;                     /* what --score is unless given */
    struct loss_defaults defaults[SCORE_COUNT]; /* measured for each score; alpha 0: not measured */
    bool bounded;     /* needs a score that has a maximum; noise must score below minus the margin */
    bool hard, log_q; /* has the options --hard and --log-q; with .violations, --margin */
    bool labels;      /* needs --labels */

    /* Whether it needs pair_log_noise and noise_log_noise. NULL: no. */
    bool (*log_noise)(const struct parameters *parameters);
    struct loss_limits (*limits)(const struct parameters *parameters);

    /* Replaces every score s of the batch by dL/ds; 0 where the weight is 0. */
    void (*gradient)(const struct batch *batch, const struct kernel *kernel);

    /* The loss L of the batch, computed in double; does not change the scores. L divided by the sum of the
     * pair weights is the mean loss that is reported. */
    double (*value)(const struct batch *batch);

    /* For losses with a margin: the share of its noise draws that violate the margin of a pair, summed over
     * the pairs by their weights. NULL: there is no margin. */
    double (*violations)(const struct batch *batch);
};

/* All losses, in the order of --loss. X(sgns) stands for the table entry loss_sgns in loss_sgns.c. */
#define LOSSES(X) \
    X(sgns)       \
    X(nce)        \
    X(infonce)    \
    X(triplet)    \
    X(pair)       \
    X(supcon)

#define LOSS_DECLARE(name) extern const struct loss loss_##name;
LOSSES(LOSS_DECLARE)

/* Loss number `index`; NULL after the last. */
const struct loss *loss_at(size_t index);

/* For --loss: the names, with a NULL at the end, and a line of help for each. */
extern const char *const loss_names[];
const char *loss_help(size_t index);

/* Whether the loss needs log(K q(word)) with these parameters. */
bool loss_needs_log_noise(const struct loss *loss, const struct parameters *parameters);

#endif

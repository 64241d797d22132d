/* The loss_table: what a loss makes of scores. One table entry a loss; nothing else knows which is in use.
 *
 * A step (block.h) has P input rows with their positive pairs, and N noise draws shared by all rows. With m_p
 * the pairs of row p, each noise draw counts m_p K / N times for it, so that the expected loss is that of K
 * negatives a pair. */
#ifndef SGNS_TRAIN_LOSSES_H
#define SGNS_TRAIN_LOSSES_H

#include <stdbool.h>
#include <stddef.h>

#include "kernels/kernel.h"

/* The scores of a step, in and out. All arrays belong to the caller and are 64-byte aligned. */
struct scores {
    size_t rows;               /* P */
    size_t band_columns;       /* places for a row's pairs, a multiple of KERNEL_ROW_FLOATS */
    float *pairs;              /* (rows, band_columns) row-major */
    const float *pair_weights; /* the same shape: 1 for a pair, 0 where there is none */
    const float *pair_shifts;  /* the same shape: log(K q(context)); only if the objective is `shifted` */
    size_t columns;            /* different noise words, rounded up to a multiple of KERNEL_ROW_FLOATS */
    float *noise;              /* (rows, columns) row-major */
    const float *noise_shifts; /* (columns): log(K q(noise word)); only if `shifted` */
    const float *row_weights;  /* (rows): m_p K / N */
    const float *draws;        /* (columns): how often the noise word was drawn; 0 beyond the last */
};

struct loss {
    const char *name;
    const char *help;
    bool shifted; /* wants pair_shifts and noise_shifts */

    /* Turns every score s in `pairs` and `noise` into dL/ds, in place; it is 0 where the weight is. */
    void (*gradient)(const struct scores *scores, const struct kernel *kernel);

    /* The loss L of the step, in double; leaves the scores as they are. Divided by the number of pairs it is
     * the loss a pair that is reported. */
    double (*loss)(const struct scores *scores);
};

/* The table, ended by an entry without a name. */
extern const struct loss loss_table[];

#endif

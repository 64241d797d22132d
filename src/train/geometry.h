/* Where the word vectors lie on the unit sphere (Wang, Isola 2020, "Understanding contrastive representation
 * learning through alignment and uniformity on the hypersphere", equations 1 and 2). Both numbers compare
 * across losses; lower is better for each, and a loss trades one for the other. */
#ifndef SGNS_TRAIN_GEOMETRY_H
#define SGNS_TRAIN_GEOMETRY_H

#include "train/batch.h"

struct geometry {
    double alignment;  /* mean of |x - y|^2 over words that occur together, by pair weight: 0 to 4 */
    double uniformity; /* log of the mean of exp(-2 |x - y|^2) over random words: -8 to 0 */
};

#define GEOMETRY_WORDS_MAX 1024

/* What was sampled so far. Start with zeros. */
struct geometry_sample {
    uint32_t words[GEOMETRY_WORDS_MAX];
    size_t count;
    double distances, pairs; /* sums over pairs */
};

/* (vocab, stride) row-major; the stride is a multiple of 16, and numbers beyond the dimensions are zero. */
struct geometry_rows {
    const float *rows;
    size_t stride;
};

/* Adds the first words of a passage. */
void geometry_add(struct geometry_sample *sample, const struct geometry_rows *rows,
                  const struct passage *passage, const struct parameters *parameters);

struct geometry geometry_of(const struct geometry_sample *sample, const struct geometry_rows *rows);

#endif

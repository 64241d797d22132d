/* How much a block may do at once.
 *
 * word2vec.c goes pair by pair, each step seeing the last one's result. A block computes all its gradients
 * from the same rows and adds them up, so a row can overshoot: a logistic loss has curvature s(1 - s) |x|^2
 * along a row x, and a summed step beyond 2 / curvature ends farther away than it began, with larger rows
 * each time. Three products say how much one step adds up:
 *
 *   A = alpha * (pairs of the block) * K * (draws of the row) / N                    on a noise row
 *   B = alpha * (pairs of the word) * (1 + K) * (occurrences of the word in the block)   on an input row
 *   C = alpha * K / N                                                   of one pair, on and by one noise row
 *
 * They are kept below limits that were measured to be safe (src/README.md). A block ends when another word
 * would take A or B beyond them; where a single word would, its pairs are spread over several passes, each
 * with noise and scores of its own; and where a single pair would, there are more noise words. */
#ifndef SGNS_TRAIN_STEP_LIMITS_H
#define SGNS_TRAIN_STEP_LIMITS_H

#include <stddef.h>

#include "kernels/kernel.h"

/* The longest block: more gains no time, and fresh rows are better than stale ones. */
#define BLOCK_WORDS_MAX KERNEL_ROWS_MAX

struct step_limits {
    size_t passes;      /* a block's pairs are split into so many steps; 1 or more */
    size_t occurrences; /* most occurrences of one word in a block; 1 or more */
    size_t pairs; /* most pairs of a block, all passes together, if no noise row is drawn more than once */
};

/* N: as many as asked for, or more where so few would be unstable at this alpha and K. */
size_t step_limits_noise(double alpha, double negative, size_t noise_words);

/* For the learning rate of the moment. `window` bounds the pairs of a word by 2 `window`, `mean_pairs` is
 * their mean; `negative` is K; `noise` is N. */
struct step_limits step_limits_choose(double alpha, double window, double mean_pairs, double negative,
                                      double noise);

#endif

/* How much a step may add up.
 *
 * word2vec.c goes pair by pair, and each update sees the result of the last. A step computes the gradients of
 * a whole block from the same rows and adds them up, so a row can overshoot: a logistic loss has curvature s
 * (1 - s) |x|^2 <= |x|^2 / 4 along a row x, and a summed step beyond 2 / curvature ends farther away than it
 * began, with larger rows each time. Three products say how much one step adds up, with c and n what the loss
 * says that a pair puts on its center and on all N noise draws (struct loss_limits). Pairs are counted by
 * their weights:
 *
 *   A = alpha * (pairs of the block) * n / N * (draws of the word)              on a noise row
 *   B = alpha * (pairs of the word) * c * (occurrences of the word in the block)   on a center's row
 *   C = alpha * n / N                                                     of one pair, on one noise row
 *
 * They stay below limits that were measured to be safe (src/EXPERIMENTS.md). A block ends when another word
 * would take A or B beyond them. Where a single word would, its pairs are spread over several passes, each
 * with noise and scores of its own. Where a single pair would, there are more noise words.
 *
 * For example, SGNS with K = 5 has c = 6 and n = 5. At alpha 0.05 with N = 32 a pair adds 0.0078 to A, so a
 * block may have 96 pairs (0.75 / 0.0078), and a word with 6 pairs adds 1.8 to B, so it may occur three times
 * in a block. */
#ifndef SGNS_TRAIN_STEP_LIMITS_H
#define SGNS_TRAIN_STEP_LIMITS_H

#include <stddef.h>
#include <stdint.h>

#include "kernels/kernel.h"
#include "train/losses.h"

/* The longest block: more saves no time, and fresh rows are better than stale ones. */
#define BLOCK_WORDS_MAX KERNEL_ROWS_MAX

struct step_limits {
    size_t passes;      /* a block's pairs are split into so many steps; 1 or more */
    size_t occurrences; /* of one word in a block, at most; 1 or more */
    size_t pairs; /* the sum of a block's pair weights, all passes together, at most, if no noise word is
                     drawn more than once */
};

/* N: `noise` words as asked for, or more where so few would be unstable. `alpha` is the largest there will
 * be.
 */
uint64_t step_limits_noise(struct loss_limits limits, double alpha, uint64_t noise);

/* The limit of A. Vectors learn better from smaller steps (src/EXPERIMENTS.md), which take a little more
 * time. With random windows the limit stays where it was, and so do the results. */
#define STEP_LIMITS_NOISE_ROW 0.75
#define STEP_LIMITS_NOISE_ROW_RANDOM 1.5

/* For the learning rate of the moment. The pair weights of a word add up to `pairs_max` at most, and to
 * `pairs_mean` on average; `noise` is N, and `noise_row` the limit of A. */
struct step_limits step_limits_choose(struct loss_limits limits, double alpha, double pairs_max,
                                      double pairs_mean, double noise, double noise_row);

#endif

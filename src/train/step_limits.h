/* How much a step may add up.
 *
 * word2vec.c updates the rows pair by pair, so each update sees the result of the one before. A step computes
 * the gradients of a whole block from the same rows and adds them up, so a row can overshoot. A logistic loss
 * has curvature s (1 - s) |x|^2 <= |x|^2 / 4 along a row x, where s is the sigmoid of the score, and a summed
 * step longer than 2 / curvature ends farther from the minimum than it began, with larger rows each time.
 * Three products measure how much one step adds up. In them, c and n are the weights that a pair puts on its
 * center and on all N noise draws (struct loss_limits), and pairs are counted by their weights:
 *
 *   A = alpha * (pairs of the block) * n / N * (draws of the word)                on a noise row
 *   B = alpha * (pairs of the word) * c * (occurrences of the word in the block)  on the row of a center
 *   C = alpha * n / N                                                             of one pair, on a noise row
 *
 * They stay below limits that were measured to be safe (src/EXPERIMENTS.md). A block ends before a word that
 * would take A or B over its limit. If a single word would, its pairs are spread over several passes, each
 * with its own noise and scores. If a single pair would take C over its limit, more noise words are drawn.
 *
 * For example, SGNS with K = 5 has c = 6 and n = 5. At alpha 0.05 with N = 32 a pair adds 0.0078 to A, so a
 * block may have 192 pairs; and a word with 6 pairs adds 1.8 to B, so it may occur three times in a block. */
#ifndef SGNS_TRAIN_STEP_LIMITS_H
#define SGNS_TRAIN_STEP_LIMITS_H

#include <stddef.h>
#include <stdint.h>

#include "kernels/kernel.h"
#include "train/losses.h"

/* The longest block. Longer ones would save no time, and fresh rows are better than stale ones. */
#define BLOCK_WORDS_MAX KERNEL_ROWS_MAX

struct step_limits {
    size_t passes;      /* steps that the pairs of a block are split into; at least 1 */
    size_t occurrences; /* the most occurrences of one word in a block; at least 1 */
    size_t pairs; /* the largest sum of the pair weights of a block, over all passes, if no noise word is
                     drawn more than once */
};

/* Returns N: `noise`, or more if so few noise words would be unstable at learning rate `alpha`, the largest
 * of the run. */
uint64_t step_limits_noise(struct loss_limits limits, double alpha, uint64_t noise);

/* Chooses the limits for a learning rate. The pair weights of a word add up to at most `pairs_max`, and to
 * `pairs_mean` on average; `noise` is N. */
struct step_limits step_limits_choose(struct loss_limits limits, double alpha, double pairs_max,
                                      double pairs_mean, double noise);

#endif

/* t-SNE: points in the plane whose neighbors are the neighbors of rows of many dimensions (van der Maaten,
 * Hinton 2008, "Visualizing data using t-SNE"). Gradients are exact: every pair counts in every round. The
 * start from principal components and the learning rate are those of Kobak, Berens 2019, "The art of using
 * t-SNE for single-cell transcriptomics", and Belkina et al. 2019. */
#ifndef SGNS_ANALYSE_TSNE_H
#define SGNS_ANALYSE_TSNE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Memory is 4 bytes for each pair of rows: 100 MB for this many. */
#define TSNE_ROWS_MAX 5000

struct tsne_settings {
    double perplexity; /* about how many neighbors count, at least 1; at most (count - 1) / 3 is used */
    size_t rounds;     /* of which the first quarter, at most 250, exaggerate attraction */
    uint64_t seed;     /* of small shifts of the start, so that equal rows can part */
    size_t threads;    /* at least 1 */
};

/* On input, points (count, 2) are where to start, up to their scale; on output, the layout around its mean.
 * rows (count, stride) are finite; count is from 1 to TSNE_ROWS_MAX. *divergence is the Kullback-Leibler
 * divergence that is left. The result does not depend on `threads`. */
bool tsne_project(double *points, const float *rows, size_t count, size_t stride,
                  const struct tsne_settings *settings, double *divergence, struct error *error) MUST_USE;

/* --- its parts, for tests --- */

/* The floats from one row of affinities to the next. */
size_t tsne_stride(size_t count);

/* affinities (count, tsne_stride(count)): p_ij, symmetric, of sum 1 unless there is only one row; 0 for i = j
 * and beyond count (equations 1 and 12 of the paper). */
bool tsne_affinities(float *affinities, const float *rows, size_t count, size_t stride, double perplexity,
                     size_t threads, struct error *error) MUST_USE;

/* gradient (count, 2) = that of the divergence at the points, with all affinities multiplied by
 * `exaggeration` in the attraction (equation 5). In floats; sums in double. */
bool tsne_gradient(double *gradient, const float *affinities, const double *points, size_t count,
                   double exaggeration, size_t threads, struct error *error) MUST_USE;

/* sum p log(p / q) in double. */
double tsne_divergence(const float *affinities, const double *points, size_t count);

#endif

/* Principal components: the directions in which rows differ most (Pearson 1901, "On lines and planes of
 * closest fit to systems of points in space"). */
#ifndef SGNS_ANALYSE_PCA_H
#define SGNS_ANALYSE_PCA_H

#include <stddef.h>

#include "base/error.h"

/* points (count, 2): the rows' coordinates along their first two principal components, from their mean.
 * `rows` (count, stride) are finite and zero beyond their dimensions; count is at least 1. shares[0 .. 2) are
 * the components' shares of the variance, or 0 if there is none. The largest coordinate of a component is
 * positive. The result does not depend on `threads`, at least 1. */
bool pca_project(double *points, const float *rows, size_t count, size_t stride, double shares[2],
                 size_t threads, struct error *error) MUST_USE;

#endif

/* The one that does not match. */
#ifndef SGNS_ANALYSE_ODD_H
#define SGNS_ANALYSE_ODD_H

#include <stddef.h>

#include "search/nearest.h"

/* scores[i] = the mean cosine of direction i to the others of `count`, at least 2. Returns the index of the
 * lowest, the last of several: the same one that is furthest from the mean of all unit vectors, and whose
 * removal leaves the others most compact (Camacho-Collados, Navigli 2016, "Find the word that does not
 * belong"). `sum` has room for (stride). */
size_t odd_find(const struct direction *directions, size_t count, double *sum, size_t stride, double *scores);

#endif

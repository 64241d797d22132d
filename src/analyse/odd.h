/* The odd one out. */
#ifndef SGNS_ANALYSE_ODD_H
#define SGNS_ANALYSE_ODD_H

#include <stddef.h>

#include "search/nearest.h"

/* scores[i] = the mean cosine of direction i to the others; `count` is at least 2. Returns the index of the
 * lowest score, the last one among equals. It is also the direction furthest from the mean of all unit
 * vectors, and the one without which the others are most compact (Camacho-Collados, Navigli 2016, "Find the
 * word that does not belong"). `sum` (stride) is workspace. */
size_t odd_find(const struct direction *directions, size_t count, double *sum, size_t stride, double *scores);

#endif

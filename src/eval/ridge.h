/* Ridge regression in closed form (Hoerl, Kennard 1970): the linear map B with the smallest
 * |X B - T|^2 + lambda |B|^2. */
#ifndef SGNS_EVAL_RIDGE_H
#define SGNS_EVAL_RIDGE_H

#include <stddef.h>

#include "base/error.h"

struct ridge {
    size_t dim, outputs;
    double *gram;    /* (dim, dim) row-major, the lower triangle: X^T X, then its Cholesky factor; owned */
    double *weights; /* (dim, outputs) row-major: X^T T, then B; owned */
};

/* All zeros. Free with ridge_free, also after a failure. */
bool ridge_create(struct ridge *ridge, size_t dim, size_t outputs, struct error *error) MUST_USE;
void ridge_free(struct ridge *ridge);

/* Adds a row x, (dim), and its targets, (outputs). */
void ridge_add(struct ridge *ridge, const double *row, const double *targets);

/* Solves for B. lambda is `strength` times the mean of the diagonal of X^T X. False if that is not positive
 * definite, as for rows of zeros. Call it once. */
bool ridge_solve(struct ridge *ridge, double strength) MUST_USE;

/* predictions[o] = (x B)[o]. */
void ridge_predict(const struct ridge *ridge, const double *row, double *predictions);

#endif

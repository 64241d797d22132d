/* The nearest rows to directions and to sums of them: every row is looked at, so the answer is exact. Rows
 * are found by a kernel's rounded products, but what is a candidate by them, give or take their largest
 * possible error, is ranked by one product in double (vector_dot): kernels, threads and the number of
 * questions at once change nothing in an answer. */
#ifndef SGNS_SEARCH_NEAREST_H
#define SGNS_SEARCH_NEAREST_H

#include <stddef.h>

#include "base/error.h"
#include "search/heap.h"
#include "search/scan_kernel.h"
#include "search/space.h"

struct direction {
    const float *row; /* (space->stride), zero beyond dim */
    double square;    /* its product with itself by vector_dot, more than 0 and finite */
};

struct direction direction_of(const float *row, size_t stride);

struct term {
    size_t direction; /* an index */
    double weight;
};

struct question {
    const struct term *terms; /* (count), each direction once, no weight 0 */
    size_t count;             /* at least 1 */
    double length;            /* question_length of the terms, more than 0 */
    const size_t *left_out;   /* (left_out_count) rows that don't answer, in growing order */
    size_t left_out_count;
};

enum method {
    /* The cosine to the sum of weight times the direction brought to length 1 (3CosAdd; Levy and Goldberg
     * 2014, "Linguistic regularities in sparse and explicit word representations", equation 3). */
    METHOD_ADD,
    /* Of (1 + cosine) / 2 to each direction, the product for positive weights, divided by that for negative
     * ones plus 1e-6 (3CosMul, equation 4 there; the 1e-6 is gensim's). Weights are whole numbers and say how
     * often a factor stands there. */
    METHOD_MUL,
};

struct inquiry {
    const struct space *space;
    const struct direction *directions; /* (direction_count) */
    size_t direction_count;
    const struct question *questions; /* (question_count) */
    size_t question_count;
    enum method method;
    size_t most;                      /* answers to a question */
    double least;                     /* answers with a lower score are left out; -INFINITY: none */
    size_t threads;                   /* at least 1; used as far as there is work for them */
    const struct scan_kernel *kernel; /* NULL: the best */
};

/* For question q, fills found[q * most .. + counts[q]) with the rows of the highest scores, the highest
 * first, ties in order of ids. Rows that are left out or have no direction (vector_usable) don't answer. The
 * caller gives room for `most` to each question; memory is also taken for a copy of the questions'
 * directions. */
bool nearest(const struct inquiry *inquiry, struct neighbour *found, size_t *counts,
             struct error *error) MUST_USE;

/* The length of the sum that METHOD_ADD compares with; 0 if what is left of it is rounding alone: below 1e-6.
 * `sum` has room for (stride) and is overwritten with it. */
double question_length(const struct direction *directions, const struct term *terms, size_t count,
                       double *sum, size_t stride);

#endif

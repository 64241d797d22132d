/* The k nearest rows to directions and to sums of them. Every row is looked at, so the answer is exact: a
 * kernel's rounded products only choose the candidates, with a margin for their largest possible error, and
 * the candidates are ranked by products in double (vector_dot). So neither the kernel, nor the number of
 * threads, nor how many queries are searched for at once changes an answer. */
#ifndef SGNS_SEARCH_NEAREST_H
#define SGNS_SEARCH_NEAREST_H

#include <stddef.h>

#include "base/error.h"
#include "search/heap.h"
#include "search/scan_kernel.h"
#include "search/space.h"

struct direction {
    const float *row; /* (space->stride), zero beyond dim */
    double square;    /* the row's product with itself by vector_dot, positive and finite */
};

struct direction direction_of(const float *row, size_t stride);

struct term {
    size_t direction; /* an index */
    double weight;    /* not 0 */
};

struct query {
    const struct term *terms; /* (count), each direction at most once */
    size_t count;             /* at least 1 */
    double length;            /* query_length of the terms, positive; METHOD_MUL ignores it */
    const size_t *excluded;   /* (excluded_count) rows that may not answer, in growing order */
    size_t excluded_count;
};

enum method {
    /* The cosine to the sum of the weighted unit vectors (3CosAdd; Levy and Goldberg 2014, "Linguistic
     * regularities in sparse and explicit word representations", equation 3). */
    METHOD_ADD,
    /* The product of (1 + cosine) / 2 over the terms with positive weights, divided by that over the terms
     * with negative weights plus 1e-6 (3CosMul, equation 4 of the same paper; the 1e-6 is gensim's). Weights
     * are integers: how many times a factor occurs. */
    METHOD_MUL,
};

struct search {
    const struct space *space;
    const struct direction *directions; /* (direction_count) */
    size_t direction_count;
    const struct query *queries; /* (query_count) */
    size_t query_count;
    enum method method;
    size_t k;                         /* answers to each query */
    double min_score;                 /* rows with a lower score do not answer; -INFINITY for no limit */
    size_t threads;                   /* at most, at least 1 */
    const struct scan_kernel *kernel; /* NULL for the best one */
};

/* For query q, fills found[q * k .. + counts[q]), of which the caller provides (query_count, k), with the
 * rows of the highest scores, the highest first and ties in the order of ids. Rows that are excluded or not
 * vector_usable do not answer. */
bool nearest(const struct search *search, struct neighbor *found, size_t *counts,
             struct error *error) MUST_USE;

/* The length of the sum that METHOD_ADD compares with, or 0 if it is below 1e-6: only rounding is left then.
 * `sum` (stride) is overwritten with the sum. */
double query_length(const struct direction *directions, const struct term *terms, size_t count, double *sum,
                    size_t stride);

/* Brings ids into growing order, as struct query wants its excluded rows. */
void sort_ids(size_t *ids, size_t count);

#endif

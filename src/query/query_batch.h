/* Builds a search: queries are added one by one, searched for together, and their answers read. Every command
 * that searches uses it. */
#ifndef SGNS_QUERY_QUERY_BATCH_H
#define SGNS_QUERY_QUERY_BATCH_H

#include <stddef.h>

#include "query/expression.h"
#include "search/nearest.h"

struct query_batch {
    struct search search; /* space, method, k, min_score and threads are set by the caller, the rest zeroed */
    struct direction *directions; /* all arrays are owned */
    struct term *terms;           /* of all queries, one after another */
    size_t *excluded;             /* likewise */
    struct query *queries;
    size_t direction_capacity, term_count, term_capacity, excluded_count, excluded_capacity, query_capacity;
    struct neighbor *found; /* (query_count, k) */
    size_t *counts;         /* (query_count) */
};

/* How many queries to search for at once, so that their answers take little memory. */
size_t query_batch_size(size_t k);

/* Adds the direction of a row; *index is its number, for terms. The row must outlive the batch. */
bool query_batch_add_direction(struct query_batch *batch, struct direction direction, size_t *index,
                               struct error *error) MUST_USE;

/* Adds a query. Its terms' directions are numbers that query_batch_add_direction gave; `length` is their
 * query_length. */
bool query_batch_add(struct query_batch *batch, const struct term *terms, size_t count, double length,
                     struct error *error) MUST_USE;

/* Adds an expression as a query, and its directions. Its rows must outlive the batch. */
bool query_batch_add_expression(struct query_batch *batch, const struct expression *expression,
                                struct error *error) MUST_USE;

/* Rows that may not answer the query added last, in any order. */
bool query_batch_exclude(struct query_batch *batch, const size_t *ids, size_t count,
                         struct error *error) MUST_USE;

/* Adds a query for the rows nearest to one row. */
bool query_batch_add_row(struct query_batch *batch, const float *row, struct error *error) MUST_USE;

/* Searches for all queries added. Once. */
bool query_batch_run(struct query_batch *batch, struct error *error) MUST_USE;

/* The answers of a query, numbered from 0 as they were added: *count of them, the best first. */
const struct neighbor *query_batch_answers(const struct query_batch *batch, size_t query, size_t *count);

/* Harmless on a batch that nothing was added to. */
void query_batch_free(struct query_batch *batch);

#endif

#include "query/query_batch.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define QUERIES_MAX 4096
#define ANSWERS_BYTES ((size_t)64 << 20)

size_t query_batch_size(size_t k) {
    const size_t fit = ANSWERS_BYTES / sizeof(struct neighbor) / (k > 0 ? k : 1);
    return fit < 1 ? 1 : fit < QUERIES_MAX ? fit : QUERIES_MAX;
}

bool query_batch_add_direction(struct query_batch *batch, struct direction direction, size_t *index,
                               struct error *error) {
    *index = batch->search.direction_count;
    if (!memory_reserve(&batch->directions, &batch->direction_capacity, *index + 1, "the queries", error))
        return false;
    batch->directions[batch->search.direction_count++] = direction;
    return true;
}

bool query_batch_add(struct query_batch *batch, const struct term *terms, size_t count, double length,
                     struct error *error) {
    const size_t queries = batch->search.query_count;
    if (!memory_reserve(&batch->terms, &batch->term_capacity, batch->term_count + count, "the queries",
                        error) ||
        !memory_reserve(&batch->queries, &batch->query_capacity, queries + 1, "the queries", error))
        return false;
    for (size_t i = 0; i < count; i++)
        batch->terms[batch->term_count++] = terms[i];
    batch->queries[batch->search.query_count++] = (struct query){.count = count, .length = length};
    return true;
}

bool query_batch_exclude(struct query_batch *batch, const size_t *ids, size_t count, struct error *error) {
    if (!memory_reserve(&batch->excluded, &batch->excluded_capacity, batch->excluded_count + count,
                        "the queries", error))
        return false;
    for (size_t i = 0; i < count; i++)
        batch->excluded[batch->excluded_count++] = ids[i];
    batch->queries[batch->search.query_count - 1].excluded_count += count;
    return true;
}

bool query_batch_add_row(struct query_batch *batch, const float *row, struct error *error) {
    size_t index;
    return query_batch_add_direction(batch, direction_of(row, batch->search.space->stride), &index, error) &&
           query_batch_add(batch, &(struct term){index, 1}, 1, 1, error);
}

bool query_batch_add_expression(struct query_batch *batch, const struct expression *expression,
                                struct error *error) {
    const size_t first = batch->term_count;
    if (!query_batch_add(batch, expression->terms, expression->count, expression->length, error))
        return false;
    for (size_t i = 0; i < expression->count; i++)
        if (!query_batch_add_direction(batch, expression->directions[i], &batch->terms[first + i].direction,
                                       error))
            return false;
    return true;
}

/* The arrays moved while they grew, so the queries point into them only now. */
static void set_pointers(struct query_batch *batch) {
    size_t term = 0, excluded = 0;
    for (size_t q = 0; q < batch->search.query_count; q++) {
        struct query *query = &batch->queries[q];
        query->terms = &batch->terms[term];
        query->excluded = query->excluded_count > 0 ? &batch->excluded[excluded] : NULL;
        if (query->excluded_count > 0)
            sort_ids(&batch->excluded[excluded], query->excluded_count);
        term += query->count;
        excluded += query->excluded_count;
    }
    batch->search.directions = batch->directions;
    batch->search.queries = batch->queries;
}

bool query_batch_run(struct query_batch *batch, struct error *error) {
    const size_t count = batch->search.query_count, k = batch->search.k;
    set_pointers(batch);
    batch->found = memory_allocate(count, k * sizeof *batch->found, "the answers", error);
    batch->counts = memory_allocate(count, sizeof *batch->counts, "the answers", error);
    return batch->found != NULL && batch->counts != NULL &&
           nearest(&batch->search, batch->found, batch->counts, error);
}

const struct neighbor *query_batch_answers(const struct query_batch *batch, size_t query, size_t *count) {
    *count = batch->counts[query];
    return batch->found + query * batch->search.k;
}

void query_batch_free(struct query_batch *batch) {
    free(batch->directions);
    free(batch->terms);
    free(batch->excluded);
    free(batch->queries);
    free(batch->found);
    free(batch->counts);
    *batch = (struct query_batch){.found = NULL};
}

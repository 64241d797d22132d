#include "search/nearest.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/threads.h"
#include "search/heap.h"
#include "search/scan_registry.h"
#include "search/vectors.h"

/* The largest relative error of rounding to a float: half a unit in the last place. */
#define ROUNDING 0x1p-24

#define MUL_OFFSET 1e-6

/* Up to this many targets are compared with each row as it comes from memory; more are worth a panel. */
#define FEW_TARGETS 4

/* How many queries with targets of their own are searched for in one pass over the rows. */
#define BATCH 1024

/* The work, in multiplications, that makes it worth starting a thread, and that it takes at a time. */
#define WORK_THREAD ((size_t)1 << 20)
#define WORK_CHUNK ((size_t)1 << 19)

#define HEAP_BYTES_MAX ((size_t)256 << 20)

/* The best rows so far for every query of a batch. */
struct best {
    struct neighbor *heaps; /* (queries, k) each a heap with the worst at its root */
    size_t *sizes;          /* (queries) */
    float *cuts;            /* (queries) a row whose value is below the cut can't be among the best */
};

/* A batch: some of the queries, as the kernel sees them. */
struct batch {
    const struct search *search;
    const struct scan_kernel *kernel;
    const struct query *queries; /* (query_count) */
    size_t query_count;
    float *targets; /* (target_count, stride) of length 1 */
    size_t target_count;
    struct scan_part *parts; /* the queries' terms, if queries share targets; else NULL, and target q belongs
                                to query q */
    size_t *part_starts;     /* (query_count + 1) where each query's parts start */
    size_t threads, chunk;   /* rows of a chunk */
    struct best *bests;      /* (threads) */
    float *workspaces;       /* (threads, workspace) the panel and the products */
    size_t workspace;        /* floats */
};

/* --- exact scores --- */

static double cosine(const struct search *search, const struct term *term, const float *row, double square) {
    const struct direction *direction = &search->directions[term->direction];
    return vector_cosine(direction->row, direction->square, row, square, search->space->stride);
}

static double add_score(const struct search *search, const struct query *query, const float *row,
                        double square) {
    double sum = 0;
    for (size_t i = 0; i < query->count; i++)
        sum += query->terms[i].weight * cosine(search, &query->terms[i], row, square);
    return sum / query->length;
}

static double mul_score(const struct search *search, const struct query *query, const float *row,
                        double square) {
    double above = 1, below = 1;
    for (size_t i = 0; i < query->count; i++) {
        const struct term *term = &query->terms[i];
        const double factor = (1 + cosine(search, term, row, square)) / 2;
        for (long times = lround(fabs(term->weight)); times > 0; times--)
            *(term->weight > 0 ? &above : &below) *= factor;
    }
    return above / (below + MUL_OFFSET);
}

static double exact_score(const struct search *search, const struct query *query, size_t id) {
    const struct space *space = search->space;
    const float *row = space->rows + id * space->stride;
    const double square = vector_dot(row, row, space->stride);
    return search->method == METHOD_MUL ? mul_score(search, query, row, square)
                                        : add_score(search, query, row, square);
}

/* --- cuts --- */

/* The largest error of any kernel's product of a row and a target, both scaled to length 1. Whatever the
 * order of the sum, it has dim products and dim roundings, of numbers whose absolute values add up to at most
 * 1; a short row's products may become denormal and lose as much again; and 64 is for the rounding of the
 * target and the row themselves. */
static double slack(const struct search *search) {
    return (2 * (double)search->space->dim + 64) * ROUNDING;
}

static double weight_sum(const struct query *query) {
    double sum = 0;
    for (size_t i = 0; i < query->count; i++)
        sum += fabs(query->terms[i].weight);
    return sum;
}

/* The cut for a score: no row with that score or a higher one has a value below the cut. */
static float cut_of(const struct batch *batch, const struct query *query, double score) {
    const struct search *search = batch->search;
    double cut = score - slack(search);
    if (search->method == METHOD_MUL) /* the kernel's values are upper bounds, except for rounding */
        cut = score - fabs(score) * 8 * ROUNDING;
    else if (batch->parts != NULL)
        cut = score * query->length -
              weight_sum(query) * (slack(search) + 2 * (double)query->count * ROUNDING);
    return (float)cut;
}

static void update_cut(const struct batch *batch, struct best *best, size_t q) {
    const struct search *search = batch->search;
    const double min_score = search->min_score;
    const double worst = best->sizes[q] < search->k ? -INFINITY : best->heaps[q * search->k].score;
    best->cuts[q] = cut_of(batch, &batch->queries[q], worst > min_score ? worst : min_score);
}

/* --- the scan --- */

static int compare_ids(const void *a, const void *b) {
    const size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return (x > y) - (x < y);
}

void sort_ids(size_t *ids, size_t count) {
    if (count > 0)
        qsort(ids, count, sizeof *ids, compare_ids);
}

static bool is_excluded(const struct query *query, size_t id) {
    size_t low = 0, high = query->excluded_count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (query->excluded[middle] < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < query->excluded_count && query->excluded[low] == id;
}

static void consider(const struct batch *batch, struct best *best, size_t q, size_t id) {
    const struct search *search = batch->search;
    const struct query *query = &batch->queries[q];
    if (!vector_usable(search->space->norms[id]) || is_excluded(query, id))
        return;
    const double score = exact_score(search, query, id);
    if (!isfinite(score) || score < search->min_score) /* not finite: the file is damaged */
        return;
    if (heap_offer(best->heaps + q * search->k, &best->sizes[q], search->k, (struct neighbor){id, score}) &&
        best->sizes[q] == search->k)
        update_cut(batch, best, q);
}

/* Considers those of `count` rows from `start` on whose values reach the cut. */
static void consider_rows(const struct batch *batch, struct best *best, size_t q, const float *values,
                          size_t start, size_t count) {
    for (size_t r = 0; r < count; r++)
        if (!(values[r] < best->cuts[q]))
            consider(batch, best, q, start + r);
}

/* With few targets, memory is the bottleneck, and quantized rows are a quarter of the size. Their bounds hold
 * for single targets only. */
static bool uses_quantized(const struct batch *batch) {
    return batch->search->space->quantized != NULL && batch->parts == NULL &&
           batch->target_count <= FEW_TARGETS;
}

/* bounds[r] = an upper bound of the cosine of target t and row start + r, rounded. Rows that reach the cut
 * are scored exactly. A dequantized row is no longer than 2, and slack() allows for twice the length of a
 * row. */
static void make_bounds(const struct batch *batch, size_t t, float *bounds, size_t start, size_t count) {
    const struct space *space = batch->search->space;
    const struct quantization *scales = space->quantization + start;
    batch->kernel->quantized_dots(bounds, batch->targets + t * space->stride,
                                  space->quantized + start * space->stride, count, space->stride);
    for (size_t r = 0; r < count; r++)
        bounds[r] = bounds[r] * scales[r].scale + scales[r].error;
}

/* products[t, r] = the cosine of target t and row start + r, rounded, or an upper bound of it. */
static void make_products(const struct batch *batch, float *panel, float *products, size_t start,
                          size_t count) {
    const struct space *space = batch->search->space;
    const float *rows = space->rows + start * space->stride, *norms = space->norms + start;
    if (uses_quantized(batch)) {
        for (size_t t = 0; t < batch->target_count; t++)
            make_bounds(batch, t, products + t * SCAN_ROWS, start, count);
        return;
    }
    if (batch->target_count <= FEW_TARGETS) {
        for (size_t t = 0; t < batch->target_count; t++) {
            float *here = products + t * SCAN_ROWS;
            batch->kernel->dots(here, batch->targets + t * space->stride, rows, count, space->stride);
            for (size_t r = 0; r < count; r++)
                here[r] /= norms[r];
        }
        return;
    }
    float factors[SCAN_ROWS] = {0};
    for (size_t r = 0; r < count; r++)
        factors[r] = vector_usable(norms[r]) ? 1 / norms[r] : 0;
    batch->kernel->pack(panel, rows, factors, count, space->stride);
    batch->kernel->multiply(products, batch->targets, batch->target_count, space->stride, panel, space->dim);
}

/* Queries that share targets. */
static void search_parts(const struct batch *batch, struct best *best, const float *products, size_t start,
                         size_t count) {
    const bool mul = batch->search->method == METHOD_MUL;
    const float loose = (float)slack(batch->search), offset = (float)MUL_OFFSET;
    _Alignas(64) float values[SCAN_ROWS];
    for (size_t q = 0; q < batch->query_count; q++) {
        const struct scan_part *parts = batch->parts + batch->part_starts[q];
        const size_t part_count = batch->part_starts[q + 1] - batch->part_starts[q];
        const float cut = best->cuts[q];
        if (mul ? batch->kernel->ratio(values, products, parts, part_count, loose, offset, cut)
                : batch->kernel->sum(values, products, parts, part_count, cut))
            consider_rows(batch, best, q, values, start, count);
    }
}

static void search_targets(const struct batch *batch, struct best *best, const float *products, size_t start,
                           size_t count) {
    uint32_t reached[BATCH];
    const size_t number = batch->kernel->reach(reached, products, best->cuts, batch->query_count);
    for (size_t i = 0; i < number; i++)
        consider_rows(batch, best, reached[i], products + reached[i] * SCAN_ROWS, start, count);
}

static void scan_rows(void *context, size_t thread, size_t first, size_t end) {
    const struct batch *batch = context;
    float *panel = batch->workspaces + thread * batch->workspace;
    float *products = panel + batch->search->space->stride * SCAN_ROWS;
    for (size_t start = first; start < end; start += SCAN_ROWS) {
        const size_t count = end - start < SCAN_ROWS ? end - start : SCAN_ROWS;
        make_products(batch, panel, products, start, count);
        if (batch->parts != NULL)
            search_parts(batch, &batch->bests[thread], products, start, count);
        else
            search_targets(batch, &batch->bests[thread], products, start, count);
    }
}

/* --- targets --- */

struct direction direction_of(const float *row, size_t stride) {
    return (struct direction){row, vector_dot(row, row, stride)};
}

/* The sum that METHOD_ADD compares with, not yet scaled to length 1. */
static void add_terms(const struct direction *directions, const struct term *terms, size_t count, double *sum,
                      size_t stride) {
    memset(sum, 0, stride * sizeof *sum);
    for (size_t i = 0; i < count; i++) {
        const struct direction *direction = &directions[terms[i].direction];
        vector_add(sum, direction->row, terms[i].weight / sqrt(direction->square), stride);
    }
}

double query_length(const struct direction *directions, const struct term *terms, size_t count, double *sum,
                    size_t stride) {
    add_terms(directions, terms, count, sum, stride);
    double square = 0;
    for (size_t d = 0; d < stride; d++)
        square += sum[d] * sum[d];
    if (count == 1)
        return fabs(terms[0].weight);
    return sqrt(square) >= 1e-6 ? sqrt(square) : 0;
}

/* The targets are the queries' sums. */
static void make_targets(struct batch *batch, double *sum) {
    const struct search *search = batch->search;
    const size_t stride = search->space->stride;
    for (size_t q = 0; q < batch->query_count; q++) {
        const struct query *query = &batch->queries[q];
        add_terms(search->directions, query->terms, query->count, sum, stride);
        for (size_t d = 0; d < stride; d++)
            batch->targets[q * stride + d] = (float)(sum[d] / query->length);
    }
}

/* The targets are the directions that queries share. */
static void copy_directions(struct batch *batch) {
    const size_t stride = batch->search->space->stride;
    for (size_t t = 0; t < batch->target_count; t++) {
        const struct direction *direction = &batch->search->directions[t];
        for (size_t d = 0; d < stride; d++)
            batch->targets[t * stride + d] = (float)((double)direction->row[d] / sqrt(direction->square));
    }
}

/* How often a term occurs among the parts. */
static size_t repetitions(const struct search *search, const struct term *term) {
    return search->method == METHOD_MUL ? (size_t)(fabs(term->weight) + 0.5) : 1;
}

static bool make_parts(struct batch *batch, struct error *error) {
    const struct search *search = batch->search;
    size_t count = 0;
    for (size_t q = 0; q < batch->query_count; q++)
        for (size_t i = 0; i < batch->queries[q].count; i++)
            count += repetitions(search, &batch->queries[q].terms[i]);
    batch->parts = memory_allocate(count, sizeof *batch->parts, "the queries", error);
    batch->part_starts = memory_allocate(batch->query_count + 1, sizeof *batch->part_starts, "the queries",
                                         error);
    if (batch->parts == NULL || batch->part_starts == NULL)
        return false;
    count = 0;
    for (size_t q = 0; q < batch->query_count; q++) {
        for (size_t i = 0; i < batch->queries[q].count; i++) {
            const struct term *term = &batch->queries[q].terms[i];
            for (size_t times = repetitions(search, term); times > 0; times--)
                batch->parts[count++] = (struct scan_part){(uint32_t)term->direction, (float)term->weight};
        }
        batch->part_starts[q + 1] = count;
    }
    return true;
}

/* --- batches --- */

/* The first thread's heaps lie in the arrays for the answers. */
static bool make_bests(struct batch *batch, struct neighbor *found,
                       size_t *counts /* NOLINT(readability-non-const-parameter) */, struct error *error) {
    const size_t queries = batch->query_count, k = batch->search->k;
    size_t cells;
    if (!size_multiply(queries, k, &cells))
        return error_set(error, ERROR_SYSTEM, "no memory for %zu answers to each query", k);
    for (size_t i = 0; i < batch->threads; i++) {
        struct best *best = &batch->bests[i];
        *best = (struct best){.heaps = found, .sizes = counts};
        best->cuts = memory_allocate(queries, sizeof *best->cuts, "the queries", error);
        if (i > 0) {
            best->heaps = memory_allocate(cells, sizeof *best->heaps, "the answers", error);
            best->sizes = memory_allocate(queries, sizeof *best->sizes, "the answers", error);
        }
        if (best->cuts == NULL || best->heaps == NULL || best->sizes == NULL)
            return false;
        for (size_t q = 0; q < queries; q++) {
            best->sizes[q] = 0;
            update_cut(batch, best, q);
        }
    }
    return true;
}

static void free_bests(struct batch *batch) {
    for (size_t i = 0; batch->bests != NULL && i < batch->threads; i++) {
        free(batch->bests[i].cuts);
        if (i > 0) {
            free(batch->bests[i].heaps);
            free(batch->bests[i].sizes);
        }
    }
    free(batch->bests);
}

/* Merges what all threads found into the first one's heaps, and sorts them. */
static void merge(struct batch *batch) {
    const size_t k = batch->search->k;
    struct best *first = &batch->bests[0];
    for (size_t q = 0; q < batch->query_count; q++) {
        struct neighbor *heap = first->heaps + q * k;
        for (size_t i = 1; i < batch->threads; i++)
            for (size_t n = 0; n < batch->bests[i].sizes[q]; n++)
                (void)heap_offer(heap, &first->sizes[q], k, batch->bests[i].heaps[q * k + n]);
        heap_sort(heap, first->sizes[q]);
    }
}

/* Sets the number of threads and the size of chunks by the amount of work. */
static void divide(struct batch *batch) {
    const struct space *space = batch->search->space;
    const size_t row_work = space->stride * batch->target_count + batch->query_count * 8;
    const size_t worth = 1 + space->count / (WORK_THREAD / row_work + 1);
    batch->threads = worth < batch->search->threads ? worth : batch->search->threads;
    batch->chunk = (WORK_CHUNK / row_work / SCAN_ROWS + 1) * SCAN_ROWS;
    batch->workspace = SCAN_ROWS * (space->stride + batch->target_count);
}

/* Scans for a batch whose targets are set. */
static bool run_batch(struct batch *batch, struct neighbor *found, size_t *counts, struct error *error) {
    divide(batch);
    size_t bytes;
    if (!size_multiply(batch->workspace * sizeof(float), batch->threads, &bytes))
        return error_set(error, ERROR_SYSTEM, "no memory for %zu threads", batch->threads);
    batch->bests = memory_allocate(batch->threads, sizeof *batch->bests, "threads", error);
    batch->workspaces = batch->bests != NULL ? memory_pages(bytes, "the products", error) : NULL;
    const bool done = batch->workspaces != NULL && make_bests(batch, found, counts, error) &&
                      threads_share(batch->threads, batch->search->space->count, batch->chunk, scan_rows,
                                    batch, error);
    if (done)
        merge(batch);
    memory_pages_free(batch->workspaces, bytes);
    free_bests(batch);
    return done;
}

/* All queries at once, by their directions. */
static bool search_shared(const struct search *search, struct batch *batch, struct neighbor *found,
                          size_t *counts, struct error *error) {
    batch->queries = search->queries;
    batch->query_count = search->query_count;
    batch->target_count = search->direction_count;
    copy_directions(batch);
    return make_parts(batch, error) && run_batch(batch, found, counts, error);
}

/* How many queries to take at a time, so that the other threads' heaps stay small. */
static size_t batch_size(const struct search *search) {
    size_t bytes;
    if (!size_multiply(search->k * search->threads, sizeof(struct neighbor), &bytes))
        return 1;
    const size_t fit = HEAP_BYTES_MAX / bytes;
    return fit < 1 ? 1 : fit < BATCH ? fit : BATCH;
}

static bool search_batches(const struct search *search, struct batch *batch, struct neighbor *found,
                           size_t *counts, struct error *error) {
    const size_t size = batch_size(search);
    double *sum = memory_allocate(search->space->stride, sizeof *sum, "a query's vector", error);
    bool done = sum != NULL;
    for (size_t first = 0; done && first < search->query_count; first += size) {
        const size_t left = search->query_count - first;
        batch->queries = search->queries + first;
        batch->query_count = batch->target_count = left < size ? left : size;
        make_targets(batch, sum);
        done = run_batch(batch, found + first * search->k, counts + first, error);
    }
    free(sum);
    return done;
}

/* Fewer directions than queries mean fewer products. METHOD_MUL needs the product with each direction. */
static bool is_shared(const struct search *search) {
    size_t bytes;
    return search->method == METHOD_MUL ||
           (search->direction_count < search->query_count &&
            size_multiply(search->query_count * search->k, search->threads, &bytes) &&
            bytes <= HEAP_BYTES_MAX / sizeof(struct neighbor));
}

bool nearest(const struct search *search, struct neighbor *found, size_t *counts, struct error *error) {
    memset(counts, 0, search->query_count * sizeof *counts);
    if (search->k == 0 || search->query_count == 0)
        return true;
    const bool shared = is_shared(search);
    struct batch batch = {.search = search, .kernel = search->kernel};
    if (batch.kernel == NULL)
        batch.kernel = scan_kernel_at(0);
    const size_t targets = shared ? search->direction_count : batch_size(search);
    size_t bytes;
    if (!size_multiply(targets, search->space->stride * sizeof(float), &bytes))
        return error_set(error, ERROR_SYSTEM, "no memory for %zu queries", search->query_count);
    batch.targets = memory_pages(bytes, "the queries' vectors", error);
    const bool done = batch.targets != NULL &&
                      (shared ? search_shared : search_batches)(search, &batch, found, counts, error);
    memory_pages_free(batch.targets, bytes);
    free(batch.parts);
    free(batch.part_starts);
    return done;
}

#include "analyse/cluster.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/rng.h"
#include "base/threads.h"
#include "search/scan_registry.h"
#include "search/vectors.h"

#define ROUNDING 0x1p-24

/* The first centroids are drawn from this many rows for each class; but the product of sampled rows and
 * classes is at most SAMPLE_WORK. */
#define SAMPLE_FOR_CLASS 32
#define SAMPLE_WORK ((size_t)1 << 25)

/* Multiplications that make it worth starting a thread. */
#define WORK_THREAD ((size_t)1 << 19)

#define CHUNK_ROWS (8 * SCAN_ROWS)

struct work {
    const struct space *space;
    const struct cluster_settings *settings;
    const struct scan_kernel *kernel;
    struct clusters *clusters;
    size_t *usable; /* (usable_count) rows that are vector_usable; owned */
    size_t usable_count;
    float *workspaces; /* (threads, workspace) panel and products; owned */
    size_t workspace;  /* floats */
    uint32_t *reached; /* (threads, count); owned */
    size_t *members;   /* (usable_count) rows, class by class; owned */
    size_t *starts;    /* (count + 1) where a class begins among the members; owned */
    double *sums;      /* (threads, stride); owned */
    size_t *sample;    /* (sample_count) rows; owned */
    double *distances; /* (sample_count) to the nearest centroid so far; owned */
    size_t sample_count, drawn;
    size_t threads, draw_threads; /* for all rows, and for the sample */
    atomic_size_t changes;        /* rows that changed their class in this round */
};

static const float *row_at(const struct work *work, size_t row) {
    return work->space->rows + row * work->space->stride;
}

static float *centroid_at(const struct work *work, size_t label) {
    return work->clusters->centroids + label * work->space->stride;
}

/* --- assignment --- */

/* Of the classes whose rounded product reaches the row's cut, the one with the largest vector_dot; the first
 * of equals. */
static uint32_t nearest_centroid(const struct work *work, size_t row, size_t place, const float *products,
                                 const uint32_t *reached, size_t count, float cut) {
    uint32_t best = CLUSTER_NONE;
    double max = -INFINITY;
    for (size_t i = 0; i < count; i++) {
        if (products[reached[i] * SCAN_ROWS + place] < cut)
            continue;
        const double product = vector_dot(centroid_at(work, reached[i]), row_at(work, row),
                                          work->space->stride);
        if (best == CLUSTER_NONE || product > max) {
            max = product;
            best = reached[i];
        }
    }
    return best;
}

/* Assigns `count` rows from `start` on, at most SCAN_ROWS. Returns how many changed their class. */
static size_t assign_rows(struct work *work, size_t thread, size_t start, size_t count) {
    const struct space *space = work->space;
    const size_t classes = work->settings->count;
    float *panel = work->workspaces + thread * work->workspace, *products = panel + space->stride * SCAN_ROWS;
    uint32_t *reached = work->reached + thread * classes;
    _Alignas(64) float factors[SCAN_ROWS] = {0}, cuts[SCAN_ROWS];
    for (size_t r = 0; r < count; r++)
        factors[r] = vector_usable(space->norms[start + r]) ? 1 / space->norms[start + r] : 0;
    work->kernel->pack(panel, row_at(work, start), factors, count, space->stride);
    work->kernel->multiply(products, work->clusters->centroids, classes, space->stride, panel, space->dim);
    work->kernel->highest(cuts, products, classes);
    for (size_t r = 0; r < SCAN_ROWS; r++) /* twice the largest error: see search/nearest.c */
        cuts[r] = r < count ? cuts[r] - (float)((4 * (double)space->dim + 128) * ROUNDING) : INFINITY;
    const size_t found = work->kernel->reach_rows(reached, products, cuts, classes);
    size_t changes = 0;
    for (size_t r = 0; r < count; r++) {
        uint32_t *label = &work->clusters->classes[start + r];
        if (!vector_usable(space->norms[start + r]))
            continue;
        const uint32_t best = nearest_centroid(work, start + r, r, products, reached, found, cuts[r]);
        changes += best != *label;
        *label = best;
    }
    return changes;
}

static void assign(void *context, size_t thread, size_t first, size_t end) {
    struct work *work = context;
    for (size_t start = first; start < end; start += SCAN_ROWS)
        atomic_fetch_add(&work->changes,
                         assign_rows(work, thread, start, end - start < SCAN_ROWS ? end - start : SCAN_ROWS));
}

/* --- centroids --- */

/* Lists the rows of each class, in their order. */
static void sort_members(struct work *work) {
    const struct clusters *clusters = work->clusters;
    const size_t count = work->settings->count;
    memset(clusters->sizes, 0, count * sizeof *clusters->sizes);
    for (size_t i = 0; i < work->usable_count; i++)
        clusters->sizes[clusters->classes[work->usable[i]]]++;
    work->starts[0] = 0;
    for (size_t label = 0; label < count; label++)
        work->starts[label + 1] = work->starts[label] + clusters->sizes[label];
    for (size_t i = 0; i < work->usable_count; i++)
        work->members[work->starts[clusters->classes[work->usable[i]]]++] = work->usable[i];
    for (size_t label = count; label > 0; label--)
        work->starts[label] = work->starts[label - 1];
    work->starts[0] = 0;
}

static void set_centroid(const struct work *work, size_t label, const double *sum) {
    const size_t stride = work->space->stride;
    float *centroid = centroid_at(work, label);
    double square = 0;
    for (size_t d = 0; d < stride; d++)
        square += sum[d] * sum[d];
    if (sqrt(square) < 1e-6) /* the rows cancel each other out: the centroid stays */
        return;
    for (size_t d = 0; d < stride; d++)
        centroid[d] = (float)(sum[d] / sqrt(square));
}

static void move_centroids(void *context, size_t thread, size_t first, size_t end) {
    struct work *work = context;
    const size_t stride = work->space->stride;
    double *sum = work->sums + thread * stride;
    for (size_t label = first; label < end; label++) {
        memset(sum, 0, stride * sizeof *sum);
        for (size_t i = work->starts[label]; i < work->starts[label + 1]; i++) {
            const float *row = row_at(work, work->members[i]);
            vector_add(sum, row, 1 / vector_length(row, stride), stride);
        }
        set_centroid(work, label, sum);
    }
}

static void copy_centroid(const struct work *work, size_t label, size_t row) {
    const size_t stride = work->space->stride;
    const double length = vector_length(row_at(work, row), stride);
    for (size_t d = 0; d < stride; d++)
        centroid_at(work, label)[d] = (float)((double)row_at(work, row)[d] / length);
}

static double centroid_cosine(const struct work *work, size_t row) {
    const size_t stride = work->space->stride;
    const float *centroid = centroid_at(work, work->clusters->classes[row]);
    return vector_dot(centroid, row_at(work, row), stride) /
           (vector_length(centroid, stride) * vector_length(row_at(work, row), stride));
}

static void measure(void *context, size_t thread, size_t first, size_t end) {
    const struct work *work = context;
    (void)thread;
    for (size_t i = first; i < end; i++)
        work->clusters->cosines[work->usable[i]] = centroid_cosine(work, work->usable[i]);
}

static bool measure_all(struct work *work, struct error *error) {
    return threads_share(work->threads, work->usable_count, CHUNK_ROWS, measure, work, error);
}

/* Gives each empty class a row: the one furthest from its centroid, of a class that has others. */
static bool fill_empty(struct work *work, struct error *error) {
    struct clusters *clusters = work->clusters;
    bool measured = false;
    for (uint32_t label = 0; label < work->settings->count; label++) {
        if (clusters->sizes[label] > 0)
            continue;
        if (!measured && !measure_all(work, error))
            return false;
        measured = true;
        size_t furthest = SIZE_MAX;
        for (size_t i = 0; i < work->usable_count; i++) {
            const size_t row = work->usable[i];
            if (clusters->sizes[clusters->classes[row]] > 1 &&
                (furthest == SIZE_MAX || clusters->cosines[row] < clusters->cosines[furthest]))
                furthest = row;
        }
        clusters->sizes[clusters->classes[furthest]]--;
        clusters->classes[furthest] = label;
        clusters->cosines[furthest] = 1;
        clusters->sizes[label] = 1;
        atomic_fetch_add(&work->changes, 1);
    }
    if (measured)
        sort_members(work);
    return true;
}

/* --- the first centroids --- */

/* Draws `sample_count` of the usable rows uniformly, in their order (Knuth, algorithm S). */
static void draw_sample(struct work *work, struct rng *rng) {
    size_t drawn = 0;
    for (size_t i = 0; i < work->usable_count && drawn < work->sample_count; i++) {
        const double chance = (double)(rng_next(rng) >> 11) * 0x1p-53;
        if ((double)(work->usable_count - i) * chance < (double)(work->sample_count - drawn))
            work->sample[drawn++] = work->usable[i];
    }
}

/* Updates the distances, 1 - cosine, with the centroid drawn last. */
static void approach(void *context, size_t thread, size_t first, size_t end) {
    const struct work *work = context;
    (void)thread;
    const size_t stride = work->space->stride;
    const float *centroid = centroid_at(work, work->drawn - 1);
    for (size_t i = first; i < end; i++) {
        const float *row = row_at(work, work->sample[i]);
        const double distance = 1 - vector_dot(centroid, row, stride) / vector_length(row, stride);
        /* Rounding errors count as 0, so copies of a centroid are drawn only if nothing else is left. */
        if (distance < work->distances[i])
            work->distances[i] = distance > 1e-6 ? distance : 0;
    }
}

/* Draws a row with a probability proportional to its distance; if all are 0, the next one in order. */
static size_t draw_centroid(const struct work *work, struct rng *rng) {
    double total = 0;
    for (size_t i = 0; i < work->sample_count; i++)
        total += work->distances[i];
    double left = total * ((double)(rng_next(rng) >> 11) * 0x1p-53);
    size_t last = work->sample_count > 0 ? work->drawn % work->sample_count : 0;
    for (size_t i = 0; total > 0 && i < work->sample_count; i++) {
        if (work->distances[i] <= 0)
            continue;
        last = i;
        left -= work->distances[i];
        if (left < 0)
            break;
    }
    return last;
}

static bool draw_centroids(struct work *work, struct error *error) {
    const size_t count = work->settings->count;
    struct rng rng = rng_seed(work->settings->seed, 0);
    draw_sample(work, &rng);
    for (size_t i = 0; i < work->sample_count; i++)
        work->distances[i] = 2; /* the largest distance: the first centroid is drawn uniformly */
    for (work->drawn = 0; work->drawn < count;) {
        const size_t drawn = draw_centroid(work, &rng);
        copy_centroid(work, work->drawn++, work->sample[drawn]);
        if (!threads_share(work->draw_threads, work->sample_count, CHUNK_ROWS, approach, work, error))
            return false;
    }
    return true;
}

/* --- all of it --- */

static size_t sample_size(const struct work *work) {
    const size_t count = work->settings->count, share = SAMPLE_WORK / count;
    size_t size = SAMPLE_FOR_CLASS * count < share ? SAMPLE_FOR_CLASS * count : share;
    size = size < count ? count : size;
    return size < work->usable_count ? size : work->usable_count;
}

static bool find_usable(struct work *work, struct error *error) {
    work->usable = memory_allocate(work->space->count, sizeof *work->usable, "the rows", error);
    if (work->usable == NULL)
        return false;
    for (size_t row = 0; row < work->space->count; row++)
        if (vector_usable(work->space->norms[row]))
            work->usable[work->usable_count++] = row;
    if (work->usable_count < work->settings->count)
        return error_set(error, ERROR_NO_ANSWER,
                         "can't make %zu classes: only %zu words have a usable vector", work->settings->count,
                         work->usable_count);
    return true;
}

static bool make_clusters(struct clusters *clusters, const struct work *work, struct error *error) {
    const size_t rows = work->space->count, count = work->settings->count;
    clusters->count = count;
    clusters->classes = memory_allocate(rows, sizeof *clusters->classes, "the classes", error);
    clusters->cosines = memory_allocate(rows, sizeof *clusters->cosines, "the classes", error);
    clusters->sizes = memory_allocate(count, sizeof *clusters->sizes, "the classes", error);
    if (clusters->classes == NULL || clusters->cosines == NULL || clusters->sizes == NULL)
        return false;
    for (size_t row = 0; row < rows; row++)
        clusters->classes[row] = CLUSTER_NONE;
    if (!size_multiply(count, work->space->stride * sizeof(float), &clusters->centroid_bytes))
        return error_set(error, ERROR_SYSTEM, "no memory for %zu classes", count);
    clusters->centroids = memory_pages(clusters->centroid_bytes, "the classes' centroids", error);
    return clusters->centroids != NULL;
}

static size_t worth_threads(const struct work *work, size_t rows) {
    const size_t worth = 1 + rows * work->space->stride / WORK_THREAD;
    return worth < work->settings->threads ? worth : work->settings->threads;
}

static bool make_workspaces(struct work *work, size_t *bytes, struct error *error) {
    const size_t count = work->settings->count, stride = work->space->stride;
    work->sample_count = sample_size(work);
    const size_t threads = work->threads = worth_threads(work, work->usable_count);
    work->draw_threads = worth_threads(work, work->sample_count);
    work->workspace = SCAN_ROWS * (stride + count);
    *bytes = work->workspace * threads * sizeof(float);
    work->workspaces = memory_pages(*bytes, "the products", error);
    work->reached = memory_allocate(count * threads, sizeof *work->reached, "the classes", error);
    work->members = memory_allocate(work->usable_count, sizeof *work->members, "the classes", error);
    work->starts = memory_allocate(count + 1, sizeof *work->starts, "the classes", error);
    work->sums = memory_allocate(stride * threads, sizeof *work->sums, "the classes", error);
    work->sample = memory_allocate(work->sample_count, sizeof *work->sample, "a sample", error);
    work->distances = memory_allocate(work->sample_count, sizeof *work->distances, "a sample", error);
    return work->workspaces != NULL && work->reached != NULL && work->members != NULL &&
           work->starts != NULL && work->sums != NULL && work->sample != NULL && work->distances != NULL;
}

/* Each round assigns all rows, then moves all centroids. */
static bool iterate(struct work *work, struct error *error) {
    struct clusters *clusters = work->clusters;
    while (clusters->rounds < work->settings->rounds && !clusters->settled) {
        atomic_store(&work->changes, 0);
        if (!threads_share(work->threads, work->space->count, CHUNK_ROWS, assign, work, error))
            return false;
        sort_members(work);
        if (!fill_empty(work, error) ||
            !threads_share(work->threads, clusters->count, 1, move_centroids, work, error))
            return false;
        clusters->rounds++;
        clusters->settled = atomic_load(&work->changes) == 0;
    }
    return measure_all(work, error);
}

/* Numbers the classes in the order of their first rows. */
static bool renumber(struct work *work, struct error *error) {
    struct clusters *clusters = work->clusters;
    const size_t stride = work->space->stride;
    uint32_t *numbers = memory_allocate(clusters->count, sizeof *numbers, "the classes", error);
    float *centroids = memory_pages(clusters->centroid_bytes, "the classes' centroids", error);
    uint32_t next = 0;
    const bool done = numbers != NULL && centroids != NULL;
    for (size_t i = 0; done && i < work->usable_count; i++) {
        uint32_t *label = &clusters->classes[work->usable[i]];
        if (numbers[*label] == 0) {
            memcpy(centroids + next * stride, centroid_at(work, *label), stride * sizeof *centroids);
            numbers[*label] = ++next;
        }
        *label = numbers[*label] - 1;
        clusters->mean += clusters->cosines[work->usable[i]] / (double)work->usable_count;
    }
    free(numbers);
    if (!done) {
        memory_pages_free(centroids, clusters->centroid_bytes);
        return false;
    }
    memory_pages_free(clusters->centroids, clusters->centroid_bytes);
    clusters->centroids = centroids;
    sort_members(work);
    return true;
}

bool cluster_rows(struct clusters *clusters, const struct space *space,
                  const struct cluster_settings *settings, struct error *error) {
    *clusters = (struct clusters){.count = 0};
    struct work work = {.space = space,
                        .settings = settings,
                        .kernel = settings->kernel != NULL ? settings->kernel : scan_kernel_at(0),
                        .clusters = clusters};
    size_t bytes = 0;
    const bool done = find_usable(&work, error) && make_clusters(clusters, &work, error) &&
                      make_workspaces(&work, &bytes, error) && draw_centroids(&work, error) &&
                      iterate(&work, error) && renumber(&work, error);
    memory_pages_free(work.workspaces, bytes);
    free(work.usable);
    free(work.reached);
    free(work.members);
    free(work.starts);
    free(work.sums);
    free(work.sample);
    free(work.distances);
    return done;
}

void cluster_free(struct clusters *clusters) {
    free(clusters->classes);
    free(clusters->cosines);
    free(clusters->sizes);
    memory_pages_free(clusters->centroids, clusters->centroid_bytes);
    *clusters = (struct clusters){.count = 0};
}

/* Spherical k-means (Dhillon, Modha 2001, "Concept decompositions for large sparse text data using
 * clustering"): each row belongs to the class whose centroid has the largest cosine to it; a centroid is the
 * direction of the sum of its rows' unit vectors. */
#ifndef SGNS_ANALYSE_CLUSTER_H
#define SGNS_ANALYSE_CLUSTER_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "search/scan_kernel.h"
#include "search/space.h"

#define CLUSTER_NONE UINT32_MAX

struct cluster_settings {
    size_t count;  /* classes, at least 1 */
    size_t rounds; /* at most, at least 1 */
    uint64_t seed;
    size_t threads;                   /* at least 1 */
    const struct scan_kernel *kernel; /* NULL for the best one */
};

struct clusters {
    size_t count;
    uint32_t *classes; /* (rows) a row's class; CLUSTER_NONE if it is not vector_usable; owned */
    double *cosines;   /* (rows) to the centroid of the row's class; 0 for CLUSTER_NONE; owned */
    size_t *sizes;     /* (count) none is 0; owned */
    float *centroids;  /* (count, stride) of length 1; owned */
    size_t centroid_bytes;
    double mean;   /* of the cosines */
    size_t rounds; /* used */
    bool settled;  /* the last round changed nothing */
};

/* Classes are numbered in the order of their first rows. The first centroids are rows drawn by k-means++
 * (Arthur, Vassilvitskii 2007), from a sample if there are many rows. The same count, rounds and seed give
 * the same classes with any kernel and any number of threads. ERROR_NO_ANSWER if fewer rows than classes are
 * usable. Free with cluster_free, also after a failure. */
bool cluster_rows(struct clusters *clusters, const struct space *space,
                  const struct cluster_settings *settings, struct error *error) MUST_USE;
void cluster_free(struct clusters *clusters);

#endif

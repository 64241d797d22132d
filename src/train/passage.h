/* From a chunk of the corpus to a passage: which words subsampling keeps, and the window of each. */
#ifndef SGNS_TRAIN_PASSAGE_H
#define SGNS_TRAIN_PASSAGE_H

#include <stddef.h>
#include <stdint.h>

#include "base/rng.h"
#include "base/workspace.h"
#include "text/vocab.h"
#include "train/batch.h"
#include "train/parameters.h"

/* Which words subsampling keeps. Read-only once filled. */
struct subsampling {
    uint32_t *keep;      /* (vocab + 1) a word is kept if 32 random bits are not above this */
    uint32_t subsampled; /* words from this one on, all rarer, are always kept, and so is entry `vocab` */
    double kept;         /* the share of the corpus that is expected to be kept */
};

/* The entry of `keep` for a word with this count in a corpus of `total` words. */
uint32_t subsampling_threshold(uint64_t count, uint64_t total, double sample);

struct subsampling subsampling_lay_out(struct workspace *workspace, size_t vocab);
void subsampling_fill(struct subsampling *subsampling, const struct vocab *vocab, double sample);

/* The arrays of a passage; each thread has its own. */
struct passage_buffer {
    uint32_t *words, *window_begin, *window_end; /* (chunk) each */
};

struct passage_buffer passage_lay_out(struct workspace *workspace, size_t chunk);

/* Makes a passage of the ids of a chunk. One random number for each word decides whether it is kept and, with
 * --weights random, how large its window is. */
struct passage passage_make(struct passage_buffer *buffer, const struct subsampling *subsampling,
                            const struct parameters *parameters, const uint32_t *ids, size_t size,
                            struct rng *rng);

#endif

/* The corpus as a stream of word ids, in chunks that training threads take one at a time. Chunks stay in
 * memory up to a limit; the rest go to a temporary file, which is unlinked at once so that nothing is left
 * behind. */
#ifndef SGNS_TEXT_STREAM_H
#define SGNS_TEXT_STREAM_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/memory.h"

/* Follows the last word of each sentence in the stream. */
#define STREAM_SENTENCE_END UINT32_MAX

/* A chunk ends with the first sentence that brings it to this many ids. */
#define STREAM_CHUNK_IDS ((size_t)16384)

struct stream_chunk {
    uint64_t order;  /* increases along the corpus; chunks are sorted by it */
    uint32_t *ids;   /* (size) word ids and sentence ends, in a block; NULL if the chunk is in the file */
    uint64_t offset; /* in the file, in ids */
    uint32_t size;   /* ids */
    uint32_t words;  /* ids that are not sentence ends */
    uint32_t source; /* the dictionary that its provisional ids belong to */
};

/* Chunks in memory are packed into large blocks: asking the system for single pages would cost more than the
 * work done on them. */
struct stream_block {
    uint32_t *ids; /* (capacity); owned */
    size_t capacity, used;
};

struct stream {
    struct stream_chunk *chunks; /* (size); owned */
    size_t size, capacity;
    struct stream_block *blocks; /* (block_count), the last one being filled; owned */
    size_t block_count, block_capacity;
    size_t chunk_max;      /* ids in the longest chunk: the buffer that stream_read() needs */
    uint64_t memory_bytes; /* used by chunks in memory */
    uint64_t memory_limit;
    struct memory_budget *budget; /* what blocks are taken from while chunks are appended; NULL: no limit */
    const char *folder;           /* for the temporary file; not owned */
    int descriptor;               /* of the file, or -1 */
    uint64_t file_ids;            /* ids in the file */
    pthread_mutex_t lock;
};

/* `folder` must outlive the stream. */
bool stream_create(struct stream *stream, uint64_t memory_limit, const char *folder,
                   struct error *error) MUST_USE;
void stream_free(struct stream *stream);

/* Appends a copy of ids[0 .. size) as a chunk. Thread-safe. */
bool stream_append(struct stream *stream, const uint32_t *ids, size_t size, uint64_t order, uint32_t source,
                   struct error *error) MUST_USE;

/* Sorts the chunks by `order`. Call it once, after the last append. */
void stream_sort(struct stream *stream);

/* The ids of chunk `index`: a pointer into the stream itself or, if they are in the file, into `buffer`
 * (chunk_max ids). NULL on failure. Any thread may call, with its own buffer. */
const uint32_t *stream_read(const struct stream *stream, size_t index, uint32_t *buffer,
                            struct error *error) MUST_USE;

/* Replaces every word id in chunk `index` by map[id]. Ids that map to STREAM_SENTENCE_END are dropped, and so
 * are sentences that become empty. Threads may remap different chunks at the same time, each with its own
 * buffer (chunk_max ids). */
bool stream_remap(struct stream *stream, size_t index, const uint32_t *map, uint32_t *buffer,
                  struct error *error) MUST_USE;

#endif

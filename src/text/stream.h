/* The corpus as a stream of word ids, in chunks that the training threads take one at a time. Chunks live in
 * memory up to a limit and beyond it in a temporary file that has no name any more, so that nothing is left
 * behind. */
#ifndef SGNS_TEXT_STREAM_H
#define SGNS_TEXT_STREAM_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Stands in the stream behind the last word of a sentence. */
#define STREAM_SENTENCE_END UINT32_MAX

/* A chunk is closed at the first sentence end after so many ids. */
#define STREAM_CHUNK_IDS ((size_t)16384)

struct stream_chunk {
    uint64_t order;  /* chunks are sorted by it; grows along the corpus */
    uint32_t *ids;   /* (size) word ids and sentence ends, in a block; NULL if the chunk is in the file */
    uint64_t offset; /* in the file, in ids */
    uint32_t size;   /* ids */
    uint32_t words;  /* ids that are words */
    uint32_t source; /* the dictionary that its provisional ids belong to */
};

/* Chunks in memory lie in large blocks: pages that are asked for one by one cost more than what is done with
 * them. */
struct stream_block {
    uint32_t *ids; /* (room); owned */
    size_t room, used;
};

struct stream {
    struct stream_chunk *chunks; /* (size); owned */
    size_t size, capacity;
    struct stream_block *blocks; /* (block_count), the last one being filled; owned */
    size_t block_count, block_capacity;
    size_t chunk_max;      /* the longest chunk, in ids: the room that stream_read needs */
    uint64_t memory_bytes; /* taken by chunks in memory */
    uint64_t memory_limit;
    const char *folder; /* for the file; not owned */
    int descriptor;     /* of the file, or -1 */
    uint64_t file_ids;  /* ids in the file */
    pthread_mutex_t lock;
};

/* `folder` must outlive the stream. */
bool stream_create(struct stream *stream, uint64_t memory_limit, const char *folder,
                   struct error *error) MUST_USE;
void stream_free(struct stream *stream);

/* Appends a copy of ids[0 .. size). Any thread may call. */
bool stream_append(struct stream *stream, const uint32_t *ids, size_t size, uint64_t order, uint32_t source,
                   struct error *error) MUST_USE;

/* Sorts the chunks by `order`. Once, after the last append. */
void stream_sort(struct stream *stream);

/* The ids of chunk `index`: into the stream itself, or read into `room` (chunk_max ids). NULL on failure. Any
 * thread may call, with room of its own. */
const uint32_t *stream_read(const struct stream *stream, size_t index, uint32_t *room,
                            struct error *error) MUST_USE;

/* Replaces every word id by map[id] in chunk `index`; ids that map to STREAM_SENTENCE_END are left out, and
 * so are empty sentences. Threads may call it for different chunks at the same time, each with room of its
 * own. */
bool stream_remap(struct stream *stream, size_t index, const uint32_t *map, uint32_t *room,
                  struct error *error) MUST_USE;

#endif

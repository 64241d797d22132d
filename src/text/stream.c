#include "text/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/retry.h"

#define BLOCK_IDS ((size_t)4 << 20)

bool stream_create(struct stream *stream, uint64_t memory_limit, const char *folder, struct error *error) {
    *stream = (struct stream){.memory_limit = memory_limit, .folder = folder, .descriptor = -1};
    const int number = pthread_mutex_init(&stream->lock, NULL);
    return number == 0 || error_system(error, number, "can't create a lock");
}

void stream_free(struct stream *stream) {
    for (size_t i = 0; i < stream->block_count; i++)
        memory_pages_free(stream->blocks[i].ids, stream->blocks[i].capacity * sizeof *stream->blocks[i].ids);
    free(stream->blocks);
    free(stream->chunks);
    if (stream->descriptor >= 0)
        close(stream->descriptor);
    pthread_mutex_destroy(&stream->lock);
    *stream = (struct stream){.descriptor = -1};
}

/* Where the file system can't make a file without a name, it loses its name at once. */
static int create_file(const char *folder, char *path) {
    int descriptor = retry_create(AT_FDCWD, folder, O_RDWR | O_TMPFILE, 0600);
    if (descriptor >= 0)
        return descriptor;
    do
        descriptor = mkostemp(path, O_CLOEXEC);
    while (descriptor < 0 && errno == EINTR);
    if (descriptor >= 0)
        unlink(path);
    return descriptor;
}

static bool open_file(struct stream *stream, struct error *error) {
    if (stream->descriptor >= 0)
        return true;
    const size_t size = strlen(stream->folder) + 32;
    char *path = memory_allocate(size, 1, "a file name", error);
    if (path == NULL)
        return false;
    snprintf(path, size, "%s/.sgns-ids-XXXXXX", stream->folder);
    stream->descriptor = create_file(stream->folder, path);
    free(path);
    return stream->descriptor >= 0 ||
           error_system(error, errno, "%s: can't create a temporary file in this folder", stream->folder);
}

/* Both transfer the whole range or fail. */
static bool write_ids(const struct stream *stream, const uint32_t *ids, size_t size, uint64_t offset,
                      struct error *error) {
    return retry_pwrite(stream->descriptor, ids, size * sizeof *ids, offset * sizeof *ids) ||
           error_system(error, errno, "%s: can't write the temporary file of word ids", stream->folder);
}

static bool read_ids(const struct stream *stream, uint32_t *ids, size_t size, uint64_t offset,
                     struct error *error) {
    char *to = (char *)ids;
    size_t left = size * sizeof *ids;
    for (uint64_t at = offset * sizeof *ids; left > 0;) {
        const ssize_t done = retry_pread(stream->descriptor, to, left, at);
        if (done <= 0)
            return error_system(error, done < 0 ? errno : EIO,
                                "%s: can't read the temporary file of word ids", stream->folder);
        to += done;
        at += (size_t)done;
        left -= (size_t)done;
    }
    return true;
}

static uint32_t count_words(const uint32_t *ids, size_t size) {
    uint32_t words = 0;
    for (size_t i = 0; i < size; i++)
        words += ids[i] != STREAM_SENTENCE_END;
    return words;
}

static bool add_block(struct stream *stream, size_t capacity, struct error *error) {
    if (!memory_reserve(&stream->blocks, &stream->block_capacity, stream->block_count + 1, "the corpus",
                        error))
        return false;
    struct stream_block block = {.capacity = capacity};
    block.ids = memory_pages(block.capacity * sizeof *block.ids, "the corpus", error);
    if (block.ids == NULL)
        return false;
    stream->blocks[stream->block_count++] = block;
    return true;
}

/* Whether the last block has that much left. */
static bool block_has(const struct stream *stream, size_t ids) {
    if (stream->block_count == 0)
        return false;
    const struct stream_block *last = &stream->blocks[stream->block_count - 1];
    return last->capacity - last->used >= ids;
}

/* Is there memory for a chunk: under the limit, and in the last block or for another? *capacity is the size
 * of the block that has to be added, 0 if none. */
static bool may_keep(const struct stream *stream, size_t ids, size_t *capacity) {
    *capacity = block_has(stream, ids) ? 0 : ids > BLOCK_IDS ? ids : BLOCK_IDS;
    return stream->memory_bytes + ids * sizeof(uint32_t) <= stream->memory_limit &&
           memory_budget_take(stream->budget, *capacity * sizeof(uint32_t));
}

/* Reserves memory for the chunk's ids while they fit under the limit; otherwise appends them to the file. */
static bool keep_ids(struct stream *stream, struct stream_chunk *chunk, const uint32_t *ids,
                     struct error *error) {
    size_t capacity;
    if (may_keep(stream, chunk->size, &capacity)) {
        if (capacity > 0 && !add_block(stream, capacity, error))
            return false;
        struct stream_block *block = &stream->blocks[stream->block_count - 1];
        chunk->ids = block->ids + block->used;
        block->used += chunk->size;
        stream->memory_bytes += chunk->size * sizeof *ids;
        return true;
    }
    chunk->offset = stream->file_ids;
    if (!open_file(stream, error) || !write_ids(stream, ids, chunk->size, chunk->offset, error))
        return false;
    stream->file_ids += chunk->size;
    return true;
}

bool stream_append(struct stream *stream, const uint32_t *ids, size_t size, uint64_t order, uint32_t source,
                   struct error *error) {
    struct stream_chunk chunk = {.order = order, .size = (uint32_t)size, .source = source};
    chunk.words = count_words(ids, size);
    pthread_mutex_lock(&stream->lock);
    const bool done = memory_reserve(&stream->chunks, &stream->capacity, stream->size + 1, "the corpus",
                                     error) &&
                      keep_ids(stream, &chunk, ids, error);
    if (done) {
        stream->chunks[stream->size++] = chunk;
        if (size > stream->chunk_max)
            stream->chunk_max = size;
    }
    pthread_mutex_unlock(&stream->lock);
    if (done && chunk.ids != NULL)
        memcpy(chunk.ids, ids, size * sizeof *ids);
    return done;
}

static int compare_order(const void *a, const void *b) {
    const struct stream_chunk *left = a, *right = b;
    return (left->order > right->order) - (left->order < right->order);
}

void stream_sort(struct stream *stream) {
    if (stream->size > 0)
        qsort(stream->chunks, stream->size, sizeof *stream->chunks, compare_order);
}

const uint32_t *stream_read(const struct stream *stream, size_t index, uint32_t *buffer,
                            struct error *error) {
    const struct stream_chunk *chunk = &stream->chunks[index];
    if (chunk->ids != NULL)
        return chunk->ids;
    return read_ids(stream, buffer, chunk->size, chunk->offset, error) ? buffer : NULL;
}

/* Works in place; returns how many ids are left. */
static size_t remap_ids(uint32_t *ids, size_t size, const uint32_t *map) {
    size_t kept = 0;
    for (size_t i = 0; i < size; i++)
        if (ids[i] != STREAM_SENTENCE_END) {
            ids[kept] = map[ids[i]];
            kept += ids[kept] != STREAM_SENTENCE_END;
        } else if (kept > 0 && ids[kept - 1] != STREAM_SENTENCE_END)
            ids[kept++] = STREAM_SENTENCE_END;
    return kept;
}

bool stream_remap(struct stream *stream, size_t index, const uint32_t *map, uint32_t *buffer,
                  struct error *error) {
    struct stream_chunk *chunk = &stream->chunks[index];
    uint32_t *ids = chunk->ids;
    if (ids == NULL) {
        ids = buffer;
        if (!read_ids(stream, ids, chunk->size, chunk->offset, error))
            return false;
    }
    chunk->size = (uint32_t)remap_ids(ids, chunk->size, map);
    chunk->words = count_words(ids, chunk->size);
    return chunk->ids != NULL || write_ids(stream, ids, chunk->size, chunk->offset, error);
}

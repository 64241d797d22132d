#include "text/stream.h"

#include <dirent.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/rng.h"
#include "base/threads.h"
#include "harness.h"

#define CHUNKS 60
#define CHUNK_MAX 3000
#define WORDS 500
#define THREADS 4

/* --- chunks whose content follows from their number --- */

struct ids {
    uint32_t *ids; /* (CHUNK_MAX) */
    size_t size;
};

static uint32_t *make_room(void) {
    uint32_t *room = malloc(CHUNK_MAX * sizeof *room);
    if (room == NULL)
        abort();
    return room;
}

/* Sentences of 0 to 30 words; the last one is ended too. Some chunks are empty. */
static struct ids make_chunk(uint64_t number) {
    struct ids chunk = {.ids = make_room()};
    struct rng rng = rng_seed(1, number);
    const size_t size = rng_below(&rng, 8) == 0 ? 0 : 1 + rng_below(&rng, CHUNK_MAX - 1);
    while (chunk.size + 1 < size) {
        const bool end = rng_below(&rng, 15) == 0;
        chunk.ids[chunk.size++] = end ? STREAM_SENTENCE_END : rng_below(&rng, WORDS);
    }
    if (size > 0)
        chunk.ids[chunk.size++] = STREAM_SENTENCE_END;
    return chunk;
}

static uint32_t count_words(const uint32_t *ids, size_t size) {
    uint32_t words = 0;
    for (size_t i = 0; i < size; i++)
        words += ids[i] != STREAM_SENTENCE_END ? 1 : 0;
    return words;
}

static const char *scratch_folder(void) {
    const char *folder = getenv("TMPDIR");
    return folder != NULL ? folder : "/tmp";
}

/* Exits on failure: a test cannot continue without it. */
static struct stream make_stream(uint64_t memory_limit) {
    struct error error = {.kind = ERROR_NONE};
    struct stream stream;
    if (!stream_create(&stream, memory_limit, scratch_folder(), &error)) {
        fprintf(stderr, "stream: %s\n", error.text);
        abort();
    }
    return stream;
}

static void append(struct test *test, struct stream *stream, uint64_t number) {
    struct error error = {.kind = ERROR_NONE};
    struct ids chunk = make_chunk(number);
    CHECK_MSG(test, stream_append(stream, chunk.ids, chunk.size, number * 3, (uint32_t)number % 7, &error),
              "%s", error.text);
    memset(chunk.ids, 0xee, CHUNK_MAX * sizeof *chunk.ids); /* the stream keeps a copy */
    free(chunk.ids);
}

/* All chunk numbers in another order. */
static uint64_t scrambled(uint64_t i) {
    return i * 37 % CHUNKS;
}

static void append_scrambled(struct test *test, struct stream *stream) {
    for (uint64_t i = 0; i < CHUNKS; i++)
        append(test, stream, scrambled(i));
    stream_sort(stream);
}

static void check_chunk(struct test *test, const struct stream *stream, size_t index,
                        const struct ids *expected) {
    struct error error = {.kind = ERROR_NONE};
    const struct stream_chunk *chunk = &stream->chunks[index];
    uint32_t *room = make_room();
    memset(room, 0x55, CHUNK_MAX * sizeof *room);
    const uint32_t *ids = stream_read(stream, index, room, &error);
    CHECK_MSG(test, ids != NULL, "chunk %zu: %s", index, error.text);
    CHECK_MSG(test, chunk->size == expected->size, "chunk %zu: %u ids, not %zu", index, chunk->size,
              expected->size);
    CHECK_MSG(test, chunk->words == count_words(expected->ids, expected->size), "chunk %zu: %u", index,
              chunk->words);
    CHECK_MSG(test, ids != NULL && memcmp(ids, expected->ids, expected->size * sizeof *ids) == 0, "chunk %zu",
              index);
    free(room);
}

static void check_all(struct test *test, const struct stream *stream) {
    size_t most = 0;
    CHECK(test, stream->size == CHUNKS);
    for (size_t i = 0; i < stream->size; i++) {
        struct ids expected = make_chunk(i);
        CHECK_MSG(test, stream->chunks[i].order == i * 3 && stream->chunks[i].source == i % 7, "chunk %zu",
                  i);
        check_chunk(test, stream, i, &expected);
        if (expected.size > most)
            most = expected.size;
        free(expected.ids);
    }
    CHECK_MSG(test, stream->chunk_max == most, "%zu, not %zu", stream->chunk_max, most);
}

/* --- kept and spilled --- */

static uint64_t bytes_in_memory(const struct stream *stream) {
    uint64_t bytes = 0;
    for (size_t i = 0; i < stream->size; i++)
        bytes += stream->chunks[i].ids != NULL ? stream->chunks[i].size * sizeof(uint32_t) : 0;
    return bytes;
}

static void check_limit(struct test *test, uint64_t limit, bool spills, bool keeps) {
    struct stream stream = make_stream(limit);
    append_scrambled(test, &stream);
    check_all(test, &stream);
    CHECK_MSG(test, stream.memory_bytes <= limit && stream.memory_bytes == bytes_in_memory(&stream), "%llu",
              (unsigned long long)stream.memory_bytes);
    CHECK_MSG(test, (stream.descriptor >= 0) == spills && (stream.file_ids > 0) == spills, "limit %llu",
              (unsigned long long)limit);
    CHECK_MSG(test, (stream.memory_bytes > 0) == keeps, "limit %llu", (unsigned long long)limit);
    stream_free(&stream);
}

static void chunks_in_memory(struct test *test) {
    check_limit(test, UINT64_MAX / 2, false, true);
}

static void chunks_in_the_file(struct test *test) {
    check_limit(test, 0, true, false);
}

static void chunks_in_both(struct test *test) {
    check_limit(test, 100000, true, true);
}

static void the_limit_is_met_exactly(struct test *test) {
    uint64_t bytes = 0;
    for (uint64_t i = 0; i < CHUNKS; i++) {
        struct ids chunk = make_chunk(i);
        bytes += chunk.size * sizeof *chunk.ids;
        free(chunk.ids);
    }
    check_limit(test, bytes, false, true);
    check_limit(test, bytes - 1, true, true);
}

static void an_empty_stream(struct test *test) {
    struct stream stream = make_stream(0);
    stream_sort(&stream);
    CHECK(test, stream.size == 0 && stream.chunk_max == 0 && stream.descriptor < 0);
    stream_free(&stream);
}

static size_t count_files(const char *folder) {
    size_t files = 0;
    DIR *directory = opendir(folder);
    if (directory == NULL)
        return SIZE_MAX;
    for (const struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory))
        files += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(directory);
    return files;
}

static void the_file_has_no_name(struct test *test) {
    struct error error = {.kind = ERROR_NONE};
    char folder[4096];
    struct stream stream;
    const uint32_t ids[] = {1, 2, STREAM_SENTENCE_END};
    CHECK(test, mkdir(test_path(folder, sizeof folder, "stream"), 0777) == 0);
    CHECK(test, stream_create(&stream, 0, folder, &error));
    CHECK(test, stream_append(&stream, ids, 3, 0, 0, &error) && stream.descriptor >= 0);
    CHECK_MSG(test, count_files(folder) == 0, "%zu", count_files(folder));
    stream_free(&stream);
    CHECK(test, rmdir(folder) == 0);
}

/* --- remapped --- */

/* Every third word is dropped; of the others, different ones may get the same id, and ids may grow. */
static uint32_t mapped(uint32_t id) {
    return id % 3 == 0 ? STREAM_SENTENCE_END : id % 5 == 0 ? 70000 : id + 1;
}

static uint32_t *make_map(void) {
    uint32_t *map = malloc(WORDS * sizeof *map);
    if (map == NULL)
        abort();
    for (uint32_t id = 0; id < WORDS; id++)
        map[id] = mapped(id);
    return map;
}

/* Each sentence goes into its own chunk. */
static struct ids remap_plainly(const struct ids *chunk) {
    struct ids result = {.ids = make_room()};
    for (size_t start = 0, end = 0; start < chunk->size; start = end + 1) {
        uint32_t words = 0;
        for (end = start; chunk->ids[end] != STREAM_SENTENCE_END; end++)
            if (mapped(chunk->ids[end]) != STREAM_SENTENCE_END) {
                result.ids[result.size++] = mapped(chunk->ids[end]);
                words++;
            }
        if (words > 0)
            result.ids[result.size++] = STREAM_SENTENCE_END;
    }
    return result;
}

struct job {
    struct stream *stream;
    struct test tests[THREADS];
    uint32_t *map;
    atomic_size_t next;
};

static void remap_some(void *context, size_t index) {
    struct job *job = context;
    struct error error = {.kind = ERROR_NONE};
    uint32_t *room = make_room();
    for (;;) {
        const size_t chunk = atomic_fetch_add(&job->next, 1);
        if (chunk >= job->stream->size)
            break;
        CHECK_MSG(&job->tests[index], stream_remap(job->stream, chunk, job->map, room, &error), "%s",
                  error.text);
    }
    free(room);
}

static void append_some(void *context, size_t index) {
    struct job *job = context;
    for (uint64_t i = index; i < CHUNKS; i += THREADS)
        append(&job->tests[index], job->stream, scrambled(i));
}

static void run_job(struct test *test, struct job *job, threads_work *work) {
    struct error error = {.kind = ERROR_NONE};
    for (size_t i = 0; i < THREADS; i++)
        job->tests[i] = (struct test){.name = test->name};
    CHECK_MSG(test, threads_run(THREADS, work, job, &error), "%s", error.text);
    for (size_t i = 0; i < THREADS; i++)
        test->failures += job->tests[i].failures;
}

static void check_remapping(struct test *test, uint64_t limit) {
    struct stream stream = make_stream(limit);
    struct job job = {.stream = &stream, .map = make_map()};
    append_scrambled(test, &stream);
    run_job(test, &job, remap_some);
    for (size_t i = 0; i < stream.size; i++) {
        struct ids before = make_chunk(i), expected = remap_plainly(&before);
        check_chunk(test, &stream, i, &expected);
        free(before.ids);
        free(expected.ids);
    }
    free(job.map);
    stream_free(&stream);
}

static void threads_remap_in_memory(struct test *test) {
    check_remapping(test, UINT64_MAX / 2);
}

static void threads_remap_in_the_file(struct test *test) {
    check_remapping(test, 0);
}

static void threads_remap_in_both(struct test *test) {
    check_remapping(test, 100000);
}

static void threads_append(struct test *test) {
    struct stream stream = make_stream(100000);
    struct job job = {.stream = &stream};
    run_job(test, &job, append_some);
    stream_sort(&stream);
    check_all(test, &stream);
    CHECK(test, stream.memory_bytes > 0 && stream.memory_bytes <= 100000 && stream.file_ids > 0);
    stream_free(&stream);
}

/* --- failures --- */

static void no_folder_for_the_file(struct test *test) {
    struct error error = {.kind = ERROR_NONE};
    char folder[4096];
    struct stream stream;
    const uint32_t ids[] = {1, STREAM_SENTENCE_END};
    CHECK(test, stream_create(&stream, 8, test_path(folder, sizeof folder, "missing"), &error));
    CHECK(test, stream_append(&stream, ids, 2, 0, 0, &error));
    CHECK(test, !stream_append(&stream, ids, 2, 1, 0, &error));
    CHECK_MSG(test, error.kind == ERROR_SYSTEM && strncmp(error.text, folder, strlen(folder)) == 0, "%s",
              error.text);
    CHECK(test, stream.size == 1);
    stream_free(&stream);
}

/* A limit on file sizes accepts part of the first write and rejects the rest, like a full disk. */
static void no_room_for_the_file(struct test *test) {
    struct error error = {.kind = ERROR_NONE};
    struct stream stream = make_stream(0);
    struct rlimit before, limit;
    uint32_t *ids = make_room();
    memset(ids, 0, CHUNK_MAX * sizeof *ids);
    CHECK(test, getrlimit(RLIMIT_FSIZE, &before) == 0);
    limit = (struct rlimit){.rlim_cur = 4096, .rlim_max = before.rlim_max};
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    CHECK(test, setrlimit(RLIMIT_FSIZE, &limit) == 0);
    const bool done = stream_append(&stream, ids, CHUNK_MAX, 0, 0, &error);
    CHECK(test, setrlimit(RLIMIT_FSIZE, &before) == 0);
    signal(SIGXFSZ, handler);
    CHECK(test, !done && stream.size == 0);
    CHECK_MSG(test, error.kind == ERROR_SYSTEM && strstr(error.text, "can't write the temporary") != NULL,
              "%s", error.text);
    free(ids);
    stream_free(&stream);
}

static void a_file_that_lost_its_end(struct test *test) {
    struct error error = {.kind = ERROR_NONE};
    struct stream stream = make_stream(0);
    uint32_t map[] = {0, 1}, room[2];
    const uint32_t ids[] = {1, STREAM_SENTENCE_END};
    CHECK(test, stream_append(&stream, ids, 2, 0, 0, &error));
    CHECK(test, ftruncate(stream.descriptor, 5) == 0);
    CHECK(test, stream_read(&stream, 0, room, &error) == NULL);
    CHECK_MSG(test, error.kind == ERROR_SYSTEM && strstr(error.text, "can't read the temporary") != NULL,
              "%s", error.text);
    error.kind = ERROR_NONE;
    CHECK(test, !stream_remap(&stream, 0, map, room, &error) && error.kind == ERROR_SYSTEM);
    stream_free(&stream);
}

static const struct test_case cases[] = {
    {"stream: empty", an_empty_stream},
    {"stream: chunks in memory", chunks_in_memory},
    {"stream: chunks in the file", chunks_in_the_file},
    {"stream: chunks in both", chunks_in_both},
    {"stream: the limit is met exactly", the_limit_is_met_exactly},
    {"stream: the file has no name", the_file_has_no_name},
    {"stream: threads append", threads_append},
    {"stream: threads remap in memory", threads_remap_in_memory},
    {"stream: threads remap in the file", threads_remap_in_the_file},
    {"stream: threads remap in both", threads_remap_in_both},
    {"stream: no folder for the file", no_folder_for_the_file},
    {"stream: no room for the file", no_room_for_the_file},
    {"stream: a file that lost its end", a_file_that_lost_its_end},
};

TEST_MAIN(cases)

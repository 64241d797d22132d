#include "train/checkpoint.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "model/checksum.h"
#include "model/layout_file.h"

enum section { RECORD, STARTS, WORDS, COUNTS, POSITION, MEASURES, RANDOM, INPUT, OUTPUT, PHRASES, SECTIONS };

static const char *const tags[SECTIONS] = {"record",   "starts", "words",   "counts",   "position",
                                           "measures", "random", "input16", "output16", "phrases"};

/* The section "position". */
struct position {
    uint64_t tasks, words, pairs, rows, threads, epochs;
};

_Static_assert(sizeof(struct position) == 48, "position has 48 bytes in the file");
_Static_assert(sizeof(struct measures) == 40, "measures have 40 bytes in the file");

/* --- writing --- */

static bool plan(struct layout *layout, const size_t *bytes, size_t vocab, size_t dim, const char *path,
                 struct error *error) {
    bool fits = layout_start(layout, vocab, dim, kernel_stride(dim));
    memcpy(layout->header.magic, LAYOUT_CHECKPOINT_MAGIC, sizeof layout->header.magic);
    for (size_t i = 0; i < SECTIONS; i++)
        fits = fits &&
               ((i == PHRASES && bytes[i] == 0) || layout_add(layout, tags[i], LAYOUT_REQUIRED, bytes[i]));
    return (fits && layout_place(layout)) ||
           error_set(error, ERROR_INPUT, "%s: the checkpoint is too large for its file format", path);
}

bool checkpoint_write(struct file_out *file, const struct checkpoint_content *content, struct error *error) {
    const struct trainer_state *state = content->state;
    const struct vocab *vocab = content->vocab;
    const struct position position = {state->tasks,     state->work.words, state->work.pairs,
                                      state->work.rows, state->threads,    content->epochs};
    /* The trainer has these arrays, so their sizes fit. */
    const size_t rows = vocab->size * state->stride * sizeof(bfloat16);
    const size_t bytes[SECTIONS] = {[RECORD] = content->record_bytes,
                                    [STARTS] = (vocab->size + 1) * sizeof *vocab->starts,
                                    [WORDS] = vocab->text_bytes,
                                    [COUNTS] = vocab->size * sizeof *vocab->counts,
                                    [POSITION] = sizeof position,
                                    [MEASURES] = content->epochs * sizeof *state->measures,
                                    [RANDOM] = state->threads * KERNEL_ROW_FLOATS * sizeof *state->random,
                                    [INPUT] = rows,
                                    [OUTPUT] = rows,
                                    [PHRASES] = content->phrases_bytes};
    const void *const data[SECTIONS] = {
        [RECORD] = content->record,  [STARTS] = vocab->starts, [WORDS] = vocab->text,
        [COUNTS] = vocab->counts,    [POSITION] = &position,   [MEASURES] = state->measures,
        [RANDOM] = state->random,    [INPUT] = state->input,   [OUTPUT] = state->output,
        [PHRASES] = content->phrases};
    struct layout layout;
    return plan(&layout, bytes, vocab->size, content->dim, file->path, error) &&
           layout_write(file, &layout, data, error);
}

/* --- reading --- */

bool checkpoint_is(const struct file_map *map) {
    const size_t magic = sizeof LAYOUT_CHECKPOINT_MAGIC - 1;
    return map->size >= magic && memcmp(map->data, LAYOUT_CHECKPOINT_MAGIC, magic) == 0;
}

static bool damaged(const char *path, const char *what, struct error *error) {
    return error_set(error, ERROR_INPUT, "%s: damaged: %s", path, what);
}

static bool check_start(const struct file_map *map, const char *path, struct error *error) {
    struct layout_header header;
    if (!checkpoint_is(map))
        return error_set(
            error, ERROR_INPUT,
            "%s: not a checkpoint; --resume takes the file that sgns train says it has kept, and "
            "--init takes a model",
            path);
    if (!layout_copy_head(map, path, &header, sizeof header, error))
        return false;
    if (header.byte_order != LAYOUT_BYTE_ORDER)
        return error_set(error, ERROR_INPUT, "%s: has another byte order than this machine, or is damaged",
                         path);
    return header.version == LAYOUT_VERSION ||
           error_set(error, ERROR_INPUT, "%s: a checkpoint of version %lu, but this sgns reads version %d",
                     path, (unsigned long)header.version, LAYOUT_VERSION);
}

/* The bytes of a section, NULL if there is none or one of another size. UINT64_MAX: any size. */
static const void *section(const struct checkpoint *checkpoint, enum section which, uint64_t bytes) {
    const struct layout_section *found = layout_find(checkpoint->layout, tags[which]);
    return found != NULL && (bytes == UINT64_MAX || found->bytes == bytes)
               ? checkpoint->map.data + found->offset
               : NULL;
}

static bool check_checksums(const struct checkpoint *checkpoint, const char *path, struct error *error) {
    for (size_t i = 0; i < checkpoint->layout->header.section_count; i++) {
        const struct layout_section *here = &checkpoint->layout->sections[i];
        if (checksum(checkpoint->map.data + here->offset, (size_t)here->bytes) != here->checksum)
            return error_set(error, ERROR_INPUT, "%s: damaged: the checksum of the section \"%.*s\" is wrong",
                             path, LAYOUT_TAG_BYTES, here->tag);
    }
    return true;
}

static bool read_layout(struct checkpoint *checkpoint, const char *path, struct error *error) {
    struct layout *layout = checkpoint->layout;
    if (!check_start(&checkpoint->map, path, error) || !layout_read(layout, &checkpoint->map, path, error))
        return false;
    if (!layout_check_places(layout) || !layout_check_tags(layout))
        return layout_wrong_sizes(path, error);
    return check_checksums(checkpoint, path, error);
}

/* Every word begins where the one before ends, has a byte at least, and ends with the only NUL in it. */
static bool check_words(const struct vocab *vocab) {
    if (vocab->starts[0] != 0 || vocab->starts[vocab->size] != vocab->text_bytes)
        return false;
    for (size_t i = 0; i < vocab->size; i++) {
        const uint64_t start = vocab->starts[i], end = vocab->starts[i + 1];
        if (start >= end || end - start < 2 || end > vocab->text_bytes ||
            memchr(vocab->text + start, '\0', (size_t)(end - start)) != vocab->text + end - 1)
            return false;
    }
    return true;
}

static bool read_vocab(struct checkpoint *checkpoint) {
    const struct layout_header *header = &checkpoint->layout->header;
    struct vocab *vocab = &checkpoint->vocab;
    const struct layout_section *words = layout_find(checkpoint->layout, tags[WORDS]);
    if (header->vocab == 0 || header->vocab >= UINT32_MAX || words == NULL)
        return false;
    vocab->size = (size_t)header->vocab;
    vocab->text_bytes = (size_t)words->bytes;
    vocab->text = (char *)section(checkpoint, WORDS, UINT64_MAX);
    vocab->starts = (uint64_t *)section(checkpoint, STARTS, (header->vocab + 1) * sizeof(uint64_t));
    vocab->counts = (uint64_t *)section(checkpoint, COUNTS, header->vocab * sizeof(uint64_t));
    if (vocab->starts == NULL || vocab->counts == NULL || !check_words(vocab))
        return false;
    for (size_t i = 0; i < vocab->size; i++)
        if (vocab->counts[i] == 0 || (i > 0 && vocab->counts[i] > vocab->counts[i - 1]) ||
            __builtin_add_overflow(vocab->total, vocab->counts[i], &vocab->total))
            return false;
    return true;
}

/* Sizes that are compared with those of sections wrap only if they are too large for a file. */
static bool read_state(struct checkpoint *checkpoint) {
    const struct layout_header *header = &checkpoint->layout->header;
    struct trainer_state *state = &checkpoint->state;
    const struct position *position = section(checkpoint, POSITION, sizeof *position);
    uint64_t rows;
    if (position == NULL || header->dim == 0 || header->dim > SIZE_MAX / 64 ||
        header->stride != kernel_stride((size_t)header->dim) || position->epochs > UINT32_MAX ||
        position->threads > UINT32_MAX ||
        __builtin_mul_overflow(header->vocab, header->stride * sizeof(bfloat16), &rows))
        return false;
    checkpoint->dim = (size_t)header->dim;
    checkpoint->epochs = (size_t)position->epochs;
    *state = (struct trainer_state){
        .tasks = position->tasks,
        .work = {position->words, position->pairs, position->rows},
        .measures = section(checkpoint, MEASURES, position->epochs * sizeof *state->measures),
        .random = section(checkpoint, RANDOM, position->threads * KERNEL_ROW_FLOATS * sizeof *state->random),
        .threads = (size_t)position->threads,
        .stride = (size_t)header->stride,
        .input = section(checkpoint, INPUT, rows),
        .output = section(checkpoint, OUTPUT, rows)};
    return state->measures != NULL && state->random != NULL && state->input != NULL && state->output != NULL;
}

bool checkpoint_open(struct checkpoint *checkpoint, const char *path, struct error *error) {
    *checkpoint = (struct checkpoint){.dim = 0};
    if (!file_map_open(&checkpoint->map, path, error))
        return false;
    checkpoint->layout = memory_allocate(1, sizeof *checkpoint->layout, "the section table", error);
    bool done = checkpoint->layout != NULL && read_layout(checkpoint, path, error);
    if (done) {
        const struct layout_section *record = layout_find(checkpoint->layout, tags[RECORD]);
        checkpoint->record = section(checkpoint, RECORD, UINT64_MAX);
        checkpoint->record_bytes = record != NULL ? (size_t)record->bytes : 0;
        const struct layout_section *phrases = layout_find(checkpoint->layout, tags[PHRASES]);
        checkpoint->phrases = section(checkpoint, PHRASES, UINT64_MAX);
        checkpoint->phrases_bytes = phrases != NULL ? (size_t)phrases->bytes : 0;
        done = (record != NULL && read_vocab(checkpoint) && read_state(checkpoint)) ||
               damaged(path, "its parts don't fit together", error);
    }
    if (!done)
        checkpoint_close(checkpoint);
    return done;
}

void checkpoint_close(struct checkpoint *checkpoint) {
    file_map_close(&checkpoint->map);
    free(checkpoint->layout);
    *checkpoint = (struct checkpoint){.dim = 0};
}

/* --- the corpus --- */

bool checkpoint_fingerprint(const struct corpus *corpus, uint64_t *fingerprint, struct error *error) {
    const struct vocab *vocab = &corpus->vocab;
    const struct stream *stream = &corpus->stream;
    uint32_t *buffer = memory_allocate(stream->chunk_max, sizeof *buffer, "a read buffer", error);
    if (buffer == NULL)
        return false;
    const uint64_t all[] = {checksum(vocab->text, vocab->text_bytes),
                            checksum(vocab->counts, vocab->size * sizeof *vocab->counts), corpus->tokens,
                            corpus->sentences, corpus->distinct};
    uint64_t sums[2] = {checksum(all, sizeof all)};
    bool done = true;
    for (size_t i = 0; i < stream->size && done; i++) {
        const uint32_t *ids = stream_read(stream, i, buffer, error);
        done = ids != NULL;
        if (done) {
            sums[1] = checksum(ids, stream->chunks[i].size * sizeof *ids);
            sums[0] = checksum(sums, sizeof sums);
        }
    }
    free(buffer);
    *fingerprint = sums[0];
    return done;
}

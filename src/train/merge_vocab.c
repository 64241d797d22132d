#include "train/merge_vocab.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "text/dictionary.h"
#include "train/initial_rows.h"

/* The sum of counts that a file tells stays below 2^63, whatever it tells. */
#define COUNT_MAX (UINT64_C(1) << 31)

/* --- the stream --- */

/* Gives the stream the ids of a new vocabulary; map[id] is STREAM_SENTENCE_END for words that are dropped. */
static bool renumber(struct corpus *corpus, const uint32_t *map, struct error *error) {
    struct stream *stream = &corpus->stream;
    uint32_t *buffer = memory_allocate(stream->chunk_max, sizeof *buffer, "a read buffer", error);
    bool done = buffer != NULL;
    corpus->words = 0;
    for (size_t i = 0; i < stream->size && done; i++) {
        done = stream_remap(stream, i, map, buffer, error);
        corpus->words += stream->chunks[i].words;
    }
    free(buffer);
    return done && (corpus->words > 0 ||
                    error_set(error, ERROR_INPUT, "none of the words of the text is in the vocabulary"));
}

/* --- the words of two vocabularies --- */

#define NONE UINT32_MAX

struct candidate {
    uint64_t count;
    uint32_t old, new; /* ids in the model and in the text; NONE: it does not occur there */
};

/* Most frequent first; ties in the order of the model, then of the text. */
static int compare_candidates(const void *a, const void *b) {
    const struct candidate *left = a, *right = b;
    if (left->count != right->count)
        return left->count > right->count ? -1 : 1;
    if (left->old != right->old)
        return left->old < right->old ? -1 : 1;
    return (left->new > right->new) - (left->new < right->new);
}

static const char *word_of(const struct candidate *candidate, const struct model *model,
                           const struct vocab *vocab, size_t *length) {
    if (candidate->old != NONE)
        return model_word(model, candidate->old, length);
    *length = vocab_length(vocab, candidate->new);
    return vocab_word(vocab, candidate->new);
}

static uint64_t count_of(const struct model *model, uint32_t id) {
    return model->counts[id] < COUNT_MAX ? model->counts[id] : COUNT_MAX;
}

/* Lists the words of the text first, and marks those that the model has, too. Returns their number. */
static size_t list_new(struct candidate *candidates, const struct vocab *vocab,
                       const struct merge_options *options, bool *listed) {
    size_t size = 0;
    for (size_t i = 0; i < vocab->size; i++) {
        size_t old;
        const uint64_t count = vocab->counts[i];
        const bool known = model_find(options->model, vocab_word(vocab, i), vocab_length(vocab, i), &old);
        const bool kept = known && options->from != VOCAB_NEW;
        if (!kept && (options->from == VOCAB_OLD || count < options->min_count))
            continue;
        candidates[size] = (struct candidate){count, NONE, (uint32_t)i};
        if (known) {
            candidates[size].count += count_of(options->model, (uint32_t)old);
            candidates[size].old = (uint32_t)old;
            listed[old] = true;
        }
        size++;
    }
    return size;
}

/* Appends the words of the model that are not listed. A damaged file may have empty ones. */
static size_t list_old(struct candidate *candidates, size_t size, const struct merge_options *options,
                       const bool *listed) {
    const struct model *model = options->model;
    for (size_t id = 0; id < model->vocab; id++) {
        size_t length;
        const char *word = model_word(model, id, &length);
        if (listed[id] || length == 0 || memchr(word, '\0', length) != NULL)
            continue;
        const uint64_t count = count_of(model, (uint32_t)id);
        candidates[size++] = (struct candidate){count > 0 ? count : 1, (uint32_t)id, NONE};
    }
    return size;
}

/* Returns the words of the new vocabulary in its order; *size is their number. */
static struct candidate *list_words(const struct corpus *corpus, const struct merge_options *options,
                                    size_t *size, struct error *error) {
    const size_t old = options->model->vocab, capacity = corpus->vocab.size + old;
    struct candidate *candidates = memory_allocate(capacity, sizeof *candidates, "the vocabulary", error);
    bool *listed = memory_allocate(old, sizeof *listed, "the vocabulary", error);
    if (candidates != NULL && listed != NULL) {
        *size = list_new(candidates, &corpus->vocab, options, listed);
        if (options->from != VOCAB_NEW)
            *size = list_old(candidates, *size, options, listed);
        qsort(candidates, *size, sizeof *candidates, compare_candidates);
        if (options->max_vocab > 0 && *size > options->max_vocab)
            *size = (size_t)options->max_vocab;
        if (*size >= UINT32_MAX)
            *size = UINT32_MAX - 1;
    } else {
        free(candidates);
        candidates = NULL;
    }
    free(listed);
    return candidates;
}

/* Makes the vocabulary of the words listed. */
static bool make_vocab(struct vocab *made, const struct vocab *vocab, const struct model *model,
                       const struct candidate *candidates, size_t size, struct error *error) {
    size_t bytes = 0, length;
    for (size_t i = 0; i < size; i++) {
        (void)word_of(&candidates[i], model, vocab, &length);
        bytes += length + 1;
    }
    if (!vocab_create(made, size, bytes, error))
        return false;
    for (size_t i = 0, at = 0; i < size; i++, at += length + 1) {
        const char *word = word_of(&candidates[i], model, vocab, &length);
        memcpy(made->text + at, word, length);
        made->starts[i + 1] = at + length + 1;
        made->counts[i] = candidates[i].count;
        made->total += candidates[i].count;
    }
    return true;
}

/* The map from words of the text to the new vocabulary, and where the rows of the latter start. */
static uint32_t *make_maps(struct merged_vocab *merged, const struct corpus *corpus,
                           const struct merge_options *options, const struct candidate *candidates,
                           size_t size, struct error *error) {
    uint32_t *map = memory_allocate(corpus->vocab.size, sizeof *map, "the vocabulary", error);
    merged->of_word = memory_allocate(size, sizeof *merged->of_word, "the vocabulary", error);
    if (map == NULL || merged->of_word == NULL) {
        free(map);
        return NULL;
    }
    for (size_t i = 0; i < corpus->vocab.size; i++)
        map[i] = STREAM_SENTENCE_END;
    for (size_t i = 0; i < size; i++) {
        const struct candidate *candidate = &candidates[i];
        if (candidate->new != NONE)
            map[candidate->new] = (uint32_t)i;
        if (candidate->old == NONE || !initial_rows_usable(options->model, candidate->old))
            continue;
        merged->of_word[i] = candidate->old + 1;
        merged->started++;
        merged->seen += candidate->new != NONE;
    }
    return map;
}

bool merge_vocab(struct merged_vocab *merged, struct corpus *corpus, const struct merge_options *options,
                 struct error *error) {
    struct vocab made = {.size = 0};
    size_t size = 0;
    *merged = (struct merged_vocab){.of_word = NULL};
    struct candidate *candidates = list_words(corpus, options, &size, error);
    if (candidates == NULL)
        return false;
    uint32_t *map = NULL;
    bool done = (size > 0 ||
                 error_set(error, ERROR_INPUT, "no word of the text occurs %llu times; lower --min-count",
                           (unsigned long long)options->min_count)) &&
                make_vocab(&made, &corpus->vocab, options->model, candidates, size, error);
    if (done)
        map = make_maps(merged, corpus, options, candidates, size, error);
    done = map != NULL && renumber(corpus, map, error);
    free(candidates);
    free(map);
    if (!done) {
        vocab_free(&made);
        return false;
    }
    vocab_free(&corpus->vocab);
    corpus->vocab = made;
    return true;
}

/* --- the words of a file or of a checkpoint --- */

static bool copy_vocab(struct vocab *made, const struct vocab *vocab, struct error *error) {
    if (!vocab_create(made, vocab->size, vocab->text_bytes, error))
        return false;
    made->total = vocab->total;
    memcpy(made->text, vocab->text, vocab->text_bytes);
    memcpy(made->starts, vocab->starts, (vocab->size + 1) * sizeof *made->starts);
    memcpy(made->counts, vocab->counts, vocab->size * sizeof *made->counts);
    return true;
}

/* map[i] becomes the id of word i of `from` in `vocab`, and *seen the number of those that have one. The ids
 * of a dictionary are the order of its words; words that come after those of the vocabulary are not in it. */
static bool map_words(uint32_t *map, const struct vocab *from, const struct vocab *vocab, size_t *seen,
                      struct error *error) {
    struct dictionary dictionary;
    *seen = 0;
    if (!dictionary_create(&dictionary, error))
        return false;
    bool done = true;
    uint32_t id;
    for (size_t i = 0; i < vocab->size && done; i++)
        done = dictionary_add(&dictionary, (const unsigned char *)vocab_word(vocab, i),
                              vocab_length(vocab, i), 1, i, &id, error);
    for (size_t i = 0; i < from->size && done; i++) {
        done = dictionary_add(&dictionary, (const unsigned char *)vocab_word(from, i), vocab_length(from, i),
                              1, vocab->size + i, &id, error);
        map[i] = done && id < vocab->size ? id : STREAM_SENTENCE_END;
        *seen += map[i] != STREAM_SENTENCE_END;
    }
    dictionary_free(&dictionary);
    return done;
}

bool merge_vocab_adopt(struct corpus *corpus, const struct vocab *vocab, size_t *seen, struct error *error) {
    struct vocab made = {.size = 0};
    uint32_t *map = memory_allocate(corpus->vocab.size, sizeof *map, "the vocabulary", error);
    const bool done = map != NULL && copy_vocab(&made, vocab, error) &&
                      map_words(map, &corpus->vocab, vocab, seen, error) && renumber(corpus, map, error);
    free(map);
    if (!done) {
        vocab_free(&made);
        return false;
    }
    vocab_free(&corpus->vocab);
    corpus->vocab = made;
    return true;
}

#include "text/ingest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/retry.h"
#include "base/threads.h"
#include "text/content.h"
#include "text/dictionary.h"
#include "text/reader.h"

#define BATCH_WORDS ((size_t)32)
#define BATCHES 3

/* Words that have no id yet. */
struct batch {
    struct dictionary_word words[BATCH_WORDS];
    size_t size;
    uint32_t ends;                            /* bit i: a sentence ends before word i */
    unsigned char (*folded)[TOKEN_BYTES_MAX]; /* copies of words that were folded */
};

/* One thread's part of the reading. */
struct worker {
    struct dictionary dictionary;
    struct tokenizer tokenizer;
    struct piece piece;
    uint32_t *ids; /* (ids_capacity) the chunk being filled */
    size_t ids_size, ids_capacity;
    size_t sentence_tokens;
    struct phrase_joiner joiner;   /* if phrases are joined */
    struct batch batches[BATCHES]; /* the next three point to them, in any order */
    struct batch *newest;          /* being filled */
    struct batch *expected;        /* after dictionary_expect() */
    struct batch *fetched;         /* after dictionary_fetch() */
    uint64_t chunk_order, word_order;
    uint64_t tokens, sentences;
    uint64_t ill_formed_order; /* the piece of the first ill-formed byte */
    const char *ill_formed_path;
    size_t map_size;
    uint32_t *map; /* (map_size) provisional to vocabulary id; STREAM_SENTENCE_END for dropped words */
    struct error error;
};

struct ingestion {
    const struct ingest_options *options;
    struct corpus *corpus;
    struct reader reader;
    struct worker *workers; /* (options->threads) */
    struct memory_budget budget;
    atomic_size_t next_chunk;
    atomic_bool failed; /* a worker has failed, so the others stop */
};

/* --- checks before anything is read --- */

/* The beginning of a file; *size is how much of it was read. */
static bool read_start(const char *path, int descriptor, unsigned char *start, size_t *size,
                       struct error *error) {
    for (*size = 0; *size < CONTENT_BYTES;) {
        const ssize_t done = retry_pread(descriptor, start + *size, CONTENT_BYTES - *size, *size);
        if (done < 0)
            return error_system(error, errno, "%s: can't read", path);
        if (done == 0)
            break;
        *size += (size_t)done;
    }
    return true;
}

/* What can be seen before the first byte is trained on; the reader checks pipes in the same way. */
static bool check_content(const char *path, int descriptor, struct error *error) {
    size_t size;
    unsigned char *start = memory_allocate(CONTENT_BYTES, 1, "a read buffer", error);
    bool done = start != NULL && read_start(path, descriptor, start, &size, error);
    if (done) {
        const enum decompress_format format = decompress_find(start, size);
        done = format != DECOMPRESS_NONE ? decompress_check(format, path, error)
                                         : content_check(path, start, size, error);
    }
    free(start);
    return done;
}

static bool check_file(const char *path, uint64_t *bytes, bool *pipe, struct error *error) {
    struct stat status;
    const bool standard = strcmp(path, "-") == 0;
    if ((standard ? fstat(STDIN_FILENO, &status) : stat(path, &status)) != 0)
        return file_open_error(error, errno, reader_path_name(path));
    if (S_ISDIR(status.st_mode))
        return error_set(error, ERROR_INPUT, "%s: is a folder; name it as an argument",
                         reader_path_name(path));
    if (standard || !S_ISREG(status.st_mode)) {
        /* Opening a named pipe just to look would leave its writer without a reader. */
        *pipe = true;
        return standard || access(path, R_OK) == 0 || file_open_error(error, errno, path);
    }
    const int descriptor = retry_open(path, O_RDONLY);
    if (descriptor < 0)
        return file_open_error(error, errno, path);
    *bytes += (uint64_t)status.st_size;
    const bool done = check_content(path, descriptor, error);
    close(descriptor);
    return done;
}

bool ingest_check(const char *const *paths, size_t path_count, uint64_t *bytes, struct error *error) {
    uint64_t sum = 0;
    bool pipe = false;
    size_t inputs = 0;
    for (size_t i = 0; i < path_count; i++) {
        if (!check_file(paths[i], &sum, &pipe, error))
            return false;
        inputs += strcmp(paths[i], "-") == 0;
    }
    if (inputs > 1)
        return error_set(error, ERROR_INPUT, "standard input (-) is named more than once");
    *bytes = pipe ? 0 : sum;
    return true;
}

/* --- reading --- */

/* The order of a chunk: its piece in the upper bits, its number within the piece in the lower 24. A piece has
 * far fewer than 2^24 chunks. */
static bool close_chunk(struct ingestion *ingestion, struct worker *worker, size_t index) {
    if (worker->ids_size == 0)
        return true;
    const uint64_t order = worker->piece.order << 24 | worker->chunk_order++;
    const bool done = ingestion->options->counts_only ||
                      stream_append(&ingestion->corpus->stream, worker->ids, worker->ids_size, order,
                                    (uint32_t)index, &worker->error);
    worker->ids_size = 0;
    return done;
}

static bool end_sentence(struct ingestion *ingestion, struct worker *worker, size_t index) {
    if (worker->sentence_tokens == 0)
        return true;
    worker->ids[worker->ids_size++] = STREAM_SENTENCE_END;
    worker->sentence_tokens = 0;
    worker->sentences++;
    return worker->ids_size < STREAM_CHUNK_IDS || close_chunk(ingestion, worker, index);
}

/* Adds words of one sentence to the chunk, and splits the sentence where it gets too long. */
static bool take_ids(struct ingestion *ingestion, struct worker *worker, const uint32_t *ids, size_t count,
                     size_t index) {
    while (count > 0) {
        const size_t left = ingestion->options->max_sentence - worker->sentence_tokens;
        const size_t part = count < left ? count : left;
        memcpy(worker->ids + worker->ids_size, ids, part * sizeof *ids);
        worker->tokens += part;
        worker->ids_size += part;
        worker->sentence_tokens += part;
        if (part == left && !end_sentence(ingestion, worker, index))
            return false;
        ids += part;
        count -= part;
    }
    return true;
}

/* Words of phrases are the first in each dictionary. They have been counted as they stand in the text; what
 * counts is what becomes of them. */
static bool take_joined(struct ingestion *ingestion, struct worker *worker, const struct phrase_item *item,
                        size_t index) {
    struct dictionary *dictionary = &worker->dictionary;
    if (item->id < ingestion->options->phrases->words.size) {
        dictionary->entries[item->id].count++;
        if (item->first < dictionary->origins[item->id].first)
            dictionary->origins[item->id].first = item->first;
    }
    return take_ids(ingestion, worker, &item->id, 1, index);
}

/* Takes words of one sentence, and joins phrases. The first of them appears at `first`. */
static bool take_words(struct ingestion *ingestion, struct worker *worker, const uint32_t *ids, size_t count,
                       uint64_t first, size_t index) {
    const struct phrases *phrases = ingestion->options->phrases;
    if (phrases == NULL)
        return take_ids(ingestion, worker, ids, count, index);
    for (size_t i = 0; i < count; i++) {
        struct phrase_item item = {ids[i], 1, first + i};
        if (ids[i] < phrases->words.size)
            worker->dictionary.entries[ids[i]].count--;
        if (phrase_push(&worker->joiner, item, &item) && !take_joined(ingestion, worker, &item, index))
            return false;
    }
    return true;
}

/* A line, or a piece of a long one, ends, and with it its last sentence. */
static bool end_line(struct ingestion *ingestion, struct worker *worker, size_t index) {
    struct phrase_item item;
    while (ingestion->options->phrases != NULL && phrase_flush(&worker->joiner, &item))
        if (!take_joined(ingestion, worker, &item, index))
            return false;
    return end_sentence(ingestion, worker, index);
}

/* The first word after word i that begins a sentence, or the end of the batch. */
static size_t sentence_end(const struct batch *batch, size_t i) {
    const uint32_t later = batch->ends >> i >> 1;
    return later != 0 ? i + 1 + (size_t)__builtin_ctz(later) : batch->size;
}

/* Gives the words of the batch their ids and adds them to their sentences. */
static bool end_batch(struct ingestion *ingestion, struct worker *worker, struct batch *batch, size_t index) {
    uint32_t ids[BATCH_WORDS];
    /* A piece has at most 2^20 bytes, so its words fit in 24 bits. */
    const uint64_t first = worker->piece.order << 24 | worker->word_order;
    worker->word_order += batch->size;
    if (!dictionary_add_batch(&worker->dictionary, batch->words, batch->size, first, ids, &worker->error))
        return false;
    bool done = true;
    for (size_t i = 0, end; i < batch->size && done; i = end) {
        if ((batch->ends >> i & 1) != 0)
            done = end_line(ingestion, worker, index);
        end = sentence_end(batch, i);
        done = done && take_words(ingestion, worker, ids + i, end - i, first + i, index);
    }
    batch->size = batch->ends = 0;
    return done;
}

/* Moves every batch one step on, so that its prefetches have the time of another batch to arrive. The oldest
 * batch is finished and becomes the one being filled. */
static bool pass_on(struct ingestion *ingestion, struct worker *worker, size_t index) {
    struct batch *oldest = worker->fetched;
    worker->fetched = worker->expected;
    worker->expected = worker->newest;
    worker->newest = oldest;
    dictionary_expect(&worker->dictionary, worker->expected->words, worker->expected->size);
    dictionary_fetch(&worker->dictionary, worker->fetched->words, worker->fetched->size);
    return end_batch(ingestion, worker, oldest, index);
}

static bool take_word(struct ingestion *ingestion, struct worker *worker, size_t index) {
    const struct tokenizer *tokenizer = &worker->tokenizer;
    struct batch *batch = worker->newest;
    struct dictionary_word *word = &batch->words[batch->size];
    word->bytes = tokenizer->token;
    word->length = tokenizer->length;
    if (tokenizer->token == tokenizer->folded) {
        memcpy(batch->folded[batch->size], tokenizer->token, tokenizer->length);
        word->bytes = batch->folded[batch->size];
    }
    return ++batch->size < BATCH_WORDS || pass_on(ingestion, worker, index);
}

/* Finishes all batches and ends the last sentence. */
static bool end_piece(struct ingestion *ingestion, struct worker *worker, size_t index) {
    for (size_t i = 0; i < BATCHES; i++)
        if (!pass_on(ingestion, worker, index))
            return false;
    return end_line(ingestion, worker, index) && close_chunk(ingestion, worker, index);
}

static bool take_piece(struct ingestion *ingestion, struct worker *worker, size_t index) {
    const struct piece *piece = &worker->piece;
    worker->chunk_order = worker->word_order = 0;
    const uint64_t ill_formed = worker->tokenizer.skipped.ill_formed;
    tokenizer_start(&worker->tokenizer, ingestion->options->rules, piece->bytes, piece->size, piece->offset);
    worker->tokenizer.inside = piece->inside;
    enum token_kind kind;
    while ((kind = tokenizer_next(&worker->tokenizer)) != TOKEN_END)
        if (kind == TOKEN_NEWLINE) {
            worker->newest->ends |= UINT32_C(1) << worker->newest->size;
        } else if (!take_word(ingestion, worker, index))
            return false;
    if (ill_formed == 0 && worker->tokenizer.skipped.ill_formed > 0) {
        worker->ill_formed_order = piece->order;
        worker->ill_formed_path = piece->path;
    }
    return end_piece(ingestion, worker, index);
}

static bool has_failed(const struct ingestion *ingestion) {
    return atomic_load_explicit(&ingestion->failed, memory_order_relaxed);
}

static void read_pieces(void *context, size_t index) {
    struct ingestion *ingestion = context;
    struct worker *worker = &ingestion->workers[index];
    while (!has_failed(ingestion)) {
        if (!reader_next(&ingestion->reader, &worker->piece, &worker->error))
            break;
        if (worker->piece.size == 0)
            return;
        if (!take_piece(ingestion, worker, index))
            break;
        if (index == 0 && ingestion->options->report != NULL)
            ingestion->options->report(ingestion->options->report_context, worker->piece.read,
                                       worker->piece.program);
    }
    atomic_store_explicit(&ingestion->failed, true, memory_order_relaxed);
}

/* Takes memory that is used until all has been read. */
static bool take_memory(struct ingestion *ingestion, size_t count, size_t size, const char *what,
                        struct error *error) {
    size_t bytes;
    return (size_multiply(count, size, &bytes) && memory_budget_take(&ingestion->budget, bytes)) ||
           error_set(error, ERROR_SYSTEM, "%s needs more memory than the %zu MB available", what,
                     ingestion->budget.limit >> 20);
}

static bool take_buffers(struct ingestion *ingestion, struct worker *worker, struct error *error) {
    const size_t others = READER_PIECE_BYTES + BATCHES * BATCH_WORDS * TOKEN_BYTES_MAX;
    const char *what = "reading with so many --threads and such a --max-sentence";
    /* A chunk grows until the sentence that fills it ends. */
    if (!size_add(STREAM_CHUNK_IDS + 1, ingestion->options->max_sentence, &worker->ids_capacity))
        return error_set(error, ERROR_INPUT, "sentences of %zu words are too long",
                         ingestion->options->max_sentence);
    return take_memory(ingestion, worker->ids_capacity, sizeof *worker->ids, what, error) &&
           take_memory(ingestion, others, 1, what, error);
}

/* Gives the words of phrases the ids that they have in their list. */
static bool add_phrases(const struct ingestion *ingestion, struct worker *worker, struct error *error) {
    const struct phrases *phrases = ingestion->options->phrases;
    if (phrases == NULL)
        return true;
    worker->joiner.table = &phrases->table;
    for (size_t i = 0; i < phrases->words.size; i++) {
        size_t length;
        uint32_t id;
        const char *word = phrases_word(phrases, (uint32_t)i, &length);
        if (!dictionary_add(&worker->dictionary, (const unsigned char *)word, length, 0, UINT64_MAX, &id,
                            error))
            return false;
    }
    return true;
}

static bool start_dictionary(struct ingestion *ingestion, struct worker *worker, struct error *error) {
    const struct dictionary *first = &ingestion->workers[0].dictionary;
    if (worker == ingestion->workers ? !dictionary_create(&worker->dictionary, error)
                                     : !dictionary_create_like(&worker->dictionary, first, error))
        return false;
    worker->dictionary.budget = &ingestion->budget;
    return add_phrases(ingestion, worker, error);
}

static bool start_worker(struct ingestion *ingestion, struct worker *worker, struct error *error) {
    if (!take_buffers(ingestion, worker, error))
        return false;
    worker->ids = memory_allocate(worker->ids_capacity, sizeof *worker->ids, "the corpus", error);
    worker->piece.bytes = memory_allocate(READER_PIECE_BYTES + DICTIONARY_HEAD_BYTES, 1, "a read buffer",
                                          error);
    worker->newest = &worker->batches[0];
    worker->expected = &worker->batches[1];
    worker->fetched = &worker->batches[2];
    for (size_t i = 0; i < BATCHES; i++) {
        struct batch *batch = &worker->batches[i];
        batch->folded = memory_allocate(BATCH_WORDS, sizeof *batch->folded, "a read buffer", error);
        if (batch->folded == NULL)
            return false;
    }
    return worker->ids != NULL && worker->piece.bytes != NULL && start_dictionary(ingestion, worker, error);
}

static void free_workers(struct ingestion *ingestion) {
    for (size_t i = 0; i < ingestion->options->threads; i++) {
        struct worker *worker = &ingestion->workers[i];
        dictionary_free(&worker->dictionary);
        free(worker->ids);
        for (size_t b = 0; b < BATCHES; b++)
            free(worker->batches[b].folded);
        free(worker->piece.bytes);
        free(worker->map);
    }
    free(ingestion->workers);
    ingestion->workers = NULL;
}

static bool first_error(const struct ingestion *ingestion, struct error *error) {
    for (size_t i = 0; i < ingestion->options->threads; i++)
        if (ingestion->workers[i].error.kind != ERROR_NONE) {
            *error = ingestion->workers[i].error;
            return true;
        }
    return false;
}

static bool read_corpus(struct ingestion *ingestion, struct error *error) {
    const struct ingest_options *options = ingestion->options;
    if (!reader_create(&ingestion->reader, options->paths, options->path_count, options->rules, error))
        return false;
    bool done = true;
    for (size_t i = 0; i < options->threads && done; i++)
        done = start_worker(ingestion, &ingestion->workers[i], error);
    done = done && threads_run(options->threads, read_pieces, ingestion, error) &&
           !first_error(ingestion, error);
    ingestion->corpus->bytes = ingestion->reader.bytes;
    memcpy(ingestion->corpus->unpacked, ingestion->reader.unpacked, sizeof ingestion->corpus->unpacked);
    reader_free(&ingestion->reader);
    return done;
}

/* --- what was read becomes a vocabulary --- */

static void sum_up(struct ingestion *ingestion) {
    struct corpus *corpus = ingestion->corpus;
    uint64_t earliest = UINT64_MAX;
    for (size_t i = 0; i < ingestion->options->threads; i++) {
        const struct worker *worker = &ingestion->workers[i];
        corpus->tokens += worker->tokens;
        corpus->sentences += worker->sentences;
        corpus->skipped.ill_formed += worker->tokenizer.skipped.ill_formed;
        corpus->skipped.overlong += worker->tokenizer.skipped.overlong;
        if (worker->ill_formed_path != NULL && worker->ill_formed_order < earliest) {
            earliest = worker->ill_formed_order;
            corpus->skipped.ill_formed_first = worker->tokenizer.skipped.ill_formed_first;
            corpus->ill_formed_path = worker->ill_formed_path;
        }
    }
}

/* Adds the other workers' words to the first worker's dictionary; worker->map maps to its ids. */
static bool merge_dictionaries(struct ingestion *ingestion, struct error *error) {
    struct dictionary *merged = &ingestion->workers[0].dictionary;
    for (size_t i = 1; i < ingestion->options->threads; i++) {
        struct worker *worker = &ingestion->workers[i];
        struct dictionary *own = &worker->dictionary;
        worker->map_size = own->size;
        if (!take_memory(ingestion, own->size, sizeof *worker->map, "the vocabulary", error))
            return false;
        worker->map = memory_allocate(own->size, sizeof *worker->map, "the dictionary", error);
        if (worker->map == NULL || !dictionary_merge(merged, own, worker->map, error))
            return false;
        dictionary_free(own);
    }
    return true;
}

/* Turns the workers' maps, so far to ids of the merged dictionary, into maps to the vocabulary. The first
 * worker's ids are those of the merged dictionary, so its map is the table for the others. */
static void map_to_vocab(struct ingestion *ingestion) {
    const uint32_t *ids = ingestion->workers[0].map;
    for (size_t i = 1; i < ingestion->options->threads; i++) {
        struct worker *worker = &ingestion->workers[i];
        for (size_t id = 0; id < worker->map_size; id++)
            worker->map[id] = ids[worker->map[id]];
    }
}

static void remap_chunks(void *context, size_t index) {
    struct ingestion *ingestion = context;
    struct stream *stream = &ingestion->corpus->stream;
    struct worker *worker = &ingestion->workers[index];
    for (;;) {
        const size_t chunk = atomic_fetch_add_explicit(&ingestion->next_chunk, 1, memory_order_relaxed);
        if (chunk >= stream->size)
            return;
        const uint32_t *map = ingestion->workers[stream->chunks[chunk].source].map;
        if (!stream_remap(stream, chunk, map, worker->ids, &worker->error))
            return;
    }
}

static bool no_words(const struct ingestion *ingestion, struct error *error) {
    const struct corpus *corpus = ingestion->corpus;
    const char *name = reader_path_name(ingestion->options->paths[0]);
    const char *more = ingestion->options->path_count > 1 ? " and the other files" : "";
    if (corpus->tokens == 0)
        return error_set(error, ERROR_INPUT, "%s%s: no words found in %llu bytes", name, more,
                         (unsigned long long)corpus->bytes);
    return error_set(error, ERROR_INPUT, "%s%s: none of the %llu distinct words occurs %llu times; %s", name,
                     more, (unsigned long long)corpus->distinct,
                     (unsigned long long)ingestion->options->min_count,
                     corpus->unsegmented
                         ? "the text seems to have no spaces between its words: segment it into words first"
                         : "lower --min-count");
}

/* The words of phrases that the text lacks are in the dictionary, but don't count. */
static uint64_t count_distinct(const struct ingestion *ingestion, const struct dictionary *dictionary) {
    const struct phrases *phrases = ingestion->options->phrases;
    uint64_t distinct = dictionary->size;
    for (size_t i = 0; phrases != NULL && i < phrases->words.size; i++)
        distinct -= dictionary->entries[i].count == 0;
    return distinct;
}

static bool make_vocab(struct ingestion *ingestion, struct error *error) {
    struct corpus *corpus = ingestion->corpus;
    if (!merge_dictionaries(ingestion, error))
        return false;
    const struct dictionary *dictionary = &ingestion->workers[0].dictionary;
    corpus->distinct = count_distinct(ingestion, dictionary);
    corpus->unsegmented = content_unsegmented(dictionary);
    const size_t ids = dictionary->size;
    if (!take_memory(ingestion, vocab_select_memory(dictionary), 1, "the vocabulary", error) ||
        !take_memory(ingestion, ids, sizeof(uint32_t), "the vocabulary", error))
        return false;
    ingestion->workers[0].map = memory_allocate(ids, sizeof(uint32_t), "the vocabulary", error);
    bool done = ingestion->workers[0].map != NULL &&
                vocab_select(&corpus->vocab, dictionary, ingestion->options->min_count,
                             ingestion->options->max_vocab, ingestion->workers[0].map, error) &&
                (corpus->vocab.size > 0 || no_words(ingestion, error));
    if (done)
        map_to_vocab(ingestion);
    stream_sort(&corpus->stream);
    done = done && threads_run(ingestion->options->threads, remap_chunks, ingestion, error) &&
           !first_error(ingestion, error);
    corpus->words = corpus->vocab.total;
    return done;
}

bool ingest(struct corpus *corpus, const struct ingest_options *options, struct error *error) {
    *corpus = (struct corpus){.stream = {.descriptor = -1}};
    struct ingestion ingestion = {.options = options,
                                  .corpus = corpus,
                                  .budget = {.limit = options->memory > 0 ? options->memory : SIZE_MAX}};
    if (!stream_create(&corpus->stream, options->memory_limit, options->folder, error))
        return false;
    corpus->stream.budget = &ingestion.budget;
    ingestion.workers = memory_allocate(options->threads, sizeof *ingestion.workers, "threads", error);
    if (ingestion.workers == NULL) {
        corpus->stream.budget = NULL;
        return false;
    }
    const bool read = read_corpus(&ingestion, error);
    sum_up(&ingestion);
    const bool done = read && make_vocab(&ingestion, error);
    free_workers(&ingestion);
    corpus->stream.budget = NULL;
    return done;
}

void corpus_free(struct corpus *corpus) {
    vocab_free(&corpus->vocab);
    stream_free(&corpus->stream);
}

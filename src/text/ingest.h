/* One pass over the corpus: bytes to vocabulary and id stream.
 *
 * Threads take pieces of about a megabyte, cut at newlines, tokenize them with a dictionary each, and append
 * provisional ids to the stream. Afterwards the dictionaries are merged, rare words pruned, words sorted by
 * count (ties by first appearance), and the stream is remapped in place. The result does not depend on the
 * number of threads. */
#ifndef SGNS_TEXT_INGEST_H
#define SGNS_TEXT_INGEST_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "text/stream.h"
#include "text/tokenizer.h"
#include "text/vocab.h"

struct ingest_options {
    const char *const *paths; /* (path_count) the corpus; "-" is standard input */
    size_t path_count;
    struct tokenizer_rules rules;
    uint64_t min_count;    /* words with a lower count are pruned */
    uint64_t max_vocab;    /* at most so many words are kept, the most frequent; 0: all */
    size_t max_sentence;   /* tokens; a longer sentence is cut */
    size_t threads;        /* 1 or more */
    uint64_t memory_limit; /* bytes of the id stream that stay in memory */
    const char *folder;    /* for the rest of it */
    /* Called now and then with the bytes read so far, by one thread at a time. */
    void (*report)(void *context, uint64_t bytes);
    void *report_context;
};

/* What came of a corpus. */
struct corpus {
    struct vocab vocab;
    struct stream stream; /* of vocabulary ids, without pruned words */
    uint64_t bytes;       /* read */
    uint64_t tokens;      /* found, pruned ones included */
    uint64_t words;       /* tokens that are in the vocabulary: the words of the stream */
    uint64_t sentences;   /* with at least one token */
    uint64_t distinct;    /* words before pruning */
    struct tokenizer_skipped skipped;
    const char *ill_formed_path; /* the file of the first ill-formed byte, whose offset is in `skipped` */
};

/* The bytes of all files together, or 0 if one of them is a pipe. Refuses what can't be read, a folder, and
 * compressed files, which would be taken for text otherwise. */
bool ingest_check(const char *const *paths, size_t path_count, uint64_t *bytes, struct error *error) MUST_USE;

/* Fills `corpus`, to be freed with corpus_free() whether it succeeds or not. */
bool ingest(struct corpus *corpus, const struct ingest_options *options, struct error *error) MUST_USE;
void corpus_free(struct corpus *corpus);

#endif

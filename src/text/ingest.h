/* One pass over the corpus: from bytes to a vocabulary and a stream of ids.
 *
 * Threads take pieces of about a megabyte, cut at newlines. Each thread tokenizes its pieces with a
 * dictionary of its own and appends provisional ids to the stream. Afterwards the dictionaries are merged,
 * rare words are dropped, the others are sorted by count (ties by first appearance), and the stream is
 * remapped in place. The result does not depend on the number of threads. */
#ifndef SGNS_TEXT_INGEST_H
#define SGNS_TEXT_INGEST_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "text/decompress.h"
#include "text/phrases.h"
#include "text/stream.h"
#include "text/tokenizer.h"
#include "text/vocab.h"

struct ingest_options {
    const char *const *paths; /* (path_count) the corpus; "-" is standard input */
    size_t path_count;
    struct tokenizer_rules rules;
    const struct phrases *phrases; /* words to be joined, before anything is counted; or NULL */
    uint64_t min_count;            /* words with a lower count are dropped */
    uint64_t max_vocab;            /* keep only this many words, the most frequent; 0: all */
    size_t max_sentence;           /* tokens; longer sentences are split */
    bool counts_only;              /* keep no ids: the stream stays empty */
    size_t threads;                /* 1 or more */
    size_t memory;                 /* bytes that reading may take in all, or it fails; 0: no limit */
    uint64_t memory_limit;         /* bytes of the id stream to keep in memory */
    const char *folder;            /* for the temporary file that holds the rest */
    /* Called from time to time by one thread at a time, with the bytes of the files read so far and the
     * program that unpacks the present one, or NULL; may be NULL. */
    void (*report)(void *context, uint64_t bytes, const char *program);
    void *report_context;
};

/* A corpus that has been read. */
struct corpus {
    struct vocab vocab;
    struct stream stream;               /* vocabulary ids, without dropped words */
    uint64_t bytes;                     /* bytes read, unpacked */
    uint64_t unpacked[DECOMPRESS_NONE]; /* files that were compressed, by format */
    uint64_t tokens;                    /* found, including those of dropped words */
    uint64_t words;                     /* tokens in the vocabulary: the words of the stream */
    uint64_t sentences;                 /* with at least one token */
    uint64_t distinct;                  /* distinct words before any were dropped */
    bool unsegmented; /* most words seem to be sentences of a language without spaces (content.h) */
    struct tokenizer_skipped skipped;
    const char *ill_formed_path; /* the file of the first ill-formed byte; its offset is in `skipped` */
};

/* Sets *bytes to the size of all files together, or to 0 if one of them is a pipe. Rejects files that cannot
 * be read, folders, files whose beginning is no text (content_check), and compressed files for which there is
 * no program (decompress_check). */
bool ingest_check(const char *const *paths, size_t path_count, uint64_t *bytes, struct error *error) MUST_USE;

/* Fills `corpus`. Free it with corpus_free() whether this succeeds or not. */
bool ingest(struct corpus *corpus, const struct ingest_options *options, struct error *error) MUST_USE;
void corpus_free(struct corpus *corpus);

#endif

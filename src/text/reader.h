/* Cuts the corpus files into pieces that can be tokenized independently of each other. */
#ifndef SGNS_TEXT_READER_H
#define SGNS_TEXT_READER_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "text/tokenizer.h"

#define READER_PIECE_BYTES ((size_t)1 << 20)

struct piece {
    unsigned char *bytes; /* (READER_PIECE_BYTES) the caller's buffer */
    size_t size;
    uint64_t offset;  /* of the first byte, in its file */
    uint64_t order;   /* 0, 1, 2, ... along the corpus */
    uint64_t read;    /* bytes of the corpus up to the end of this piece */
    const char *path; /* the file */
    bool inside;      /* begins inside a token that is longer than a piece */
};

struct reader {
    const char *const *paths;
    size_t path_count, next_path;
    struct tokenizer_rules rules;
    int descriptor;      /* of the file being read, or -1 */
    const char *path;    /* of that file */
    uint64_t expected;   /* bytes that it had when it was opened; 0 if nobody knows */
    uint64_t offset;     /* of the first byte of `rest`, in that file */
    bool checked;        /* its beginning is text (content_check) */
    bool inside;         /* whether the last cut was inside a token */
    uint64_t order;      /* pieces handed out */
    uint64_t bytes;      /* bytes handed out */
    unsigned char *rest; /* (READER_PIECE_BYTES) bytes already read, after the last cut; owned */
    size_t rest_size;
    pthread_mutex_t lock;
};

/* A path as messages name it: "standard input" for "-". */
const char *reader_path_name(const char *path);

bool reader_create(struct reader *reader, const char *const *paths, size_t path_count,
                   struct tokenizer_rules rules, struct error *error) MUST_USE;
void reader_free(struct reader *reader);

/* Fills `piece`; size 0 means the end of the corpus. A byte-order mark at the beginning of a file is left
 * out. Fails on a file that begins with something else than text, or has become shorter when its end is
 * reached. Where the cuts fall depends only on the bytes, not on how a pipe delivers them. Thread-safe. */
bool reader_next(struct reader *reader, struct piece *piece, struct error *error) MUST_USE;

#endif

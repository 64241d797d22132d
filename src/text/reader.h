/* The corpus files as pieces that can be tokenized independently of each other. */
#ifndef SGNS_TEXT_READER_H
#define SGNS_TEXT_READER_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "text/tokenizer.h"

#define READER_PIECE_BYTES ((size_t)1 << 20)

struct piece {
    unsigned char *bytes; /* (READER_PIECE_BYTES) the taker's own room */
    size_t size;
    uint64_t offset;  /* of the first byte in its file */
    uint64_t order;   /* 0, 1, 2, ... along the corpus */
    uint64_t read;    /* bytes of the corpus up to its end */
    const char *path; /* the file */
    bool inside;      /* it begins inside a token that is too long for a piece */
};

struct reader {
    const char *const *paths;
    size_t path_count, next_path;
    struct tokenizer_rules rules;
    int descriptor;      /* of the file being read, or -1 */
    uint64_t offset;     /* in it, of the first byte of `rest` */
    bool inside;         /* at the last cut */
    uint64_t order;      /* pieces given out */
    uint64_t bytes;      /* given out */
    unsigned char *rest; /* (READER_PIECE_BYTES) read already, behind the last cut; owned */
    size_t rest_size;
    pthread_mutex_t lock;
};

/* A path as messages name it: "-" is standard input. */
const char *reader_path_name(const char *path);

bool reader_create(struct reader *reader, const char *const *paths, size_t path_count,
                   struct tokenizer_rules rules, struct error *error) MUST_USE;
void reader_free(struct reader *reader);

/* Fills `piece`; size 0 means the end of the corpus. Where the cuts fall depends on the bytes alone, not on
 * how a pipe delivers them. Any thread may call. */
bool reader_next(struct reader *reader, struct piece *piece, struct error *error) MUST_USE;

#endif

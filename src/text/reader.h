/* Cuts the corpus files into pieces that can be tokenized independently of each other. */
#ifndef SGNS_TEXT_READER_H
#define SGNS_TEXT_READER_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "text/decompress.h"
#include "text/tokenizer.h"

#define READER_PIECE_BYTES ((size_t)1 << 20)

struct piece {
    unsigned char *bytes; /* (READER_PIECE_BYTES) the caller's buffer */
    size_t size;
    uint64_t offset;     /* of the first byte, in its file */
    uint64_t order;      /* 0, 1, 2, ... along the corpus */
    uint64_t read;       /* bytes of the files up to about the end of this piece, compressed where they are */
    const char *path;    /* the file */
    const char *program; /* that unpacks it, or NULL */
    bool inside;         /* begins inside a token that is longer than a piece */
};

struct reader {
    const char *const *paths;
    size_t path_count, next_path;
    struct tokenizer_rules rules;
    int file;       /* the one that is open, or -1 */
    int descriptor; /* what is read: the file, or what a program unpacks of it */
    struct decompression unpacking;
    bool seekable;                      /* the file's offset tells how much of it a program has read */
    const char *path;                   /* of the file */
    uint64_t expected;                  /* bytes that it had when it was opened; 0 if nobody knows */
    uint64_t offset;                    /* of the first byte of `rest`, in that file, unpacked */
    uint64_t before;                    /* bytes of the files before it, compressed where they are */
    uint64_t unpacked[DECOMPRESS_NONE]; /* files of each format */
    bool checked;                       /* its beginning is text (content_check) */
    bool inside;                        /* whether the last cut was inside a token */
    bool failed;                        /* so there is no more to read */
    uint64_t order;                     /* pieces handed out */
    uint64_t bytes;                     /* bytes handed out, unpacked */
    unsigned char *rest; /* (READER_PIECE_BYTES) bytes already read, after the last cut; owned */
    size_t rest_size;
    pthread_mutex_t lock;
};

/* A path as messages name it: "standard input" for "-". */
const char *reader_path_name(const char *path);

bool reader_create(struct reader *reader, const char *const *paths, size_t path_count,
                   struct tokenizer_rules rules, struct error *error) MUST_USE;
void reader_free(struct reader *reader);

/* Fills `piece`; size 0 means the end of the corpus. Compressed files are unpacked (text/decompress.h). A
 * byte-order mark at the beginning of a file is left out. Fails on a file that begins with something else
 * than text, that can't be unpacked to its end, or that has become shorter when its end is reached; after a
 * failure, the corpus has ended for all other calls. Where the cuts fall depends only on the bytes, not on
 * how a pipe delivers them. Thread-safe. */
bool reader_next(struct reader *reader, struct piece *piece, struct error *error) MUST_USE;

#endif

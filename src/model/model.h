/* A trained model, opened for reading by model_open (formats/open.h). Of a native file, the one that sgns
 * itself writes, only the header is read and checked, with every length in it; the rest is mapped, and read
 * when it is used. Another program's file is read and checked as a whole, and the model then lies in memory.
 * Nothing here changes a model, so any number of threads may use one. */
#ifndef SGNS_MODEL_MODEL_H
#define SGNS_MODEL_MODEL_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/file.h"
#include "model/quantize.h"
#include "text/tokenizer.h"
#include "text/vocab.h"

enum model_source {
    MODEL_NATIVE,
    MODEL_WORD2VEC_BINARY,
    MODEL_WORD2VEC_TEXT, /* fastText's .vec, too */
    MODEL_GLOVE_TEXT,
};

/* What was odd in a file of another format, and did not keep the rest from being read. */
enum model_warning {
    MODEL_DUPLICATE,  /* rows left out, since an earlier row has the same word */
    MODEL_NO_WORD,   /* rows left out, since they have no word */
    MODEL_NOT_UTF8, /* words that are not UTF-8; kept as they are */
    MODEL_BLANK,      /* words with blanks inside; kept */
    MODEL_NOT_FINITE, /* words whose vector or its length is not finite; kept, but they neither ask nor answer
                       */
    MODEL_NO_NEWLINE,    /* the last line has no newline, so that its last number may be cut */
    MODEL_WARNINGS
};

struct model_warnings {
    uint64_t counts[MODEL_WARNINGS];
    uint64_t
        first[MODEL_WARNINGS]; /* the first case's line, or its row in a binary file, from 1; 0 for none */
};

/* What a model that is not in the map owns; all NULL and 0 for one that is. */
struct model_memory {
    struct vocab words;
    float *input; /* of memory_pages */
    size_t input_bytes;
    float *norms;
    uint32_t *slots;
};

struct model {
    enum model_source source;
    uint32_t version; /* of the native format; 0 for another */
    size_t vocab;     /* words */
    size_t dim;       /* floats that count in a row */
    size_t stride; /* floats from one row to the next: dim rounded up to a multiple of 16; what lies between
                      is zero */
    const float *input;      /* (vocab, stride) row-major, 64-byte aligned: the word vectors */
    const float *output;     /* (vocab, stride) row-major: the context vectors; NULL if the file has none */
    const float *norms;      /* (vocab) Euclidean lengths of the input rows */
    const int8_t *quantized; /* (vocab, stride) the word vectors in eight bits, 16-byte aligned; NULL
                            if the file has none, as version 1 and other formats have not */
    const struct quantization *quantization; /* (vocab) of the codes, or NULL */
    const uint64_t *counts; /* (vocab) 0 if unknown: other formats have none; their order is the rank */
    const uint64_t *starts; /* (vocab + 1) into `text`; not checked by model_read, so use model_word */
    const char *text;       /* (text_bytes) words, each ended by a NUL */
    size_t text_bytes;
    const uint32_t *slots; /* (slot_count) hash index: id + 1, or 0 for a free slot */
    size_t slot_count;     /* a power of two */
    const char *record;    /* key=value lines: how it was trained; not ended by a NUL */
    size_t record_bytes;
    struct tokenizer_rules rules; /* from the record */
    bool try_lowercase; /* words that are not there as written should be tried in small letters: nobody knows
                           how this vocabulary was made */
    uint64_t file_bytes;
    struct model_warnings warnings; /* none in a native file */
    struct file_map map;            /* where the arrays above lie in a native file; else closed */
    struct model_memory memory;     /* where they lie otherwise */
};

/* Whether a file begins like a native one; a native file that was cut within its first bytes still does. */
bool model_is_native(const struct file_map *map);

/* Reads the native file that is mapped at `map`, which the model takes over, also on failure. `path` names it
 * in errors. Free with model_close; after a failure there is nothing to free. */
bool model_read(struct model *model, struct file_map *map, const char *path, struct error *error) MUST_USE;
void model_close(struct model *model);

/* Checks every section's checksum, which reads the whole file; and that words, starts and index fit together.
 * A file of another format was checked when it was read, and has no checksums: nothing is done. */
bool model_verify(const struct model *model, const char *path, struct error *error) MUST_USE;

/* Word `id` and its length; safe on a damaged file (an empty word). Not NUL-terminated for certain. */
const char *model_word(const struct model *model, size_t id, size_t *length);

/* The id of a word given exactly as the vocabulary has it; false if it is not there. */
bool model_find(const struct model *model, const char *word, size_t length, size_t *id) MUST_USE;

/* The value of a record's key, not NUL-terminated, with its length; NULL if there is no such key. */
const char *model_record(const struct model *model, const char *key, size_t *length);

/* What model_write writes. Nothing is owned. */
struct model_content {
    const struct vocab *vocab;
    size_t dim, stride;
    const float *input;  /* (vocab->size, stride) row-major */
    const float *output; /* the same, or NULL to leave it out */
    const char *record; /* key=value lines, each ended by '\n'; keys are [a-z0-9_.]; values have no newline */
    size_t record_bytes;
};

/* The exact size of the file that model_write makes of such parts; false if it does not fit in 64 bits. */
bool model_file_bytes(size_t vocab, size_t text_bytes, size_t stride, bool output, size_t record_bytes,
                      uint64_t *bytes) MUST_USE;

/* The memory that model_write takes for so many words, at most; false if it does not fit in a size_t. */
bool model_write_memory(size_t vocab, size_t stride, size_t *bytes) MUST_USE;

/* Appends the model to a file just created; the caller commits. */
bool model_write(struct file_out *file, const struct model_content *content, struct error *error) MUST_USE;

#endif

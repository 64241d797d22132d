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
#include "model/subwords.h"
#include "text/phrases.h"
#include "text/tokenizer.h"
#include "text/vocab.h"

struct layout; /* model/layout.h */

enum model_source {
    MODEL_NATIVE,
    MODEL_WORD2VEC_BINARY,
    MODEL_WORD2VEC_TEXT, /* fastText's .vec, too */
    MODEL_GLOVE_TEXT,
};

/* What was odd in another program's file, without making the rest of it doubtful. */
enum model_warning {
    MODEL_DUPLICATE,  /* rows skipped because an earlier row has the same word */
    MODEL_NO_WORD,    /* rows skipped because they have no word */
    MODEL_NOT_UTF8,   /* words that are not valid UTF-8; kept as they are */
    MODEL_BLANK,      /* words that contain blanks; kept */
    MODEL_NOT_FINITE, /* words whose vector, or its length, is not finite; kept, but no search uses them */
    MODEL_NO_NEWLINE, /* the last line has no newline, so its last number may be cut off */
    MODEL_WARNINGS
};

struct model_warnings {
    uint64_t counts[MODEL_WARNINGS];
    uint64_t first[MODEL_WARNINGS]; /* line of the first case, or its row in a binary file, from 1; 0: none */
};

/* What a model owns that is not in the map; all NULL and 0 for a native one. */
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
    size_t vocab;     /* number of words */
    size_t dim;       /* vector dimensions */
    size_t stride;    /* floats from one row to the next: dim rounded up to a multiple of 16; the rest is 0 */
    const float *input;      /* (vocab, stride) row-major, 64-byte aligned: the word vectors */
    const float *output;     /* (vocab, stride) row-major: the context vectors; NULL if the file has none */
    const float *norms;      /* (vocab) Euclidean lengths of the input rows */
    const int8_t *quantized; /* (vocab, stride) row-major, 16-byte aligned: the word vectors in eight bits;
                                NULL if the file has none: version 1, other programs' files */
    const struct quantization *quantization; /* (vocab) of `quantized`, or NULL */
    const uint64_t *counts; /* (vocab) highest first; all 0 if unknown, as in other programs' files */
    const uint64_t *starts; /* (vocab + 1) into `text`; model_read doesn't check them, so use model_word */
    const char *text;       /* (text_bytes) words, each followed by a NUL */
    size_t text_bytes;
    const uint32_t *slots; /* (slot_count) hash index: id + 1, or 0 for a free slot */
    size_t slot_count;     /* a power of two */
    const char *record;    /* how it was trained, as key=value lines; not ended by a NUL */
    size_t record_bytes;
    struct tokenizer_rules rules; /* from the record */
    bool try_lowercase; /* look a word up in lower case too: nobody knows how this vocabulary was made */
    struct subwords subwords; /* vectors for words never seen; its count is 0 if there are none */
    uint64_t file_bytes;
    struct phrases *phrases; /* that lead to words of the vocabulary, by ids of their own; owned; or NULL */
    struct model_warnings warnings; /* none in a native file */
    struct layout *layout;          /* the sections of a native file; owned; else NULL */
    struct file_map map;            /* where the arrays above are in a native file; else closed */
    const char *path;               /* of a native file, for model_unchanged; not owned */
    struct model_memory memory;     /* where they are otherwise */
};

/* Whether a file begins like a native one; a native file that was cut within its first bytes still does. */
bool model_is_native(const struct file_map *map);

/* Reads the native file that is mapped at `map`, which the model takes over, also on failure. `path` names it
 * in errors, and has to stay. Free with model_close; after a failure there is nothing to free. */
bool model_read(struct model *model, struct file_map *map, const char *path, struct error *error) MUST_USE;
void model_close(struct model *model);

/* Fails if another program has written to the native file since it was opened: what was read from it since
 * may be a mixture. */
bool model_unchanged(const struct model *model, struct error *error) MUST_USE;

/* Checks the checksum of every section, which reads the whole file, the zero bytes between sections, and that
 * words, starts and index fit together. Another program's file has no checksums and was checked when it was
 * read: there is nothing to do. */
bool model_verify(const struct model *model, const char *path, struct error *error) MUST_USE;

/* Word `id` and its length, at most INT_MAX, so that "%.*s" prints it. It may not end with a NUL: on a
 * damaged file, or an absurd one, it may be cut, or empty. */
const char *model_word(const struct model *model, size_t id, size_t *length);

/* The id of a word given exactly as the vocabulary has it; false if it is not there. */
bool model_find(const struct model *model, const char *word, size_t length, size_t *id) MUST_USE;

/* The value of a key of the record, not ended by a NUL, with its length; NULL if the key is not there. */
const char *model_record(const struct model *model, const char *key, size_t *length);

/* The section with that tag, 64-byte aligned, valid until model_close; NULL and 0 bytes if there is none, as
 * in another program's file. Only model_verify checks its checksum. */
const void *model_section(const struct model *model, const char *tag, size_t *bytes);

/* The Euclidean length of a row, summed in double, as `norms` has it. */
float model_norm(const float *row, size_t dim);

/* A part of a model that not every program knows. A program that doesn't know the tag skips the section. */
struct model_section {
    const char *tag; /* 1 to 8 characters from "!" to "~", and none of enum layout_part */
    const void *data;
    size_t bytes;
};

/* The memory that model_write needs for what follows from words and vectors. It can be taken long before, so
 * that it is not missing in the end. */
struct model_buffers {
    uint32_t *index; /* (slots) zeros; this and all others owned */
    float *norms;    /* (vocab) */
    int8_t *quantized;
    struct quantization *quantization;
};

/* For one call of model_write with that many words. Free with model_buffers_free, also after a failure. */
bool model_buffers_create(struct model_buffers *buffers, size_t vocab, size_t stride,
                          struct error *error) MUST_USE;
void model_buffers_free(struct model_buffers *buffers);

/* What model_write writes. Nothing is owned. */
struct model_content {
    const struct vocab *vocab;
    size_t dim, stride;
    const float *input;  /* (vocab->size, stride) row-major, zero from `dim` on */
    const float *output; /* the same, or NULL to leave it out */
    const char *record;  /* as struct record (model/record.h) makes it */
    size_t record_bytes;
    const struct model_section *extra; /* (extra_count) written last, in that order */
    size_t extra_count;
    struct model_buffers *buffers; /* of model_buffers_create; NULL: model_write takes its own */
};

/* The exact size of the file that model_write makes of such a model, without extra sections; false if it does
 * not fit in 63 bits. */
bool model_file_bytes(size_t vocab, size_t text_bytes, size_t stride, bool output, size_t record_bytes,
                      uint64_t *bytes) MUST_USE;

/* The most memory that model_write and its buffers take for that many words; false if it does not fit in a
 * size_t. */
bool model_write_memory(size_t vocab, size_t stride, size_t *bytes) MUST_USE;

/* Appends the model to a file just created; the caller commits. */
bool model_write(struct file_out *file, const struct model_content *content, struct error *error) MUST_USE;

#endif

/* What the table of formats is made of: the functions that write them, as struct format says. The form of
 * each file is told where it is written. Binary numbers are little-endian, as in the model. */
#ifndef SGNS_FORMATS_EXPORT_WRITERS_H
#define SGNS_FORMATS_EXPORT_WRITERS_H

#include "base/error.h"
#include "base/file.h"
#include "formats/export_rows.h"

typedef bool write_rows(struct file_out *files, struct rows *rows, int digits, struct error *error);

/* write_native.c */
write_rows write_native;

/* write_binary.c */
write_rows write_word2vec, write_npy, write_fvecs, write_safetensors;

/* write_text.c */
write_rows write_word2vec_text, write_glove, write_tensorboard, write_jsonl, write_pgvector;

#endif

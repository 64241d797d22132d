/* The writers of the export formats, for the table in export_formats.c. struct export_format says how they
 * are called, and each writer describes its format. Binary numbers are little-endian. */
#ifndef SGNS_FORMATS_EXPORT_WRITERS_H
#define SGNS_FORMATS_EXPORT_WRITERS_H

#include "base/error.h"
#include "base/file.h"
#include "formats/export_rows.h"

typedef bool export_writer(struct file_out *files, struct export_rows *rows, int digits, struct error *error);

/* export_native.c */
export_writer export_native;

/* export_binary.c */
export_writer export_word2vec, export_npy, export_fvecs, export_safetensors;

/* export_text.c */
export_writer export_word2vec_text, export_glove, export_tensorboard, export_jsonl, export_pgvector;

#endif

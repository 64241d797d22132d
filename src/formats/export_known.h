/* Telling whether a file may be one that an export format writes, so that nothing else is replaced by
 * mistake. Each looks at the beginning, and where that is not enough at the size. */
#ifndef SGNS_FORMATS_EXPORT_KNOWN_H
#define SGNS_FORMATS_EXPORT_KNOWN_H

#include "base/error.h"
#include "base/file.h"

/* `map` is not empty. */
typedef bool export_known(const struct file_map *map);
export_known export_known_native, export_known_word2vec, export_known_word2vec_text, export_known_glove,
    export_known_npy, export_known_fvecs, export_known_safetensors, export_known_tensorboard,
    export_known_jsonl, export_known_pgvector;

#endif

/* The formats of word2vec.c: a line "VOCAB DIM", then a row a word, the most frequent first.
 *   binary  the word, a blank, dim little-endian 32-bit floats, a newline
 *   text    the word and dim decimal numbers, blanks between, a newline; the numbers read back as the same
 * floats A word that is empty or has a blank, tab or newline in it can't be told from its numbers: an error
 * names it. */
#ifndef SGNS_MODEL_WORD2VEC_H
#define SGNS_MODEL_WORD2VEC_H

#include "base/error.h"
#include "base/file.h"
#include "model/model.h"

/* Append the whole model to a file just created; the caller commits. */
bool word2vec_write_binary(struct file_out *file, const struct model *model, struct error *error) MUST_USE;
bool word2vec_write_text(struct file_out *file, const struct model *model, struct error *error) MUST_USE;

#endif

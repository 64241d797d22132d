/* Word vectors in the formats of other programs, told apart by content:
 *   word2vec binary  a line "VOCAB DIM", then a row a word: the word, a blank, DIM little-endian 32-bit
 * floats, and a newline (word2vec.c) or none (gensim) word2vec text    the same line, then a line a word: the
 * word and DIM decimal numbers, blanks between; fastText's .vec files, too GloVe text       such lines
 * without the first one; the first row's numbers are counted
 *
 * The first line counts as "VOCAB DIM" if it is two whole numbers. A file with that line is text if the first
 * row reads as text, or if the bytes there are all text. Lines end with a newline, a carriage return before
 * it or not; blank lines mean nothing. The order of the file is the order of the words. */
#ifndef SGNS_FORMATS_IMPORT_H
#define SGNS_FORMATS_IMPORT_H

#include <stddef.h>

#include "base/error.h"
#include "base/file.h"
#include "model/model.h"

/* A longer word is an error. */
#define IMPORT_WORD_BYTES_MAX 65535

/* Fills a zeroed `model` from the file mapped at `map`, which may be closed afterwards, on `threads` threads,
 * at least 1; the result does not depend on their number. Everything is read and checked: what makes the rest
 * of the file doubtful is ERROR_INPUT and says where, what does not is counted in model->warnings. A row
 * whose word an earlier row has, or that has no word, is left out. In text, the row's last numbers are the
 * vector and what stands before them is the word, so that it may have blanks inside (as in glove.840B), if
 * none of its parts is a number. Free with model_close, also after a failure. */
bool import_read(struct model *model, const struct file_map *map, const char *path, size_t threads,
                 struct error *error) MUST_USE;

#endif

/* Word vectors in other programs' formats, told apart by content:
 *
 * - word2vec binary: a line "VOCAB DIM"; then for each word the word, a blank, DIM little-endian 32-bit
 *   floats, and a newline (word2vec.c writes it, gensim does not).
 * - word2vec text: the same first line; then a line for each word: the word and DIM decimal numbers, with
 *   blanks between them. fastText's .vec files have this format, too.
 * - GloVe text: such lines without the first one. DIM is the number of numbers that most of the first rows
 * have.
 *
 * The first line counts as "VOCAB DIM" if it is two whole numbers. A file with that line is text if the first
 * row reads as text, or if the bytes there are all text. Lines end with a newline, with or without a carriage
 * return before it; blank lines mean nothing. Words keep the order of the file. */
#ifndef SGNS_FORMATS_IMPORT_H
#define SGNS_FORMATS_IMPORT_H

#include <stddef.h>

#include "base/error.h"
#include "base/file.h"
#include "model/model.h"

/* Fills a zeroed `model` from the file mapped at `map`, which may be closed afterwards, on `threads` threads,
 * at least 1; the result does not depend on their number. Everything is read and checked. What makes the
 * rest of the file doubtful is ERROR_INPUT, with its place; what does not is counted in model->warnings. Rows
 * without a word, or with the word of an earlier row, are skipped. In text, the last numbers of a row are its
 * vector, and what comes before them is its word. So a word may contain blanks, as in glove.840B, if no part
 * of it but the first is a number. Free with model_close, also after a failure. */
bool import_read(struct model *model, const struct file_map *map, const char *path, size_t threads,
                 struct error *error) MUST_USE;

#endif

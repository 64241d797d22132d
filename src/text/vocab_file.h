/* Vocabularies as text: a line for each word, "word<TAB>count". */
#ifndef SGNS_TEXT_VOCAB_FILE_H
#define SGNS_TEXT_VOCAB_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "base/file.h"
#include "text/dictionary.h"
#include "text/tokenizer.h"
#include "text/vocab.h"

/* Whether a file that begins with start[0 .. size) has only lines of that form, at least one. A last line
 * that may be cut off is not looked at, unless it is the only one. */
bool vocab_file_is(const unsigned char *start, size_t size);

/* The same for the beginning of a file; *is is false for one that is not a regular file, or not there. */
bool vocab_file_check(const char *path, bool *is, struct error *error) MUST_USE;

/* Adds the counts of a file to `words`, in the order of the lines; *total, at first 0, is the sum of all
 * counts added. A blank may stand for the tab. Words that come again add up. ERROR_INPUT, naming the line,
 * for a line of another form, a count that is not a number above 0, and, unless `rules` is NULL, a word that
 * a tokenizer with these rules would not make, for it would never be found in a text. */
bool vocab_file_read(struct dictionary *words, uint64_t *total, const char *path,
                     const struct tokenizer_rules *rules, struct error *error) MUST_USE;

/* Appends a line for each word, in order. */
bool vocab_file_write(struct file_out *file, const struct vocab *vocab, struct error *error) MUST_USE;

#endif

/* Labels of words, for losses that learn from them: words with the same label belong together. */
#ifndef SGNS_TRAIN_LABELS_H
#define SGNS_TRAIN_LABELS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "text/tokenizer.h"
#include "text/vocab.h"

/* Read-only once read. */
struct labels {
    uint32_t *of_word; /* (vocab) the label of a word, from 1; 0: none; owned */
    uint32_t *begin;   /* (count + 2) the words of label l are members[begin[l] to begin[l + 1]); owned */
    uint32_t *members; /* (known) ids, by label; owned */
    size_t count;      /* labels */
    size_t known;      /* words of the file that are in the vocabulary */
    size_t unknown;    /* words of the file that are not */
};

/* Reads a file with lines of `word<TAB>label`; "-" is standard input. Words are brought into the form of the
 * vocabulary. Blank lines and those that begin with # are skipped. Any other line, and a word with two
 * labels, is ERROR_INPUT with its number. Free with labels_free, also after a failure. */
bool labels_read(struct labels *labels, const char *path, const struct vocab *vocab,
                 struct tokenizer_rules rules, struct error *error) MUST_USE;
void labels_free(struct labels *labels);

#endif

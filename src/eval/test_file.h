/* Files of test questions, and what their tests have in common. A line has fields, separated by blanks or
 * tabs. */
#ifndef SGNS_EVAL_TEST_FILE_H
#define SGNS_EVAL_TEST_FILE_H

#include <stddef.h>

#include "base/lines.h"
#include "query/casefold.h"

struct test_settings {
    size_t
        restrict_to; /* only this many words, the most frequent, are known to word_pairs_score; 0 for all */
    size_t threads;  /* at least 1; no score depends on it */
};

/* What a model scores on a file. */
struct test_score {
    double values[2]; /* by the test's measures, of which it may have only one; NAN if not known */
    size_t right;     /* answers, where a test has right ones */
    size_t covered;   /* items whose words are all known; only they count */
    size_t total;     /* items in the file */
};

/* The same twice: with the words of the vocabulary alone, and with words that are not in it but have a vector
 * that is made of n-grams. */
enum test_words { TEST_KNOWN, TEST_UNSEEN, TEST_WORDS };

struct test_file {
    const struct model *model;
    struct casefold casefold; /* the model's known words */
    struct lines lines;
    char **fields; /* (count) of the current line, into its buffer; owned */
    size_t count, capacity;
};

/* Opens the file of questions for a model, of which the first `known` words count. `path` and `model` must
 * outlive the struct. Close with test_file_close, also after a failure. */
bool test_file_open(struct test_file *file, const char *path, const struct model *model, size_t known,
                    struct error *error) MUST_USE;
void test_file_close(struct test_file *file);

/* Reads the next line that is not blank and does not begin with `comment`. False at the end of the file, and
 * on failure, which sets `error`. */
bool test_file_next(struct test_file *file, char comment, struct error *error) MUST_USE;

/* The id of the word in a field, whatever its case. False if it is not known or its vector is not usable, and
 * on failure, which sets `error`. */
bool test_file_find(struct test_file *file, size_t field, size_t *id, struct error *error) MUST_USE;

/* The vector of the word in a field: *row is the model's own or, for a word that is not in the vocabulary,
 * made (stride) from its n-grams; *unseen says which. A word that `known` leaves out has none. False if there
 * is none, and on failure, which sets `error`. */
bool test_file_row(struct test_file *file, size_t field, float *made, const float **row, bool *unseen,
                   struct error *error) MUST_USE;

/* ERROR_INPUT for the current line; `form` is what it should look like. Returns false. */
bool test_file_malformed(const struct test_file *file, const char *form, struct error *error);

#endif

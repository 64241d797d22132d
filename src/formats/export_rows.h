/* The rows of an export: some of a model's words, in a chosen order, each with a vector. */
#ifndef SGNS_FORMATS_EXPORT_ROWS_H
#define SGNS_FORMATS_EXPORT_ROWS_H

#include "model/model.h"
#include "text/dictionary.h"

enum export_rows_vectors { EXPORT_WORD_VECTORS, EXPORT_CONTEXT_VECTORS };

struct export_rows {
    const struct model *model;
    const float *matrix; /* (model->vocab, model->stride) the model's own */
    bool unit;           /* export_rows_vector scales vectors to length 1; zero vectors stay as they are */
    uint32_t *ids;       /* (count) distinct; from model->vocab on, they are numbers in `unseen`; owned */
    size_t count;
    struct dictionary unseen; /* words that are not in the vocabulary */
    float *made;              /* (unseen.size, model->stride) vectors of their n-grams; owned */
    size_t made_capacity;
    float *scaled; /* (model->dim) owned */
};

/* All words of the model, in its order. The model must outlive the rows and have the vectors that are asked
 * for. Free with export_rows_free, also after a failure. */
bool export_rows_create(struct export_rows *rows, const struct model *model, enum export_rows_vectors vectors,
                        bool unit, struct error *error) MUST_USE;
void export_rows_free(struct export_rows *rows);

/* Lines of a word list that select no row. */
struct export_rows_skipped {
    uint64_t missing;  /* not in the vocabulary, and without a vector made of n-grams */
    uint64_t repeated; /* the word is in the list already */
    char first[200];   /* the first of the missing, as text/show.h shows it */
};

/* The id of a word that is not in the vocabulary as it is written; false if no form of it is. */
typedef bool export_rows_find(const struct model *model, const char *word, size_t *id);

/* row[0 .. stride) = the vector that n-grams give a word; false if they give none. */
typedef bool export_rows_make(const struct model *model, const char *word, float *row, size_t *used);

/* Keeps only the words that the file at `path` ("-": standard input) lists, one a line, in its order. `find`
 * looks up lines that are not in the vocabulary as written, and `make` (NULL: none) makes vectors of words
 * that are not in it at all, as word vectors. Empty lines are ignored. */
bool export_rows_list(struct export_rows *rows, const char *path, export_rows_find *find,
                      export_rows_make *make, struct export_rows_skipped *skipped,
                      struct error *error) MUST_USE;

/* The word of row i < count; see model_word. */
const char *export_rows_word(const struct export_rows *rows, size_t i, size_t *length);

/* (model->dim) the vector of row i < count, valid until the next call. */
const float *export_rows_vector(struct export_rows *rows, size_t i);

/* Whether all of row i's numbers are finite. */
bool export_rows_finite(const struct export_rows *rows, size_t i);

#endif

/* Writes a native model from the rows of another, with changes. */
#ifndef SGNS_FORMATS_EXPORT_NATIVE_H
#define SGNS_FORMATS_EXPORT_NATIVE_H

#include "base/file.h"
#include "formats/export_rows.h"
#include "model/record.h"
#include "text/vocab.h"

/* What is written in place of the model's own. Nothing is owned. */
struct export_native_changes {
    const float *input;          /* (rows->count, model->stride) the word vectors; NULL: the model's */
    struct model_section ngrams; /* data NULL: the model's, if it has n-grams and `input` is NULL */
    struct record record;        /* lines that come before those of the model */
};

/* The words and counts of the rows, after bringing them into the model's order. Free with vocab_free, also
 * after a failure. */
bool export_native_vocab(struct vocab *vocab, struct export_rows *rows, struct error *error) MUST_USE;

/* Appends the model to a file just created; the caller commits. `vocab` is of export_native_vocab. */
bool export_native_write(struct file_out *file, struct export_rows *rows, const struct vocab *vocab,
                         const struct export_native_changes *changes, struct error *error) MUST_USE;

#endif

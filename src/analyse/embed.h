/* Vectors of texts: the weighted mean of their words' vectors. */
#ifndef SGNS_ANALYSE_EMBED_H
#define SGNS_ANALYSE_EMBED_H

#include <stddef.h>

#include "base/lines.h"
#include "model/model.h"

enum embed_weights {
    EMBED_AUTO,  /* EMBED_SIF, or EMBED_PLAIN if the model has no counts */
    EMBED_PLAIN, /* every word counts 1 */
    EMBED_SIF,   /* a / (a + p) with p the word's share of the corpus (Arora, Liang, Ma 2017, "A simple but
                    tough-to-beat baseline for sentence embeddings") */
};

struct embedder {
    const struct model *model;
    double *weights;   /* (vocab) or NULL if all are 1; owned */
    double *component; /* (stride) of length 1, what is taken out of each vector; or NULL; owned */
};

/* `smoothing` is a, above 0. ERROR_INPUT for EMBED_SIF with a model without counts. `model` must outlive it.
 * Free with embed_free, also after a failure. */
bool embed_create(struct embedder *embedder, const struct model *model, enum embed_weights weights,
                  double smoothing, struct error *error) MUST_USE;
void embed_free(struct embedder *embedder);

/* rows[i] (count, stride), zero beyond dim: the mean over the words of texts[i] that the model has, by the
 * model's tokenizer; zero if there are none. For a model of another program's format, whose tokenizer is not
 * known, these are words as TOKENIZER_WORDS has them, as written or else in small letters. Runs on `threads`
 * threads, at least 1. */
bool embed_texts(const struct embedder *embedder, const struct line *texts, size_t count, float *rows,
                 size_t threads, struct error *error) MUST_USE;

/* Makes the first principal component of the rows (of their products, not centred) the embedder's component.
 * The result does not depend on `threads`. embed_texts takes it out of what it makes from then on;
 * embed_remove does so with rows that are there. Less than a millionth of a row's length that is left counts
 * as nothing: then it is zero. */
bool embed_find_component(struct embedder *embedder, const float *rows, size_t count, size_t threads,
                          struct error *error) MUST_USE;
void embed_remove(const struct embedder *embedder, float *rows, size_t count);

#endif

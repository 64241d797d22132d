/* Vectors of texts: the weighted mean of their words' vectors. */
#ifndef SGNS_ANALYSE_EMBED_H
#define SGNS_ANALYSE_EMBED_H

#include <stddef.h>

#include "base/lines.h"
#include "model/model.h"

enum embed_weights {
    EMBED_AUTO,  /* EMBED_SIF, or EMBED_PLAIN if the model has no counts */
    EMBED_PLAIN, /* every word has weight 1 */
    EMBED_SIF,   /* a / (a + p) with p the word's share of the corpus (Arora, Liang, Ma 2017, "A simple but
                    tough-to-beat baseline for sentence embeddings") */
};

struct embedder {
    const struct model *model;
    double *weights;   /* (vocab) or NULL if all are 1; owned */
    double *component; /* (stride) of length 1, removed from each vector; or NULL; owned */
};

/* `smoothing` is the a of EMBED_SIF, above 0. ERROR_INPUT for EMBED_SIF if the model has no counts. `model`
 * must outlive the embedder.
 * Free with embed_free, also after a failure. */
bool embed_create(struct embedder *embedder, const struct model *model, enum embed_weights weights,
                  double smoothing, struct error *error) MUST_USE;
void embed_free(struct embedder *embedder);

/* rows (count, stride), zero beyond dim: row i is the weighted mean over the words of texts[i] that the model
 * knows, or zero if there are none. A word that is not in the vocabulary has the vector that its n-grams give
 * it, and the weight of a word that occurs never; unseen[i] is how many these are (NULL: not asked for).
 * Texts are split by the model's tokenizer; where that is not known (model->try_lowercase), by
 * TOKENIZER_WORDS, keeping case. Runs on `threads` threads, at least 1. */
bool embed_texts(const struct embedder *embedder, const struct line *texts, size_t count, float *rows,
                 size_t *unseen, size_t threads, struct error *error) MUST_USE;

/* Calls tell(context, word, n-grams) for each word of a text whose vector is made of n-grams. */
typedef bool embed_tell(void *context, const char *word, size_t ngrams, struct error *error);
bool embed_tell_unseen(const struct model *model, struct line text, embed_tell *tell, void *context,
                       struct error *error) MUST_USE;

/* Sets the embedder's component to the rows' first principal component (of their uncentered second moments).
 * The result does not depend on `threads`. From then on embed_texts removes it from what it makes;
 * embed_remove removes it from rows that exist already. A row of which less than a millionth of its length is
 * left becomes zero. */
bool embed_find_component(struct embedder *embedder, const float *rows, size_t count, size_t threads,
                          struct error *error) MUST_USE;
void embed_remove(const struct embedder *embedder, float *rows, size_t count);

#endif

/* Fits vectors of n-grams to the finished vectors of words, so that words never seen can have one. The idea
 * is that of Zhao, Mudgal and Liang (2018), "Generalizing word embeddings using bag of subwords"; they
 * descend by random gradients, here the least squares are solved.
 *
 * u_w is a word's vector at length 1, c_w its count, n_w the number of its n-grams that are known: that at
 * least `min_words` words have. Its prediction is p(w) = n_w^(-1/2) times the sum of their rows x_g. The rows
 * minimize
 *
 *   sum over words of sqrt(c_w / 30) |u_w - p(w)|^2 + sum over n-grams of 0.5 (length / 4)^(-2) |x_g|^2
 *
 * (without counts, all words weigh 1): long n-grams, which few words have, may be larger. Each dimension is a
 * system of its own with one matrix. Conjugate gradients solve it, preconditioned by the diagonal of the
 * matrix, with FIT_ITERATIONS iterations from zero. A thread solves 16 dimensions at a time and shares
 * nothing with others, so the result has the same bits with any number of threads. */
#ifndef SGNS_ANALYSE_SUBWORD_FIT_H
#define SGNS_ANALYSE_SUBWORD_FIT_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "model/subwords.h"
#include "text/vocab.h"

struct subword_options {
    uint64_t min, max;  /* lengths of n-grams, in code points: 1 to NGRAMS_POINTS_MAX */
    uint64_t min_words; /* n-grams of fewer words are left out, at least 1 */
};

/* The n-grams of a vocabulary, and which word has which: a sparse matrix of words by n-grams. Its rows are in
 * the order of the words' bytes, and its columns in the order in which they first appear there: words with a
 * beginning in common use the same memory. */
struct subword_fit {
    const struct vocab *vocab; /* not owned */
    struct subword_options options;
    uint32_t *words;   /* (vocab->size) the id of the word of row w; owned */
    uint64_t *places;  /* (vocab->size + 1) row w has columns[places[w] .. places[w + 1]); owned */
    uint32_t *columns; /* a column for each n-gram of a word, as often as it occurs; owned */
    size_t count;      /* of n-grams; 0 if no n-gram has enough words */
    uint32_t *sorted;  /* (count) the columns in the order of their keys; owned */
    uint32_t *starts;  /* (count + 1) of the keys in that order; owned */
    char *keys;        /* (key_bytes) owned */
    size_t key_bytes;
};

/* Finds the n-grams. `vocab` must outlive the fit. Takes at most `memory` bytes, or fails with ERROR_SYSTEM.
 * Free with subword_fit_free, also after a failure. */
bool subword_fit_create(struct subword_fit *fit, const struct vocab *vocab,
                        const struct subword_options *options, size_t memory, struct error *error) MUST_USE;
void subword_fit_free(struct subword_fit *fit);

/* The memory that subword_fit_run takes, the section included; false if it does not fit in a size_t. */
bool subword_fit_memory(const struct subword_fit *fit, size_t dim, size_t threads, size_t *bytes) MUST_USE;

/* The size of the section; false if there can be none of that size. */
bool subword_fit_section_bytes(const struct subword_fit *fit, size_t dim, size_t *bytes) MUST_USE;

/* What is fitted: the words' vectors, (vocab->size, stride) row-major. Words whose vector has no direction
 * are left out. */
struct subword_target {
    const float *input;
    size_t dim, stride;
    size_t threads; /* at least 1 */
    /* Called now and then, by one thread; may be NULL. */
    void (*report)(void *context, double share);
    void *context;
};

/* Fits, and makes the section of the model file (model/subwords.h), of *bytes, to be freed with free().
 * NULL on failure. */
void *subword_fit_run(const struct subword_fit *fit, const struct subword_target *target, size_t *bytes,
                      struct error *error) MUST_USE;

/* Mixes the words' vectors with their predictions by a section that was fitted to them:
 *   v_w becomes |v_w| (c / (c + k) u_w + k / (c + k) p(w))
 * so that the fewer times a word was seen, the more it is like words that are written alike. Words without
 * known n-grams stay as they are. `rows` (vocab->size, stride) may be the target's own rows. Counts must be
 * known, and k is above 0. */
bool subword_fit_mix(const struct subword_fit *fit, const struct subword_target *target,
                     const struct subwords *subwords, double k, float *rows, struct error *error) MUST_USE;

#endif

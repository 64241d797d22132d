/* The training parameters: one struct and one table. The parser and help of `sgns train`, the record in the
 * model file and `sgns info` all read the table. */
#ifndef SGNS_TRAIN_PARAMETERS_H
#define SGNS_TRAIN_PARAMETERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/option.h"

/* What a pair at distance d in a window of w words weighs. */
enum pair_weights {
    WEIGHTS_HARMONIC, /* 1 / d (GloVe; Pennington, Socher, Manning 2014, section 4.2) */
    WEIGHTS_LINEAR,   /* (w + 1 - d) / w, what WEIGHTS_RANDOM gives on average */
    WEIGHTS_UNIFORM,  /* 1 */
    WEIGHTS_RANDOM,   /* 1, in a window of random size 1 to w for each word, as word2vec.c draws it */
};

struct parameters {
    uint64_t dim;       /* D: dimensions of a vector */
    uint64_t window;    /* w: context words to either side, at most */
    uint64_t negative;  /* K: negatives for each pair */
    uint64_t noise;     /* N: noise words that a block shares */
    uint64_t epochs;    /* passes over the corpus */
    uint64_t min_count; /* rarer words are left out of the vocabulary */
    uint64_t max_vocab; /* words in the vocabulary, at most; 0: any number */
    uint64_t max_sentence;
    uint64_t threads; /* 0: all usable cores, until parameters_resolve() */
    uint64_t seed;
    double noise_power;
    double alpha, min_alpha; /* the learning rate falls linearly from one to the other */
    double sample;           /* the subsampling threshold t, a share of the corpus; 0: none */
    size_t loss;             /* index into the losses (train/losses.h) */
    size_t tokenizer;        /* enum tokenizer_kind */
    const char *kernel;      /* NULL: the best, until parameters_resolve(); into argv, or static */
    size_t weights;          /* enum pair_weights */
    bool keep_case;
};

/* The table of all of them; offsets are into struct parameters. */
extern const struct option_table parameter_options;

/* Checks what no table can, and replaces what was left open or would be unstable by what will be used: the
 * number of threads, the kernel's name, and more noise words than asked for where so few would be unstable.
 */
bool parameters_resolve(struct parameters *parameters, struct error *error) MUST_USE;

/* The weight of a pair at distance d, 1 to window. */
double parameters_pair_weight(const struct parameters *parameters, uint64_t d);

/* The sum of the pair weights of a word in the middle of a long sentence: the largest there is, and the mean.
 */
double parameters_pairs_max(const struct parameters *parameters);
double parameters_pairs_mean(const struct parameters *parameters);

#define PARAMETER_TEXT_MAX 64

/* The parameter's key in a model's record, "min_count" for --min-count, and its value as the record and
 * `info` have it. */
void parameter_key(const struct option *option, char key[PARAMETER_TEXT_MAX]);
void parameter_value(const struct option *option, const struct parameters *parameters,
                     char value[PARAMETER_TEXT_MAX]);

#endif

/* The training parameters: one struct and one table. The parser and help of `sgns train`, the record in the
 * model file and `sgns info` all read the table. */
#ifndef SGNS_TRAIN_PARAMETERS_H
#define SGNS_TRAIN_PARAMETERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/option.h"

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
    bool no_shrink;          /* every word uses the whole window */
    bool keep_case;
};

/* The table of all of them; offsets are into struct parameters. */
extern const struct option_table parameter_options;

/* Checks what no table can, and replaces what was left open or would be unstable by what will be used: the
 * number of threads, the kernel's name, and more noise words than asked for where so few would be unstable.
 */
bool parameters_resolve(struct parameters *parameters, struct error *error) MUST_USE;

/* The mean number of contexts that a word in the middle of a sentence has. */
double parameters_mean_pairs(const struct parameters *parameters);

#define PARAMETER_TEXT_MAX 64

/* The parameter's key in a model's record, "min_count" for --min-count, and its value as the record and
 * `info` have it. */
void parameter_key(const struct option *option, char key[PARAMETER_TEXT_MAX]);
void parameter_value(const struct option *option, const struct parameters *parameters,
                     char value[PARAMETER_TEXT_MAX]);

#endif

/* The training parameters: one struct and one table. The table is used to parse the options of `sgns train`,
 * to print its help, to write the record in the model file, and to print `sgns info`. */
#ifndef SGNS_TRAIN_PARAMETERS_H
#define SGNS_TRAIN_PARAMETERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/option.h"

/* The weight of a pair at distance d in a window of w words. */
enum pair_weights {
    WEIGHTS_HARMONIC, /* 1 / d (GloVe; Pennington, Socher, Manning 2014, section 4.2) */
    WEIGHTS_LINEAR,   /* (w + 1 - d) / w, the mean of WEIGHTS_RANDOM */
    WEIGHTS_UNIFORM,  /* 1 */
    WEIGHTS_RANDOM,   /* 1, but each word draws a window of 1 to w words, as in word2vec.c */
};

struct loss;
struct loss_limits;

/* Where supervised contrastive learning takes the mean over the positives. */
enum supcon { SUPCON_OUT, SUPCON_IN };

struct parameters {
    uint64_t dim;          /* D: dimensions of a vector */
    uint64_t window;       /* w: context words on either side, at most */
    uint64_t negative;     /* K: negatives for each pair */
    uint64_t noise;        /* N: noise words shared by a block */
    uint64_t epochs;       /* passes over the corpus */
    uint64_t min_count;    /* rarer words are dropped from the vocabulary */
    uint64_t max_vocab;    /* the most words in the vocabulary; 0: no limit */
    uint64_t max_sentence; /* words; longer lines are split */
    uint64_t threads;      /* 0: all usable cores, until parameters_resolve() */
    uint64_t seed;
    double noise_power;
    struct option_real alpha; /* the learning rate falls linearly from alpha to min_alpha */
    double min_alpha;
    struct option_real temperature; /* T: scores are divided by it */
    struct option_real margin;      /* m: of the losses that have one */
    bool hard;                      /* the triplet loss takes the hardest noise word */
    const char *labels;             /* the file of labels, or NULL; points into argv */
    double label_weight;            /* of a word's labels, relative to its pairs */
    size_t supcon;                  /* enum supcon */
    bool log_q;                     /* InfoNCE subtracts log(K q(word)) from the scores */
    struct option_real sample;  /* t: subsampling threshold, as a share of the corpus; 0: no subsampling */
    size_t loss;                /* index into the losses (train/losses.h) */
    struct option_choice score; /* index into the scores (train/scores.h) */
    size_t tokenizer;           /* enum tokenizer_kind */
    const char *kernel; /* NULL: the best, until parameters_resolve(); points into argv, or is static */
    size_t weights;     /* enum pair_weights */
    bool keep_case;
};

/* What counts as a word, for other commands that read a corpus: size_t, enum tokenizer_kind; and bool. */
extern const char *const parameter_tokenizers[];
const char *parameter_tokenizer_help(size_t tokenizer);
#define TOKENIZER_OPTION(place)                                                          \
    CHOICES_OPTION("tokenizer", "words", parameter_tokenizers, parameter_tokenizer_help, \
                   "what counts as a word", place)
#define KEEP_CASE_OPTION(place) FLAG_OPTION("keep-case", "do not fold case", place)

/* The table; its offsets are into struct parameters. */
extern const struct option_table parameter_options;

/* Checks what a table cannot express, and fills in what was left open: the number of threads, the name of the
 * kernel, the score, and what the loss sets for it: alpha, temperature and margin. Raises `noise` if training
 * with fewer noise words would be unstable. */
bool parameters_resolve(struct parameters *parameters, struct error *error) MUST_USE;

/* Sets the subsampling threshold unless it was given. In a small vocabulary most words are above the
 * threshold for large ones; it would skip nearly all of the text. */
void parameters_set_sample(struct parameters *parameters, size_t vocab);

/* The weight of a pair at distance d, 1 to window. */
double parameters_pair_weight(const struct parameters *parameters, uint64_t d);

/* The limits of the loss with the score. */
struct loss_limits parameters_limits(const struct parameters *parameters);

/* The sum of the pair weights of a word far from the ends of its sentence: the maximum and the mean. */
double parameters_pairs_max(const struct parameters *parameters);
double parameters_pairs_mean(const struct parameters *parameters);

/* Whether a parameter means anything for this loss. The others are not recorded. */
bool parameter_applies(const struct option *option, const struct loss *loss);

#define PARAMETER_TEXT_MAX 64

/* The key of a parameter in the record of a model ("min_count" for --min-count), and its value as the record
 * and `sgns info` show it. */
void parameter_key(const struct option *option, char key[PARAMETER_TEXT_MAX]);
void parameter_value(const struct option *option, const struct parameters *parameters,
                     char value[PARAMETER_TEXT_MAX]);

/* The same with real numbers in full, so that they read back exactly. */
void parameter_value_exactly(const struct option *option, const struct parameters *parameters,
                             char value[PARAMETER_TEXT_MAX]);

#endif

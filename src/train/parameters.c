#include "train/parameters.h"

#include <stdio.h>
#include <string.h>

#include "base/threads.h"
#include "kernels/registry.h"
#include "train/losses.h"
#include "train/step_limits.h"

#define AT(field) offsetof(struct parameters, field)

/* In the order of enum tokenizer_kind. */
static const char *const tokenizers[] = {"words", "whitespace", NULL};

static const char *tokenizer_help(size_t tokenizer) {
    static const char *const help[] = {"letters, marks and digits, case folded",
                                       "everything between white space, unchanged"};
    return help[tokenizer];
}

/* In the order of enum pair_weights. */
static const char *const weights_names[] = {"harmonic", "linear", "uniform", "random", NULL};

static const char *weights_help(size_t weights) {
    static const char *const help[] = {"1/d, as in GloVe", "(w + 1 - d)/w", "1 in the whole window",
                                       "1 in a window whose size is drawn for each word, as in word2vec"};
    return help[weights];
}

static const struct option options[] = {
    {.name = "dim",
     .type = OPTION_INTEGER,
     .value = "N",
     .fallback = "100",
     .min = 1,
     .max = 4096,
     .help = "vector dimensions",
     .offset = AT(dim)},
    {.name = "window",
     .type = OPTION_INTEGER,
     .value = "N",
     .fallback = "5",
     .min = 1,
     .max = 100,
     .help = "context words on either side, at most",
     .offset = AT(window)},
    {.name = "weights",
     .type = OPTION_CHOICE,
     .fallback = "random",
     .choices = weights_names,
     .choice_help = weights_help,
     .help = "how much a pair counts at distance d in a window of w words",
     .offset = AT(weights)},
    {.name = "loss",
     .type = OPTION_CHOICE,
     .fallback = "sgns",
     .choices = loss_names,
     .choice_help = loss_help,
     .help = "the training objective",
     .offset = AT(loss)},
    {.name = "negative",
     .type = OPTION_INTEGER,
     .value = "N",
     .fallback = "5",
     .min = 1,
     .max = 100,
     .help = "negatives per pair: the weight of the noise",
     .offset = AT(negative)},
    {.name = "noise",
     .type = OPTION_INTEGER,
     .value = "N",
     .fallback = "32",
     .min = 1,
     .max = 4096,
     .help = "noise words drawn at a time; a block of words shares them",
     .offset = AT(noise)},
    {.name = "noise-power",
     .type = OPTION_REAL,
     .value = "X",
     .fallback = "0.75",
     .max = 2,
     .help = "noise words are drawn in proportion to count^X",
     .offset = AT(noise_power)},
    {.name = "epochs",
     .type = OPTION_INTEGER,
     .value = "N",
     .fallback = "8",
     .min = 1,
     .max = 100000,
     .help = "passes over the corpus",
     .offset = AT(epochs)},
    {.name = "alpha",
     .type = OPTION_REAL,
     .value = "X",
     .fallback = "0.05",
     .min = 1e-6,
     .max = 1,
     .help = "initial learning rate; it falls linearly",
     .offset = AT(alpha)},
    {.name = "min-alpha",
     .type = OPTION_REAL,
     .value = "X",
     .fallback = "0.000005",
     .max = 1,
     .help = "final learning rate",
     .offset = AT(min_alpha)},
    {.name = "sample",
     .type = OPTION_REAL,
     .value = "X",
     .fallback = "3e-4",
     .max = 1,
     .help = "subsampling threshold: words above this share of the corpus are skipped at random, the more "
             "frequent the more often; 0 skips none",
     .offset = AT(sample)},
    {.name = "min-count",
     .type = OPTION_INTEGER,
     .value = "N",
     .fallback = "5",
     .min = 1,
     .max = 1e15,
     .help = "drop words that occur fewer than N times",
     .offset = AT(min_count)},
    {.name = "max-vocab",
     .type = OPTION_INTEGER,
     .value = "N",
     .fallback = "0",
     .max = 4e9,
     .help = "keep only the N most frequent words; 0 keeps all",
     .offset = AT(max_vocab)},
    {.name = "tokenizer",
     .type = OPTION_CHOICE,
     .fallback = "words",
     .choices = tokenizers,
     .choice_help = tokenizer_help,
     .help = "what counts as a word",
     .offset = AT(tokenizer)},
    {.name = "keep-case", .type = OPTION_FLAG, .help = "do not fold case", .offset = AT(keep_case)},
    {.name = "max-sentence",
     .type = OPTION_INTEGER,
     .value = "N",
     .fallback = "1000",
     .min = 2,
     .max = 1e6,
     .help = "split lines into sentences of at most N words",
     .offset = AT(max_sentence)},
    {.name = "threads",
     .type = OPTION_INTEGER,
     .value = "N",
     .min = 1,
     .max = 1024,
     .help = "training threads (default: all usable cores); one is reproducible",
     .offset = AT(threads)},
    {.name = "seed",
     .type = OPTION_INTEGER,
     .value = "N",
     .fallback = "1",
     .max = 9e15,
     .help = "random seed",
     .offset = AT(seed)},
    {.name = "kernel",
     .type = OPTION_TEXT,
     .value = "NAME",
     .help = "instruction set to use (default: the best on this machine; see sgns info --cpu)",
     .offset = AT(kernel)},
};
const struct option_table parameter_options = OPTION_TABLE(options);

bool parameters_resolve(struct parameters *parameters, struct error *error) {
    if (parameters->min_alpha > parameters->alpha)
        return error_set(error, ERROR_INPUT, "--min-alpha %g is above --alpha %g", parameters->min_alpha,
                         parameters->alpha);
    const struct kernel *kernel = kernel_choose(parameters->kernel, error);
    if (kernel == NULL)
        return false;
    parameters->kernel = kernel->name;
    if (parameters->threads == 0)
        parameters->threads = threads_usable();
    const struct loss_limits limits = loss_at(parameters->loss)->limits(parameters);
    parameters->noise = step_limits_noise(limits, parameters->alpha, parameters->noise);
    return true;
}

double parameters_pair_weight(const struct parameters *parameters, uint64_t d) {
    const double window = (double)parameters->window, distance = (double)d;
    switch ((enum pair_weights)parameters->weights) {
    case WEIGHTS_HARMONIC:
        return 1 / distance;
    case WEIGHTS_LINEAR:
        return (window + 1 - distance) / window;
    case WEIGHTS_UNIFORM:
    case WEIGHTS_RANDOM:
        break;
    }
    return 1;
}

double parameters_pairs_max(const struct parameters *parameters) {
    double sum = 0;
    for (uint64_t d = 1; d <= parameters->window; d++)
        sum += 2 * parameters_pair_weight(parameters, d);
    return sum;
}

double parameters_pairs_mean(const struct parameters *parameters) {
    return parameters->weights == WEIGHTS_RANDOM ? (double)parameters->window + 1
                                                 : parameters_pairs_max(parameters);
}

/* --- the record --- */

void parameter_key(const struct option *option, char key[PARAMETER_TEXT_MAX]) {
    snprintf(key, PARAMETER_TEXT_MAX, "%s", option->name);
    for (char *hyphen = key; (hyphen = strchr(hyphen, '-')) != NULL;)
        *hyphen = '_';
}

void parameter_value(const struct option *option, const struct parameters *parameters,
                     char value[PARAMETER_TEXT_MAX]) {
    const void *place = (const char *)parameters + option->offset;
    switch (option->type) {
    case OPTION_FLAG:
        snprintf(value, PARAMETER_TEXT_MAX, "%d", *(const bool *)place);
        break;
    case OPTION_INTEGER:
        snprintf(value, PARAMETER_TEXT_MAX, "%llu", (unsigned long long)*(const uint64_t *)place);
        break;
    case OPTION_REAL:
        snprintf(value, PARAMETER_TEXT_MAX, "%.9g", *(const double *)place);
        break;
    case OPTION_CHOICE:
        snprintf(value, PARAMETER_TEXT_MAX, "%s", option->choices[*(const size_t *)place]);
        break;
    case OPTION_TEXT:
        snprintf(value, PARAMETER_TEXT_MAX, "%s", *(const char *const *)place);
        break;
    default: /* no parameter is of another type: tests/unit/test_parameters.c */
        value[0] = '\0';
        break;
    }
}

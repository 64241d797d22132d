#include "train/parameters.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/threads.h"
#include "kernels/registry.h"
#include "train/losses.h"
#include "train/step_limits.h"

#define AT(field) offsetof(struct parameters, field)

/* The subsampling threshold of large corpora. */
#define SAMPLE 7e-5

/* In the order of enum tokenizer_kind. */
const char *const parameter_tokenizers[] = {"words", "whitespace", NULL};

const char *parameter_tokenizer_help(size_t tokenizer) {
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

/* In the order of enum supcon. */
static const char *const supcon_names[] = {"out", "in", NULL};

static const char *supcon_help(size_t supcon) {
    static const char *const help[] = {"outside of the logarithm", "inside"};
    return help[supcon];
}

static const struct option options[] = {
    INTEGER_OPTION("dim", 0, "100", 1, 4096, "vector dimensions", AT(dim)),
    INTEGER_OPTION("window", 0, "7", 1, KERNEL_WINDOW_MAX, "context words on either side, at most",
                   AT(window)),
    CHOICES_OPTION("weights", "harmonic", weights_names, weights_help,
                   "how much a pair counts at distance d in a window of w words", AT(weights)),
    CHOICES_OPTION("loss", "sgns", loss_names, loss_help, "the training objective", AT(loss)),
    {.name = "score",
     .type = OPTION_MAYBE_CHOICE,
     .choices = score_names,
     .choice_help = score_help,
     .help = "what the loss compares (default: by loss)",
     .offset = AT(score)},
    MAYBE_REAL_OPTION("temperature", 0.01, 100, "scores are divided by X (default: by loss and score)",
                      AT(temperature)),
    MAYBE_REAL_OPTION(
        "margin", -1000, 1000,
        "triplet: by how much a pair must beat noise; pair: noise must score below -X (default: "
        "by loss and score)",
        AT(margin)),
    FLAG_OPTION("hard", "triplet: the highest of the noise scores stands for all", AT(hard)),
    TEXT_OPTION("labels", 0, OPTION_TEXT, "FILE", NULL,
                "supcon: a file of word<TAB>label; words that share a label are further positives",
                AT(labels)),
    REAL_OPTION("label-weight", "1", 0, 1000, "supcon: how much labels count, relative to the text",
                AT(label_weight)),
    CHOICES_OPTION("supcon", "out", supcon_names, supcon_help,
                   "supcon: where the mean over the positives is taken", AT(supcon)),
    FLAG_OPTION("log-q", "infonce: subtract log(K q(word)) from scores, as in sampled softmax", AT(log_q)),
    INTEGER_OPTION("negative", 0, "8", 1, 100, "sgns, nce, pair: negatives per pair, the weight of the noise",
                   AT(negative)),
    INTEGER_OPTION("noise", 0, "32", 1, 4096, "noise words drawn at a time; a block of words shares them",
                   AT(noise)),
    REAL_OPTION("noise-power", "0.75", 0, 2, "noise words are drawn in proportion to count^X",
                AT(noise_power)),
    INTEGER_OPTION("epochs", 0, "8", 1, 100000, "passes over the corpus", AT(epochs)),
    MAYBE_REAL_OPTION("alpha", 1e-6, 1,
                      "initial learning rate; it falls linearly (default: by loss and score; for sgns 0.05)",
                      AT(alpha)),
    REAL_OPTION("min-alpha", "0.000005", 0, 1, "final learning rate", AT(min_alpha)),
    MAYBE_REAL_OPTION(
        "sample", 0, 1,
        "subsampling threshold: words above this share of the corpus are skipped at random, the more "
        "frequent the more often; 0 skips none (default: 7e-5, or 1 / vocabulary if that is more)",
        AT(sample)),
    INTEGER_OPTION("min-count", 0, "5", 1, 1e15, "drop words that occur fewer than N times", AT(min_count)),
    INTEGER_OPTION("max-vocab", 0, "0", 0, 4e9, "keep only the N most frequent words; 0 keeps all",
                   AT(max_vocab)),
    TOKENIZER_OPTION(AT(tokenizer)),
    KEEP_CASE_OPTION(AT(keep_case)),
    INTEGER_OPTION("max-sentence", 0, "1000", 2, 1e6, "split lines into sentences of at most N words",
                   AT(max_sentence)),
    INTEGER_OPTION("threads", 0, NULL, 1, 1024,
                   "training threads (default: all usable cores); one is reproducible", AT(threads)),
    INTEGER_OPTION("seed", 0, "1", 0, 9e15, "random seed", AT(seed)),
    {.name = "kernel",
     .type = OPTION_TEXT,
     .value = "NAME",
     .help = "instruction set to use (default: the best that this machine has; see sgns info --cpu)",
     .offset = AT(kernel),
     .suggest = kernel_built},
};
const struct option_table parameter_options = OPTION_TABLE(options);

static bool applies(const char *name, const struct loss *loss) {
    const struct {
        const char *name;
        bool applies;
    } special[] = {{"margin", loss->violations != NULL},
                   {"hard", loss->hard},
                   {"log-q", loss->log_q},
                   {"labels", loss->labels},
                   {"label-weight", loss->labels},
                   {"supcon", loss->labels}};
    for (size_t i = 0; i < sizeof special / sizeof *special; i++)
        if (strcmp(name, special[i].name) == 0)
            return special[i].applies;
    return true;
}

bool parameter_applies(const struct option *option, const struct loss *loss) {
    return applies(option->name, loss);
}

static bool check_applies(const struct parameters *parameters, const struct loss *loss, struct error *error) {
    const struct {
        const char *name;
        bool given;
    } special[] = {{"margin", parameters->margin.given},
                   {"hard", parameters->hard},
                   {"log-q", parameters->log_q},
                   {"labels", parameters->labels != NULL}};
    for (size_t i = 0; i < sizeof special / sizeof *special; i++)
        if (special[i].given && !applies(special[i].name, loss))
            return error_set(error, ERROR_INPUT, "--%s does nothing with --loss %s; leave it out",
                             special[i].name, loss->name);
    return true;
}

static void set_unless_given(struct option_real *real, double value) {
    if (!real->given)
        real->value = value;
}

/* A margin that no noise word can violate, or that all violate for ever, teaches nothing. */
static bool check_margin(const struct parameters *parameters, const struct loss *loss, struct error *error) {
    const struct score *score = score_at(parameters->score.value);
    const double margin = parameters->margin.value, temperature = parameters->temperature.value;
    if (!loss->bounded)
        return margin > 0 ||
               error_set(error, ERROR_INPUT, "--margin %g: the margin of --loss %s must be above 0", margin,
                         loss->name);
    return (-margin * temperature < score->max && -margin * temperature > score->min) ||
           error_set(
               error, ERROR_INPUT,
               "--margin %g is out of reach: with --score %s and --temperature %g, scores lie between %g and "
               "%g, and noise must score below minus the margin",
               margin, score->name, temperature, score->min / temperature, score->max / temperature);
}

/* What was not given is what was measured to be best with this loss and score. */
static bool resolve_loss(struct parameters *parameters, struct error *error) {
    const struct loss *loss = loss_at(parameters->loss);
    if (!parameters->score.given)
        parameters->score.value = loss->score;
    if (loss->bounded && !(score_at(parameters->score.value)->max < INFINITY))
        return error_set(error, ERROR_INPUT,
                         "--score %s has no maximum, and --loss %s needs one; take another score",
                         score_names[parameters->score.value], loss->name);
    if (!check_applies(parameters, loss, error))
        return false;
    if (parameters->labels == NULL && loss->labels)
        return error_set(error, ERROR_INPUT, "--loss %s needs labels: --labels FILE", loss->name);
    const struct loss_defaults *measured = &loss->defaults[parameters->score.value];
    const struct loss_defaults unmeasured = {.alpha = 0.05, .temperature = 1, .margin = 1};
    const struct loss_defaults *defaults = measured->alpha > 0 ? measured : &unmeasured;
    set_unless_given(&parameters->alpha, defaults->alpha);
    set_unless_given(&parameters->temperature, defaults->temperature);
    set_unless_given(&parameters->margin, defaults->margin);
    if (loss->violations != NULL && !check_margin(parameters, loss, error))
        return false;
    return parameters->min_alpha <= parameters->alpha.value ||
           error_set(error, ERROR_INPUT, "--min-alpha %g is above --alpha %g", parameters->min_alpha,
                     parameters->alpha.value);
}

bool parameters_resolve(struct parameters *parameters, struct error *error) {
    if (!resolve_loss(parameters, error))
        return false;
    const struct kernel *kernel = kernel_choose(parameters->kernel, error);
    if (kernel == NULL)
        return false;
    parameters->kernel = kernel->name;
    if (parameters->threads == 0)
        parameters->threads = threads_usable();
    const struct loss_limits limits = parameters_limits(parameters);
    parameters->noise = step_limits_noise(limits, parameters->alpha.value, parameters->noise);
    return true;
}

struct loss_limits parameters_limits(const struct parameters *parameters) {
    const struct score *score = score_at(parameters->score.value);
    const struct loss_limits limits = loss_at(parameters->loss)->limits(parameters);
    return score->limits != NULL ? score->limits(limits, parameters) : limits;
}

void parameters_set_sample(struct parameters *parameters, size_t vocab) {
    set_unless_given(&parameters->sample, fmax(SAMPLE, 1 / (double)vocab));
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

/* Of a file only its name, so that a record does not depend on where it is. A record has one line for each
 * value. */
static void text_value(const char *text, char value[PARAMETER_TEXT_MAX]) {
    const char *slash = text != NULL ? strrchr(text, '/') : NULL;
    snprintf(value, PARAMETER_TEXT_MAX, "%s", text == NULL ? "none" : slash != NULL ? slash + 1 : text);
    for (char *at = value; *at != '\0'; at++)
        if ((unsigned char)*at < ' ')
            *at = '?';
}

static void print_value(const struct option *option, const struct parameters *parameters, int digits,
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
        snprintf(value, PARAMETER_TEXT_MAX, "%.*g", digits, *(const double *)place);
        break;
    case OPTION_MAYBE_REAL:
        snprintf(value, PARAMETER_TEXT_MAX, "%.*g", digits, ((const struct option_real *)place)->value);
        break;
    case OPTION_CHOICE:
        snprintf(value, PARAMETER_TEXT_MAX, "%s", option->choices[*(const size_t *)place]);
        break;
    case OPTION_MAYBE_CHOICE:
        snprintf(value, PARAMETER_TEXT_MAX, "%s",
                 option->choices[((const struct option_choice *)place)->value]);
        break;
    case OPTION_TEXT:
        text_value(*(const char *const *)place, value);
        break;
    default: /* no parameter is of another type: tests/unit/test_parameters.c */
        value[0] = '\0';
        break;
    }
}

void parameter_value(const struct option *option, const struct parameters *parameters,
                     char value[PARAMETER_TEXT_MAX]) {
    print_value(option, parameters, 9, value);
}

void parameter_value_exactly(const struct option *option, const struct parameters *parameters,
                             char value[PARAMETER_TEXT_MAX]) {
    print_value(option, parameters, 17, value);
}

#include "train/outcome.h"

#include "train/losses.h"

/* Of the loss of vectors that tell nothing apart. A word needs some pairs before anything can show. */
#define LEARNED 0.01
#define ACCURACY_MIN 0.55
#define PAIRS_PER_WORD 100

/* In less text, chance may leave few pairs, or pairs that tell nothing. */
#define WORDS_MIN 1000

bool outcome_check(const struct training_results *results, const struct corpus *corpus,
                   const struct parameters *parameters, struct error *error) {
    if (results->pairs_trained >= corpus->vocab.size ||
        (results->pairs_trained > 0 && corpus->words < WORDS_MIN))
        return true;
    const double sentence = (double)corpus->tokens / (double)corpus->sentences;
    const double known = (double)corpus->words / (double)corpus->tokens;
    const char *trained = results->pairs_trained == 0 ? "no two words" : "hardly any two words";
    if (sentence < 1.5)
        return error_set(error, ERROR_INPUT,
                         "nothing to learn: %s stand together in a line; a line should be a sentence or a "
                         "paragraph, not one word",
                         trained);
    if (results->kept < 0.01)
        return error_set(
            error, ERROR_INPUT,
            "nothing to learn: --sample %g skips all but %.2g%% of the words; raise it, or leave "
            "it out",
            parameters->sample.value, 100 * results->kept);
    if (known < 0.9)
        return error_set(error, ERROR_INPUT,
                         "nothing to learn: only %.2g%% of the text is in the vocabulary, and %s of it stand "
                         "together; lower --min-count or raise --max-vocab",
                         100 * known, trained);
    return error_set(error, ERROR_INPUT,
                     "nothing to learn: %s were left together by subsampling; raise --sample (now %g), or "
                     "take more text",
                     trained, parameters->sample.value);
}

bool outcome_learned_nothing(const struct training_results *results, const struct corpus *corpus,
                             const struct parameters *parameters) {
    const struct measures *last = &results->measures[parameters->epochs - 1];
    if (!(last->pairs > 0) || corpus->words < WORDS_MIN ||
        results->pairs_trained / PAIRS_PER_WORD < corpus->vocab.size)
        return false;
    /* The hardest of many noise words may always win, whatever the vectors have learned. */
    return last->accuracy < ACCURACY_MIN || (!parameters->hard && measures_excess(last) > -LEARNED);
}

/* Defaults are within a factor of three of the best. */
#define TEMPERATURE_FAR 10
#define ALPHA_FAR 100

const char *outcome_remedy(const struct parameters *parameters) {
    const struct loss_defaults *defaults = &loss_at(parameters->loss)->defaults[parameters->score.value];
    const double temperature = parameters->temperature.value;
    if (temperature > TEMPERATURE_FAR * defaults->temperature)
        return "a lower --temperature";
    if (temperature < defaults->temperature / TEMPERATURE_FAR)
        return "a higher --temperature";
    return parameters->alpha.value < defaults->alpha / ALPHA_FAR ? "a higher --alpha" : NULL;
}

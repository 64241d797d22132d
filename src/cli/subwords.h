/* What `sgns subwords` and `sgns train --subwords` share: their options, and the fit with what the user is
 * told. */
#ifndef SGNS_CLI_SUBWORDS_H
#define SGNS_CLI_SUBWORDS_H

#include "analyse/subword_fit.h"
#include "base/option.h"
#include "cli/progress.h"
#include "model/record.h"
#include "text/ngrams.h"

struct subword_settings {
    uint64_t minn, maxn, ngram_words;
    struct option_real mix;
};

/* Options of a command; `place` is the offset of a struct subword_settings. */
#define SUBWORD_OPTIONS(place)                                                                             \
    INTEGER_OPTION("minn", 0, "3", 1, NGRAMS_POINTS_MAX, "n-grams: the shortest, in characters",           \
                   (place) + offsetof(struct subword_settings, minn)),                                     \
        INTEGER_OPTION("maxn", 0, "6", 1, NGRAMS_POINTS_MAX, "n-grams: the longest, in characters",        \
                       (place) + offsetof(struct subword_settings, maxn)),                                 \
        INTEGER_OPTION("ngram-words", 0, "2", 1, 1e9, "n-grams: leave out those of fewer than N words",    \
                       (place) + offsetof(struct subword_settings, ngram_words)),                          \
        MAYBE_REAL_OPTION("mix", 1e-3, 1e9,                                                                \
                          "mix the words' own vectors with those that their n-grams give: of a word that " \
                          "occurs c times, c / (c + X) stays; 100 is good for rare words (default: not "   \
                          "mixed)",                                                                        \
                          (place) + offsetof(struct subword_settings, mix))

/* What a table can't express. */
bool subword_settings_check(const struct subword_settings *settings, struct error *error) MUST_USE;

/* Options that stand for the settings in the record of a checkpoint: "--minn=3"; pushed to
 * options[*count ..], each to be freed with free(). At most SUBWORD_OPTION_COUNT, and none if there is no
 * "subwords" in the record. */
#define SUBWORD_OPTION_COUNT 5
bool subword_settings_read(const char *record, size_t bytes, char **options, size_t *count,
                           struct error *error) MUST_USE;

/* Lines for the record of a model, or of a checkpoint. */
bool subword_settings_record(const struct subword_settings *settings, struct record *record,
                             struct error *error) MUST_USE;

/* A fit on its way. Zero it first. */
struct subword_job {
    struct subword_settings settings;
    bool quiet;
    size_t dim, stride, threads;
    struct subword_fit fit;
    void *section; /* (section_bytes) of the model file; owned */
    size_t section_bytes;
    float *mixed; /* (vocab, stride) the words' vectors after mixing; NULL if they are not mixed; owned */
    size_t mixed_bytes;
    struct progress *progress;
};

/* Finds the n-grams of the words and says how much memory the fit will take, beside the `others` bytes that
 * are to be taken meanwhile; ERROR_SYSTEM if that is more than there is, ERROR_INPUT if there are no n-grams.
 * Sets section_bytes. `vocab` must outlive the job. */
bool subword_job_find(struct subword_job *job, const struct vocab *vocab, size_t others,
                      struct error *error) MUST_USE;

/* Fits the n-grams to `input` (vocab, stride) and, if the settings say so, mixes. */
bool subword_job_run(struct subword_job *job, const float *input, struct error *error) MUST_USE;

void subword_job_free(struct subword_job *job);

#endif

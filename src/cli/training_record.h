/* How a training was asked for and went, as records (model/record.h): that of a model, and that of a
 * checkpoint. */
#ifndef SGNS_CLI_TRAINING_RECORD_H
#define SGNS_CLI_TRAINING_RECORD_H

#include "model/record.h"
#include "text/ingest.h"
#include "train/parameters.h"
#include "train/trainer.h"

/* Where vectors and words of a training came from, if not from random numbers and the text. */
struct training_origin {
    const char *model;      /* the name of the model's file without its folder; NULL: random numbers */
    const char *vocab_from; /* the value of --vocab-from */
    uint64_t words;         /* that started from the model */
    const char *vocab_file; /* the name of the file of --vocab without its folder; NULL: none */
};

/* The most bytes of a model's record; false if that is too much for a size_t. */
bool training_record_bytes_max(const struct parameters *parameters, size_t *bytes) MUST_USE;

/* Takes the memory of a model's record beforehand. */
bool training_record_reserve(struct record *record, const struct parameters *parameters,
                             struct error *error) MUST_USE;

/* How the model was made. No times and no places: the same training gives the same record. */
bool training_record_make(struct record *record, const struct corpus *corpus,
                          const struct parameters *parameters, const struct training_origin *origin,
                          const struct training_results *results, struct error *error) MUST_USE;

/* What a checkpoint needs beyond the state of the trainer. */
bool training_record_checkpoint(struct record *record, const struct parameters *parameters,
                                const struct training_origin *origin, uint64_t fingerprint,
                                struct error *error) MUST_USE;

/* Command-line options that stand for the parameters in a record: "--dim=100", "--keep-case". Each word and
 * the array of *count are to be freed with training_record_free. */
char **training_record_options(const char *record, size_t bytes, size_t *count, struct error *error) MUST_USE;
void training_record_free(char **options, size_t count);

/* The value of a key, to be freed with free(); NULL if it is not there (then error->kind is ERROR_NONE) or
 * if there is no memory. */
char *training_record_text(const char *record, size_t bytes, const char *key, struct error *error) MUST_USE;

#endif

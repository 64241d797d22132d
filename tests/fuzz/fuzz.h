/* Inputs that are damaged, for everything that reads: seeds.c makes small good ones of every kind, mutate.c
 * damages one in a way that its number alone decides, feed.c and commands.c have it read, and main.c goes
 * through the numbers. The targets of tests/libfuzzer use all but main.c. Whatever can't be done here ends
 * the process. */
#ifndef SGNS_TESTS_FUZZ_H
#define SGNS_TESTS_FUZZ_H

#include <stddef.h>

#include "base/rng.h"
#include "model/model.h"

struct bytes {
    unsigned char *data; /* owned; NULL if there never were any */
    size_t size, capacity;
};

/* Puts data[0 .. size) in at `at`; it must not point into `bytes`. */
void bytes_insert(struct bytes *bytes, size_t at, const void *data, size_t size);
void bytes_append(struct bytes *bytes, const void *data, size_t size);

enum seed {
    /* models */
    SEED_NATIVE,
    SEED_NATIVE_WITHOUT_CONTEXT,
    SEED_NATIVE_WITH_EXTRA,
    SEED_NATIVE_WITH_NGRAMS,
    SEED_NATIVE_2,
    SEED_NATIVE_1, /* the last native one */
    SEED_BINARY,
    SEED_BINARY_WITHOUT_NEWLINES,
    SEED_TEXT,
    SEED_FASTTEXT,
    SEED_GLOVE,
    SEED_MODELS, /* so many of them */
    /* lines of tests */
    SEED_SIMILARITY = SEED_MODELS,
    SEED_ANALOGIES,
    SEED_CATEGORIES,
    SEED_OUTLIERS,
    SEED_FACTORS,
    /* other texts */
    SEED_QUESTIONS,
    SEED_ARGUMENTS,
    SEED_PROSE,
    SEED_VOCABULARY,
    SEED_PHRASES,
    SEED_CHECKPOINT,
    SEEDS
};

#define FUZZ_PATH_MAX 4200

struct fuzz {
    char folder[4096];
    char path[FUZZ_PATH_MAX]; /* of the file that holds the input */
    int file;
    int output; /* of commands */
    bool redirected;
    struct bytes seeds[SEEDS];
    struct model model; /* a good one, which answers */
    struct rng rng;
    struct bytes input;
};

/* Makes the seeds, and the files in a folder. fuzz_finish removes all but the folder. */
void fuzz_start(struct fuzz *fuzz, const char *folder);
void fuzz_finish(struct fuzz *fuzz);

/* From now on, what commands print goes to a file, which is looked at, and their warnings go nowhere. */
void fuzz_redirect(struct fuzz *fuzz);

/* The path of a file in the folder: those of the tests and of prose have the seeds' names. */
const char *fuzz_path(const struct fuzz *fuzz, const char *name, char path[FUZZ_PATH_MAX]);

/* Makes the seeds, and opens a model of the first. */
void seeds_make(struct fuzz *fuzz);

/* Makes fuzz->input of a seed; it may be untouched. */
void mutate(struct fuzz *fuzz, enum seed seed);

/* Makes the checksums and sizes of a damaged native model right, or some of them, as the random numbers say.
 */
void mend(struct fuzz *fuzz, enum seed seed);

/* Has the input read by all that reads such ones, and looks at what comes of it. */
void feed(struct fuzz *fuzz, enum seed seed);

/* Runs one of the commands that take a model on the input, and looks at what it prints. */
void run_command(struct fuzz *fuzz);

/* Puts the bytes in the file. */
void write_input(const struct fuzz *fuzz, const struct bytes *bytes);

_Noreturn void give_up(const char *why);

#endif

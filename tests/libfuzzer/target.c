/* The readers as a target of libFuzzer, which learns from the code that an input reaches. READER in the
 * environment names one of the readers below. SEEDS, if it is there, names a folder to put its seeds in. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../fuzz/fuzz.h"
#include "model/checksum.h"
#include "model/layout.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned number);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);

static const struct reader {
    const char *name;
    enum seed first, last;
} readers[] = {
    {"native", SEED_NATIVE, SEED_NATIVE_1},
    {"binary", SEED_BINARY, SEED_BINARY_WITHOUT_NEWLINES},
    {"text", SEED_TEXT, SEED_GLOVE},
    {"tests", SEED_SIMILARITY, SEED_FACTORS},
    {"questions", SEED_QUESTIONS, SEED_QUESTIONS},
    {"options", SEED_ARGUMENTS, SEED_ARGUMENTS},
    {"corpus", SEED_PROSE, SEED_PROSE},
    {"checkpoint", SEED_CHECKPOINT, SEED_CHECKPOINT},
    {"vocabulary", SEED_VOCABULARY, SEED_VOCABULARY},
    {"phrases", SEED_PHRASES, SEED_PHRASES},
};

static struct fuzz fuzz = {.file = -1};
static char folder[4096];
static const struct reader *reader;
static bool started;

static void finish(void) {
    if (started)
        fuzz_finish(&fuzz);
    rmdir(folder);
}

static void write_seeds(const char *to) {
    for (enum seed seed = reader->first; seed <= reader->last; seed++) {
        char path[FUZZ_PATH_MAX];
        snprintf(path, sizeof path, "%s/seed-%d", to, (int)seed);
        FILE *file = fopen(path, "w");
        if (file == NULL ||
            fwrite(fuzz.seeds[seed].data, 1, fuzz.seeds[seed].size, file) != fuzz.seeds[seed].size ||
            fclose(file) != 0)
            give_up("can't write a seed");
    }
}

/* Standard output is still what it was, so that libFuzzer can put its own reports aside. */
int LLVMFuzzerInitialize(int *argc, char ***argv) { /* NOLINT(readability-non-const-parameter): its type */
    (void)argc;
    (void)argv;
    const char *name = getenv("READER"), *seeds = getenv("SEEDS"), *temporary = getenv("TMPDIR");
    for (size_t i = 0; name != NULL && i < sizeof readers / sizeof *readers; i++)
        if (strcmp(name, readers[i].name) == 0)
            reader = &readers[i];
    if (reader == NULL)
        give_up("READER names no reader");
    snprintf(folder, sizeof folder, "%s/sgns-fuzz.XXXXXX", temporary != NULL ? temporary : "/tmp");
    if (mkdtemp(folder) == NULL || atexit(finish) != 0)
        give_up("can't make a folder");
    fuzz_start(&fuzz, folder);
    started = true;
    if (seeds != NULL)
        write_seeds(seeds);
    return 0;
}

/* Random choices depend on the input alone, so that it does the same again. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_redirect(&fuzz);
    fuzz.rng = rng_seed(checksum(data, size), 0);
    fuzz.input.size = 0;
    bytes_append(&fuzz.input, data, size);
    feed(&fuzz, (enum seed)((uint32_t)reader->first +
                            rng_below(&fuzz.rng, (uint32_t)reader->last - (uint32_t)reader->first + 1)));
    return 0;
}

/* A native file or a checkpoint that was changed gets right checksums most of the time, or nothing behind
 * them would ever be read. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned number) {
    size = LLVMFuzzerMutate(data, size, max);
    uint32_t version = 0;
    const bool checkpoint = reader->first == SEED_CHECKPOINT;
    if ((reader->first != SEED_NATIVE && !checkpoint) || size < sizeof(struct layout_header))
        return size;
    fuzz.rng = rng_seed(number, 0);
    if (rng_below(&fuzz.rng, 8) == 0)
        return size;
    memcpy(&version, data + offsetof(struct layout_header, version), sizeof version);
    fuzz.input.size = 0;
    bytes_append(&fuzz.input, data, size);
    mend(&fuzz, checkpoint || version >= LAYOUT_VERSION ? SEED_NATIVE : SEED_NATIVE_2);
    memcpy(data, fuzz.input.data, size);
    return size;
}

/* Checkpoints: a training that stops and goes on, and files that are damaged. */
#include "train/checkpoint.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/rng.h"
#include "harness.h"
#include "kernels/registry.h"

#define STOPS 20

static const char phrases[] = "new york\t1\nnew_york city\t2\npadding of\t1\nexactly sixty-four bytes\t1\n";
static const char record[] = "dim=21\nnote=a record of 64 bytes, so that no padding follows...\n";

_Static_assert(sizeof record == 65, "no padding follows the record");

static bool read_corpus(struct corpus *corpus, size_t sentences) {
    char path[512];
    struct error error = {0};
    struct rng rng = rng_seed(3, 1);
    test_path(path, sizeof path, "checkpoint.txt");
    FILE *out = fopen(path, "w");
    if (out == NULL)
        return false;
    for (size_t s = 0; s < sentences; s++) {
        for (size_t w = 0; w < 12; w++)
            fprintf(out, "w%u ", (unsigned)(rng_unit(&rng) * rng_unit(&rng) * 90));
        fputc('\n', out);
    }
    const char *const paths[] = {path};
    const struct ingest_options options = {.paths = paths,
                                           .path_count = 1,
                                           .rules = {.kind = TOKENIZER_WHITESPACE},
                                           .min_count = 1,
                                           .max_sentence = 1000,
                                           .threads = 1,
                                           .memory_limit = UINT64_MAX,
                                           .folder = "/tmp"};
    const bool done = fclose(out) == 0 && ingest(corpus, &options, &error);
    unlink(path);
    return done;
}

static struct parameters some_parameters(uint64_t threads) {
    struct error error = {0};
    struct parameters parameters = {.dim = 21,
                                    .window = 5,
                                    .negative = 5,
                                    .noise = 16,
                                    .epochs = 6,
                                    .threads = threads,
                                    .noise_power = 0.75,
                                    .alpha = {true, 0.05},
                                    .min_alpha = 5e-6,
                                    .sample = {true, 0.003},
                                    .weights = WEIGHTS_RANDOM,
                                    .seed = 7,
                                    .temperature = {true, 1},
                                    .kernel = kernel_at(0)->name};
    if (!parameters_resolve(&parameters, &error))
        abort();
    return parameters;
}

/* A run that ends after `until` tasks, from a checkpoint if there is one. */
static struct trainer *run_until(const struct corpus *corpus, const struct parameters *parameters,
                                 const struct checkpoint *from, size_t until) {
    struct error error = {0};
    const struct trainer_hooks none = {.stop = NULL};
    const struct trainer_start start = {.state = from != NULL ? &from->state : NULL};
    struct trainer *trainer = trainer_create(corpus, parameters, NULL, &start, &error);
    if (trainer == NULL || !trainer_run(trainer, until, &none, &error)) {
        fprintf(stderr, "%s\n", error.text);
        abort();
    }
    return trainer;
}

static void write_checkpoint(const char *path, const struct corpus *corpus, struct trainer *trainer) {
    struct error error = {0};
    struct trainer_state state;
    struct file_out file;
    trainer_get_state(trainer, &state);
    const struct checkpoint_content content = {
        &corpus->vocab, 21, 6, &state, record, sizeof record - 1, phrases, sizeof phrases - 1};
    if (!file_create(&file, path, &error) || !checkpoint_write(&file, &content, &error) ||
        !file_commit(&file, &error)) {
        fprintf(stderr, "%s\n", error.text);
        abort();
    }
}

static bool same_results(const struct training_results *a, const struct training_results *b, size_t vocab,
                         size_t epochs) {
    const size_t bytes = vocab * a->stride * sizeof(float);
    if (a->input == NULL || b->input == NULL || a->output == NULL || b->output == NULL ||
        a->measures == NULL || b->measures == NULL)
        return false;
    return memcmp(a->input, b->input, bytes) == 0 && memcmp(a->output, b->output, bytes) == 0 &&
           memcmp(a->measures, b->measures, epochs * sizeof *a->measures) == 0 &&
           a->geometry.alignment == b->geometry.alignment &&
           a->geometry.uniformity == b->geometry.uniformity && a->pairs == b->pairs && a->rows == b->rows &&
           b->progress == 1;
}

/* Stops after random tasks, sometimes twice after the same one, and goes on in a new trainer each time. */
static struct trainer *run_with_stops(const struct corpus *corpus, const struct parameters *parameters,
                                      struct test *test) {
    char path[512];
    struct rng rng = rng_seed(11, 1);
    struct error error = {0};
    const size_t tasks = corpus->stream.size * (size_t)parameters->epochs;
    test_path(path, sizeof path, "checkpoint");
    struct trainer *trainer = run_until(corpus, parameters, NULL, 0);
    for (size_t stop = 0, at = 0; stop < STOPS; stop++) {
        struct checkpoint checkpoint;
        write_checkpoint(path, corpus, trainer);
        trainer_free(trainer);
        CHECK_MSG(test, checkpoint_open(&checkpoint, path, &error), "%s", error.text);
        CHECK(test, checkpoint.phrases_bytes == sizeof phrases - 1 &&
                        memcmp(checkpoint.phrases, phrases, sizeof phrases - 1) == 0);
        at += rng_below(&rng, (uint32_t)(2 * (tasks - at) / (STOPS - stop) + 1));
        at = at < tasks ? at : tasks;
        trainer = run_until(corpus, parameters, &checkpoint, stop + 1 < STOPS ? at : tasks);
        checkpoint_close(&checkpoint);
    }
    unlink(path);
    return trainer;
}

static void test_stops(struct test *test) {
    struct corpus corpus = {.words = 0};
    struct error error = {0};
    CHECK(test, read_corpus(&corpus, 20000));
    const struct parameters parameters = some_parameters(1);
    CHECK_MSG(test, corpus.stream.size > 10, "%zu", corpus.stream.size);
    struct training_results whole = {.progress = 0}, parts = {.progress = 0};
    struct trainer *first = run_until(&corpus, &parameters, NULL, SIZE_MAX);
    struct trainer *second = run_with_stops(&corpus, &parameters, test);
    CHECK(test, trainer_results(first, &whole, &error) && trainer_results(second, &parts, &error));
    CHECK(test, same_results(&whole, &parts, corpus.vocab.size, 6));
    trainer_free(first);
    trainer_free(second);
    corpus_free(&corpus);
}

/* With several threads, the schedule is the same. */
static void test_threads(struct test *test) {
    struct corpus corpus = {.words = 0};
    struct error error = {0};
    CHECK(test, read_corpus(&corpus, 6000));
    const struct parameters parameters = some_parameters(3);
    struct training_results results;
    struct trainer *trainer = run_with_stops(&corpus, &parameters, test);
    CHECK(test, trainer_done(trainer) == trainer_tasks(trainer));
    CHECK(test, trainer_results(trainer, &results, &error) && results.progress == 1);
    CHECK(test, results.measures[5].loss < results.measures[0].loss);
    trainer_free(trainer);
    corpus_free(&corpus);
}

/* The results are floats; a checkpoint of them has the rows as they were trained. */
static void test_after_results(struct test *test) {
    struct corpus corpus = {.words = 0};
    struct error error = {0};
    char path[512];
    CHECK(test, read_corpus(&corpus, 3000));
    const struct parameters parameters = some_parameters(1);
    struct training_results whole = {.progress = 0}, again = {.progress = 0};
    struct trainer *first = run_until(&corpus, &parameters, NULL, SIZE_MAX);
    struct trainer *second = run_until(&corpus, &parameters, NULL, SIZE_MAX);
    CHECK(test, trainer_results(first, &whole, &error) && trainer_results(second, &again, &error));
    test_path(path, sizeof path, "after");
    write_checkpoint(path, &corpus, second);
    trainer_free(second);
    struct checkpoint checkpoint;
    CHECK_MSG(test, checkpoint_open(&checkpoint, path, &error), "%s", error.text);
    second = run_until(&corpus, &parameters, &checkpoint, SIZE_MAX);
    checkpoint_close(&checkpoint);
    CHECK(test, trainer_results(second, &again, &error));
    CHECK(test, same_results(&whole, &again, corpus.vocab.size, 6));
    unlink(path);
    trainer_free(first);
    trainer_free(second);
    corpus_free(&corpus);
}

static bool opens(const char *path, const unsigned char *bytes, size_t size) {
    struct checkpoint checkpoint;
    struct error error = {0};
    FILE *out = fopen(path, "w");
    if (out == NULL || fwrite(bytes, 1, size, out) != size || fclose(out) != 0)
        abort();
    const bool done = checkpoint_open(&checkpoint, path, &error);
    if (done)
        checkpoint_close(&checkpoint);
    return done;
}

/* Whatever is damaged or cut off is found. Bytes between sections mean nothing. */
static void test_damage(struct test *test) {
    struct corpus corpus = {.words = 0};
    struct error error = {0};
    char path[512];
    CHECK(test, read_corpus(&corpus, 200));
    const struct parameters parameters = some_parameters(1);
    struct trainer *trainer = run_until(&corpus, &parameters, NULL, 2);
    test_path(path, sizeof path, "damage");
    write_checkpoint(path, &corpus, trainer);
    struct file_map map;
    CHECK(test, file_map_open(&map, path, &error));
    unsigned char *bytes = malloc(map.size);
    if (bytes == NULL)
        abort();
    memcpy(bytes, map.data, map.size);
    const size_t size = map.size;
    file_map_close(&map);
    CHECK(test, opens(path, bytes, size));
    size_t accepted = 0;
    for (size_t i = 0; i < size; i += i < 500 ? 1 : 37) {
        bytes[i] ^= 0x55;
        accepted += opens(path, bytes, size);
        bytes[i] ^= 0x55;
        CHECK(test, i >= 500 || !opens(path, bytes, i));
    }
    CHECK_MSG(test, accepted < 50, "%zu damaged files were accepted", accepted);
    unlink(path);
    free(bytes);
    trainer_free(trainer);
    corpus_free(&corpus);
}

static void test_fingerprint(struct test *test) {
    struct corpus corpus = {.words = 0};
    struct error error = {0};
    uint64_t first, second;
    if (!read_corpus(&corpus, 3000) || corpus.stream.size < 2)
        abort();
    CHECK(test, checkpoint_fingerprint(&corpus, &first, &error));
    CHECK(test, checkpoint_fingerprint(&corpus, &second, &error) && first == second);
    uint32_t *ids = corpus.stream.chunks[1].ids;
    size_t other = 1;
    while (ids[other] == ids[0] || ids[other] == STREAM_SENTENCE_END)
        other++;
    const uint32_t swapped = ids[0];
    ids[0] = ids[other];
    ids[other] = swapped;
    CHECK(test, checkpoint_fingerprint(&corpus, &second, &error) && first != second);
    corpus_free(&corpus);
}

static const struct test_case cases[] = {
    {"checkpoint: 20 stops in one run change nothing, bit for bit", test_stops},
    {"checkpoint: several threads go on, too", test_threads},
    {"checkpoint: of results that could not be saved", test_after_results},
    {"checkpoint: damage is found", test_damage},
    {"checkpoint: the fingerprint sees two words swapped", test_fingerprint},
};
TEST_MAIN(cases)

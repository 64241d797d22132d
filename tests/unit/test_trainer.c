/* The trainer on a small corpus whose structure is known: words of a topic occur together. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/rng.h"
#include "base/threads.h"
#include "harness.h"
#include "kernels/registry.h"
#include "train/trainer.h"

#define TOPICS 10
#define TOPIC_WORDS 20
#define COMMON_WORDS 5

/* Sentences of ten words of one topic, the first ones the most frequent, and three of everybody's. A word is
 * "tNwM"; the number of its topic is its second character. */
static bool write_corpus(const char *path, size_t sentences) {
    struct rng rng = rng_seed(1, 1);
    FILE *out = fopen(path, "w");
    if (out == NULL)
        return false;
    for (size_t s = 0; s < sentences; s++) {
        const unsigned topic = rng_below(&rng, TOPICS);
        for (size_t w = 0; w < 13; w++)
            if (w % 4 == 3)
                fprintf(out, "common%u ", rng_below(&rng, COMMON_WORDS));
            else
                fprintf(out, "t%uw%u ", topic, (unsigned)(rng_unit(&rng) * rng_unit(&rng) * TOPIC_WORDS));
        fputc('\n', out);
    }
    return fclose(out) == 0;
}

static bool read_corpus(struct corpus *corpus, const char *name, size_t sentences, uint64_t memory_limit) {
    char path[512];
    test_path(path, sizeof path, name);
    if (!write_corpus(path, sentences))
        return false;
    struct error error = {0};
    const char *const paths[] = {path};
    const struct ingest_options options = {.paths = paths,
                                           .path_count = 1,
                                           .rules = {.kind = TOKENIZER_WHITESPACE},
                                           .min_count = 5,
                                           .max_sentence = 1000,
                                           .threads = 1,
                                           .memory_limit = memory_limit,
                                           .folder = "/tmp"};
    const bool done = ingest(corpus, &options, &error);
    unlink(path);
    return done;
}

static struct training_options default_options(void) {
    return (struct training_options){.dim = 20,
                                     .window = 5,
                                     .negative = 5,
                                     .noise_words = 32,
                                     .epochs = 5,
                                     .threads = 1,
                                     .shrink = true,
                                     .noise_power = 0.75,
                                     .alpha = 0.05,
                                     .min_alpha = 5e-6,
                                     .sample = 0,
                                     .seed = 1,
                                     .objective = &loss_table[0],
                                     .kernel = kernel_at(0)};
}

static double cosine(const struct training *training, size_t a, size_t b) {
    double dot = 0, aa = 0, bb = 0;
    for (size_t d = 0; d < training->dim; d++) {
        const double x = (double)training->input[a * training->stride + d];
        const double y = (double)training->input[b * training->stride + d];
        dot += x * y;
        aa += x * x;
        bb += y * y;
    }
    return dot / sqrt(aa * bb);
}

/* The share of topic words whose nearest neighbour is of the same topic. A tenth would be chance. */
static double purity(const struct training *training, const struct vocab *vocab) {
    size_t right = 0, asked = 0;
    for (size_t a = 0; a < vocab->size; a++) {
        if (vocab_word(vocab, a)[0] != 't')
            continue;
        size_t best = a;
        double highest = -2;
        for (size_t b = 0; b < vocab->size; b++) {
            const double here = b == a ? -2 : cosine(training, a, b);
            if (here > highest) {
                highest = here;
                best = b;
            }
        }
        asked++;
        right += best != a && vocab_word(vocab, best)[0] == 't' &&
                 vocab_word(vocab, best)[1] == vocab_word(vocab, a)[1];
    }
    return (double)right / (double)asked;
}

static bool all_finite(const struct training *training) {
    for (size_t i = 0; i < training->vocab * training->stride; i++)
        if (!isfinite(training->input[i]) || !isfinite(training->output[i]) ||
            fabsf(training->input[i]) > 100)
            return false;
    return true;
}

/* What became of a training. */
struct outcome {
    bool done, finite;
    double purity, loss, progress;
};

static struct outcome learn(const struct corpus *corpus, const struct training_options *options) {
    struct error error = {0};
    struct training training;
    struct outcome outcome = {.done = training_run(&training, corpus, options, &error)};
    if (outcome.done) {
        outcome.finite = all_finite(&training);
        outcome.purity = purity(&training, &corpus->vocab);
        outcome.loss = training.losses[options->epochs - 1];
        outcome.progress = training.progress;
    }
    training_free(&training);
    return outcome;
}

static void check_outcome(struct test *test, const struct training_options *options,
                          const struct outcome *outcome) {
    CHECK_MSG(test, outcome->done && outcome->finite && outcome->purity > 0.95,
              "dim %zu window %zu K %zu N %zu alpha %g shrink %d loss %s: purity %.3f, loss %g", options->dim,
              options->window, options->negative, options->noise_words, options->alpha, options->shrink,
              options->objective->name, outcome->purity, outcome->loss);
    CHECK(test, outcome->progress == 1);
}

static void check_learns(struct test *test, const struct corpus *corpus,
                         const struct training_options *options) {
    const struct outcome outcome = learn(corpus, options);
    check_outcome(test, options, &outcome);
}

static bool odd(unsigned bits) {
    return (__builtin_popcount(bits) & 1) != 0;
}

#define CORNERS 18

/* Trainings that don't know of each other, on all processors. */
struct corners {
    struct corpus corpus;
    struct training_options options[CORNERS];
    struct outcome outcomes[CORNERS];
    atomic_size_t next;
};

/* A quarter of the corners of the options' range, so chosen that every three options meet in all their
 * combinations (a fractional factorial design of resolution IV), and the two with the largest steps, which
 * take the longest and so come first. */
static void choose_corners(struct training_options *options) {
    const size_t windows[] = {1, 15}, negatives[] = {1, 20}, dims[] = {10, 300}, noises[] = {4, 32};
    const double alphas[] = {0.025, 0.1};
    for (unsigned i = 0; i < CORNERS; i++) {
        const bool largest = i < 2;
        const unsigned corner = CORNERS - 1 - i;
        options[i] = default_options();
        options[i].window = windows[largest || (corner & 1) != 0];
        options[i].negative = negatives[largest || (corner & 2) != 0];
        options[i].alpha = alphas[largest || (corner & 4) != 0];
        options[i].dim = dims[largest ? corner & 1 : corner >> 3];
        options[i].noise_words = noises[!largest && odd(corner & 7)];
        options[i].shrink = !largest && odd(corner & 14);
        options[i].epochs = options[i].window == 1 ? 12 : 3;
    }
}

static void learn_corners(void *context, size_t index) {
    struct corners *corners = context;
    (void)index;
    for (size_t i; (i = atomic_fetch_add(&corners->next, 1)) < CORNERS;)
        corners->outcomes[i] = learn(&corners->corpus, &corners->options[i]);
}

/* None may collapse. */
static void test_corners(struct test *test) {
    struct error error = {0};
    struct corners corners = {.next = 0};
    CHECK(test, read_corpus(&corners.corpus, "corners", 8000, SIZE_MAX));
    choose_corners(corners.options);
    CHECK(test, threads_run(threads_usable(), learn_corners, &corners, &error));
    for (size_t i = 0; i < CORNERS; i++)
        check_outcome(test, &corners.options[i], &corners.outcomes[i]);
    corpus_free(&corners.corpus);
}

static void test_every_objective_and_kernel(struct test *test) {
    struct corpus corpus;
    CHECK(test, read_corpus(&corpus, "loss_table", 8000, SIZE_MAX));
    for (const struct loss *objective = loss_table; objective->name != NULL; objective++) {
        struct training_options options = default_options();
        options.objective = objective;
        for (size_t i = 0; (options.kernel = kernel_at(i)) != NULL; i++)
            check_learns(test, &corpus, &options);
    }
    corpus_free(&corpus);
}

static bool same_result(const struct training *a, const struct training *b) {
    return memcmp(a->input, b->input, a->matrix_bytes) == 0 &&
           memcmp(a->output, b->output, b->matrix_bytes) == 0;
}

static void test_reproducible(struct test *test) {
    struct error error = {0};
    struct corpus corpus, spilled;
    CHECK(test, read_corpus(&corpus, "same", 5000, SIZE_MAX) && read_corpus(&spilled, "same", 5000, 0));
    struct training_options options = default_options();
    struct training first, second, other, from_file;
    CHECK(test, training_run(&first, &corpus, &options, &error));
    CHECK(test, training_run(&second, &corpus, &options, &error));
    CHECK(test, training_run(&from_file, &spilled, &options, &error));
    options.seed = 2;
    CHECK(test, training_run(&other, &corpus, &options, &error));
    CHECK(test, same_result(&first, &second));
    CHECK(test, same_result(&first, &from_file));
    CHECK(test, !same_result(&first, &other));
    CHECK(test, memcmp(first.losses, second.losses, options.epochs * sizeof *first.losses) == 0);
    training_free(&first);
    training_free(&second);
    training_free(&other);
    training_free(&from_file);
    corpus_free(&corpus);
    corpus_free(&spilled);
}

static void test_threads(struct test *test) {
    struct corpus corpus;
    CHECK(test, read_corpus(&corpus, "threads", 8000, SIZE_MAX));
    struct training_options options = default_options();
    for (options.threads = 2; options.threads <= 8; options.threads *= 2)
        check_learns(test, &corpus, &options);
    corpus_free(&corpus);
}

/* An untrained model has output rows of zero, so every score is 0 and the loss is (1 + K) log 2; learning
 * lowers it from epoch to epoch. */
static void test_losses(struct test *test) {
    struct error error = {0};
    struct corpus corpus;
    CHECK(test, read_corpus(&corpus, "losses", 8000, SIZE_MAX));
    struct training_options options = default_options();
    options.alpha = 1e-6;
    options.min_alpha = 1e-6;
    struct training training;
    CHECK(test, training_run(&training, &corpus, &options, &error));
    CHECK_MSG(test, fabs(training.losses[0] - 6 * log(2)) < 0.01, "%g", training.losses[0]);
    training_free(&training);
    options = default_options();
    CHECK(test, training_run(&training, &corpus, &options, &error));
    for (size_t epoch = 1; epoch < options.epochs; epoch++)
        CHECK_MSG(test, training.losses[epoch] < training.losses[epoch - 1] + 0.01, "%g then %g",
                  training.losses[epoch - 1], training.losses[epoch]);
    CHECK(test, training.losses[0] < 6 * log(2) && training.losses[4] < training.losses[0] - 0.1);
    training_free(&training);
    corpus_free(&corpus);
}

/* Asks for an end at the first report. */
static void stop_at_once(void *context, const struct training_status *status) {
    struct training_options *options = context;
    if (status->words > 0)
        atomic_store(options->stop, true);
}

static void test_stop(struct test *test) {
    struct error error = {0};
    struct corpus corpus;
    CHECK(test, read_corpus(&corpus, "stop", 8000, SIZE_MAX));
    atomic_bool stop = false;
    struct training_options options = default_options();
    options.stop = &stop;
    options.report = stop_at_once;
    options.report_context = &options;
    struct training training;
    CHECK(test, training_run(&training, &corpus, &options, &error));
    CHECK_MSG(test, training.progress > 0 && training.progress < 0.2, "%g", training.progress);
    CHECK(test, training.losses[options.epochs - 1] == 0);
    training_free(&training);
    corpus_free(&corpus);
}

static const struct test_case cases[] = {
    {"trainer: learns at every corner of the options' range", test_corners},
    {"trainer: learns with every objective and kernel", test_every_objective_and_kernel},
    {"trainer: one thread and one seed give the same bytes", test_reproducible},
    {"trainer: learns with many threads", test_threads},
    {"trainer: the loss starts at (1 + K) log 2 and falls", test_losses},
    {"trainer: stops when asked to", test_stop},
};
TEST_MAIN(cases)

/* The trainer on a small corpus with a known structure: words of the same topic occur together. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/rng.h"
#include "base/threads.h"
#include "harness.h"
#include "kernels/registry.h"
#include "train/losses.h"
#include "train/trainer.h"

#define TOPICS 10
#define TOPIC_WORDS 20
#define COMMON_WORDS 5

/* Sentences of ten words of one topic, the first ones most frequent, and three words that all topics share. A
 * word is "tNwM"; its second character is the number of its topic. */
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

/* The topics of every second word, for losses that learn from labels. */
static struct labels topic_labels(const struct vocab *vocab) {
    char path[512];
    struct error error = {0};
    struct labels labels;
    test_path(path, sizeof path, "labels");
    FILE *out = fopen(path, "w");
    for (size_t i = 0; i < vocab->size; i++)
        if (vocab_word(vocab, i)[0] == 't' && i % 2 == 0)
            fprintf(out, "%s\t%c\n", vocab_word(vocab, i), vocab_word(vocab, i)[1]);
    fclose(out);
    if (!labels_read(&labels, path, vocab, (struct tokenizer_rules){.kind = TOKENIZER_WHITESPACE}, &error))
        abort();
    unlink(path);
    return labels;
}

static struct parameters default_parameters(void) {
    return (struct parameters){.dim = 20,
                               .window = 5,
                               .negative = 5,
                               .noise = 32,
                               .epochs = 5,
                               .threads = 1,
                               .noise_power = 0.75,
                               .alpha = {true, 0.05},
                               .min_alpha = 5e-6,
                               .sample = {true, 0},
                               .weights = WEIGHTS_RANDOM,
                               .seed = 1,
                               .loss = 0,
                               .temperature = {true, 1},
                               .kernel = kernel_at(0)->name};
}

/* A trainer that has finished. Any failure ends the test. */
static struct trainer *run_labeled(const struct corpus *corpus, const struct parameters *parameters,
                                   const struct labels *labels, const struct trainer_hooks *hooks,
                                   struct training_results *results) {
    struct error error = {0};
    const struct trainer_hooks none = {.stop = NULL};
    struct trainer *trainer = trainer_create(corpus, parameters, labels, NULL, &error);
    if (trainer == NULL ||
        !trainer_run(trainer, trainer_tasks(trainer), hooks != NULL ? hooks : &none, &error) ||
        !trainer_results(trainer, results, &error)) {
        fprintf(stderr, "%s\n", error.text);
        abort();
    }
    return trainer;
}

static struct trainer *run_all(const struct corpus *corpus, const struct parameters *parameters,
                               const struct trainer_hooks *hooks, struct training_results *results) {
    return run_labeled(corpus, parameters, NULL, hooks, results);
}

static double cosine(const struct training_results *training, size_t a, size_t b) {
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

/* The share of topic words whose nearest neighbor is of the same topic; by chance it would be a tenth. */
static double purity(const struct training_results *training, const struct vocab *vocab) {
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

static bool all_finite(const struct training_results *training, size_t vocab) {
    for (size_t i = 0; i < vocab * training->stride; i++)
        if (!isfinite(training->input[i]) || !isfinite(training->output[i]) ||
            fabsf(training->input[i]) > 100)
            return false;
    return true;
}

/* The outcome of a training run. */
struct outcome {
    bool finite;
    double purity, loss, progress;
};

static struct outcome learn(const struct corpus *corpus, const struct labels *labels,
                            const struct parameters *asked) {
    struct error error = {0};
    struct parameters parameters = *asked;
    struct training_results training = {.progress = 0};
    const bool labeled = loss_at(parameters.loss)->labels;
    parameters.labels = labeled ? "topics" : NULL;
    if (!parameters_resolve(&parameters, &error))
        abort();
    struct trainer *trainer = run_labeled(corpus, &parameters, labeled ? labels : NULL, NULL, &training);
    const struct outcome outcome = {.finite = all_finite(&training, corpus->vocab.size),
                                    .purity = purity(&training, &corpus->vocab),
                                    .loss = training.measures[parameters.epochs - 1].loss,
                                    .progress = training.progress};
    trainer_free(trainer);
    return outcome;
}

static void check_outcome(struct test *test, const struct parameters *parameters,
                          const struct outcome *outcome) {
    CHECK_MSG(
        test, outcome->finite && outcome->purity > 0.95,
        "dim %d window %d K %d N %d alpha %g weights %d loss %s score %d kernel %s: purity %.3f, loss %g",
        (int)parameters->dim, (int)parameters->window, (int)parameters->negative, (int)parameters->noise,
        parameters->alpha.value, (int)parameters->weights, loss_at(parameters->loss)->name,
        (int)parameters->score.value, parameters->kernel, outcome->purity, outcome->loss);
    CHECK(test, outcome->progress == 1);
}

static void check_learns(struct test *test, const struct corpus *corpus, const struct labels *labels,
                         const struct parameters *parameters) {
    const struct outcome outcome = learn(corpus, labels, parameters);
    check_outcome(test, parameters, &outcome);
}

static bool odd(unsigned bits) {
    return (__builtin_popcount(bits) & 1) != 0;
}

#define CORNERS 18

/* Independent training runs, on all processors. */
struct corners {
    struct corpus corpus;
    struct labels labels;
    struct parameters options[CORNERS];
    struct outcome outcomes[CORNERS];
    size_t count;
    atomic_size_t next;
};

/* A quarter of the corners of the ranges of the options, chosen so that any three options occur in all their
 * combinations (a fractional factorial design of resolution IV). The two with the largest steps take longest,
 * and so come first. */
static struct parameters corner_options(size_t loss, unsigned i) {
    const size_t negative_max = loss_at(loss)->bounded ? TOPICS - 2 : 20;
    const size_t windows[] = {1, 15}, negatives[] = {1, negative_max}, dims[] = {10, 100}, noises[] = {4, 32};
    const double alphas[] = {0.025, 0.1};
    const bool largest = i < 2;
    const unsigned corner = CORNERS - 1 - i;
    struct parameters options = default_parameters();
    options.loss = loss;
    options.window = windows[largest || (corner & 1) != 0];
    options.negative = negatives[largest || (corner & 2) != 0];
    options.alpha = (struct option_real){true, alphas[largest || (corner & 4) != 0]};
    options.dim = dims[largest ? corner & 1 : corner >> 3];
    options.noise = noises[!largest && odd(corner & 7)];
    options.weights = largest ? WEIGHTS_UNIFORM : (size_t)odd(corner & 14) + 2 * (size_t)odd(corner & 13);
    options.epochs = largest ? 1 : options.window == 1 ? 12 : 3;
    return options;
}

/* Where only some are taken, others for each loss. */
static void choose_corners(struct corners *corners, size_t loss) {
    corners->count = 0;
    for (unsigned i = 0; i < CORNERS; i++)
        if ((i + loss) % TEST_EVERY == 0)
            corners->options[corners->count++] = corner_options(loss, i);
    atomic_store(&corners->next, 0);
}

static void learn_corners(void *context, size_t index) {
    struct corners *corners = context;
    (void)index;
    for (size_t i; (i = atomic_fetch_add(&corners->next, 1)) < corners->count;)
        corners->outcomes[i] = learn(&corners->corpus, &corners->labels, &corners->options[i]);
}

/* No run may collapse, whatever the loss. */
static void test_corners(struct test *test) {
    struct error error = {0};
    struct corners corners = {.next = 0};
    CHECK(test, read_corpus(&corners.corpus, "corners", 2000, SIZE_MAX));
    corners.labels = topic_labels(&corners.corpus.vocab);
    for (size_t loss = 0; loss_at(loss) != NULL; loss++) {
        choose_corners(&corners, loss);
        CHECK(test, threads_run(threads_usable(), learn_corners, &corners, &error));
        for (size_t i = 0; i < corners.count; i++)
            check_outcome(test, &corners.options[i], &corners.outcomes[i]);
    }
    labels_free(&corners.labels);
    corpus_free(&corners.corpus);
}

static void test_every_loss_and_kernel(struct test *test) {
    struct corpus corpus = {.words = 0};
    const struct kernel *kernel;
    CHECK(test, read_corpus(&corpus, "losses", 4000, SIZE_MAX));
    struct labels labels = topic_labels(&corpus.vocab);
    struct parameters parameters = default_parameters();
    for (parameters.loss = 0; loss_at(parameters.loss) != NULL; parameters.loss++)
        for (size_t i = 0; (kernel = kernel_at(i)) != NULL; i++) {
            parameters.kernel = kernel->name;
            if ((i + parameters.loss) % TEST_EVERY == 0)
                check_learns(test, &corpus, &labels, &parameters);
        }
    labels_free(&labels);
    corpus_free(&corpus);
}

/* With the defaults of each loss for each score. */
static void test_every_loss_and_score(struct test *test) {
    struct corpus corpus = {.words = 0};
    const struct loss *loss;
    CHECK(test, read_corpus(&corpus, "scores", 4000, SIZE_MAX));
    struct labels labels = topic_labels(&corpus.vocab);
    struct parameters parameters = default_parameters();
    parameters.alpha.given = parameters.temperature.given = false;
    parameters.score.given = true;
    for (parameters.loss = 0; (loss = loss_at(parameters.loss)) != NULL; parameters.loss++)
        for (size_t s = 0; s < SCORE_COUNT; s++)
            if (!loss->bounded || score_at(s)->max < INFINITY) {
                parameters.score.value = s;
                check_learns(test, &corpus, &labels, &parameters);
            }
    labels_free(&labels);
    corpus_free(&corpus);
}

static bool same_result(const struct training_results *a, const struct training_results *b, size_t vocab) {
    const size_t bytes = vocab * a->stride * sizeof(float);
    return memcmp(a->input, b->input, bytes) == 0 && memcmp(a->output, b->output, bytes) == 0;
}

/* The same corpus in memory and in the temporary file; another seed. */
static void test_reproducible(struct test *test) {
    struct corpus corpus = {.words = 0}, spilled = {.words = 0};
    CHECK(test, read_corpus(&corpus, "same", 5000, SIZE_MAX) && read_corpus(&spilled, "same", 5000, 0));
    struct parameters parameters = default_parameters(), other = default_parameters();
    other.seed = 2;
    struct training_results results[4] = {{.progress = 0}};
    struct trainer *trainers[] = {
        run_all(&corpus, &parameters, NULL, &results[0]), run_all(&corpus, &parameters, NULL, &results[1]),
        run_all(&spilled, &parameters, NULL, &results[2]), run_all(&corpus, &other, NULL, &results[3])};
    const size_t vocab = corpus.vocab.size;
    for (size_t i = 0; i < 4; i++)
        CHECK(test, same_result(&results[0], &results[i], vocab) == (i < 3));
    CHECK(test,
          memcmp(results[0].measures, results[1].measures, parameters.epochs * sizeof(struct measures)) == 0);
    for (size_t i = 0; i < 4; i++)
        trainer_free(trainers[i]);
    corpus_free(&corpus);
    corpus_free(&spilled);
}

/* A run that stops after any task and continues gives the same result as one that does not stop. */
static void test_runs_in_parts(struct test *test) {
    struct error error = {0};
    const struct trainer_hooks none = {.stop = NULL};
    struct corpus corpus = {.words = 0};
    CHECK(test, read_corpus(&corpus, "parts", 5000, SIZE_MAX));
    const struct parameters parameters = default_parameters();
    struct training_results whole = {.progress = 0}, parts = {.progress = 0};
    struct trainer *first = run_all(&corpus, &parameters, NULL, &whole);
    struct trainer *second = trainer_create(&corpus, &parameters, NULL, NULL, &error);
    CHECK(test, second != NULL);
    for (size_t until = 0; until < trainer_tasks(second) + 3; until += 3)
        CHECK(test, trainer_run(second, until, &none, &error));
    CHECK(test, trainer_results(second, &parts, &error) && parts.progress == 1);
    CHECK(test, same_result(&whole, &parts, corpus.vocab.size));
    trainer_free(first);
    trainer_free(second);
    corpus_free(&corpus);
}

static void test_threads(struct test *test) {
    struct corpus corpus = {.words = 0};
    CHECK(test, read_corpus(&corpus, "threads", 8000, SIZE_MAX));
    struct parameters parameters = default_parameters();
    for (parameters.threads = 2; parameters.threads <= 8; parameters.threads *= 2)
        check_learns(test, &corpus, NULL, &parameters);
    corpus_free(&corpus);
}

/* An untrained model has output rows of zeros, so every score is 0 and the loss is (1 + K) log 2. Training
 * lowers it from epoch to epoch. */
static void test_losses(struct test *test) {
    struct corpus corpus = {.words = 0};
    CHECK(test, read_corpus(&corpus, "losses", 8000, SIZE_MAX));
    struct parameters parameters = default_parameters();
    parameters.alpha.value = parameters.min_alpha = 1e-6;
    struct training_results results = {.progress = 0};
    struct trainer *trainer = run_all(&corpus, &parameters, NULL, &results);
    CHECK_MSG(test, fabs(results.measures[0].loss - 6 * log(2)) < 0.01, "%g", results.measures[0].loss);
    trainer_free(trainer);
    parameters = default_parameters();
    trainer = run_all(&corpus, &parameters, NULL, &results);
    for (size_t epoch = 1; epoch < parameters.epochs; epoch++)
        CHECK_MSG(test, results.measures[epoch].loss < results.measures[epoch - 1].loss + 0.01, "%g then %g",
                  results.measures[epoch - 1].loss, results.measures[epoch].loss);
    CHECK(test,
          results.measures[0].loss < 6 * log(2) && results.measures[4].loss < results.measures[0].loss - 0.1);
    trainer_free(trainer);
    corpus_free(&corpus);
}

/* Stops the run at the first report. */
static void stop_at_once(void *context, const struct training_status *status) {
    if (status->words > 0)
        atomic_store((atomic_bool *)context, true);
}

static void test_stop(struct test *test) {
    struct corpus corpus = {.words = 0};
    CHECK(test, read_corpus(&corpus, "stop", 8000, SIZE_MAX));
    atomic_bool stop = false;
    const struct parameters parameters = default_parameters();
    const struct trainer_hooks hooks = {.stop = &stop, .report = stop_at_once, .context = &stop};
    struct training_results results = {.progress = 0};
    struct trainer *trainer = run_all(&corpus, &parameters, &hooks, &results);
    CHECK_MSG(test, results.progress > 0 && results.progress < 0.2, "%g", results.progress);
    CHECK(test, results.measures[parameters.epochs - 1].loss == 0);
    trainer_free(trainer);
    corpus_free(&corpus);
}

/* A line of a million words makes a chunk of a million: three arrays of the passage and one of ids, with 4
 * bytes per word, and two arrays of rows, with 8. */
static void test_memory(struct test *test) {
    struct corpus corpus = {.words = 0};
    CHECK(test, read_corpus(&corpus, "memory", 8000, SIZE_MAX));
    struct parameters parameters = default_parameters();
    size_t small = 0, large = 0, many = 0;
    const size_t chunk = corpus.stream.chunk_max;
    CHECK(test, trainer_bytes(&corpus, &parameters, &small));
    parameters.threads = 1000;
    CHECK(test, trainer_bytes(&corpus, &parameters, &many) && many > 100 * small);
    parameters.threads = 1;
    corpus.stream.chunk_max = 1000000;
    CHECK(test, trainer_bytes(&corpus, &parameters, &large));
    const double expected = 32.0 * (double)(1000000 - chunk);
    CHECK_MSG(test, fabs((double)(large - small) - expected) < 1000, "%zu, not %g", large - small, expected);
    corpus.stream.chunk_max = SIZE_MAX / 8;
    CHECK(test, !trainer_bytes(&corpus, &parameters, &large));
    corpus_free(&corpus);
}

static const struct test_case cases[] = {
    {"trainer: learns at every corner of the options' range", test_corners},
    {"trainer: learns with every loss and kernel", test_every_loss_and_kernel},
    {"trainer: learns with every loss and score", test_every_loss_and_score},
    {"trainer: one thread and one seed give the same bytes", test_reproducible},
    {"trainer: a run in parts is the same as a whole one", test_runs_in_parts},
    {"trainer: learns with many threads", test_threads},
    {"trainer: the loss starts at (1 + K) log 2 and falls", test_losses},
    {"trainer: stops when asked to", test_stop},
    {"trainer: the memory it takes is the memory it tells", test_memory},
};
TEST_MAIN(cases)

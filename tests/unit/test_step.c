/* Compares the update of a block with the gradient of its whole loss, computed in the plain way
 * (plain_batch.h), for every kernel and loss; and tests how the corpus is cut into blocks. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "harness.h"
#include "kernels/registry.h"
#include "plain_batch.h"
#include "train/step.h"

#define STRIDE 32
#define WORDS 100 /* more than the longest block */

/* Random rows, and a passage of two sentences with repeated words. */
struct setup {
    struct parameters parameters;
    struct training training;
    bfloat16 *input, *output;
    float log_noise[PLAIN_VOCAB];
    struct workspace memory;
    struct noise noise;
    struct replica replica;
    struct batcher *batcher;
    uint32_t words[WORDS], window_begin[WORDS], window_end[WORDS];
    struct passage passage;
    struct plain_rows rows; /* as they were before the step */
};

static void fill_passage(struct setup *setup, struct rng *rng) {
    for (uint32_t p = 0; p < WORDS; p++) {
        const uint32_t start = p < WORDS / 2 ? 0 : WORDS / 2, end = p < WORDS / 2 ? WORDS / 2 : WORDS;
        const uint32_t size = 1 + rng_below(rng, (uint32_t)PLAIN_WINDOW);
        setup->words[p] = rng_below(rng, (uint32_t)PLAIN_VOCAB);
        setup->window_begin[p] = p - start > size ? p - size : start;
        setup->window_end[p] = end - p > size + 1 ? p + size + 1 : end;
    }
    setup->passage = (struct passage){setup->words, setup->window_begin, setup->window_end, WORDS};
}

static void fill_rows(struct setup *setup, struct rng *rng) {
    for (size_t w = 0; w < PLAIN_VOCAB; w++) {
        setup->log_noise[w] = -4 * rng_unit(rng);
        for (size_t d = 0; d < PLAIN_DIM; d++) {
            bfloat16 *input = &setup->input[w * STRIDE + d], *output = &setup->output[w * STRIDE + d];
            *input = bfloat16_round(rng_unit(rng) - 0.5f, 0);
            *output = bfloat16_round(rng_unit(rng) - 0.5f, 0);
            setup->rows.input[w][d] = (double)bfloat16_value(*input);
            setup->rows.output[w][d] = (double)bfloat16_value(*output);
        }
    }
}

static uint32_t no_label[PLAIN_VOCAB];
static const struct labels no_labels = {.of_word = no_label};

static void lay_out(struct setup *setup, struct workspace *workspace) {
    setup->noise = noise_lay_out(workspace, PLAIN_VOCAB);
    setup->replica = replica_lay_out(workspace, 0, STRIDE, 1);
    setup->batcher = batcher_lay_out(workspace, &setup->training, &setup->replica, WORDS);
}

static void make_setup(struct setup *setup, const struct kernel *kernel, const struct loss *loss,
                       const struct score *score, size_t noise, size_t weights) {
    struct error error = {0};
    struct rng rng = rng_seed(3, noise);
    uint64_t counts[PLAIN_VOCAB];
    memset(setup, 0, sizeof *setup);
    setup->input = memory_pages(PLAIN_VOCAB * STRIDE * sizeof(bfloat16), "a test", &error);
    setup->output = memory_pages(PLAIN_VOCAB * STRIDE * sizeof(bfloat16), "a test", &error);
    setup->parameters = (struct parameters){.dim = PLAIN_DIM,
                                            .window = PLAIN_WINDOW,
                                            .negative = 5,
                                            .noise = noise,
                                            .temperature = {true, 1},
                                            .margin = {true, PLAIN_MARGIN},
                                            .weights = weights};
    setup->training = (struct training){.parameters = &setup->parameters,
                                        .loss = loss,
                                        .score = score,
                                        .kernel = kernel,
                                        .noise = &setup->noise,
                                        .log_noise = setup->log_noise,
                                        .labels = loss->labels ? &no_labels : NULL,
                                        .input = setup->input,
                                        .output = setup->output,
                                        .stride = STRIDE};
    lay_out(setup, &setup->memory);
    setup->memory.base = memory_pages(setup->memory.used, "a test", &error);
    if (setup->memory.base == NULL || setup->input == NULL || setup->output == NULL)
        abort();
    struct workspace workspace = {.base = setup->memory.base};
    lay_out(setup, &workspace);
    for (size_t w = 0; w < PLAIN_VOCAB; w++)
        counts[w] = 1000 / (w + 1);
    noise_fill(&setup->noise, counts, 0.75);
    fill_rows(setup, &rng);
    fill_passage(setup, &rng);
}

static void free_setup(struct setup *setup) {
    memory_pages_free(setup->input, PLAIN_VOCAB * STRIDE * sizeof(bfloat16));
    memory_pages_free(setup->output, PLAIN_VOCAB * STRIDE * sizeof(bfloat16));
    memory_pages_free(setup->memory.base, setup->memory.used);
}

/* The noise words of a block whose random numbers come from `rng`. */
static void draw(const struct setup *setup, struct rng *rng, uint32_t *drawn) {
    struct noise_aim aims[PLAIN_NOISE];
    noise_aim(&setup->noise, rng, aims, (size_t)setup->parameters.noise);
    noise_take(&setup->noise, aims, drawn, (size_t)setup->parameters.noise);
}

static const struct step_limits one_word = {.passes = 1, .occurrences = 1, .pairs = 0};
static const struct step_limits no_limits = {.passes = 1, .occurrences = BLOCK_WORDS_MAX, .pairs = 1000000};

static double *cell(struct plain_rows *rows, size_t i) {
    const size_t half = PLAIN_VOCAB * PLAIN_DIM;
    return i < half ? &rows->input[0][0] + i : &rows->output[0][0] + (i - half);
}

static double trained_cell(const struct setup *setup, size_t i) {
    const size_t half = PLAIN_VOCAB * PLAIN_DIM, at = i % half / PLAIN_DIM * STRIDE + i % PLAIN_DIM;
    return (double)bfloat16_value((i < half ? setup->input : setup->output)[at]);
}

/* With a huge alpha, (after - before) / -alpha is the gradient up to rounding. Rounded are the factors of the
 * kernel, of which several dozen add up, and the row, to bfloat16, each time it is updated. */
static void check_gradient(struct test *test, struct setup *setup, struct plain_batch *plain, double alpha) {
    const struct training *training = &setup->training;
    const double roundoff = (double)training->kernel->weight_roundoff;
    struct plain_rows gradient = {{{0}}, {{0}}}, sizes = {{{0}}, {{0}}};
    plain_gradient(plain, &setup->rows, training->loss, training->score, training->kernel, &gradient, &sizes);
    for (size_t i = 0; i < 2 * PLAIN_VOCAB * PLAIN_DIM; i++) {
        const double actual = (trained_cell(setup, i) - *cell(&setup->rows, i)) / -alpha;
        CHECK_MSG(test,
                  fabs(actual - *cell(&gradient, i)) < 1e-4 + (0x1p-6 + 5 * roundoff) * *cell(&sizes, i),
                  "%s, %s, %zu: %g, not %g", training->kernel->name, training->loss->name, i, actual,
                  *cell(&gradient, i));
    }
}

/* With self factors a row that occurs twice moves twice, so alpha has to be small, and the rows are compared.
 */
static void check_rows(struct test *test, struct setup *setup, struct plain_batch *plain, double alpha) {
    const struct training *training = &setup->training;
    const struct plain_mover mover = {.alpha = alpha, .roundoff = (double)training->kernel->weight_roundoff};
    struct plain_rows gradient = {{{0}}, {{0}}}, errors = {{{0}}, {{0}}}, rows = setup->rows;
    plain_gradient(plain, &setup->rows, training->loss, training->score, training->kernel, &gradient, NULL);
    plain_update(plain, &setup->rows, mover, &rows, &errors);
    for (size_t i = 0; i < 2 * PLAIN_VOCAB * PLAIN_DIM; i++) {
        const double actual = trained_cell(setup, i), expected = *cell(&rows, i);
        CHECK_MSG(test, fabs(actual - expected) < *cell(&errors, i) + 1e-6,
                  "%s, %s x %s, %zu: %g became %g, not %g", training->kernel->name, training->loss->name,
                  training->score->name, i, *cell(&setup->rows, i), actual, expected);
    }
}

static void check_block(struct test *test, struct setup *setup, size_t at, const struct step_limits *limits) {
    const bool squares = setup->training.score->squares;
    const double alpha = squares ? 0.05 : 1e6;
    const struct training *training = &setup->training;
    uint32_t drawn[PLAIN_NOISE];
    struct rng rng = rng_seed(9, at), draws = rng;
    draw(setup, &draws, drawn);
    struct measures loss = {.pairs = 0};
    batcher_begin(setup->batcher, &setup->passage, limits, &rng);
    const size_t length = train_block(training, setup->batcher, at, alpha, &rng, &loss);
    const size_t left = WORDS - at, max = left < BLOCK_WORDS_MAX ? left : BLOCK_WORDS_MAX;
    CHECK(test, length == (limits == &one_word ? 1 : max));
    struct plain_batch plain;
    plain_batch_create(&plain, &setup->parameters, &setup->passage, at, length, drawn, setup->log_noise);
    plain_score(&plain, &setup->rows, training->score);
    const double expected = training->loss->value(&plain.batch);
    const double roundoff = (double)training->kernel->weight_roundoff;
    CHECK_MSG(test,
              fabs(loss.pairs - plain.batch.pairs) < 1e-9 &&
                  fabs(loss.loss - expected) < (1e-5 + roundoff) * fabs(expected),
              "loss %g, not %g", loss.loss, expected);
    if (squares)
        check_rows(test, setup, &plain, alpha);
    else
        check_gradient(test, setup, &plain, alpha);
}

static void test_updates(struct test *test) {
    const struct kernel *kernel;
    const struct loss *loss;
    const struct score *score;
    const size_t starts[] = {0, 7, 20, 45, WORDS - 1}, noises[] = {1, 5, 16, 33, 64};
    for (size_t k = 0; (kernel = kernel_at(k)) != NULL; k++)
        for (size_t l = 0; (loss = loss_at(l)) != NULL; l++)
            for (size_t s = 0; (score = score_at(s)) != NULL; s++)
                for (size_t i = 0; i < 10; i++) {
                    struct setup setup;
                    make_setup(&setup, kernel, loss, score, noises[i / 2], (i + l) % 4);
                    check_block(test, &setup, starts[i / 2], i % 2 == 0 ? &no_limits : &one_word);
                    free_setup(&setup);
                }
}

/* When a block is split into passes, every pair is still trained once, and the noise has the same total
 * weight. With output rows at zero every score is 0. The rows of centers then stay, and an output row gets
 * alpha / 2 times the centers of its pairs minus K / 2 times those of its noise, so the sum over all rows is
 * known. */
static void test_passes_cover_all_pairs(struct test *test) {
    struct setup setup;
    make_setup(&setup, kernel_at(0), &loss_sgns, &score_dot, 8, WEIGHTS_RANDOM);
    struct step_limits limits = no_limits;
    for (limits.passes = 1; limits.passes <= 8; limits.passes++) {
        memset(setup.output, 0, PLAIN_VOCAB * STRIDE * sizeof(bfloat16));
        struct rng rng = rng_seed(2, 2);
        batcher_begin(setup.batcher, &setup.passage, &limits, &rng);
        const size_t length = train_block(&setup.training, setup.batcher, 0, 1e-6, &rng, NULL);
        double sum = 0, sizes = 0, expected = 0;
        for (size_t w = 0; w < PLAIN_VOCAB; w++) {
            sum += (double)bfloat16_value(setup.output[w * STRIDE]);
            sizes += fabs((double)bfloat16_value(setup.output[w * STRIDE]));
        }
        for (size_t p = 0; p < length; p++)
            expected += (double)(setup.window_end[p] - setup.window_begin[p] - 1) *
                        setup.rows.input[setup.words[p]][0] * (1 - 5) * 0.5e-6;
        CHECK_MSG(test, fabs(sum - expected) < 0x1p-6 * sizes, /* of several roundings to bfloat16 each */
                  "%zu passes: %g, not %g", limits.passes, sum, expected);
    }
    free_setup(&setup);
}

static void test_block_ends_at_repeats(struct test *test) {
    struct setup setup;
    make_setup(&setup, kernel_at(0), &loss_sgns, &score_dot, 8, WEIGHTS_RANDOM);
    for (uint32_t p = 0; p < WORDS; p++)
        setup.words[p] = p % 3;
    struct rng rng = rng_seed(1, 1);
    struct step_limits limits = no_limits;
    limits.occurrences = 2;
    batcher_begin(setup.batcher, &setup.passage, &limits, &rng);
    for (size_t at = 0; at + 6 <= WORDS; at += 6)
        CHECK(test, train_block(&setup.training, setup.batcher, at, 0.01, &rng, NULL) == 6);
    limits.occurrences = 1;
    batcher_begin(setup.batcher, &setup.passage, &limits, &rng);
    const uint64_t rows_before = batcher_work(setup.batcher).rows;
    for (size_t at = 0; at + 2 <= WORDS; at += 2) /* not 3 */
        CHECK(test, train_block(&setup.training, setup.batcher, at, 0.01, &rng, NULL) == 2);
    /* Rows other than those a passage begins with are fetched once, and those of noise words for every fourth
     * block. */
    const uint64_t beyond = WORDS - KERNEL_ROWS_MAX, noise = WORDS / 2 / 4 * setup.parameters.noise;
    const uint64_t rows = batcher_work(setup.batcher).rows - rows_before;
    CHECK_MSG(test, rows == 2 * beyond - PLAIN_WINDOW + noise, "%zu rows", (size_t)rows);
    /* If there are too many pairs for any block, blocks have one word. */
    limits.pairs = 0;
    batcher_begin(setup.batcher, &setup.passage, &limits, &rng);
    for (size_t at = 0; at < WORDS; at++)
        CHECK(test, train_block(&setup.training, setup.batcher, at, 0.01, &rng, NULL) == 1);
    free_setup(&setup);
}

/* The layout takes exactly what was measured, and sizes that overflow are reported. */
static void test_workspace(struct test *test) {
    struct setup setup;
    make_setup(&setup, kernel_at(0), &loss_nce, &score_dot, 33, WEIGHTS_HARMONIC);
    struct workspace again = {.base = setup.memory.base};
    lay_out(&setup, &again);
    CHECK(test, again.used == setup.memory.used && !again.overflow);
    struct workspace huge = {.base = NULL};
    CHECK(test, batcher_lay_out(&huge, &setup.training, &setup.replica, SIZE_MAX / 16) == NULL);
    CHECK(test, huge.overflow);
    free_setup(&setup);
}

/* Half of the words have one of three labels. */
static void fill_labels(uint32_t *of_word, uint32_t *begin, uint32_t *members) {
    uint32_t count = 0;
    for (uint32_t label = 1; label <= 3; label++) {
        begin[label] = count;
        for (uint32_t w = label; w < PLAIN_VOCAB; w += 6) {
            of_word[w] = label;
            members[count++] = w;
        }
    }
    begin[4] = count;
}

/* The weights of a batch with labels: noise words weigh their draws unless they share the center's label, and
 * the words that follow them share its label weight if they have its label. */
static void check_label_weights(struct test *test, const struct batch *batch, size_t p, bool labeled) {
    const size_t columns = batch->step.columns;
    float noise = 0, positives = 0, draws = 0;
    for (size_t j = 0; j < columns; j++) {
        const float as_noise = batch->noise_weights[p * columns + j],
                    as_positive = batch->label_weights[p * columns + j];
        CHECK(test, as_noise == 0 || as_noise == batch->draws[j]);
        CHECK(test, as_positive == 0 || (batch->draws[j] == 0 && as_noise == 0));
        CHECK(test, as_positive >= 0 || as_positive == -1);
        noise += as_noise;
        positives += as_positive > 0 ? as_positive : 0;
        draws += batch->draws[j];
    }
    CHECK(test, labeled ? noise <= draws : noise == draws && positives == 0);
    CHECK(test, positives == 0 || fabsf(positives - 0.5f * batch->row_pairs[p]) < 1e-5f);
}

static void test_labels(struct test *test) {
    uint32_t of_word[PLAIN_VOCAB] = {0}, begin[5] = {0}, members[PLAIN_VOCAB];
    struct labels labels = {.of_word = of_word, .begin = begin, .members = members, .count = 3};
    struct setup setup;
    struct rng rng = rng_seed(3, 3);
    fill_labels(of_word, begin, members);
    make_setup(&setup, kernel_at(0), &loss_supcon, &score_dot, 33, WEIGHTS_HARMONIC);
    setup.parameters.label_weight = 0.5;
    setup.training.labels = &labels;
    batcher_begin(setup.batcher, &setup.passage, &no_limits, &rng);
    const struct batch *batch = batcher_next(setup.batcher, 0, 0, &rng);
    CHECK(test, batch->step.noise_count > 16 && batch->draws[batch->step.noise_count - 1] == 0);
    size_t positives = 0;
    for (size_t p = 0; p < batcher_length(setup.batcher); p++) {
        check_label_weights(test, batch, p, of_word[setup.words[p]] != 0);
        for (size_t j = 0; j < batch->step.noise_count; j++) {
            const float weight = batch->label_weights[p * batch->step.columns + j];
            if (weight == 0)
                continue;
            const uint32_t word = (uint32_t)((batch->step.noise[j] - setup.input) / STRIDE);
            CHECK(test, word < PLAIN_VOCAB && word != setup.words[p] && of_word[word] != 0);
            CHECK(test, (weight > 0) == (of_word[word] == of_word[setup.words[p]]));
            positives += weight > 0;
        }
    }
    CHECK(test, positives >= LABEL_WORDS_MAX);
    free_setup(&setup);
}

static const struct test_case cases[] = {
    {"step: updates are the gradient, for every kernel, loss and score", test_updates},
    {"step: passes train every pair once", test_passes_cover_all_pairs},
    {"step: a block ends before a word repeats too often", test_block_ends_at_repeats},
    {"step: words that share a label", test_labels},
    {"step: the workspace is as large as it was measured", test_workspace},
};
TEST_MAIN(cases)

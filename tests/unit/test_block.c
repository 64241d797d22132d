/* A block's update against the gradient of the whole loss, computed plainly in double, and that against
 * differences. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "harness.h"
#include "kernels/registry.h"
#include "train/block.h"

#define VOCAB ((size_t)40)
#define DIM 11
#define STRIDE 32
#define WINDOW 3
#define WORDS 100 /* more than the longest block */
#define NEGATIVE 5

/* A model of its own in double, (VOCAB, DIM) row-major. */
struct twin {
    double input[VOCAB][DIM], output[VOCAB][DIM];
};

/* What one block is trained on, as a list: every (input word, context word) pair, and the noise draws. */
struct plan {
    uint32_t words[WORDS], from[WORDS], to[WORDS];
    struct passage passage;
    uint32_t noise[64];
    size_t noise_words;
    double shifts[VOCAB];
    bool shifted;
};

static double score(const struct twin *twin, uint32_t word, uint32_t other) {
    double sum = 0;
    for (size_t d = 0; d < DIM; d++)
        sum += twin->input[word][d] * twin->output[other][d];
    return sum;
}

/* What a pair or a noise word adds to a gradient and, if they are asked for, to the sizes of its terms. */
static void add_terms(const struct twin *twin, uint32_t word, uint32_t other, double slope,
                      struct twin *gradient, struct twin *sizes) {
    for (size_t d = 0; d < DIM; d++) {
        const double input = slope * twin->output[other][d], output = slope * twin->input[word][d];
        gradient->input[word][d] += input;
        gradient->output[other][d] += output;
        if (sizes != NULL) {
            sizes->input[word][d] += fabs(input);
            sizes->output[other][d] += fabs(output);
        }
    }
}

/* The block's loss by its definition in src/train/losses.h, and, if `gradient` is not NULL, its gradient
 * by the chain rule, pair by pair. */
static double whole_loss(const struct plan *plan, const struct twin *twin, size_t at, size_t length,
                         struct twin *gradient, struct twin *sizes) {
    double loss = 0;
    for (size_t p = at; p < at + length; p++) {
        double pairs = 0;
        const uint32_t word = plan->words[p];
        for (size_t c = plan->from[p]; c < plan->to[p]; c++) {
            if (c == p)
                continue;
            const uint32_t other = plan->words[c];
            const double s = score(twin, word, other) - (plan->shifted ? plan->shifts[other] : 0);
            loss += log1p(exp(-s));
            pairs++;
            if (gradient != NULL)
                add_terms(twin, word, other, 1 / (1 + exp(-s)) - 1, gradient, sizes);
        }
        for (size_t j = 0; j < plan->noise_words; j++) {
            const uint32_t other = plan->noise[j];
            const double s = score(twin, word, other) - (plan->shifted ? plan->shifts[other] : 0);
            const double weight = pairs * NEGATIVE / (double)plan->noise_words;
            loss += weight * log1p(exp(s));
            if (gradient != NULL)
                add_terms(twin, word, other, weight / (1 + exp(-s)), gradient, sizes);
        }
    }
    return loss;
}

/* Random rows, a passage of two sentences, with words that repeat. */
struct setup {
    bfloat16 *input, *output;
    float shifts[VOCAB];
    struct noise noise;
    struct block_settings settings;
    struct replica hot;
    struct plan plan;
    struct twin twin;
};

static void fill_passage(struct plan *plan, struct rng *rng) {
    for (uint32_t p = 0; p < WORDS; p++) {
        const uint32_t start = p < WORDS / 2 ? 0 : WORDS / 2, end = p < WORDS / 2 ? WORDS / 2 : WORDS;
        const uint32_t size = 1 + rng_below(rng, WINDOW);
        plan->words[p] = rng_below(rng, VOCAB);
        plan->from[p] = p - start > size ? p - size : start;
        plan->to[p] = end - p > size + 1 ? p + size + 1 : end;
    }
    plan->passage = (struct passage){plan->words, plan->from, plan->to, WORDS};
}

static void make_setup(struct setup *setup, const struct kernel *kernel, const struct loss *objective,
                       size_t noise_words) {
    struct error error = {0};
    struct rng rng = rng_seed(3, noise_words);
    memset(setup, 0, sizeof *setup);
    setup->input = memory_pages(VOCAB * STRIDE * sizeof(bfloat16), "a test", &error);
    setup->output = memory_pages(VOCAB * STRIDE * sizeof(bfloat16), "a test", &error);
    uint64_t counts[VOCAB];
    for (size_t w = 0; w < VOCAB; w++) {
        counts[w] = 1000 / (w + 1);
        setup->shifts[w] = -4 * rng_unit(&rng);
        setup->plan.shifts[w] = (double)setup->shifts[w];
        for (size_t d = 0; d < DIM; d++) {
            bfloat16 *input = &setup->input[w * STRIDE + d], *output = &setup->output[w * STRIDE + d];
            *input = bfloat16_round(rng_unit(&rng) - 0.5f, 0);
            *output = bfloat16_round(rng_unit(&rng) - 0.5f, 0);
            setup->twin.input[w][d] = (double)bfloat16_value(*input);
            setup->twin.output[w][d] = (double)bfloat16_value(*output);
        }
    }
    if (!noise_create(&setup->noise, counts, VOCAB, 0.75, &error))
        abort();
    setup->plan.noise_words = noise_words;
    setup->plan.shifted = objective->shifted;
    fill_passage(&setup->plan, &rng);
    setup->settings = (struct block_settings){.objective = objective,
                                              .kernel = kernel,
                                              .noise = &setup->noise,
                                              .shifts = setup->shifts,
                                              .input = setup->input,
                                              .output = setup->output,
                                              .dim = DIM,
                                              .stride = STRIDE,
                                              .window = WINDOW,
                                              .negative = NEGATIVE,
                                              .noise_words = noise_words};
}

static void free_setup(struct setup *setup) {
    memory_pages_free(setup->input, VOCAB * STRIDE * sizeof(bfloat16));
    memory_pages_free(setup->output, VOCAB * STRIDE * sizeof(bfloat16));
    noise_free(&setup->noise);
}

/* The noise that a block begins with if its random numbers come from `rng`. */
static void draw(struct setup *setup, struct rng *rng) {
    struct noise_aim aims[64];
    noise_aim(&setup->noise, rng, aims, setup->plan.noise_words);
    noise_take(&setup->noise, aims, setup->plan.noise, setup->plan.noise_words);
}

static const struct step_limits one_word = {.passes = 1, .occurrences = 1, .pairs = 0};
static const struct step_limits no_limits = {.passes = 1, .occurrences = BLOCK_WORDS_MAX, .pairs = 1000000};

static double *cell(struct twin *twin, size_t i) {
    return i < VOCAB * DIM ? &twin->input[0][0] + i : &twin->output[0][0] + (i - VOCAB * DIM);
}

/* One block with a huge alpha: (after - before) / -alpha is the gradient up to rounding, of a kernel's
 * factors too, some tens of which add up, and of the row, to bfloat16, each time that it is updated. */
static void check_block(struct test *test, struct setup *setup, size_t at, const struct step_limits *pace) {
    struct error error = {0};
    const double alpha = 1e6;
    struct plan *plan = &setup->plan;
    struct rng rng = rng_seed(9, at), draws = rng;
    draw(setup, &draws);
    struct block *block = block_create(&setup->settings, &setup->hot, WORDS, &error);
    struct loss_sum loss = {0, 0};
    block_begin(block, &plan->passage, pace, &rng);
    const size_t length = block_train(block, at, alpha, &rng, &loss);
    const size_t left = WORDS - at, most = left < BLOCK_WORDS_MAX ? left : BLOCK_WORDS_MAX;
    CHECK(test, length == (pace == &one_word ? 1 : most));
    struct twin gradient = {0}, sizes = {0};
    const double expected = whole_loss(plan, &setup->twin, at, length, &gradient, &sizes);
    const double roundoff = (double)setup->settings.kernel->weight_roundoff;
    CHECK_MSG(test, fabs(loss.loss - expected) < (1e-5 + roundoff) * expected, "loss %g, not %g", loss.loss,
              expected);
    for (size_t i = 0; i < (size_t)2 * VOCAB * DIM; i++) {
        const bool is_input = i < VOCAB * DIM;
        const size_t at_row = i % (VOCAB * DIM) / DIM * STRIDE + i % DIM;
        const double before = *cell(&setup->twin, i);
        const double after = (double)bfloat16_value((is_input ? setup->input : setup->output)[at_row]);
        const double actual = (after - before) / -alpha, right = *cell(&gradient, i);
        CHECK_MSG(test, fabs(actual - right) < 1e-4 + (0x1p-6 + 5 * roundoff) * *cell(&sizes, i),
                  "%s %zu: %g, not %g", is_input ? "input" : "output", i, actual, right);
    }
    block_free(block);
}

static void test_updates(struct test *test) {
    const struct kernel *kernel;
    const size_t starts[] = {0, 7, 20, 45, WORDS - 1}, noises[] = {1, 5, 16, 33, 64};
    for (size_t k = 0; (kernel = kernel_at(k)) != NULL; k++)
        for (const struct loss *objective = loss_table; objective->name != NULL; objective++)
            for (size_t i = 0; i < 5; i++) {
                struct setup setup;
                make_setup(&setup, kernel, objective, noises[i]);
                check_block(test, &setup, starts[i], &no_limits);
                free_setup(&setup);
                make_setup(&setup, kernel, objective, noises[i]);
                check_block(test, &setup, starts[i], &one_word);
                free_setup(&setup);
            }
}

/* The reference itself: its gradient against central differences of its loss. */
static void test_reference(struct test *test) {
    for (const struct loss *objective = loss_table; objective->name != NULL; objective++) {
        struct setup setup;
        make_setup(&setup, kernel_at(0), objective, 16);
        struct rng draws = rng_seed(1, 1);
        draw(&setup, &draws);
        struct twin gradient = {0};
        whole_loss(&setup.plan, &setup.twin, 10, 32, &gradient, NULL);
        const double step = 1e-5;
        for (size_t i = 0; i < (size_t)2 * VOCAB * DIM; i++) {
            double *value = cell(&setup.twin, i), old = *value;
            *value = old + step;
            const double above = whole_loss(&setup.plan, &setup.twin, 10, 32, NULL, NULL);
            *value = old - step;
            const double below = whole_loss(&setup.plan, &setup.twin, 10, 32, NULL, NULL);
            *value = old;
            const double expected = (above - below) / (2 * step), actual = *cell(&gradient, i);
            CHECK_MSG(test, fabs(actual - expected) < 1e-6, "%s %zu: %g, not %g", objective->name, i, actual,
                      expected);
        }
        free_setup(&setup);
    }
}

/* Split into passes, every pair is still trained once, and the noise has the same weight in all. With tiny
 * alpha the sum of the passes' updates of the positive part must equal the whole; the noise is drawn anew, so
 * it is left out by a noise weight that vanishes: K = 0 is not allowed, hence the loss's pairs are counted
 * instead. */
static void test_passes_cover_all_pairs(struct test *test) {
    struct error error = {0};
    struct setup setup;
    make_setup(&setup, kernel_at(0), &loss_table[0], 8);
    size_t pairs = 0;
    const size_t length = WORDS < BLOCK_WORDS_MAX ? WORDS : BLOCK_WORDS_MAX;
    for (size_t p = 0; p < length; p++)
        pairs += setup.plan.to[p] - setup.plan.from[p] - 1;
    /* With output rows at zero the only change of an input row is 0, and an output row's is alpha / 2 times
     * the inputs of its pairs less K / 2 times those of its noise: their sum over all rows is known. */
    memset(setup.output, 0, VOCAB * STRIDE * sizeof(bfloat16));
    struct step_limits pace = no_limits;
    for (pace.passes = 1; pace.passes <= 8; pace.passes++) {
        memset(setup.output, 0, VOCAB * STRIDE * sizeof(bfloat16));
        struct rng rng = rng_seed(2, 2);
        struct block *block = block_create(&setup.settings, &setup.hot, WORDS, &error);
        block_begin(block, &setup.plan.passage, &pace, &rng);
        block_train(block, 0, 1e-6, &rng, NULL);
        double sum = 0, sizes = 0, expected = 0;
        for (size_t w = 0; w < VOCAB; w++) {
            sum += (double)bfloat16_value(setup.output[w * STRIDE]);
            sizes += fabs((double)bfloat16_value(setup.output[w * STRIDE]));
        }
        for (size_t p = 0; p < length; p++)
            expected += (double)(setup.plan.to[p] - setup.plan.from[p] - 1) *
                        setup.twin.input[setup.plan.words[p]][0] * (1 - NEGATIVE) * 0.5e-6;
        CHECK_MSG(test, fabs(sum - expected) < 0x1p-6 * sizes, /* of several roundings to bfloat16 each */
                  "%zu passes: %g, not %g", pace.passes, sum, expected);
        block_free(block);
    }
    CHECK(test, pairs > 0);
    free_setup(&setup);
}

static void test_block_ends_at_repeats(struct test *test) {
    struct error error = {0};
    struct setup setup;
    make_setup(&setup, kernel_at(0), &loss_table[0], 8);
    struct block *block = block_create(&setup.settings, &setup.hot, WORDS, &error);
    for (uint32_t p = 0; p < WORDS; p++)
        setup.plan.words[p] = p % 3;
    struct rng rng = rng_seed(1, 1);
    struct step_limits pace = no_limits;
    pace.occurrences = 2;
    block_begin(block, &setup.plan.passage, &pace, &rng);
    for (size_t at = 0; at + 6 <= WORDS; at += 6)
        CHECK(test, block_train(block, at, 0.01, &rng, NULL) == 6);
    pace.occurrences = 1;
    block_begin(block, &setup.plan.passage, &pace, &rng);
    const uint64_t rows_before = block_work(block).rows;
    for (size_t at = 0; at + 2 <= WORDS; at += 2)
        CHECK(test, block_train(block, at, 0.01, &rng, NULL) == 2); /* not 3 */
    /* Rows beyond those that a passage begins with are asked for once, noise words' for every fourth block.
     */
    const uint64_t beyond = WORDS - KERNEL_ROWS_MAX, noise = WORDS / 2 / 4 * setup.settings.noise_words;
    const uint64_t rows = block_work(block).rows - rows_before;
    CHECK_MSG(test, rows == 2 * beyond - setup.settings.window + noise, "%zu rows", (size_t)rows);
    /* Too many pairs for any block leave blocks of one word. */
    pace.pairs = 0;
    block_begin(block, &setup.plan.passage, &pace, &rng);
    for (size_t at = 0; at < WORDS; at++)
        CHECK(test, block_train(block, at, 0.01, &rng, NULL) == 1);
    block_free(block);
    free_setup(&setup);
}

static void test_blocks_share_no_page(struct test *test) {
    struct error error = {0};
    struct setup setup;
    make_setup(&setup, kernel_at(0), &loss_table[0], 8);
    struct block *blocks[] = {block_create(&setup.settings, &setup.hot, WORDS, &error),
                              block_create(&setup.settings, &setup.hot, WORDS, &error)};
    for (size_t i = 0; i < 2; i++) {
        CHECK(test, blocks[i] != NULL && (uintptr_t)blocks[i] % 4096 == 0);
        block_free(blocks[i]);
    }
    CHECK(test, block_create(&setup.settings, &setup.hot, SIZE_MAX / 64, &error) == NULL);
    CHECK(test, error.kind == ERROR_SYSTEM && strstr(error.text, "a block") != NULL);
    free_setup(&setup);
}

static const struct test_case cases[] = {
    {"block: the reference gradient is the slope of the loss", test_reference},
    {"block: updates are the gradient, for every kernel and objective", test_updates},
    {"block: passes train every pair once", test_passes_cover_all_pairs},
    {"block: ends before a word repeats too often", test_block_ends_at_repeats},
    {"block: two share no page, and one too large is an error", test_blocks_share_no_page},
};
TEST_MAIN(cases)

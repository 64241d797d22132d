#include "harness.h"
#include "train/step_limits.h"

/* The weights that a pair of the SGNS family puts on its center, and on all the noise. */
static struct loss_limits limits_of(double negative) {
    return (struct loss_limits){.center = 1 + negative, .context = 1, .noise = negative};
}

/* The two products that step_limits.h limits, recomputed from its answer. */
static void check_bounds(struct test *test, double alpha, double window, double pairs_mean, double negative,
                         double noise, double noise_row) {
    const struct step_limits limits = step_limits_choose(limits_of(negative), alpha, 2 * window, pairs_mean,
                                                         noise, noise_row);
    CHECK(test, limits.passes >= 1 && limits.occurrences >= 1 && limits.occurrences <= BLOCK_WORDS_MAX);
    const double passes = (double)limits.passes;
    const double input_row = alpha * pairs_mean / passes * (1 + negative) * (double)limits.occurrences;
    CHECK_MSG(test, input_row <= 5.4 * 1.001, "alpha %g window %g K %g N %g: B %g", alpha, window, negative,
              noise, input_row);
    const double whole_block = alpha * (double)limits.pairs / passes * negative / noise;
    CHECK_MSG(test, whole_block <= noise_row * 1.001, "alpha %g window %g K %g N %g: A %g", alpha, window,
              negative, noise, whole_block);
    const double one_word = alpha * 2 * window / passes * negative * 2 / noise;
    CHECK_MSG(test, one_word <= noise_row * 1.001, "alpha %g window %g K %g N %g: A %g of one word", alpha,
              window, negative, noise, one_word);
}

static void test_bounds(struct test *test) {
    const double alphas[] = {1e-6, 0.01, 0.025, 0.05, 0.1, 1}, windows[] = {1, 2, 5, 15, 100};
    const double negatives[] = {1, 5, 20, 100}, noises[] = {1, 2, 8, 16, 64, 4096};
    for (size_t a = 0; a < 6; a++)
        for (size_t w = 0; w < 5; w++)
            for (size_t k = 0; k < 4; k++)
                for (size_t n = 0; n < 6; n++) {
                    check_bounds(test, alphas[a], windows[w], windows[w] + 1, negatives[k], noises[n],
                                 STEP_LIMITS_NOISE_ROW_RANDOM);
                    check_bounds(test, alphas[a], windows[w], 2 * windows[w], negatives[k], noises[n],
                                 STEP_LIMITS_NOISE_ROW);
                }
}

/* No pair has a weight above 1/64 on a noise row, and no more noise words are added than that takes. */
static void test_noise_words(struct test *test) {
    const double alphas[] = {1e-6, 0.025, 0.05, 0.1, 1}, negatives[] = {1, 5, 20, 100};
    for (size_t a = 0; a < 5; a++)
        for (size_t k = 0; k < 4; k++)
            for (size_t asked = 1; asked <= 4096; asked *= 4) {
                const size_t words = (size_t)step_limits_noise(limits_of(negatives[k]), alphas[a], asked);
                const double share = alphas[a] * negatives[k];
                CHECK_MSG(test, words >= asked && share / (double)words <= 1.0 / 64, "%zu of %zu", words,
                          asked);
                CHECK_MSG(test, words == asked || share / (double)(words - 1) > 1.0 / 64, "%zu of %zu", words,
                          asked);
            }
}

/* The usual case is not affected: full blocks in one pass. */
static void test_defaults(struct test *test) {
    const struct step_limits limits = step_limits_choose(limits_of(5), 0.05, 10, 6, 64,
                                                         STEP_LIMITS_NOISE_ROW);
    CHECK(test, step_limits_noise(limits_of(5), 0.05, 64) == 64);
    CHECK_MSG(test, limits.passes == 1 && limits.pairs >= 192, "%zu passes, %zu pairs", limits.passes,
              limits.pairs);
}

static const struct test_case cases[] = {
    {"step limits: sums of weights stay within their limits", test_bounds},
    {"step limits: as many noise words as one pair needs", test_noise_words},
    {"step limits: the defaults run in whole blocks", test_defaults},
};
TEST_MAIN(cases)

/* Every objective's gradient against central differences of its loss, in double. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "harness.h"
#include "kernels/registry.h"
#include "train/losses.h"

#define ROWS ((size_t)3)
#define BAND 16
#define COLUMNS 32
#define NOISE 20

struct example {
    float pairs[ROWS * BAND] __attribute__((aligned(64))), pair_weights[ROWS * BAND],
        pair_shifts[ROWS * BAND];
    float noise[ROWS * COLUMNS] __attribute__((aligned(64))), noise_shifts[COLUMNS];
    float row_weights[ROWS], draws[COLUMNS] __attribute__((aligned(64)));
};

/* Scores are multiples of 2^-8 and the step is 2^-7, so that score +- step is exact in float. */
#define STEP 0x1p-7f

static float random_score(struct rng *rng) {
    return ((float)rng_below(rng, 2048) - 1024) * 0x1p-8f;
}

/* The second row has no pairs. */
static struct scores make_example(struct example *example, struct rng *rng) {
    memset(example, 0, sizeof *example);
    const size_t counts[ROWS] = {4, 0, 5};
    for (size_t p = 0; p < ROWS; p++) {
        example->row_weights[p] = (float)counts[p] * 5 / 24;
        for (size_t k = 0; k < BAND; k++) {
            example->pairs[p * BAND + k] = random_score(rng);
            example->pair_weights[p * BAND + k] = k >= 3 && k < 3 + counts[p] ? 1 : 0;
            example->pair_shifts[p * BAND + k] = -5 * rng_unit(rng);
        }
        for (size_t j = 0; j < NOISE; j++)
            example->noise[p * COLUMNS + j] = random_score(rng);
    }
    for (size_t j = 0; j < NOISE; j++) {
        example->noise_shifts[j] = -5 * rng_unit(rng);
        example->draws[j] = j < 4 ? 2 : 1;
    }
    return (struct scores){.rows = ROWS,
                           .band_columns = BAND,
                           .pairs = example->pairs,
                           .pair_weights = example->pair_weights,
                           .pair_shifts = example->pair_shifts,
                           .columns = COLUMNS,
                           .noise = example->noise,
                           .noise_shifts = example->noise_shifts,
                           .row_weights = example->row_weights,
                           .draws = example->draws};
}

static double slope(const struct loss *objective, const struct scores *scores, float *score) {
    const float value = *score;
    *score = value + STEP;
    const double above = objective->loss(scores);
    *score = value - STEP;
    const double below = objective->loss(scores);
    *score = value;
    return (above - below) / (2 * (double)STEP);
}

/* The third derivative of softplus is below 0.1, so the differences are off by 0.1 / 6 step^2 weight, about
 * 2e-6. The logistic function of a kernel is off by a sixteenth of its weights' roundoff, times weights up
 * to 4. */
static void check_gradient(struct test *test, const struct loss *objective, const struct kernel *kernel) {
    const double bound = 1e-5 +
                         (kernel->weight_roundoff > 1e-6f ? (double)kernel->weight_roundoff / 16 * 4 : 0);
    struct rng rng = rng_seed(5, 7);
    struct example example, changed;
    struct scores scores = make_example(&example, &rng);
    changed = example;
    struct scores gradient = scores;
    gradient.pairs = changed.pairs;
    gradient.noise = changed.noise;
    objective->gradient(&gradient, kernel);
    for (size_t i = 0; i < ROWS * BAND; i++) {
        const double expected = slope(objective, &scores, &example.pairs[i]);
        CHECK_MSG(test, fabs((double)changed.pairs[i] - expected) < bound, "%s, pair %zu: %g, not %g",
                  objective->name, i, (double)changed.pairs[i], expected);
        if (example.pair_weights[i] == 0)
            CHECK(test, changed.pairs[i] == 0);
    }
    for (size_t i = 0; i < ROWS * COLUMNS; i++) {
        const double expected = i % COLUMNS < NOISE ? slope(objective, &scores, &example.noise[i]) : 0;
        CHECK_MSG(test, fabs((double)changed.noise[i] - expected) < bound, "%s, noise %zu: %g, not %g",
                  objective->name, i, (double)changed.noise[i], expected);
    }
}

static void test_gradients(struct test *test) {
    const struct kernel *kernel;
    for (size_t i = 0; (kernel = kernel_at(i)) != NULL; i++)
        for (const struct loss *objective = loss_table; objective->name != NULL; objective++)
            check_gradient(test, objective, kernel);
}

/* By hand: one pair with score 0 and two draws of one noise word with score 0 cost log 2 each, times their
 * weights. */
static void test_loss_by_hand(struct test *test) {
    const float pair_weights[16] = {1};
    float pairs[16] = {0}, noise[16] = {0}, draws[16] __attribute__((aligned(64))) = {2}, row_weight = 2.5f;
    float pair_shifts[16] = {1}, noise_shifts[16] = {1};
    const struct scores scores = {1,  16,    pairs,        pair_weights, pair_shifts,
                                  16, noise, noise_shifts, &row_weight,  draws};
    CHECK(test, strcmp(loss_table[0].name, "sgns") == 0 && strcmp(loss_table[1].name, "nce") == 0);
    CHECK(test, fabs(loss_table[0].loss(&scores) - 6 * log(2)) < 1e-12);
    const double expected = log(1 + exp(1)) + 5 * log(1 + exp(-1));
    CHECK(test, fabs(loss_table[1].loss(&scores) - expected) < 1e-12);
}

static void test_extreme_scores(struct test *test) {
    const float pair_weights[16] __attribute__((aligned(64))) = {1};
    float draws[16] __attribute__((aligned(64))) = {1}, row_weight = 1;
    float pair_shifts[16] = {0}, noise_shifts[16] = {0};
    for (const struct loss *objective = loss_table; objective->name != NULL; objective++) {
        float pairs[16] __attribute__((aligned(64))) = {-1e6f},
                        noise[16] __attribute__((aligned(64))) = {1e6f};
        const struct scores scores = {1,  16,    pairs,        pair_weights, pair_shifts,
                                      16, noise, noise_shifts, &row_weight,  draws};
        CHECK(test, fabs(objective->loss(&scores) - 2e6) < 1);
        objective->gradient(&scores, kernel_at(0));
        CHECK(test, fabsf(pairs[0] + 1) < 1e-6f && fabsf(noise[0] - 1) < 1e-6f);
    }
}

static const struct test_case cases[] = {
    {"objective: gradients are the slopes of the losses", test_gradients},
    {"objective: losses computed by hand", test_loss_by_hand},
    {"objective: huge scores neither overflow nor give NaN", test_extreme_scores},
};
TEST_MAIN(cases)

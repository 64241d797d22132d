#include <math.h>
#include <stdlib.h>

#include "harness.h"
#include "train/noise.h"

/* A noise distribution in its own memory. */
static struct noise make_noise(const uint64_t *counts, size_t size, double power, struct workspace *memory) {
    struct error error = {0};
    *memory = (struct workspace){.base = NULL};
    (void)noise_lay_out(memory, size);
    memory->base = memory_pages(memory->used, "a test", &error);
    if (memory->base == NULL)
        abort();
    struct workspace workspace = {.base = memory->base};
    struct noise noise = noise_lay_out(&workspace, size);
    noise_fill(&noise, counts, power);
    return noise;
}

static void free_noise(const struct workspace *memory) {
    memory_pages_free(memory->base, memory->used);
}

static void draw(const struct noise *noise, struct rng *rng, uint32_t *words, size_t count) {
    struct noise_aim aims[64];
    noise_aim(noise, rng, aims, count);
    noise_take(noise, aims, words, count);
}

/* Pearson's statistic of `draws` draws against the exact distribution; words with fewer than 5 expected draws
 * are pooled. */
static double chi_square(const struct noise *noise, const uint64_t *counts, size_t draws, size_t at_once,
                         double *degrees) {
    uint64_t *seen = calloc(noise->size, sizeof *seen);
    struct rng rng = rng_seed(11, noise->size);
    uint32_t words[64];
    for (size_t i = 0; i < draws; i += at_once) {
        draw(noise, &rng, words, at_once);
        for (size_t j = 0; j < at_once; j++)
            seen[words[j]]++;
    }
    double sum = 0, pooled_seen = 0, pooled_expected = 0;
    *degrees = -1;
    for (size_t i = 0; i < noise->size; i++) {
        const double expected = noise_probability(noise, counts[i]) * (double)draws;
        if (expected < 5) {
            pooled_seen += (double)seen[i];
            pooled_expected += expected;
            continue;
        }
        sum += ((double)seen[i] - expected) * ((double)seen[i] - expected) / expected;
        *degrees += 1;
    }
    if (pooled_expected > 0) {
        sum += (pooled_seen - pooled_expected) * (pooled_seen - pooled_expected) / pooled_expected;
        *degrees += 1;
    }
    free(seen);
    return sum;
}

/* The statistic is about normal with this mean and twice this variance. The bound is 4.5 standard deviations,
 * a false alarm in 3e-6 of seeds. Stratified draws vary less, which makes the bound only safer. */
static void check_distribution(struct test *test, const uint64_t *counts, size_t size, double power) {
    struct workspace memory;
    const struct noise noise = make_noise(counts, size, power, &memory);
    for (size_t at_once = 1; at_once <= 64; at_once *= 8) {
        double degrees;
        const double statistic = chi_square(&noise, counts, 2000000, at_once, &degrees);
        CHECK_MSG(test, statistic < degrees + 4.5 * sqrt(2 * degrees) + 10,
                  "size %zu power %g, %zu at once: %g with %g degrees", size, power, at_once, statistic,
                  degrees);
    }
    free_noise(&memory);
}

static void test_distribution(struct test *test) {
    uint64_t counts[5000];
    for (size_t i = 0; i < 5000; i++)
        counts[i] = 1000000 / (i + 1);
    const double powers[] = {0, 0.5, 0.75, 1, 2};
    for (size_t p = 0; p < sizeof powers / sizeof *powers; p++) {
        check_distribution(test, counts, 5000, powers[p]);
        check_distribution(test, counts, 7, powers[p]);
    }
}

static void test_small(struct test *test) {
    struct workspace memory;
    const uint64_t counts[] = {1, 1};
    const struct noise noise = make_noise(counts, 1, 0.75, &memory);
    struct rng rng = rng_seed(1, 1);
    for (int i = 0; i < 100; i++) {
        uint32_t words[3] = {9, 9, 9};
        draw(&noise, &rng, words, 3);
        CHECK(test, words[0] == 0 && words[1] == 0 && words[2] == 0);
    }
    free_noise(&memory);
    check_distribution(test, counts, 2, 0.75);
}

/* With eight equally likely words, drawn four at a time, each draw comes from its own quarter. */
static void test_spread(struct test *test) {
    struct workspace memory;
    const uint64_t counts[] = {5, 5, 5, 5, 5, 5, 5, 5};
    const struct noise noise = make_noise(counts, 8, 0.75, &memory);
    struct rng rng = rng_seed(3, 1);
    for (int i = 0; i < 1000; i++) {
        uint32_t words[4];
        draw(&noise, &rng, words, 4);
        for (uint32_t j = 0; j < 4; j++)
            CHECK_MSG(test, words[j] / 2 == j, "%u drawn from part %u", words[j], j);
    }
    free_noise(&memory);
}

static void test_probabilities_sum_to_one(struct test *test) {
    struct workspace memory;
    uint64_t counts[100];
    for (size_t i = 0; i < 100; i++)
        counts[i] = 1 + i * i * i;
    const struct noise noise = make_noise(counts, 100, 0.75, &memory);
    double sum = 0;
    for (size_t i = 0; i < 100; i++)
        sum += noise_probability(&noise, counts[i]);
    CHECK_MSG(test, fabs(sum - 1) < 1e-12, "%g", sum);
    free_noise(&memory);
}

static const struct test_case cases[] = {
    {"noise: draws follow count^power (chi-square)", test_distribution},
    {"noise: one word, two words", test_small},
    {"noise: words drawn at once are spread over the vocabulary", test_spread},
    {"noise: probabilities sum to one", test_probabilities_sum_to_one},
};
TEST_MAIN(cases)

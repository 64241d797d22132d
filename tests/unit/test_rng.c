#include "base/rng.h"

#include "harness.h"

/* The values below come from published runs of the two generators, or from a second implementation. Models
 * can be reproduced from a seed only as long as they hold. */

static void the_published_splitmix64(struct test *test) {
    const uint64_t expected[] = {UINT64_C(6457827717110365317), UINT64_C(3203168211198807973),
                                 UINT64_C(9817491932198370423), UINT64_C(4593380528125082431),
                                 UINT64_C(16408922859458223821)};
    uint64_t state = 1234567;
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        CHECK_MSG(test, rng_mix(&state) == expected[i], "number %zu", i);
}

static void the_published_xoshiro256(struct test *test) {
    const uint64_t expected[] = {41943041,
                                 58720359,
                                 UINT64_C(3588806011781223),
                                 UINT64_C(3591011842654386),
                                 UINT64_C(9228616714210784205),
                                 UINT64_C(9973669472204895162),
                                 UINT64_C(14011001112246962877),
                                 UINT64_C(12406186145184390807),
                                 UINT64_C(15849039046786891736),
                                 UINT64_C(10450023813501588000)};
    struct rng rng = {{1, 2, 3, 4}};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        CHECK_MSG(test, rng_next(&rng) == expected[i], "number %zu", i);
}

struct start {
    uint64_t seed, stream, numbers[3];
};

static void seeds_and_streams(struct test *test) {
    const struct start starts[] = {
        {0, 0, {UINT64_C(0x84f09bf307c1073a), UINT64_C(0xc82ffb597ceee51b), UINT64_C(0xadf96905c5df4417)}},
        {1, 0, {UINT64_C(0x704560ced7cc0501), UINT64_C(0x4eef90036c89c53a), UINT64_C(0xdce05af2ba1364d7)}},
        {1, 1, {UINT64_C(0xd33cac18ac5184af), UINT64_C(0xda0fb9f6b5dac101), UINT64_C(0x12c315b4c0a2cf07)}},
        {UINT64_MAX,
         7,
         {UINT64_C(0x74d9be3075fb9d58), UINT64_C(0x75ae96c8d5a82173), UINT64_C(0x53eff7d6d2310a8d)}},
    };
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        struct rng rng = rng_seed(starts[i].seed, starts[i].stream);
        for (size_t j = 0; j < 3; j++)
            CHECK_MSG(test, rng_next(&rng) == starts[i].numbers[j], "start %zu, number %zu", i, j);
    }
}

/* The first numbers of 64 seeds with 64 streams each. The chance that two of them are equal is 1 in 2
 * trillion. */
static void every_pair_has_numbers_of_its_own(struct test *test) {
    uint64_t first[4096];
    for (size_t i = 0; i < 4096; i++) {
        struct rng rng = rng_seed(i / 64, i % 64);
        first[i] = rng_next(&rng);
    }
    for (size_t i = 0; i < 4096; i++)
        for (size_t j = 0; j < i; j++)
            CHECK_MSG(test, first[i] != first[j], "seed %zu stream %zu", i / 64, i % 64);
}

static void scaling(struct test *test) {
    const uint32_t limits[] = {1, 2, 3, 7, 1000, UINT32_C(0x80000000), UINT32_MAX};
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        CHECK_MSG(test, rng_scale(0, limits[i]) == 0, "limit %u", limits[i]);
        CHECK_MSG(test, rng_scale(UINT32_MAX, limits[i]) == limits[i] - 1, "limit %u", limits[i]);
    }
    CHECK(test, rng_scale(UINT32_C(0x7fffffff), 2) == 0 && rng_scale(UINT32_C(0x80000000), 2) == 1);
    CHECK(test, rng_scale(UINT32_C(0x55555555), 3) == 0 && rng_scale(UINT32_C(0x55555556), 3) == 1);
    CHECK(test, rng_scale(UINT32_C(0xaaaaaaaa), 3) == 1 && rng_scale(UINT32_C(0xaaaaaaab), 3) == 2);
    CHECK(test, rng_scale(12345, 0) == 0);
    struct rng rng = rng_seed(3, 0);
    for (uint32_t i = 0; i < 100000; i++) {
        const uint32_t limit = 1 + (uint32_t)(rng_next(&rng) >> (32 + i % 32));
        CHECK_MSG(test, rng_below(&rng, limit) < limit, "limit %u", limit);
    }
}

/* Pearson's statistic of `cells` counts: it has a chi-square distribution with cells - 1 degrees of freedom
 * if the draws are uniform. */
static double chi_square(const unsigned *counts, size_t cells, double draws) {
    const double expected = draws / (double)cells;
    double sum = 0;
    for (size_t i = 0; i < cells; i++)
        sum += ((double)counts[i] - expected) * ((double)counts[i] - expected) / expected;
    return sum;
}

/* Chi-square with 99 degrees of freedom is above 191 or below 42 less than once in 10 million each, and there
 * are 9 statistics: for another seed, the false-alarm rate is below 2 in a million. */
static void check_uniform(struct test *test, const unsigned *counts, const char *what, unsigned which) {
    const double sum = chi_square(counts, 100, 200000);
    CHECK_MSG(test, sum > 42 && sum < 191, "%s %u: chi-square %g", what, which, sum);
}

static void draws_below_a_limit_are_uniform(struct test *test) {
    const uint32_t limits[] = {100, 1000, 1000000, UINT32_C(4000000000)};
    for (unsigned i = 0; i < 4; i++) {
        unsigned counts[100] = {0};
        struct rng rng = rng_seed(11, i);
        for (size_t draw = 0; draw < 200000; draw++)
            counts[rng_below(&rng, limits[i]) / (limits[i] / 100)]++;
        check_uniform(test, counts, "limit", limits[i]);
    }
}

static void units_are_uniform(struct test *test) {
    unsigned counts[100] = {0}, fine[100] = {0};
    struct rng rng = rng_seed(12, 0);
    for (size_t draw = 0; draw < 200000; draw++) {
        const float unit = rng_unit(&rng);
        CHECK(test, unit >= 0 && unit < 1 && unit * 0x1p24F == (float)(uint32_t)(unit * 0x1p24F));
        counts[(size_t)(unit * 100.0F) % 100]++;
        fine[(uint32_t)(unit * 0x1p24F) % 100]++;
    }
    check_uniform(test, counts, "units", 0);
    check_uniform(test, fine, "last digits of units", 0);
}

/* Neighboring threads have neighboring streams, so these must not be correlated. */
static void streams_are_independent(struct test *test) {
    for (unsigned stream = 0; stream < 3; stream++) {
        unsigned counts[100] = {0};
        struct rng one = rng_seed(13, stream), other = rng_seed(13, stream + 1);
        for (size_t draw = 0; draw < 200000; draw++)
            counts[rng_below(&one, 10) * 10 + rng_below(&other, 10)]++;
        check_uniform(test, counts, "stream", stream);
    }
}

static void units_end_below_one(struct test *test) {
    /* The state whose next number is all ones: s0 + s3 is 0, and s0 is all ones. */
    struct rng highest = {{UINT64_MAX, 0, 0, 1}}, lowest = {{0, 1, 1, 0}};
    CHECK(test, rng_unit(&highest) == 1 - 0x1p-24F);
    CHECK(test, rng_unit(&lowest) == 0);
}

static const struct test_case cases[] = {
    {"rng: the published splitmix64", the_published_splitmix64},
    {"rng: the published xoshiro256++", the_published_xoshiro256},
    {"rng: seeds and streams", seeds_and_streams},
    {"rng: every pair of seed and stream has numbers of its own", every_pair_has_numbers_of_its_own},
    {"rng: scaling", scaling},
    {"rng: draws below a limit are uniform", draws_below_a_limit_are_uniform},
    {"rng: units are uniform", units_are_uniform},
    {"rng: units end below one", units_end_below_one},
    {"rng: streams are independent", streams_are_independent},
};

TEST_MAIN(cases)

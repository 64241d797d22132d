/* Alignment and uniformity by hand, and of random vectors. */
#include <math.h>

#include "base/rng.h"
#include "harness.h"
#include "train/geometry.h"

static const struct parameters parameters = {.window = 2, .weights = WEIGHTS_HARMONIC};

/* Three words in a row: x and -x of different lengths, then a vector at a right angle. Squared distances are
 * 4 and 2. Pairs of weight 1 are (0, 1) and (1, 2), of weight 1/2 (0, 2), each counted from both ends. */
static void test_by_hand(struct test *test) {
    const float values[3][16] = {{1, 0}, {-3, 0}, {0, 2}};
    const struct geometry_rows rows = {values[0], 16};
    const uint32_t words[] = {0, 1, 2}, begin[] = {0, 0, 0}, end[] = {3, 3, 3};
    const struct passage passage = {words, begin, end, 3};
    struct geometry_sample sample = {.count = 0};
    geometry_add(&sample, &rows, &passage, &parameters);
    const struct geometry geometry = geometry_of(&sample, &rows);
    CHECK_MSG(test, fabs(geometry.alignment - (4 + 2 + 0.5 * 2) / 2.5) < 1e-12, "%g", geometry.alignment);
    CHECK_MSG(test, fabs(geometry.uniformity - log((exp(-8) + 2 * exp(-4)) / 3)) < 1e-12, "%g",
              geometry.uniformity);
}

/* Random directions in many dimensions are at a distance of sqrt(2): alignment 2, uniformity near -4. */
static void test_random(struct test *test) {
    static float values[1000 * 256];
    static uint32_t words[1000], begin[1000], end[1000];
    struct rng rng = rng_seed(1, 1);
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        values[i] = rng_unit(&rng) - 0.5f;
    for (uint32_t p = 0; p < 1000; p++) {
        words[p] = p;
        begin[p] = p > 2 ? p - 2 : 0;
        end[p] = p < 97 ? p + 3 : 100;
    }
    const struct geometry_rows rows = {values, 256};
    struct geometry_sample sample = {.count = 0};
    for (uint32_t i = 0; i < 10; i++) {
        const struct passage passage = {words + (size_t)100 * i, begin, end, 100};
        geometry_add(&sample, &rows, &passage, &parameters);
    }
    const struct geometry geometry = geometry_of(&sample, &rows);
    CHECK_MSG(test, fabs(geometry.alignment - 2) < 0.02, "%g", geometry.alignment);
    CHECK_MSG(test, fabs(geometry.uniformity + 4) < 0.1, "%g", geometry.uniformity);
}

static void test_nothing(struct test *test) {
    const struct geometry_sample sample = {.count = 0};
    const struct geometry_rows rows = {NULL, 16};
    const struct geometry geometry = geometry_of(&sample, &rows);
    CHECK(test, geometry.alignment == 0 && geometry.uniformity == 0);
}

static const struct test_case cases[] = {
    {"geometry: by hand", test_by_hand},
    {"geometry: of random vectors", test_random},
    {"geometry: of nothing", test_nothing},
};
TEST_MAIN(cases)

#include <math.h>
#include <stdlib.h>

#include "harness.h"
#include "train/hot.h"

#define COUNT ((size_t)3)
#define STRIDE ((size_t)16)
#define FLOATS (COUNT * STRIDE)

static void fill(float *rows, float value) {
    for (size_t i = 0; i < FLOATS; i++)
        rows[i] = value + (float)i;
}

static void add(float *rows, float value) {
    for (size_t i = 0; i < FLOATS; i++)
        rows[i] += value;
}

static bool all(const float *rows, float value) {
    for (size_t i = 0; i < FLOATS; i++)
        if (rows[i] != value + (float)i)
            return false;
    return true;
}

/* Two threads learn 2 and 6, and -4 and 0: the matrices get the mean of each, and both threads too, in the
 * end. */
static void test_merge(struct test *test) {
    struct error error = {0};
    struct hot first, second;
    float input[FLOATS], output[FLOATS];
    fill(input, 0);
    fill(output, 100);
    CHECK(test, hot_create(&first, COUNT, STRIDE, &error) && hot_create(&second, COUNT, STRIDE, &error));
    hot_take(&first, input, output);
    hot_take(&second, input, output);
    CHECK(test, all(first.input, 0) && all(first.output, 100) && all(second.input, 0));
    add(first.input, 2);
    add(second.input, 6);
    add(first.output, -4);
    hot_merge(&first, input, output, 0.5f);
    CHECK(test, all(input, 1) && all(first.input, 1) && all(output, 98) && all(first.output, 98));
    hot_merge(&second, input, output, 0.5f);
    CHECK(test, all(input, 4) && all(second.input, 4) && all(output, 98) && all(second.output, 98));
    /* What was merged once isn't merged again. */
    hot_merge(&first, input, output, 0.5f);
    hot_merge(&second, input, output, 0.5f);
    CHECK(test, all(input, 4) && all(first.input, 4) && all(output, 98) && all(first.output, 98));
    hot_free(&first);
    hot_free(&second);
}

static void test_none(struct test *test) {
    struct error error = {0};
    struct hot hot;
    float input[FLOATS], output[FLOATS];
    fill(input, 5);
    fill(output, 6);
    CHECK(test, hot_create(&hot, 0, STRIDE, &error) && hot.count == 0);
    hot_take(&hot, input, output);
    hot_merge(&hot, input, output, 1);
    CHECK(test, all(input, 5) && all(output, 6));
    hot_free(&hot);
}

static const struct test_case cases[] = {
    {"hot: a merge is the mean of what the threads learned", test_merge},
    {"hot: no rows at all", test_none},
};
TEST_MAIN(cases)

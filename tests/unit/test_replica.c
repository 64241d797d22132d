#include <math.h>
#include <stdlib.h>

#include "harness.h"
#include "kernels/registry.h"
#include "train/replica.h"

#define COUNT ((size_t)3)
#define STRIDE ((size_t)32)
#define NUMBERS (COUNT * STRIDE)

static struct replica make_replica(size_t count, uint64_t seed, struct workspace *memory) {
    struct error error = {0};
    *memory = (struct workspace){.base = NULL};
    (void)replica_lay_out(memory, count, STRIDE, seed);
    memory->base = memory_pages(memory->used, "a test", &error);
    if (memory->base == NULL)
        abort();
    struct workspace workspace = {.base = memory->base};
    return replica_lay_out(&workspace, count, STRIDE, seed);
}

static void fill(bfloat16 *rows, float value) {
    for (size_t i = 0; i < NUMBERS; i++)
        rows[i] = bfloat16_round(value + (float)i, 0);
}

static void add(bfloat16 *rows, float value) {
    for (size_t i = 0; i < NUMBERS; i++)
        rows[i] = bfloat16_round(bfloat16_value(rows[i]) + value, 0);
}

static bool all(const bfloat16 *rows, float value) {
    for (size_t i = 0; i < NUMBERS; i++)
        if (bfloat16_value(rows[i]) != value + (float)i)
            return false;
    return true;
}

/* Two threads learn 2 and 6, and -4 and 0. The matrices get the mean of each, and in the end so do both
 * threads. Integers up to 256 need no rounding. */
static void test_merge(struct test *test) {
    const struct kernel *kernel = kernel_at(0);
    struct workspace memory[2];
    struct replica first = make_replica(COUNT, 1, &memory[0]), second = make_replica(COUNT, 2, &memory[1]);
    _Alignas(64) bfloat16 input[NUMBERS], output[NUMBERS];
    fill(input, 0);
    fill(output, 100);
    replica_take(&first, input, output);
    replica_take(&second, input, output);
    CHECK(test, all(first.input, 0) && all(first.output, 100) && all(second.input, 0));
    add(first.input, 2);
    add(second.input, 6);
    add(first.output, -4);
    replica_merge(&first, kernel, input, output, 0.5f);
    CHECK(test, all(input, 1) && all(first.input, 1) && all(output, 98) && all(first.output, 98));
    replica_merge(&second, kernel, input, output, 0.5f);
    CHECK(test, all(input, 4) && all(second.input, 4) && all(output, 98) && all(second.output, 98));
    /* What has been merged is not merged again. */
    replica_merge(&first, kernel, input, output, 0.5f);
    replica_merge(&second, kernel, input, output, 0.5f);
    CHECK(test, all(input, 4) && all(first.input, 4) && all(output, 98) && all(first.output, 98));
    memory_pages_free(memory[0].base, memory[0].used);
    memory_pages_free(memory[1].base, memory[1].used);
}

static void test_none(struct test *test) {
    struct workspace memory;
    struct replica replica = make_replica(0, 1, &memory);
    _Alignas(64) bfloat16 input[NUMBERS], output[NUMBERS];
    fill(input, 5);
    fill(output, 6);
    CHECK(test, replica.count == 0);
    replica_take(&replica, input, output);
    replica_merge(&replica, kernel_at(0), input, output, 1);
    CHECK(test, all(input, 5) && all(output, 6));
    memory_pages_free(memory.base, memory.used);
}

static const struct test_case cases[] = {
    {"replica: a merge is the mean of what the threads learned", test_merge},
    {"replica: no rows at all", test_none},
};
TEST_MAIN(cases)

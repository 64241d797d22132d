#include "base/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"

/* The allocators of the sanitizers exit when they cannot provide a size, unless told otherwise. */
/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
const char *__asan_default_options(void);
const char *__tsan_default_options(void);
const char *__asan_default_options(void) {
    return "allocator_may_return_null=1";
}
const char *__tsan_default_options(void) {
    return "allocator_may_return_null=1";
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

struct sizes {
    size_t a, b, result;
};

static const size_t half = SIZE_MAX / 2 + 1;
static const size_t root = (size_t)1 << (sizeof(size_t) * 4);

typedef bool size_function(size_t a, size_t b, size_t *result);

/* Both orders of each pair: the result or, if `fits` is false, a failure that leaves it untouched. */
static void check_sizes(struct test *test, size_function *function, bool fits, const struct sizes *sizes,
                        size_t count) {
    for (size_t i = 0; i < 2 * count; i++) {
        const size_t a = i % 2 ? sizes[i / 2].a : sizes[i / 2].b, b = i % 2 ? sizes[i / 2].b : sizes[i / 2].a;
        size_t result = 77;
        CHECK_MSG(test, function(a, b, &result) == fits, "%zu and %zu", a, b);
        CHECK_MSG(test, result == (fits ? sizes[i / 2].result : 77), "%zu and %zu: %zu", a, b, result);
    }
}

static void products(struct test *test) {
    const struct sizes fit[] = {
        {0, 0, 0},
        {0, SIZE_MAX, 0},
        {1, SIZE_MAX, SIZE_MAX},
        {3, 5, 15},
        {2, half - 1, SIZE_MAX - 1},
        {root, root - 1, SIZE_MAX - root + 1},
        {root - 1, root + 1, SIZE_MAX},
        {3, SIZE_MAX / 3, SIZE_MAX},
    };
    const struct sizes too_large[] = {
        {2, half, 0},     {4, half / 2, 0},         {root, root, 0},
        {3, half, 0},     {3, SIZE_MAX / 3 + 1, 0}, {SIZE_MAX, SIZE_MAX, 0},
        {2, SIZE_MAX, 0},
    };
    check_sizes(test, size_multiply, true, fit, sizeof fit / sizeof *fit);
    check_sizes(test, size_multiply, false, too_large, sizeof too_large / sizeof *too_large);
}

static void sums(struct test *test) {
    const struct sizes fit[] = {
        {0, 0, 0},
        {0, SIZE_MAX, SIZE_MAX},
        {3, 5, 8},
        {1, SIZE_MAX - 1, SIZE_MAX},
        {half, half - 1, SIZE_MAX},
    };
    const struct sizes too_large[] = {{1, SIZE_MAX, 0}, {half, half, 0}, {SIZE_MAX, SIZE_MAX, 0}};
    check_sizes(test, size_add, true, fit, sizeof fit / sizeof *fit);
    check_sizes(test, size_add, false, too_large, sizeof too_large / sizeof *too_large);
}

static bool all_zero(const unsigned char *bytes, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (bytes[i] != 0)
            return false;
    return true;
}

static void allocated_memory_is_zero(struct test *test) {
    struct error error = {.kind = ERROR_NONE};
    for (size_t count = 1; count < 40; count++) {
        /* Dirty memory of the same size, which the allocator may return again. */
        unsigned char *used = memory_allocate(count, 24, "used memory", &error);
        if (used != NULL)
            memset(used, 0xFF, count * 24);
        free(used);
        unsigned char *memory = memory_allocate(count, 24, "memory", &error);
        CHECK(test, memory != NULL && all_zero(memory, count * 24));
        free(memory);
    }
    CHECK(test, error.kind == ERROR_NONE);
}

static void nothing_is_a_valid_pointer(struct test *test) {
    struct error error = {.kind = ERROR_NONE};
    const struct sizes sizes[] = {{0, 8, 0}, {8, 0, 0}, {0, 0, 0}};
    for (size_t i = 0; i < 3; i++) {
        void *memory = memory_allocate(sizes[i].a, sizes[i].b, "nothing", &error);
        CHECK_MSG(test, memory != NULL && error.kind == ERROR_NONE, "%zu times %zu", sizes[i].a, sizes[i].b);
        free(memory);
    }
    void *pages = memory_pages(0, "nothing", &error);
    CHECK(test, pages != NULL && error.kind == ERROR_NONE);
    memory_pages_free(pages, 0);
    memory_pages_free(NULL, 0);
}

static void check_failure(struct test *test, const struct error *error, const char *what) {
    CHECK(test, error->kind == ERROR_SYSTEM);
    CHECK_MSG(test, strstr(error->text, what) != NULL && strstr(error->text, "memory") != NULL, "%s",
              error->text);
}

static void too_much_is_an_error(struct test *test) {
    const struct sizes sizes[] = {
        {half, 2, 0},    {2, half, 0},        {SIZE_MAX / 8 + 2, 8, 0}, {SIZE_MAX, SIZE_MAX, 0},
        {root, root, 0}, {SIZE_MAX / 2, 1, 0}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct error error = {.kind = ERROR_NONE};
        void *memory = memory_allocate(sizes[i].a, sizes[i].b, "the vocabulary", &error);
        CHECK_MSG(test, memory == NULL, "%zu times %zu", sizes[i].a, sizes[i].b);
        check_failure(test, &error, "the vocabulary");
        free(memory);
    }
    const size_t bytes[] = {SIZE_MAX, SIZE_MAX - 4096, half};
    for (size_t i = 0; i < 3; i++) {
        struct error error = {.kind = ERROR_NONE};
        CHECK_MSG(test, memory_pages(bytes[i], "the matrices", &error) == NULL, "%zu bytes", bytes[i]);
        check_failure(test, &error, "the matrices");
    }
}

static void room_grows_and_keeps_what_is_there(struct test *test) {
    struct error error = {.kind = ERROR_NONE};
    uint32_t *numbers = NULL;
    size_t capacity = 0, moves = 0;
    for (uint32_t i = 0; i < 100000; i++) {
        const size_t before = capacity;
        if (!memory_reserve(&numbers, &capacity, (size_t)i + 1, "numbers", &error))
            break;
        CHECK(test, capacity > i && (capacity == before || capacity >= before + before / 2));
        moves += capacity != before;
        numbers[i] = i * 7;
    }
    /* Growing from 16 to 100,000 by half each time takes 22 steps. */
    CHECK_MSG(test, error.kind == ERROR_NONE && moves < 30, "%zu moves; %s", moves, error.text);
    for (uint32_t i = 0; error.kind == ERROR_NONE && i < 100000; i++)
        CHECK_MSG(test, numbers[i] == i * 7, "number %u", i);
    free(numbers);
}

static void enough_room_is_left_alone(struct test *test) {
    struct error error = {.kind = ERROR_NONE};
    uint32_t *numbers = NULL;
    size_t capacity = 0;
    CHECK(test,
          memory_reserve(&numbers, &capacity, 0, "numbers", &error) && numbers == NULL && capacity == 0);
    CHECK(test, memory_reserve(&numbers, &capacity, 1000, "numbers", &error) && capacity >= 1000);
    const size_t before = capacity;
    const uint32_t *at = numbers;
    CHECK(test, memory_reserve(&numbers, &capacity, before, "numbers", &error) && capacity == before);
    CHECK(test, numbers == at);
    free(numbers);
}

static void failing_to_grow_keeps_the_array(struct test *test) {
    const size_t needed[] = {SIZE_MAX, half, SIZE_MAX / sizeof(uint32_t) + 1, SIZE_MAX / sizeof(uint32_t)};
    struct error first = {.kind = ERROR_NONE};
    uint32_t *numbers = NULL;
    size_t capacity = 0;
    if (!memory_reserve(&numbers, &capacity, 10, "numbers", &first))
        abort();
    for (size_t i = 0; i < 10; i++)
        numbers[i] = (uint32_t)i;
    const uint32_t *at = numbers;
    const size_t before = capacity;
    for (size_t i = 0; i < 4; i++) {
        struct error error = {.kind = ERROR_NONE};
        CHECK_MSG(test, !memory_reserve(&numbers, &capacity, needed[i], "the pairs", &error), "%zu",
                  needed[i]);
        check_failure(test, &error, "the pairs");
        CHECK(test, numbers == at && capacity == before && numbers[9] == 9);
    }
    free(numbers);
}

static void pages_are_zero_and_aligned(struct test *test) {
    const size_t mega = (size_t)1 << 20;
    const size_t bytes[] = {1,        63,       4096,         4097,     mega - 1,     mega,
                            mega + 1, 2 * mega, 2 * mega + 1, 3 * mega, 3 * mega + 1, 5 * mega + 4097};
    for (size_t i = 0; i < sizeof bytes / sizeof *bytes; i++) {
        struct error error = {.kind = ERROR_NONE};
        unsigned char *pages = memory_pages(bytes[i], "pages", &error);
        CHECK_MSG(test, pages != NULL, "%s", error.text);
        if (pages == NULL)
            continue;
        CHECK_MSG(test, (uintptr_t)pages % (bytes[i] < mega ? 4096 : 2 * mega) == 0, "%zu bytes at %p",
                  bytes[i], (void *)pages);
        CHECK(test, all_zero(pages, bytes[i]));
        memset(pages, 1, bytes[i]);
        memory_pages_free(pages, bytes[i]);
    }
}

static void available_memory_is_plausible(struct test *test) {
    const size_t available = memory_available();
    const long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    CHECK_MSG(test, available > (size_t)1 << 20, "%zu bytes", available);
    if (available != SIZE_MAX && pages > 0 && page > 0)
        CHECK_MSG(test, available <= (size_t)pages * (size_t)page, "%zu bytes", available);
}

static const struct test_case cases[] = {
    {"memory: products", products},
    {"memory: sums", sums},
    {"memory: what is allocated is zero", allocated_memory_is_zero},
    {"memory: nothing is a valid pointer", nothing_is_a_valid_pointer},
    {"memory: too much is an error", too_much_is_an_error},
    {"memory: room grows and keeps what is there", room_grows_and_keeps_what_is_there},
    {"memory: enough room is left alone", enough_room_is_left_alone},
    {"memory: failing to grow keeps the array", failing_to_grow_keeps_the_array},
    {"memory: pages are zero and aligned", pages_are_zero_and_aligned},
    {"memory: what is available is plausible", available_memory_is_plausible},
};

TEST_MAIN(cases)

/* The harness of the unit tests. A test program is a table of cases; each prints "ok NAME" or "not ok NAME",
 * with a line on standard error for each failed check. The program exits with 1 if any failed. */
#ifndef SGNS_TESTS_HARNESS_H
#define SGNS_TESTS_HARNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Which of many similar cases to take: every first, fifth or ninth. Builds that look for memory errors or
 * data races run ten times slower, and races don't depend on the values of options; other builds take all
 * cases. */
#if defined(__SANITIZE_THREAD__)
#define TEST_EVERY 9
#elif defined(__SANITIZE_ADDRESS__)
#define TEST_EVERY 5
#else
#define TEST_EVERY 1
#endif

struct test {
    const char *name;
    int failures;
};

struct test_case {
    const char *name;
    void (*run)(struct test *test);
};

/* Records a failure and continues. Usage: CHECK(test, a == b); or CHECK_MSG(test, a == b, "dim %zu", dim); */
#define CHECK(test, condition) CHECK_MSG(test, condition, "%s", "")
#define CHECK_MSG(test, condition, ...)                                                               \
    do {                                                                                              \
        if (!(condition)) {                                                                           \
            (test)->failures++;                                                                       \
            fprintf(stderr, "%s:%d: %s: not so: %s  ", __FILE__, __LINE__, (test)->name, #condition); \
            fprintf(stderr, __VA_ARGS__);                                                             \
            fputc('\n', stderr);                                                                      \
        }                                                                                             \
    } while (0)

/* The path of a scratch file of this process, in tmp/ of the build folder, written to the caller's buffer. */
const char *test_path(char *buffer, size_t size, const char *name);

int test_main(const struct test_case *cases, size_t count);

#define TEST_MAIN(cases)                                          \
    int main(void) {                                              \
        return test_main(cases, sizeof(cases) / sizeof *(cases)); \
    }

#endif

#include "harness.h"

#include <stdlib.h>
#include <unistd.h>

const char *test_path(char *buffer, size_t size, const char *name) {
    const char *folder = getenv("TMPDIR");
    snprintf(buffer, size, "%s/%ld-%s", folder != NULL ? folder : "/tmp", (long)getpid(), name);
    return buffer;
}

int test_main(const struct test_case *cases, size_t count) {
    int failed = 0;
    for (size_t i = 0; i < count; i++) {
        struct test test = {.name = cases[i].name};
        cases[i].run(&test);
        printf("%s %s\n", test.failures == 0 ? "ok" : "not ok", cases[i].name);
        fflush(stdout);
        failed += test.failures > 0;
    }
    return failed > 0;
}

#include "text/decompress.h"

#include <stdlib.h>
#include <string.h>

#include "harness.h"

static enum decompress_format find(const char *start, size_t size) {
    return decompress_find((const unsigned char *)start, size);
}

static void formats(struct test *test) {
    CHECK(test, find("\x1f\x8b\x08\0\0\0\0\0\0\x03", 10) == DECOMPRESS_GZIP);
    CHECK(test, find("\xfd"
                     "7zXZ\0\0\x04\xe6\xd6",
                     10) == DECOMPRESS_XZ);
    CHECK(test, find("\x28\xb5\x2f\xfd", 4) == DECOMPRESS_ZSTD);
    CHECK(test, find("BZh1\x31\x41\x59\x26\x53\x59", 10) == DECOMPRESS_BZIP2);
    CHECK(test, find("BZh9\x17\x72\x45\x38\x50\x90", 10) == DECOMPRESS_BZIP2); /* an empty file */
}

static void texts(struct test *test) {
    CHECK(test, find("BZh9 is a word", 14) == DECOMPRESS_NONE);
    CHECK(test, find("(", 1) == DECOMPRESS_NONE);
    CHECK(test, find("", 0) == DECOMPRESS_NONE);
    for (size_t size = 0; size < 10; size++)
        CHECK(test, find("BZh1\x31\x41\x59\x26\x53\x59", size) == DECOMPRESS_NONE);
    CHECK(test, find("\x1f\x8b\x08", 1) == DECOMPRESS_NONE);
}

/* A program is looked for as a shell does; the path is put back at the end. */
static void programs(struct test *test) {
    char before[4096];
    const char *path = getenv("PATH");
    snprintf(before, sizeof before, "%s", path != NULL ? path : "");
    struct error error = {.kind = ERROR_NONE};
    setenv("PATH", "/nowhere:/nowhere/either", 1);
    CHECK(test, !decompress_check(DECOMPRESS_ZSTD, "a.zst", &error) && error.kind == ERROR_INPUT);
    CHECK_MSG(test, strstr(error.text, "a.zst: compressed by zstd, and the program zstd") == error.text, "%s",
              error.text);
    struct error other = {.kind = ERROR_NONE};
    setenv("PATH", "/nowhere::/bin:/usr/bin", 1);
    CHECK_MSG(test, decompress_check(DECOMPRESS_GZIP, "a.gz", &other), "%s", other.text);
    setenv("PATH", before, 1);
}

static const struct test_case cases[] = {
    {"decompress: formats", formats},
    {"decompress: texts", texts},
    {"decompress: programs", programs},
};

TEST_MAIN(cases)

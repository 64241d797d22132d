#include "base/memory.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>

#define HUGE_PAGE ((size_t)2 << 20)

bool size_multiply(size_t a, size_t b, size_t *result) {
    if (b != 0 && a > SIZE_MAX / b)
        return false;
    *result = a * b;
    return true;
}

bool size_add(size_t a, size_t b, size_t *result) {
    if (a > SIZE_MAX - b)
        return false;
    *result = a + b;
    return true;
}

void *memory_allocate(size_t count, size_t size, const char *what, struct error *error) {
    /* calloc checks the product itself; one byte at least, so that NULL always means failure. */
    void *memory = calloc(count > 0 ? count : 1, size > 0 ? size : 1);
    if (memory == NULL)
        error_set(error, ERROR_SYSTEM, "out of memory: %zu times %zu bytes for %s", count, size, what);
    return memory;
}

bool memory_reserve_bytes(void **array, size_t *capacity, size_t needed, size_t size, const char *what,
                          struct error *error) {
    if (needed <= *capacity)
        return true;
    size_t room = *capacity + *capacity / 2;
    if (room < needed)
        room = needed;
    if (room < 16)
        room = 16;
    size_t bytes;
    void *grown = size_multiply(room, size, &bytes) ? realloc(*array, bytes) : NULL;
    if (grown == NULL)
        return error_set(error, ERROR_SYSTEM, "out of memory: %zu times %zu bytes for %s", room, size, what);
    *array = grown;
    *capacity = room;
    return true;
}

void *memory_pages(size_t bytes, const char *what, struct error *error) {
    const size_t length = bytes > 0 ? bytes : 1;
    void *pages = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED) {
        error_system(error, errno, "no memory: %zu bytes for %s", bytes, what);
        return NULL;
    }
#ifdef MADV_HUGEPAGE
    if (length >= 2 * HUGE_PAGE)
        (void)madvise(pages, length, MADV_HUGEPAGE); /* only a hint: without huge pages it works, slower */
#endif
    return pages;
}

void memory_pages_free(void *pages, size_t bytes) {
    if (pages != NULL)
        munmap(pages, bytes > 0 ? bytes : 1);
}

/* The number behind `key` in a small text file of the kernel's, or SIZE_MAX. */
static size_t read_number(const char *path, const char *format) {
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return SIZE_MAX;
    char line[256];
    size_t number = SIZE_MAX;
    while (fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, format, &number) == 1)
            break;
    fclose(file);
    return number;
}

size_t memory_available(void) {
    size_t available = read_number("/proc/meminfo", "MemAvailable: %zu kB");
    if (available <= SIZE_MAX / 1024)
        available *= 1024;
    else
        available = SIZE_MAX;
    const size_t limit = read_number("/sys/fs/cgroup/memory.max", "%zu");
    const size_t used = read_number("/sys/fs/cgroup/memory.current", "%zu");
    if (limit != SIZE_MAX && used != SIZE_MAX) {
        const size_t left = limit > used ? limit - used : 0;
        if (left < available)
            available = left;
    }
    return available;
}

size_t memory_peak(void) {
    struct rusage usage;
    return getrusage(RUSAGE_SELF, &usage) == 0 ? (size_t)usage.ru_maxrss * 1024 : 0;
}

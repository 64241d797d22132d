#include "base/memory.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>

#define HUGE_PAGE ((size_t)2 << 20)
#define ANY_PAGE ((size_t)64 << 10) /* a multiple of every page size in use */

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
    /* calloc checks the product itself. At least one byte, so that NULL always means failure. */
    void *memory = calloc(count > 0 ? count : 1, size > 0 ? size : 1);
    if (memory == NULL)
        error_set(error, ERROR_SYSTEM, "out of memory: %zu times %zu bytes for %s", count, size, what);
    return memory;
}

bool memory_reserve_bytes(void **array, size_t *capacity, size_t needed, size_t size, const char *what,
                          struct error *error) {
    if (needed <= *capacity)
        return true;
    size_t grown_capacity = *capacity + *capacity / 2;
    if (grown_capacity < needed)
        grown_capacity = needed;
    if (grown_capacity < 16)
        grown_capacity = 16;
    size_t bytes;
    void *grown = size_multiply(grown_capacity, size, &bytes) ? realloc(*array, bytes) : NULL;
    if (grown == NULL)
        return error_set(error, ERROR_SYSTEM, "out of memory: %zu times %zu bytes for %s", grown_capacity,
                         size, what);
    *array = grown;
    *capacity = grown_capacity;
    return true;
}

/* Rounds up to whole huge pages, or to small pages if the last huge page would be less than half full. */
static size_t pages_length(size_t bytes) {
    const size_t part = bytes % HUGE_PAGE < HUGE_PAGE / 2 ? ANY_PAGE : HUGE_PAGE;
    const size_t rest = bytes % part;
    return bytes == 0 ? part : rest == 0 ? bytes : bytes - rest + part;
}

static char *map(size_t length) {
    char *pages = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return pages == MAP_FAILED ? NULL : pages;
}

/* A mapping can begin at any page, so this maps more than needed and keeps the part that begins at a huge
 * page. If the system refuses to take the rest back, it costs nothing, because it is never touched. */
static char *map_huge(size_t length) {
    char *pages = map(length + HUGE_PAGE);
    if (pages == NULL)
        return NULL;
    const size_t before = HUGE_PAGE - (uintptr_t)pages % HUGE_PAGE;
    munmap(pages, before);
    pages += before;
    if (before < HUGE_PAGE)
        munmap(pages + length, HUGE_PAGE - before);
#ifdef MADV_HUGEPAGE
    (void)madvise(pages, length, MADV_HUGEPAGE); /* only a hint: it works without */
#endif
    return pages;
}

void *memory_pages(size_t bytes, const char *what, struct error *error) {
    char *pages = NULL;
    errno = ENOMEM; /* for sizes beyond any address space */
    if (bytes <= SIZE_MAX - 2 * HUGE_PAGE) {
        const size_t length = pages_length(bytes);
        pages = length < HUGE_PAGE ? map(length) : map_huge(length);
    }
    if (pages == NULL)
        error_system(error, errno, "out of memory: %zu bytes for %s", bytes, what);
    return pages;
}

void memory_pages_free(void *pages, size_t bytes) {
    if (pages != NULL)
        munmap(pages, pages_length(bytes));
}

bool memory_budget_take(struct memory_budget *budget, size_t bytes) {
    if (budget == NULL)
        return true;
    size_t used = atomic_load_explicit(&budget->used, memory_order_relaxed);
    do
        if (used > budget->limit || bytes > budget->limit - used)
            return false;
    while (!atomic_compare_exchange_weak_explicit(&budget->used, &used, used + bytes, memory_order_relaxed,
                                                  memory_order_relaxed));
    return true;
}

void memory_budget_give_back(struct memory_budget *budget, size_t bytes) {
    if (budget != NULL)
        atomic_fetch_sub_explicit(&budget->used, bytes, memory_order_relaxed);
}

size_t memory_peak(void) {
    struct rusage usage;
    return getrusage(RUSAGE_SELF, &usage) == 0 ? (size_t)usage.ru_maxrss * 1024 : 0;
}

/* Memory whose sizes are checked before they are multiplied, and whose failures are errors. Any thread may
 * call. */
#ifndef SGNS_BASE_MEMORY_H
#define SGNS_BASE_MEMORY_H

#include <stddef.h>

#include "base/error.h"

/* *result = a * b or a + b; false, and *result untouched, if that overflows. */
bool size_multiply(size_t a, size_t b, size_t *result) MUST_USE;
bool size_add(size_t a, size_t b, size_t *result) MUST_USE;

/* `count` zeroed elements of `size` bytes, to be freed with free(). `what` names them in the error ("the
 * vocabulary"). A count of 0 gives a valid pointer. */
void *memory_allocate(size_t count, size_t size, const char *what, struct error *error) MUST_USE;

/* Makes room for `needed` elements of `size` bytes in *array (NULL at first, freed by the caller with
 * free()); grows by half at least, so that appending is linear. What is added is not zeroed. On failure
 * *array stays as it was. Call through the macro, which takes a pointer to a typed array. */
bool memory_reserve_bytes(void **array, size_t *capacity, size_t needed, size_t size, const char *what,
                          struct error *error) MUST_USE;
#define memory_reserve(array, capacity, needed, what, error) \
    memory_reserve_bytes((void **)(array), (capacity), (needed), sizeof **(array), (what), (error))

/* Zeroed pages straight from the system, which nothing else shares: for large arrays, and for what one thread
 * writes all the time. A megabyte or more begins where a huge page can, and huge pages are asked for. Pages
 * are touched by whoever writes first. Free with the same byte count. */
void *memory_pages(size_t bytes, const char *what, struct error *error) MUST_USE;
void memory_pages_free(void *pages, size_t bytes);

/* Bytes that this process may still take without swapping (MemAvailable, and the cgroup's limit if lower);
 * SIZE_MAX where the system doesn't say. */
size_t memory_available(void);

/* The most bytes of memory that this process has had in use so far. */
size_t memory_peak(void);

#endif

/* Memory: sizes are checked before they are multiplied, and failures are errors. Thread-safe. */
#ifndef SGNS_BASE_MEMORY_H
#define SGNS_BASE_MEMORY_H

#include <stdatomic.h>
#include <stddef.h>

#include "base/error.h"

/* Sets *result to a * b or a + b. On overflow returns false and leaves *result untouched. */
bool size_multiply(size_t a, size_t b, size_t *result) MUST_USE;
bool size_add(size_t a, size_t b, size_t *result) MUST_USE;

/* Allocates `count` zeroed elements of `size` bytes, to be freed with free(). `what` names them in the error
 * ("the vocabulary"). A count of 0 gives a valid pointer. */
void *memory_allocate(size_t count, size_t size, const char *what, struct error *error) MUST_USE;

/* Grows *array, if necessary, to hold `needed` elements of `size` bytes. *array is NULL at first, and the
 * caller frees it with free(). It grows by at least half, so that appending takes linear time. New elements
 * are not zeroed. On failure *array is unchanged. Call it through the macro, which takes a pointer to a typed
 * array. */
bool memory_reserve_bytes(void **array, size_t *capacity, size_t needed, size_t size, const char *what,
                          struct error *error) MUST_USE;
#define memory_reserve(array, capacity, needed, what, error) \
    memory_reserve_bytes((void **)(array), (capacity), (needed), sizeof **(array), (what), (error))

/* Allocates zeroed pages straight from the system, shared with no other allocation: for large arrays, and for
 * memory that one thread writes all the time. A megabyte or more is aligned to huge pages, which are
 * requested. A page is placed by the thread that writes it first. Free with the same byte count. */
void *memory_pages(size_t bytes, const char *what, struct error *error) MUST_USE;
void memory_pages_free(void *pages, size_t bytes);

/* A limit for memory that several threads take, each as much as it needs: what is asked for first is granted
 * first. It only counts; a failed allocation is another matter. */
struct memory_budget {
    size_t limit; /* bytes */
    atomic_size_t used;
};

/* Takes `bytes` of the budget; false, and takes nothing, if they are not left. NULL has no limit. */
bool memory_budget_take(struct memory_budget *budget, size_t bytes) MUST_USE;
void memory_budget_give_back(struct memory_budget *budget, size_t bytes);

/* Bytes this process can still allocate without swapping: MemAvailable, or less where a control group
 * (version 1 or 2, at any level) or a limit of the process says so. Pages of files that a group can drop
 * count as free. SIZE_MAX if the system does not say. */
size_t memory_available(void);

/* What memory_available() looks at, so that a test can show it other things. */
struct memory_system {
    const char *root;           /* of the file system with /proc and /sys; "" for the real one */
    size_t address_space, data; /* RLIMIT_AS and RLIMIT_DATA; SIZE_MAX: no limit */
};

size_t memory_available_in(const struct memory_system *system);

/* The peak memory use of this process so far, in bytes. */
size_t memory_peak(void);

#endif

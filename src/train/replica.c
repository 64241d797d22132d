#include "train/replica.h"

#include "base/memory.h"
#include "base/race.h"
#include "base/rng.h"

size_t replica_bytes(size_t count, size_t stride) {
    return 4 * count * stride * sizeof(bfloat16) + KERNEL_ROW_FLOATS * sizeof(uint32_t);
}

bool replica_create(struct replica *hot, size_t count, size_t stride, uint64_t seed, struct error *error) {
    *hot = (struct replica){.count = count, .stride = stride};
    hot->pages = memory_pages(replica_bytes(count, stride), "the frequent words' rows", error);
    if (hot->pages == NULL)
        return false;
    hot->input = hot->pages;
    hot->output = hot->pages + count * stride;
    hot->random = (uint32_t *)(void *)(hot->pages + 4 * count * stride);
    struct rng rng = rng_seed(seed, UINT64_MAX);
    for (size_t i = 0; i < KERNEL_ROW_FLOATS; i++)
        hot->random[i] = (uint32_t)rng_next(&rng) | 1; /* never zero */
    return true;
}

void replica_free(struct replica *hot) {
    memory_pages_free(hot->pages, replica_bytes(hot->count, hot->stride));
    *hot = (struct replica){0};
}

INTENDED_RACE static void take(bfloat16 *rows, bfloat16 *last, const bfloat16 *shared, size_t numbers) {
    for (size_t i = 0; i < numbers; i++)
        rows[i] = last[i] = shared[i];
}

void replica_take(struct replica *hot, const bfloat16 *input, const bfloat16 *output) {
    const size_t numbers = hot->count * hot->stride;
    take(hot->input, hot->pages + 2 * numbers, input, numbers);
    take(hot->output, hot->pages + 3 * numbers, output, numbers);
}

void replica_merge(struct replica *hot, const struct kernel *kernel, bfloat16 *input, bfloat16 *output,
                   float share) {
    const size_t numbers = hot->count * hot->stride;
    kernel->merge(hot->input, hot->pages + 2 * numbers, input, numbers, share, hot->random);
    kernel->merge(hot->output, hot->pages + 3 * numbers, output, numbers, share, hot->random);
}

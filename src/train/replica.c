#include "train/replica.h"

#include "base/memory.h"
#include "base/race.h"
#include "base/rng.h"

size_t hot_bytes(size_t count, size_t stride) {
    return 4 * count * stride * sizeof(bfloat16) + KERNEL_ROW_FLOATS * sizeof(uint32_t);
}

bool hot_create(struct hot *hot, size_t count, size_t stride, uint64_t seed, struct error *error) {
    *hot = (struct hot){.count = count, .stride = stride};
    hot->pages = memory_pages(hot_bytes(count, stride), "the frequent words' rows", error);
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

void hot_free(struct hot *hot) {
    memory_pages_free(hot->pages, hot_bytes(hot->count, hot->stride));
    *hot = (struct hot){0};
}

INTENDED_RACE static void take(bfloat16 *rows, bfloat16 *last, const bfloat16 *shared, size_t numbers) {
    for (size_t i = 0; i < numbers; i++)
        rows[i] = last[i] = shared[i];
}

void hot_take(struct hot *hot, const bfloat16 *input, const bfloat16 *output) {
    const size_t numbers = hot->count * hot->stride;
    take(hot->input, hot->pages + 2 * numbers, input, numbers);
    take(hot->output, hot->pages + 3 * numbers, output, numbers);
}

void hot_merge(struct hot *hot, const struct kernel *kernel, bfloat16 *input, bfloat16 *output, float share) {
    const size_t numbers = hot->count * hot->stride;
    kernel->merge(hot->input, hot->pages + 2 * numbers, input, numbers, share, hot->random);
    kernel->merge(hot->output, hot->pages + 3 * numbers, output, numbers, share, hot->random);
}

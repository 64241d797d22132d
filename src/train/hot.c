#include "train/hot.h"

#include "base/memory.h"
#include "base/race.h"

size_t hot_floats(size_t count, size_t stride) {
    return 4 * count * stride;
}

bool hot_create(struct hot *hot, size_t count, size_t stride, struct error *error) {
    *hot = (struct hot){.count = count, .stride = stride};
    if (count == 0)
        return true;
    hot->pages = memory_pages(hot_floats(count, stride) * sizeof *hot->pages, "the frequent words' rows",
                              error);
    hot->input = hot->pages;
    hot->output = hot->pages + count * stride;
    return hot->pages != NULL;
}

void hot_free(struct hot *hot) {
    memory_pages_free(hot->pages, hot_floats(hot->count, hot->stride) * sizeof *hot->pages);
    *hot = (struct hot){0};
}

INTENDED_RACE static void take(float *rows, float *last, const float *shared, size_t floats) {
    for (size_t i = 0; i < floats; i++)
        rows[i] = last[i] = shared[i];
}

INTENDED_RACE static void merge(float *rows, float *last, float *shared, size_t floats, float share) {
    for (size_t i = 0; i < floats; i++)
        rows[i] = last[i] = shared[i] += (rows[i] - last[i]) * share;
}

void hot_take(struct hot *hot, const float *input, const float *output) {
    const size_t floats = hot->count * hot->stride;
    take(hot->input, hot->pages + 2 * floats, input, floats);
    take(hot->output, hot->pages + 3 * floats, output, floats);
}

void hot_merge(struct hot *hot, float *input, float *output, float share) {
    const size_t floats = hot->count * hot->stride;
    merge(hot->input, hot->pages + 2 * floats, input, floats, share);
    merge(hot->output, hot->pages + 3 * floats, output, floats, share);
}

#include "search/space.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/threads.h"
#include "search/vectors.h"

#define CHUNK_ROWS 1024

struct space space_of_words(const struct model *model) {
    return (struct space){.rows = model->input,
                          .norms = model->norms,
                          .quantized = model->quantized,
                          .quantization = model->quantization,
                          .count = model->vocab,
                          .dim = model->dim,
                          .stride = model->stride};
}

static void measure(void *context, size_t thread, size_t first, size_t end) {
    const struct space *space = context;
    (void)thread;
    for (size_t i = first; i < end; i++)
        space->own_norms[i] = (float)vector_length(space->rows + i * space->stride, space->stride);
}

bool space_of_rows(struct space *space, const float *rows, size_t count, size_t dim, size_t stride,
                   size_t threads, struct error *error) {
    *space = (struct space){.rows = rows, .count = count, .dim = dim, .stride = stride};
    space->own_norms = memory_allocate(count, sizeof *space->own_norms, "the lengths of vectors", error);
    space->norms = space->own_norms;
    if (space->own_norms == NULL || !threads_share(threads, count, CHUNK_ROWS, measure, space, error)) {
        space_free(space);
        return false;
    }
    return true;
}

void space_free(struct space *space) {
    free(space->own_norms);
    *space = (struct space){0};
}

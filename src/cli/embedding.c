#include "cli/embedding.h"

#include "base/threads.h"

const char *const embedding_weights[] = {
    [EMBED_AUTO] = "auto", [EMBED_PLAIN] = "plain", [EMBED_SIF] = "sif", NULL};

size_t embedding_threads(const struct embedding_settings *settings) {
    return settings->threads > 0 ? (size_t)settings->threads : threads_usable();
}

bool embedding_found(const float *row, size_t stride) {
    bool any = false;
    for (size_t d = 0; d < stride; d++)
        any |= row[d] < 0 || row[d] > 0;
    return any;
}

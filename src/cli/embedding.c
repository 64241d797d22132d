#include "cli/embedding.h"

#include "base/threads.h"

const char *const embedding_weights[] = {
    [EMBED_AUTO] = "auto", [EMBED_PLAIN] = "plain", [EMBED_SIF] = "sif", NULL};

static const struct option options[] = {
    {.name = "weights",
     .type = OPTION_CHOICE,
     .fallback = "auto",
     .choices = embedding_weights,
     .help = "of a text's words: all the same, or a / (a + p) for a word with the share p of the corpus; "
             "auto is sif "
             "if the model has counts",
     .offset = offsetof(struct embedding_settings, weights)},
    {.name = "smoothing",
     .type = OPTION_REAL,
     .value = "A",
     .fallback = "0.001",
     .min = 1e-9,
     .max = 1e9,
     .help = "the a of sif",
     .offset = offsetof(struct embedding_settings, smoothing)},
    {.name = "remove-component",
     .type = OPTION_FLAG,
     .help = "take out what the texts have in common: their first principal component",
     .offset = offsetof(struct embedding_settings, remove_component)},
    {.name = "threads",
     .type = OPTION_INTEGER,
     .value = "N",
     .min = 1,
     .max = 1024,
     .help = "default: all usable cores",
     .offset = offsetof(struct embedding_settings, threads)},
};
const struct option_table embedding_options = OPTION_TABLE(options);

size_t embedding_threads(const struct embedding_settings *settings) {
    return settings->threads > 0 ? (size_t)settings->threads : threads_usable();
}

bool embedding_found(const float *row, size_t stride) {
    bool any = false;
    for (size_t d = 0; d < stride; d++)
        any |= row[d] < 0 || row[d] > 0;
    return any;
}

#include "cli/embedding.h"

#include "cli/shared_options.h"

static const char *const weights[] = {
    [EMBED_AUTO] = "auto", [EMBED_PLAIN] = "plain", [EMBED_SIF] = "sif", NULL};

static const struct option options[] = {
    CHOICE_OPTION("weights", "auto", weights,
                  "how words are weighted in a text: plain: all alike; sif: a / (a + p), where p is the "
                  "word's share of the corpus; auto: sif if the model has word counts, else plain",
                  offsetof(struct embedding_settings, weights)),
    {.name = "smoothing",
     .type = OPTION_REAL,
     .value = "A",
     .fallback = "0.001",
     .min = 1e-9,
     .max = 1e9,
     .help = "the a of sif",
     .offset = offsetof(struct embedding_settings, smoothing)},
    FLAG_OPTION("remove-component", "remove what all texts have in common: their first principal component",
                offsetof(struct embedding_settings, remove_component)),
    THREADS_OPTION(offsetof(struct embedding_settings, threads)),
};
const struct option_table embedding_options = OPTION_TABLE(options);

bool embedding_create(struct embedder *embedder, const struct model *model,
                      const struct embedding_settings *settings, struct error *error) {
    return embed_create(embedder, model, (enum embed_weights)settings->weights, settings->smoothing, error);
}

bool embedding_remove_component(struct embedder *embedder, float *rows, size_t count,
                                const struct embedding_settings *settings, struct error *error) {
    if (!settings->remove_component)
        return true;
    if (!embed_find_component(embedder, rows, count, option_threads(settings->threads), error))
        return false;
    embed_remove(embedder, rows, count);
    return true;
}

bool embedding_found(const float *row, size_t stride) {
    bool any = false;
    for (size_t d = 0; d < stride; d++)
        any |= row[d] < 0 || row[d] > 0;
    return any;
}

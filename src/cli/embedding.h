/* What embed and search share: how texts become vectors. */
#ifndef SGNS_CLI_EMBEDDING_H
#define SGNS_CLI_EMBEDDING_H

#include <stddef.h>

#include "analyse/embed.h"
#include "cli/options.h"

struct embedding_settings {
    size_t weights; /* enum embed_weights */
    double smoothing;
    bool remove_component;
    uint64_t threads; /* 0 if not given */
};

/* The options of a command whose settings begin with a struct embedding_settings. */
extern const struct option_table embedding_options;

/* embed_create by the settings. */
bool embedding_create(struct embedder *embedder, const struct model *model,
                      const struct embedding_settings *settings, struct error *error) MUST_USE;

/* Takes the rows' common component out of them, if the settings say so. */
bool embedding_remove_component(struct embedder *embedder, float *rows, size_t count,
                                const struct embedding_settings *settings, struct error *error) MUST_USE;

/* Whether any number of the row is not 0. */
bool embedding_found(const float *row, size_t stride);

#endif

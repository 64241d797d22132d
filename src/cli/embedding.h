/* What embed and search have in common: how texts become vectors. */
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

extern const char *const embedding_weights[];

/* The options of a command whose settings begin with a struct embedding_settings. */
extern const struct option_table embedding_options;

/* As many threads as the settings say. */
size_t embedding_threads(const struct embedding_settings *settings);

/* Whether any number of the row is not 0. */
bool embedding_found(const float *row, size_t stride);

#endif

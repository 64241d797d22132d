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

// clang-format off
/* The options of a command whose settings begin with a struct embedding_settings. */
#define EMBEDDING_OPTIONS                                                                                     \
    {"weights", 0, OPTION_CHOICE, NULL, "auto", 0, 0, embedding_weights,                                      \
     "of a text's words: all the same, or a / (a + p) for a word with the share p of the corpus; auto is sif "\
     "if the model has counts", offsetof(struct embedding_settings, weights)},                                \
    {"smoothing", 0, OPTION_REAL, "A", "0.001", 1e-9, 1e9, NULL, "the a of sif",                              \
     offsetof(struct embedding_settings, smoothing)},                                                         \
    {"remove-component", 0, OPTION_FLAG, NULL, NULL, 0, 0, NULL,                                              \
     "take out what the texts have in common: their first principal component",                               \
     offsetof(struct embedding_settings, remove_component)},                                                  \
    {"threads", 0, OPTION_INTEGER, "N", NULL, 1, 1024, NULL, "default: all usable cores",                       \
     offsetof(struct embedding_settings, threads)}
// clang-format on

/* As many threads as the settings say. */
size_t embedding_threads(const struct embedding_settings *settings);

/* Whether any number of the row is not 0. */
bool embedding_found(const float *row, size_t stride);

#endif

/* What map and report share: words of a model in the plane, with their classes. */
#ifndef SGNS_CLI_WORD_MAP_H
#define SGNS_CLI_WORD_MAP_H

#include <stddef.h>
#include <stdint.h>

#include "analyse/tsne.h"
#include "model/model.h"
#include "report/map_picture.h"

#define WORD_MAP_MAX TSNE_ROWS_MAX

enum word_map_layout {
    WORD_MAP_TSNE,
    WORD_MAP_PCA,
};

/* Their names, ended by NULL, for OPTION_CHOICE. */
extern const char *const word_map_layouts[];

struct word_map {
    struct map_word *words; /* (count) in the order of the ids, numbered from 0; owned */
    size_t count, classes;
    double shares[2];  /* of the variance that the first two components have */
    double divergence; /* that t-SNE leaves; 0 for another layout */
};

/* Lays out the vectors of `ids`, at length 1; all are vector_word_usable, and there are 1 to WORD_MAP_MAX.
 * Classes are spherical k-means's, up to STYLE_CLASSES, more for more words. The result does not depend on
 * `threads`. The words are the model's, which must outlive the map. Free with word_map_free, also after a
 * failure. */
bool word_map_create(struct word_map *map, const struct model *model, const size_t *ids, size_t count,
                     enum word_map_layout layout, uint64_t seed, size_t threads,
                     struct error *error) MUST_USE;
void word_map_free(struct word_map *map);

#endif

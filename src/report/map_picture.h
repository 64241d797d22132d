/* A map of words as SVG: a dot and a label for each. */
#ifndef SGNS_REPORT_MAP_PICTURE_H
#define SGNS_REPORT_MAP_PICTURE_H

#include <stddef.h>
#include <stdint.h>

#include "base/file.h"
#include "report/markup.h"

struct map_word {
    const char *text; /* any bytes */
    size_t length;
    double x, y;    /* in any unit, finite */
    size_t number;  /* data-w of its element, by which a script finds it */
    uint32_t class; /* below STYLE_CLASSES (report/style.h) */
    bool big;       /* asked for: bold, and a larger dot */
};

struct map_picture {
    const struct map_word *words; /* (count) at least one; where there is no room for all labels, the first
                                     ones get theirs */
    size_t count;
    bool spread;                     /* move dots apart where labels need room: distances mean little then */
    double width, height;            /* in pixels; map_picture_size proposes one */
    const char *title, *description; /* texts of any bytes */
};

/* A size that has room for most of the labels. */
void map_picture_size(size_t count, double *width, double *height);

/* An svg element. The words are turned so that they spread most along the longer side. With `alone` it is a
 * file of its own, with its style and the title below the map; a page has these itself. */
void map_picture_write(struct markup *markup, const struct map_picture *picture, bool alone);

/* Whether a file, which is not empty, begins like a map of its own. */
bool map_picture_known(const struct file_map *map);

#endif

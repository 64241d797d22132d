/* Where the labels of points go: beside their points, and never over one another. */
#ifndef SGNS_REPORT_LABELS_H
#define SGNS_REPORT_LABELS_H

#include <stddef.h>

#include "base/error.h"

/* The space that text takes is not known before it is drawn; this is what a wide sans-serif font needs for
 * text[0 .. length) as text/show.h shows it, in units of the font's size. */
double label_text_width(const char *text, size_t length);

/* The same, cut to at most `characters` shown ones: *bytes of the text are left. */
double label_text_cut(const char *text, size_t length, size_t characters, size_t *bytes);

struct label {
    double x, y;          /* the point */
    double radius;        /* of its dot */
    double width, height; /* of the text; without a width it is only a dot, not to be covered */
    bool placed;          /* set by labels_place; if not, there was no room, and the rest means nothing */
    bool led;             /* likewise: so far from its point that a line should lead to it */
    double left, top;     /* likewise */
};

/* Moves points of a picture apart, within its edges, as far as their labels need it, so that crowded places
 * take up some of the empty space around them. Who is next to whom stays much as it was. */
bool labels_spread(struct label *labels, size_t count, double width, double height,
                   struct error *error) MUST_USE;

/* Places labels one after another, so the important ones come first, each inside the picture (0, 0) to
 * (width, height). No two of them overlap; where there is room, they cover no dot either. */
bool labels_place(struct label *labels, size_t count, double width, double height,
                  struct error *error) MUST_USE;

#endif

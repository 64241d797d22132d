/* A chart as an svg element: a line or bars over two axes. */
#ifndef SGNS_REPORT_CHART_H
#define SGNS_REPORT_CHART_H

#include <stddef.h>

#include "report/markup.h"

#define CHART_WIDTH 400
#define CHART_HEIGHT 280

/* A point of the chart with a text of any bytes. */
struct chart_mark {
    double x, y;
    const char *text;
    size_t length;
};

struct chart {
    const char *title, *x_name, *y_name;
    bool log_x, log_y;   /* logarithmic: all values are positive then */
    bool bars;           /* y[i] from x[i] to x[i + 1], so x has one value more */
    bool dots;           /* the points of a line are shown */
    const double *x, *y; /* (count) finite; x grows */
    size_t count;        /* at least 1 */
    const struct chart_mark
        *marks; /* (mark_count) points of the line with a label, as far as there is room */
    size_t mark_count;
};

void chart_write(struct markup *markup, const struct chart *chart);

#endif

/* The report: one HTML page that needs no network. It has the charts, a map in three sizes, and vectors among
 * which a script finds neighbors in the browser. */
#ifndef SGNS_REPORT_PAGE_H
#define SGNS_REPORT_PAGE_H

#include <stddef.h>
#include <stdint.h>

#include "base/file.h"
#include "report/chart.h"
#include "report/map_picture.h"

struct page_text {
    const char *text; /* any bytes */
    size_t length;
};

struct page_fact {
    const char *name; /* our own text */
    char value[160];  /* any bytes */
};

struct page_chart {
    const char *id, *heading;
    const struct chart *chart; /* NULL: there is nothing to show, and `missing` says why */
    const char *missing, *how; /* our own text; `how` says how to read it */
    const char *note;          /* a sentence of any bytes, or NULL */
};

#define PAGE_CHARTS 3

struct page {
    const char *title;             /* any bytes */
    const struct page_fact *facts; /* (fact_count) */
    size_t fact_count;
    struct page_chart charts[PAGE_CHARTS];
    const struct map_picture *map;    /* its size is set here; NULL if there is none */
    const char *map_how, *search_how; /* our own text; the first follows "The N " */
    const struct page_text *words;    /* (word_count) the most frequent first */
    size_t word_count, dim;
    const int8_t *vectors;       /* (word_count, dim) */
    const unsigned char *scales; /* (word_count) 32-bit floats, little-endian; times a row, of length 1 */
    bool fold;                   /* what is typed is looked up in lower case, too */
    const char *maker;           /* our own text */
};

void page_write(struct markup *markup, const struct page *page);

/* Whether a file, which is not empty, begins like a page. */
bool page_known(const struct file_map *map);

#endif

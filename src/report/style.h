/* The look of all pictures, for light and dark. Colors of classes differ in hue and are dark enough on
 * paper, and light enough in the dark, to be read as text (contrast 4.5 or more). */
#ifndef SGNS_REPORT_STYLE_H
#define SGNS_REPORT_STYLE_H

#include <stddef.h>

#include "report/markup.h"

/* Classes that have a color of their own. */
#define STYLE_CLASSES 8

#define STYLE_FONT "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', 'DejaVu Sans', sans-serif"

/* CSS rules for what the writers of pictures draw. */
void style_write(struct markup *markup);

#endif

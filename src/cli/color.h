/* Colors on a terminal. Whether there are any is asked of the environment each time, so that nothing global
 * has to remember it: NO_COLOR (no-color.org) turns them off, CLICOLOR_FORCE (bixense.com/clicolors) turns
 * them on, and else a stream has them if it is a terminal whose TERM is not "dumb". */
#ifndef SGNS_CLI_COLOR_H
#define SGNS_CLI_COLOR_H

#include <stdio.h>

#include "base/error.h"

/* The values of --color. */
enum color_when { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

enum color { COLOR_PLAIN, COLOR_HEADING, COLOR_SCORE, COLOR_WARNING, COLOR_ERROR };

/* Carries out --color by setting these variables for the rest of the run; COLOR_AUTO leaves them alone. Call
 * it before there are threads. */
bool color_choose(enum color_when when, struct error *error) MUST_USE;

/* Whether what is printed there is to be colored. */
bool color_wanted(FILE *out);

/* What makes the following text so, or plain again after any other color. */
const char *color_code(enum color color);

/* color_code if it is wanted there, else an empty text. */
const char *color_of(enum color color, FILE *out);

#endif

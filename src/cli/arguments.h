/* The words of the command line. */
#ifndef SGNS_CLI_ARGUMENTS_H
#define SGNS_CLI_ARGUMENTS_H

#include "base/error.h"

/* All of them as one line, blanks between. With `phrases`, one that has blanks inside, and no quotation marks
 * around them, gets these, so that it stays one. Free with free(). */
char *arguments_join(int argc, char **argv, bool phrases, struct error *error) MUST_USE;

#endif

/* The program's version, as --version prints it and models record it. */
#ifndef SGNS_CLI_VERSION_H
#define SGNS_CLI_VERSION_H

#include <stdio.h>

#define SGNS_VERSION "0.1.0"
#define SGNS_DATE "2026-11-27" /* of that version, for the manual page */

/* What a report of a fault should name: version and commit, the compiler, and the kernels. */
void version_print(FILE *out);

#endif

/* A file's bytes as an error message shows them. */
#ifndef SGNS_FORMATS_IMPORT_SHOW_H
#define SGNS_FORMATS_IMPORT_SHOW_H

#include <stddef.h>

#define IMPORT_SHOWN 48

/* Fills `text`: characters as they are, a dot for each control character and each byte that is not UTF-8, and
 * "..." at the end where there are too many to show. */
void import_show(const unsigned char *bytes, size_t length, char text[IMPORT_SHOWN]);

#endif

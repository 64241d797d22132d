/* What kind of file is this? */
#ifndef SGNS_FORMATS_IMPORT_SNIFF_H
#define SGNS_FORMATS_IMPORT_SNIFF_H

#include <stddef.h>

#include "base/error.h"
#include "base/file.h"
#include "model/model.h"

struct import_head {
    enum model_source source;
    size_t words; /* as the first line says, 1 at least; 0 for MODEL_GLOVE_TEXT, which doesn't say */
    size_t dim;   /* as the first line says, or as many numbers as it has; 1 at least */
    size_t bytes; /* before the first row */
};

/* Looks at the beginning of a file that is no model of sgns's own. Sizes in `head` are small enough for the
 * file, which is not yet looked through. ERROR_INPUT for everything that is not vectors, in words that help.
 */
bool import_sniff(struct import_head *head, const struct file_map *map, const char *path,
                  struct error *error) MUST_USE;

#endif

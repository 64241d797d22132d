/* Telling the formats of other programs apart. */
#ifndef SGNS_FORMATS_IMPORT_SNIFF_H
#define SGNS_FORMATS_IMPORT_SNIFF_H

#include <stddef.h>

#include "base/error.h"
#include "base/file.h"
#include "model/model.h"

struct import_head {
    enum model_source source;
    size_t words; /* from the first line, at least 1; 0 for MODEL_GLOVE_TEXT, which has no such line */
    size_t dim;   /* from the first line, or the count of the first rows' numbers; at least 1 */
    size_t bytes; /* before the first row */
};

/* Looks at the beginning of a file that is not a native model. The file is large enough for the sizes in
 * `head`; whether it has what they say is not known yet. Anything but vectors is ERROR_INPUT, with a hint. */
bool import_sniff(struct import_head *head, const struct file_map *map, const char *path,
                  struct error *error) MUST_USE;

#endif

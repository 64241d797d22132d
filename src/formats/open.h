/* Opening word vectors of any format that sgns reads, its own or another program's. */
#ifndef SGNS_FORMATS_OPEN_H
#define SGNS_FORMATS_OPEN_H

#include "model/model.h"

/* Tells the format by the file's content, never by its name. A native file is mapped (model_read); any other
 * is read into memory, on as many threads as its size is worth (import_read). Free with model_close; after a
 * failure there is nothing to free. */
bool model_open(struct model *model, const char *path, struct error *error) MUST_USE;

#endif

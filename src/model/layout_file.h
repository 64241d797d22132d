/* Files made of sections (model/layout.h), read and written: what models and checkpoints share. */
#ifndef SGNS_MODEL_LAYOUT_FILE_H
#define SGNS_MODEL_LAYOUT_FILE_H

#include "base/error.h"
#include "base/file.h"
#include "model/layout.h"

/* Copies the first `bytes` bytes of the file; fails if it has fewer. `path` names it in errors, here and
 * below. */
bool layout_copy_head(const struct file_map *map, const char *path, void *head, size_t bytes,
                      struct error *error) MUST_USE;

/* Checks a header: its checksum, which it stores for its first `bytes` bytes, and the size of the file. */
bool layout_check_header(const struct file_map *map, const char *path, const void *header, size_t bytes,
                         uint64_t stored, uint64_t file_bytes, struct error *error) MUST_USE;

/* Sets the error "sizes don't fit" and returns false. */
bool layout_wrong_sizes(const char *path, struct error *error);

/* Reads and checks the header and the table of a file of the current version, but not yet what is in them
 * (layout_check, layout_check_places, layout_check_tags). */
bool layout_read(struct layout *layout, const struct file_map *map, const char *path,
                 struct error *error) MUST_USE;

/* Writes a file: data[i] holds the bytes of section i. Sets the checksums of the layout. */
bool layout_write(struct file_out *file, struct layout *layout, const void *const *data,
                  struct error *error) MUST_USE;

#endif

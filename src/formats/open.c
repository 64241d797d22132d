#include "formats/open.h"

#include <string.h>

#include "base/threads.h"
#include "formats/import.h"
#include "model/layout.h"

/* Starting a thread for less takes longer than reading it. */
#define BYTES_PER_THREAD ((size_t)1 << 20)

static bool open_import(struct model *model, const struct file_map *map, const char *path,
                        struct error *error) {
    const size_t usable = threads_usable(), useful = map->size / BYTES_PER_THREAD + 1;
    *model = (struct model){0};
    if (import_read(model, map, path, usable < useful ? usable : useful, error) &&
        file_map_check(map, path, error))
        return true;
    model_close(model);
    return false;
}

static bool is_checkpoint(const struct file_map *map) {
    const size_t magic = sizeof LAYOUT_CHECKPOINT_MAGIC - 1;
    return map->size >= magic && memcmp(map->data, LAYOUT_CHECKPOINT_MAGIC, magic) == 0;
}

bool model_open(struct model *model, const char *path, struct error *error) {
    struct file_map map;
    *model = (struct model){0};
    if (!file_map_open(&map, path, error))
        return false;
    if (is_checkpoint(&map)) {
        file_map_close(&map);
        return error_set(error, ERROR_INPUT,
                         "%s: is a checkpoint of a training; go on with it first: sgns train --resume %s "
                         "CORPUS...",
                         path, path);
    }
    const bool done = model_is_native(&map) ? model_read(model, &map, path, error)
                                            : open_import(model, &map, path, error);
    file_map_close(&map);
    return done;
}

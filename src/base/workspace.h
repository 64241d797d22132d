/* Memory that is laid out before it is taken: the same function that places the arrays says, without memory,
 * how much they need. So an estimate cannot differ from what is used. */
#ifndef SGNS_BASE_WORKSPACE_H
#define SGNS_BASE_WORKSPACE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/memory.h"

#define WORKSPACE_ALIGNMENT ((size_t)64) /* a cache line, and the widest vector */

struct workspace {
    char *base;  /* NULL while only the size is asked for; else zeroed and aligned, as memory_pages() gives */
    size_t used; /* bytes so far */
    bool overflow; /* the bytes did not fit in a size_t; `used` means nothing then */
};

/* The next `count` elements of `size` bytes, aligned; NULL while there is no memory. */
static inline void *workspace_take(struct workspace *workspace, size_t count, size_t size) {
    void *part = workspace->base != NULL ? workspace->base + workspace->used : NULL;
    size_t bytes, end;
    if (!size_multiply(count, size, &bytes) || !size_add(bytes, WORKSPACE_ALIGNMENT - 1, &bytes) ||
        !size_add(workspace->used, bytes / WORKSPACE_ALIGNMENT * WORKSPACE_ALIGNMENT, &end)) {
        workspace->overflow = true;
        return NULL;
    }
    workspace->used = end;
    return part;
}

#endif

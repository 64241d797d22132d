#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/memory.h"

#define PATH_BYTES 4096
#define LINE_BYTES 4096

static size_t min(size_t a, size_t b) {
    return a < b ? a : b;
}

static size_t difference(size_t a, size_t b) {
    return a > b ? a - b : 0;
}

/* --- small files of the kernel --- */

/* Opens root/folder/name; NULL if it is not there. */
static FILE *open_file(const char *root, const char *folder, const char *name) {
    char path[PATH_BYTES];
    const int length = snprintf(path, sizeof path, "%s%s/%s", root, folder, name);
    return length > 0 && (size_t)length < sizeof path ? fopen(path, "re") : NULL;
}

/* `none` if the text is no number; one that is too large becomes the largest. */
static size_t parse_number(const char *text, size_t none) {
    char *end;
    const unsigned long long number = strtoull(text, &end, 10);
    return end == text ? none : number < SIZE_MAX ? (size_t)number : SIZE_MAX;
}

/* The number behind `key` at the start of a line, or the first of the file for ""; `none` if there is none,
 * as where it says "max". */
static size_t read_number(const char *root, const char *folder, const char *name, const char *key,
                          size_t none) {
    FILE *file = open_file(root, folder, name);
    if (file == NULL)
        return none;
    char line[LINE_BYTES];
    size_t number = none;
    while (number == none && fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, key, strlen(key)) == 0)
            number = parse_number(line + strlen(key), none);
    fclose(file);
    return number;
}

static size_t read_kilobytes(const char *root, const char *folder, const char *name, const char *key,
                             size_t none) {
    const size_t number = read_number(root, folder, name, key, none);
    return number <= SIZE_MAX / 1024 ? number * 1024 : none;
}

/* --- control groups --- */

/* Where a version has its hierarchy, and what its files are called. */
struct hierarchy {
    const char *folder;
    const char *limits[2]; /* NULL: there is only one */
    const char *used;
    const char
        *droppable[2]; /* keys of memory.stat: pages of files, which the kernel takes back if need be */
    const char
        *inherited; /* key of memory.stat: the lowest limit of all levels, some of which may be hidden */
};

static const struct hierarchy version1 = {
    .folder = "/sys/fs/cgroup/memory",
    .limits = {"memory.limit_in_bytes"},
    .used = "memory.usage_in_bytes",
    .droppable = {"total_inactive_file", "total_active_file"},
    .inherited = "hierarchical_memory_limit",
};
static const struct hierarchy version2 = {
    .folder = "/sys/fs/cgroup",
    .limits = {"memory.max", "memory.high"},
    .used = "memory.current",
    .droppable = {"inactive_file", "active_file"},
};

/* What the group in this folder has left. */
static size_t left_in_group(const char *root, const struct hierarchy *hierarchy, const char *folder) {
    size_t limit = SIZE_MAX;
    for (size_t i = 0; i < 2 && hierarchy->limits[i] != NULL; i++)
        limit = min(limit, read_number(root, folder, hierarchy->limits[i], "", SIZE_MAX));
    if (hierarchy->inherited != NULL)
        limit = min(limit, read_number(root, folder, "memory.stat", hierarchy->inherited, SIZE_MAX));
    size_t used = read_number(root, folder, hierarchy->used, "", SIZE_MAX);
    if (limit == SIZE_MAX || used == SIZE_MAX)
        return SIZE_MAX;
    for (size_t i = 0; i < 2; i++)
        used = difference(used, read_number(root, folder, "memory.stat", hierarchy->droppable[i], 0));
    return difference(limit, used);
}

/* The least that a group has left, from the one at `path` up to the root of what can be seen of the
 * hierarchy. In a container, levels of the path may be missing, and the root is the container's own group. */
static size_t left_in_groups(const char *root, const struct hierarchy *hierarchy, const char *path) {
    char folder[PATH_BYTES];
    const size_t top = strlen(hierarchy->folder);
    const bool outside = strstr(path, "/..") != NULL; /* a group that can't be seen from here */
    const int length = snprintf(folder, sizeof folder, "%s%s", hierarchy->folder, outside ? "" : path);
    size_t left = SIZE_MAX;
    if (length < 0 || (size_t)length >= sizeof folder)
        return left_in_group(root, hierarchy, hierarchy->folder);
    for (char *slash = folder + length; slash != NULL && slash >= folder + top;
         slash = strrchr(folder, '/')) {
        *slash = '\0';
        left = min(left, left_in_group(root, hierarchy, folder));
    }
    return left;
}

/* Is `name` in the list of names between commas? */
static bool has_name(const char *list, const char *name) {
    const size_t length = strlen(name);
    for (const char *at = list; (at = strstr(at, name)) != NULL; at += length)
        if ((at == list || at[-1] == ',') && (at[length] == ',' || at[length] == '\0'))
            return true;
    return false;
}

/* Lines of /proc/self/cgroup are "number:controllers:path"; version 2 has no controllers there. */
static size_t left_in_line(const char *root, char *line) {
    line[strcspn(line, "\n")] = '\0';
    char *controllers = strchr(line, ':');
    char *path = controllers != NULL ? strchr(controllers + 1, ':') : NULL;
    if (path == NULL)
        return SIZE_MAX;
    *path++ = '\0';
    controllers++;
    if (*controllers == '\0')
        return left_in_groups(root, &version2, path);
    return has_name(controllers, "memory") ? left_in_groups(root, &version1, path) : SIZE_MAX;
}

static size_t left_in_control_groups(const char *root) {
    FILE *file = open_file(root, "/proc/self", "cgroup");
    char line[LINE_BYTES];
    size_t left = SIZE_MAX;
    if (file == NULL)
        return left_in_group(root, &version2, version2.folder);
    while (fgets(line, sizeof line, file) != NULL)
        left = min(left, left_in_line(root, line));
    fclose(file);
    return left;
}

/* --- all together --- */

size_t memory_available_in(const struct memory_system *system) {
    const char *root = system->root;
    size_t available = read_kilobytes(root, "/proc", "meminfo", "MemAvailable:", SIZE_MAX);
    available = min(available, left_in_control_groups(root));
    if (system->address_space != SIZE_MAX)
        available = min(available, difference(system->address_space,
                                              read_kilobytes(root, "/proc/self", "status", "VmSize:", 0)));
    if (system->data != SIZE_MAX)
        available = min(available,
                        difference(system->data, read_kilobytes(root, "/proc/self", "status", "VmData:", 0)));
    return available;
}

/* `failed` is what getrlimit() returned. */
static size_t limit_of(int failed, const struct rlimit *limit) {
    const bool none = failed != 0 || limit->rlim_cur == RLIM_INFINITY || limit->rlim_cur > SIZE_MAX;
    return none ? SIZE_MAX : (size_t)limit->rlim_cur;
}

size_t memory_available(void) {
    struct rlimit address_space, data;
    const struct memory_system system = {
        .root = "",
        .address_space = limit_of(getrlimit(RLIMIT_AS, &address_space), &address_space),
        .data = limit_of(getrlimit(RLIMIT_DATA, &data), &data)};
    return memory_available_in(&system);
}

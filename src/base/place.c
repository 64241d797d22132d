#include "base/place.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/retry.h"

#define LINKS_MAX 40       /* as many as Linux follows */
#define LINK_BYTES 4096    /* the longest target of a link, and its NUL */
#define NAME_KEPT 200      /* bytes of a name in a temporary one: all parts must fit in 255 */
#define PROC_FILES 0x9fa0L /* statfs(2): the file system of /proc */

bool place_is_missing(int number) {
    return number == ENOENT || number == ENOTDIR;
}

bool place_same_file(const char *a, const char *b) {
    struct stat first, second;
    return stat(a, &first) == 0 && stat(b, &second) == 0 && first.st_dev == second.st_dev &&
           first.st_ino == second.st_ino;
}

static bool can_not_create(struct error *error, int number, const char *path) {
    return error_set(error, place_is_missing(number) ? ERROR_INPUT : ERROR_SYSTEM,
                     "%s: can't create the file: %s", path, strerror(number));
}

static size_t folder_length(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash != NULL ? (size_t)(slash - path) + 1 : 0;
}

/* The first `length` bytes of `folder` and `name`; NULL on failure. */
static char *join(const char *folder, size_t length, const char *name, struct error *error) {
    const size_t bytes = length + strlen(name) + 1;
    char *path = memory_allocate(bytes, 1, "a file name", error);
    if (path != NULL)
        snprintf(path, bytes, "%.*s%s", (int)length, folder, name);
    return path;
}

char *place_folder(const char *path, struct error *error) {
    const size_t length = folder_length(path);
    return length > 0 ? join(path, length > 1 ? length - 1 : 1, "", error) : join("", 0, ".", error);
}

/* A link in /proc is not a name: what it leads to may have none, and can't be replaced. */
static bool is_in_proc(const char *folder) {
    struct statfs status;
    return statfs(folder, &status) == 0 && status.f_type == PROC_FILES;
}

/* Puts the target of a link at *path in its place; *more tells whether it was one. *kind becomes PLACE_STREAM
 * for a link in /proc. */
static bool follow_link(char **path, enum place_kind *kind, bool *more, struct error *error) {
    char target[LINK_BYTES];
    const ssize_t length = readlink(*path, target, sizeof target - 1);
    *more = length >= 0;
    if (length < 0)
        return true;
    target[length] = '\0';
    char *folder = place_folder(*path, error);
    if (folder == NULL)
        return false;
    if (is_in_proc(folder)) {
        *kind = PLACE_STREAM;
        *more = false;
    } else {
        char *followed = join(*path, target[0] == '/' ? 0 : folder_length(*path), target, error);
        free(*path);
        *path = followed;
    }
    free(folder);
    return *path != NULL;
}

static bool follow_links(struct file_place *place, const char *named, struct error *error) {
    bool more = true;
    for (int links = 0; more; links++) {
        if (links > LINKS_MAX)
            return can_not_create(error, ELOOP, named);
        if (!follow_link(&place->path, &place->kind, &more, error))
            return false;
    }
    place->name = place->path + folder_length(place->path);
    return true;
}

static bool look(struct file_place *place, const char *named, struct error *error) {
    struct stat status;
    if (stat(place->path, &status) != 0) {
        place->kind = PLACE_FILE;
        return errno == ENOENT || can_not_create(error, errno, named);
    }
    if (S_ISFIFO(status.st_mode) || S_ISCHR(status.st_mode))
        place->kind = PLACE_STREAM;
    else if (!S_ISREG(status.st_mode))
        place->kind = PLACE_OTHER;
    return true;
}

bool place_open(struct file_place *place, const char *path, struct error *error) {
    *place = (struct file_place){
        .kind = PLACE_FILE, .folder = -1, .path = join(path, strlen(path), "", error)};
    if (place->path == NULL || !follow_links(place, path, error) || !look(place, path, error))
        return false;
    if (place->kind != PLACE_FILE)
        return true;
    char *folder = place_folder(place->path, error);
    if (folder == NULL)
        return false;
    place->folder = retry_open(folder, O_PATH | O_DIRECTORY);
    const int number = errno;
    free(folder);
    if (place->folder < 0)
        return can_not_create(error, number, path);
    return *place->name != '\0' || can_not_create(error, EISDIR, path);
}

void place_close(struct file_place *place) {
    if (place->path != NULL && place->folder >= 0)
        close(place->folder);
    free(place->path);
    *place = (struct file_place){.folder = -1};
}

bool place_has_moved(const struct file_place *place) {
    struct error error = {.kind = ERROR_NONE};
    struct stat opened, named;
    char *folder = place_folder(place->path, &error);
    if (folder == NULL)
        return false;
    const bool found = stat(folder, &named) == 0, missing = !found && place_is_missing(errno);
    free(folder);
    return missing || (found && fstat(place->folder, &opened) == 0 &&
                       (named.st_dev != opened.st_dev || named.st_ino != opened.st_ino));
}

/* --- temporary names --- */

/* Names are only ever created with O_EXCL or linkat, so that one which could be foreseen would do no worse
 * than fail. */
static unsigned long long draw(void) {
    unsigned long long bits;
    if (getrandom(&bits, sizeof bits, 0) == (ssize_t)sizeof bits)
        return bits;
    const int source = retry_open("/dev/urandom", O_RDONLY);
    const bool drawn = source >= 0 && retry_read(source, &bits, sizeof bits) == (ssize_t)sizeof bits;
    if (source >= 0)
        close(source);
    if (drawn)
        return bits;
    struct timespec now = {0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (unsigned long long)now.tv_nsec * 0x9e3779b97f4a7c15ULL ^ (unsigned long long)now.tv_sec;
}

void place_temporary_name(const struct file_place *place, char name[PLACE_NAME_MAX]) {
    snprintf(name, PLACE_NAME_MAX, "%.*s.tmp-%ld-%016llx", NAME_KEPT, place->name, (long)getpid(), draw());
}

void place_saved_name(const struct file_place *place, char name[PLACE_NAME_MAX]) {
    snprintf(name, PLACE_NAME_MAX, "%.*s.saved-%016llx", NAME_KEPT, place->name, draw());
}

/* The process that a temporary name of this target tells; 0 if it is no such name. */
static pid_t process_of(const struct file_place *place, const char *name) {
    const size_t length = strnlen(place->name, NAME_KEPT);
    if (strncmp(name, place->name, length) != 0 || strncmp(name + length, ".tmp-", 5) != 0)
        return 0;
    const char *at = name + length + 5;
    long process = 0;
    for (; isdigit((unsigned char)*at) && process < 100000000; at++)
        process = 10 * process + *at - '0';
    if (*at == '-' && strlen(at + 1) == 16 && strspn(at + 1, "0123456789abcdef") == 16)
        at += 17;
    return *at == '\0' ? (pid_t)process : 0;
}

/* Whoever writes a file holds a lock on it, which also shows across containers, where process ids say
 * nothing. Earlier versions did not lock. */
static bool is_locked(const struct file_place *place, const char *name) {
    const int descriptor = retry_create(place->folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
    const bool locked = descriptor >= 0 && flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    if (descriptor >= 0)
        close(descriptor);
    return locked;
}

/* False if it should go, but can't be removed. */
static bool clean_one(const struct file_place *place, const char *name) {
    struct stat status;
    const pid_t process = process_of(place, name);
    if (process <= 0 || fstatat(place->folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0 ||
        !S_ISREG(status.st_mode) || kill(process, 0) == 0 || errno != ESRCH || is_locked(place, name))
        return true;
    return status.st_uid == geteuid() && unlinkat(place->folder, name, 0) == 0;
}

char *place_clean(const struct file_place *place) {
    struct error error = {.kind = ERROR_NONE};
    char *left = NULL;
    const int descriptor = retry_create(place->folder, ".", O_RDONLY | O_DIRECTORY, 0);
    DIR *folder = descriptor >= 0 ? fdopendir(descriptor) : NULL;
    if (folder == NULL) {
        if (descriptor >= 0)
            close(descriptor);
        return NULL;
    }
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder))
        if (!clean_one(place, entry->d_name) && left == NULL)
            left = join(place->path, folder_length(place->path), entry->d_name, &error);
    closedir(folder);
    return left;
}

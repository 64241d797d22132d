#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/retry.h"

#define BUFFER_BYTES ((size_t)1 << 20)
#define TRIES 100     /* of names that nobody else has; one is enough */
#define LINK_BYTES 64 /* "/proc/self/fd/" and a number */
#define BACKUPS_MAX 8 /* files committed together */

bool file_open_error(struct error *error, int number, const char *path) {
    return error_set(error, place_is_missing(number) ? ERROR_INPUT : ERROR_SYSTEM, "%s: can't open: %s", path,
                     strerror(number));
}

const char *file_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash != NULL && slash[1] != '\0' ? slash + 1 : path;
}

static bool is_stream(const struct file_out *file) {
    return file->place.path == NULL || file->place.kind == PLACE_STREAM;
}

/* --- its names --- */

/* What the open file is called in /proc, even if it has no name anywhere else. */
static void name_in_proc(int descriptor, char name[LINK_BYTES]) {
    snprintf(name, LINK_BYTES, "/proc/self/fd/%d", descriptor);
}

/* A file without a name can get one only through /proc. */
static bool can_be_linked(int descriptor) {
    char name[LINK_BYTES];
    struct stat here, there;
    name_in_proc(descriptor, name);
    return fstat(descriptor, &here) == 0 && stat(name, &there) == 0 && here.st_dev == there.st_dev &&
           here.st_ino == there.st_ino;
}

/* The path of `name` in the target's folder, to be freed. */
static char *path_beside(const struct file_out *file, const char *name, struct error *error) {
    const size_t folder = (size_t)(file->place.name - file->place.path), bytes = folder + strlen(name) + 1;
    char *path = memory_allocate(bytes, 1, "a file name", error);
    if (path != NULL)
        snprintf(path, bytes, "%.*s%s", (int)folder, file->place.path, name);
    return path;
}

static const char *temporary_name(const struct file_out *file) {
    return file->temporary + (file->place.name - file->place.path);
}

/* Copies an open file to one that is new, in `folder`; false and errno on failure. */
static bool copy(int from, int folder, const char *name) {
    unsigned char bytes[1 << 14];
    const int to = retry_create(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
    if (to < 0)
        return false;
    uint64_t at = 0;
    ssize_t part;
    bool done = true;
    while (done && (part = retry_pread(from, bytes, sizeof bytes, at)) > 0) {
        done = retry_write(to, bytes, (size_t)part);
        at += (uint64_t)part;
    }
    done = done && part == 0 && retry_sync(to) == 0;
    const int number = errno;
    close(to);
    if (!done)
        unlinkat(folder, name, 0);
    errno = number;
    return done;
}

/* --- beginning --- */

/* Anyone may read a new file, except for what the umask excludes; one that replaces another is for its owner
 * until it has the permissions of the old one. */
static mode_t first_mode(const struct file_place *place) {
    struct stat status;
    return fstatat(place->folder, place->name, &status, 0) == 0 ? 0600 : 0666;
}

/* False and errno on failure. */
static bool open_unnamed(struct file_out *file) {
    file->descriptor = retry_create(file->place.folder, ".", O_RDWR | O_TMPFILE, first_mode(&file->place));
    if (file->descriptor >= 0 && can_be_linked(file->descriptor))
        return true;
    if (file->descriptor >= 0)
        close(file->descriptor);
    file->descriptor = -1;
    return false;
}

static bool open_named(struct file_out *file, struct error *error) {
    char name[PLACE_NAME_MAX];
    const mode_t mode = first_mode(&file->place);
    for (int tries = 0; file->descriptor < 0 && tries < TRIES; tries++) {
        place_temporary_name(&file->place, name);
        file->descriptor = retry_create(file->place.folder, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW,
                                        mode);
        if (file->descriptor < 0 && errno != EEXIST)
            break;
    }
    if (file->descriptor < 0)
        return error_set(error, place_is_missing(errno) ? ERROR_INPUT : ERROR_SYSTEM,
                         "%s: can't create the file: %s", file->path, strerror(errno));
    file->temporary = path_beside(file, name, error);
    if (file->temporary == NULL)
        unlinkat(file->place.folder, name, 0);
    return file->temporary != NULL;
}

/* The lock tells other processes that the file is being written (place_clean). */
static bool open_file(struct file_out *file, struct error *error) {
    file->left = place_clean(&file->place);
    if (!open_unnamed(file) && !open_named(file, error))
        return false;
    (void)flock(file->descriptor, LOCK_EX | LOCK_NB);
    return true;
}

/* A file behind a link in /proc may be one that a shell appends to. */
static bool open_stream(struct file_out *file, struct error *error) {
    file->descriptor = retry_open(file->place.path, O_WRONLY | O_APPEND);
    return file->descriptor >= 0 || file_open_error(error, errno, file->path);
}

static bool open_output(struct file_out *file, const char *path, bool stream, struct error *error) {
    if (strcmp(path, "-") == 0) {
        file->descriptor = STDOUT_FILENO;
        return true;
    }
    if (!place_open(&file->place, path, error))
        return false;
    if (file->place.kind == PLACE_FILE)
        return open_file(file, error);
    if (file->place.kind == PLACE_STREAM && stream)
        return open_stream(file, error);
    return error_set(error, ERROR_INPUT, "%s: not a regular file; name a file to write", path);
}

static bool create(struct file_out *file, const char *path, bool stream, struct error *error) {
    *file = (struct file_out){.descriptor = -1};
    if (*path == '\0')
        return error_set(error, ERROR_INPUT, "the name of the file to write is empty");
    const char *name = strcmp(path, "-") == 0 ? "standard output" : path;
    file->path = memory_allocate(strlen(name) + 1, 1, "a file name", error);
    file->buffer = memory_allocate(BUFFER_BYTES, 1, "a write buffer", error);
    if (file->path != NULL && file->buffer != NULL) {
        memcpy(file->path, name, strlen(name) + 1);
        if (open_output(file, path, stream, error))
            return true;
    }
    file_abandon(file);
    return false;
}

bool file_create(struct file_out *file, const char *path, struct error *error) {
    return create(file, path, false, error);
}

bool file_create_or_stream(struct file_out *file, const char *path, struct error *error) {
    return create(file, path, true, error);
}

/* --- writing --- */

bool file_reserve(struct file_out *file, uint64_t bytes, struct error *error) {
    if (is_stream(file) || bytes == 0)
        return true;
    const int number = retry_allocate(file->descriptor, bytes);
    if (number == 0 || number == EOPNOTSUPP || number == EINVAL || number == ENOSYS)
        return true;
    return error_system(error, number, "%s: can't reserve %llu bytes on disk", file->path,
                        (unsigned long long)bytes);
}

/* EFAULT: what was to be written is mapped from a file that is shorter now. */
static bool write_all(struct file_out *file, const void *data, size_t bytes, struct error *error) {
    if (retry_write(file->descriptor, data, bytes))
        return true;
    if (errno == EFAULT)
        return error_set(error, ERROR_SYSTEM, "%s: can't write: what it is made from was cut short meanwhile",
                         file->path);
    return error_system(error, errno, "%s: can't write", file->path);
}

static bool flush(struct file_out *file, struct error *error) {
    const size_t bytes = file->buffered;
    file->buffered = 0;
    return write_all(file, file->buffer, bytes, error);
}

bool file_write(struct file_out *file, const void *data, size_t bytes, struct error *error) {
    file->written += bytes;
    if (bytes >= BUFFER_BYTES)
        return flush(file, error) && write_all(file, data, bytes, error);
    if (file->buffered + bytes > BUFFER_BYTES && !flush(file, error))
        return false;
    if (bytes > 0)
        memcpy(file->buffer + file->buffered, data, bytes);
    file->buffered += bytes;
    return true;
}

/* Permissions and owner of the file that is replaced. Where a file system or the system refuses, the new one
 * is for its writer alone. */
static void keep_mode(const struct file_out *file) {
    struct stat old, new;
    if (fstatat(file->place.folder, file->place.name, &old, 0) != 0 || !S_ISREG(old.st_mode) ||
        fstat(file->descriptor, &new) != 0)
        return;
    if (old.st_uid != new.st_uid || old.st_gid != new.st_gid)
        (void)!fchown(file->descriptor, old.st_uid, old.st_gid);
    (void)!fchmod(file->descriptor, old.st_mode & 0777);
}

/* The result of syncing to disk: 0, or an errno value. Some file systems cannot sync, which does no harm. */
static int sync_disk(const struct file_out *file) {
    return retry_sync(file->descriptor) == 0 || errno == EINVAL || errno == EROFS || errno == ENOTSUP ? 0
                                                                                                      : errno;
}

/* Everything but syncing. */
static bool complete(struct file_out *file, struct error *error) {
    if (!flush(file, error))
        return false;
    if (is_stream(file))
        return true;
    keep_mode(file);
    return retry_truncate(file->descriptor, file->written) == 0 ||
           error_system(error, errno, "%s: can't write", file->path);
}

bool file_sync(struct file_out *file, struct error *error) {
    if (!complete(file, error))
        return false;
    const int number = is_stream(file) ? 0 : sync_disk(file);
    return number == 0 || error_system(error, number, "%s: can't write to disk", file->path);
}

/* --- names at last --- */

/* Gives it a temporary name, if it has none, so that it can be renamed. */
static bool give_name(struct file_out *file, struct error *error) {
    char link[LINK_BYTES], name[PLACE_NAME_MAX];
    if (file->temporary != NULL || is_stream(file))
        return true;
    name_in_proc(file->descriptor, link);
    int result = -1;
    for (int tries = 0; result != 0 && tries < TRIES; tries++) {
        place_temporary_name(&file->place, name);
        file->temporary = path_beside(file, name, error);
        if (file->temporary == NULL)
            return false;
        result = linkat(AT_FDCWD, link, file->place.folder, name, AT_SYMLINK_FOLLOW);
        if (result == 0)
            return true;
        free(file->temporary);
        file->temporary = NULL;
        if (errno != EEXIST)
            break;
    }
    return error_system(error, errno, "%s: can't give the file this name", file->path);
}

/* The rename is durable only once the folder is synced. Some file systems cannot sync a folder, which does no
 * harm. */
static void sync_folder(const struct file_out *file) {
    const int descriptor = retry_create(file->place.folder, ".", O_RDONLY | O_DIRECTORY, 0);
    if (descriptor < 0)
        return;
    (void)retry_sync(descriptor);
    close(descriptor);
}

static bool rename_to_target(struct file_out *file, struct error *error) {
    if (place_has_moved(&file->place))
        return error_set(error, ERROR_SYSTEM, "%s: its folder was renamed or removed meanwhile", file->path);
    if (renameat(file->place.folder, temporary_name(file), file->place.folder, file->place.name) != 0)
        return error_system(error, errno, "%s: can't rename the temporary file to this name", file->path);
    free(file->temporary);
    file->temporary = NULL;
    return true;
}

/* --- keeping a file that can't get its name --- */

/* Puts the file into `folder` under a name for good. */
static bool keep_in(struct file_out *file, int folder, const char *name) {
    char link[LINK_BYTES];
    name_in_proc(file->descriptor, link);
    if (file->temporary != NULL && renameat(file->place.folder, temporary_name(file), folder, name) == 0) {
        free(file->temporary);
        file->temporary = NULL;
        return true;
    }
    return linkat(AT_FDCWD, link, folder, name, AT_SYMLINK_FOLLOW) == 0 ||
           copy(file->descriptor, folder, name);
}

/* The path by which an open folder can be found now. */
static bool folder_path(int folder, char *found, size_t size) {
    char link[LINK_BYTES];
    struct stat opened, named;
    name_in_proc(folder, link);
    const ssize_t length = readlink(link, found, size - 1);
    if (length < 0)
        return false;
    found[length] = '\0';
    return fstat(folder, &opened) == 0 && stat(found, &named) == 0 && opened.st_ino == named.st_ino &&
           opened.st_dev == named.st_dev;
}

static bool keep_at(struct file_out *file, int folder, char *kept, size_t size) {
    char path[3072], name[PLACE_NAME_MAX];
    place_saved_name(&file->place, name);
    if (folder < 0 || !folder_path(folder, path, sizeof path) || !keep_in(file, folder, name))
        return false;
    snprintf(kept, size, "%s/%s", path, name);
    return true;
}

static bool keep_in_path(struct file_out *file, const char *path, char *kept, size_t size) {
    const int folder = path != NULL ? retry_open(path, O_PATH | O_DIRECTORY) : -1;
    const bool done = keep_at(file, folder, kept, size);
    if (folder >= 0)
        close(folder);
    return done;
}

/* Adds to the error where the file is kept. */
static bool keep(struct file_out *file, const char *what, struct error *error) {
    char kept[3072 + PLACE_NAME_MAX];
    const struct error cause = *error;
    if (!keep_at(file, file->place.folder, kept, sizeof kept) &&
        !keep_in_path(file, ".", kept, sizeof kept) &&
        !keep_in_path(file, getenv("TMPDIR"), kept, sizeof kept) &&
        !keep_in_path(file, "/tmp", kept, sizeof kept))
        return false;
    *error = (struct error){.kind = ERROR_NONE};
    error_set(error, cause.kind, "%s; %s is kept as %s", cause.text, what, kept);
    return true;
}

/* --- committing --- */

/* A disk that is full has only part of the file; any other failure leaves the question open. */
static bool sync_or_keep(struct file_out *file, struct error *error) {
    if (!complete(file, error))
        return false;
    const int number = is_stream(file) ? 0 : sync_disk(file);
    if (number == 0)
        return true;
    error_system(error, number, "%s: can't write to disk", file->path);
    if (number != ENOSPC && number != EDQUOT && number != EFBIG)
        (void)keep(file, "what was written, which may be damaged,", error);
    return false;
}

bool file_commit(struct file_out *file, struct error *error) {
    bool done = sync_or_keep(file, error), kept = false;
    if (done && !is_stream(file)) {
        done = give_name(file, error) && rename_to_target(file, error);
        kept = !done && keep(file, "the new file", error);
    }
    if (done && !is_stream(file))
        sync_folder(file);
    file_abandon(file);
    file->kept = kept;
    return done;
}

/* Files that were renamed to their targets can be taken back: each old one has a second name until all are
 * in place. */
struct backup {
    enum {
        BACKUP_NO_FILE, /* there was no file */
        BACKUP_LINK,    /* the old file has this name, too */
        BACKUP_NONE,    /* the file system has no second names */
    } kind;
    char name[PLACE_NAME_MAX];
};

static void back_up(const struct file_out *file, struct backup *backup) {
    const int folder = file->place.folder;
    backup->kind = BACKUP_NONE;
    if (is_stream(file))
        return;
    place_saved_name(&file->place, backup->name);
    if (linkat(folder, file->place.name, folder, backup->name, 0) == 0)
        backup->kind = BACKUP_LINK;
    else if (errno == ENOENT)
        backup->kind = BACKUP_NO_FILE;
}

/* Where this fails too, the old file is there under the name of its backup. */
static void take_back(const struct file_out *file, const struct backup *backup, struct error *error) {
    const struct error cause = *error;
    if (backup->kind == BACKUP_NO_FILE)
        (void)unlinkat(file->place.folder, file->place.name, 0);
    if (backup->kind != BACKUP_LINK ||
        renameat(file->place.folder, backup->name, file->place.folder, file->place.name) == 0)
        return;
    *error = (struct error){.kind = ERROR_NONE};
    error_set(error, cause.kind, "%s; %s is new already, and its old version is kept as %.*s%s", cause.text,
              file->path, (int)(file->place.name - file->place.path), file->place.path, backup->name);
}

static void drop_backup(const struct file_out *file, const struct backup *backup) {
    if (backup->kind == BACKUP_LINK)
        (void)unlinkat(file->place.folder, backup->name, 0);
}

static bool rename_all(struct file_out *files, size_t count, struct error *error) {
    struct backup backups[BACKUPS_MAX];
    size_t done = 0;
    for (; done < count; done++) {
        back_up(&files[done], &backups[done]);
        if (!is_stream(&files[done]) && !rename_to_target(&files[done], error)) {
            drop_backup(&files[done], &backups[done]);
            break;
        }
    }
    for (size_t i = 0; i < done; i++)
        if (done == count)
            drop_backup(&files[i], &backups[i]);
        else
            take_back(&files[i], &backups[i], error);
    return done == count;
}

bool file_commit_all(struct file_out *files, size_t count, struct error *error) {
    bool done = count <= BACKUPS_MAX || error_set(error, ERROR_INPUT, "too many files");
    for (size_t i = 0; done && i < count; i++)
        done = file_sync(&files[i], error) && give_name(&files[i], error);
    done = done && rename_all(files, count, error);
    for (size_t i = 0; i < count; i++) {
        if (done && !is_stream(&files[i]))
            sync_folder(&files[i]);
        file_abandon(&files[i]);
    }
    return done;
}

void file_abandon(struct file_out *file) {
    if (file->path != NULL && file->temporary != NULL)
        unlinkat(file->place.folder, temporary_name(file), 0);
    if (file->path != NULL && file->descriptor > STDERR_FILENO)
        close(file->descriptor);
    if (file->path != NULL && file->place.path != NULL)
        place_close(&file->place);
    free(file->temporary);
    free(file->left);
    free(file->path);
    free(file->buffer);
    *file = (struct file_out){.descriptor = -1};
}

/* --- mapping --- */

static bool check_kind(const struct stat *status, const char *path, struct error *error) {
    if (S_ISFIFO(status->st_mode))
        return error_set(error, ERROR_INPUT, "%s: is a pipe; save its output to a file first", path);
    return S_ISREG(status->st_mode) || error_set(error, ERROR_INPUT, "%s: not a regular file", path);
}

static bool map_file(struct file_map *map, int descriptor, const char *path, struct error *error) {
    struct stat status;
    if (fstat(descriptor, &status) != 0)
        return error_system(error, errno, "%s: can't read", path);
    if (!check_kind(&status, path, error))
        return false;
    map->modified = status.st_mtim;
    if (status.st_size == 0)
        return true;
    void *data = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_SHARED, descriptor, 0);
    if (data == MAP_FAILED)
        return error_system(error, errno, "%s: can't map into memory", path);
    map->data = data;
    map->size = (size_t)status.st_size;
    return true;
}

bool file_map_open(struct file_map *map, const char *path, struct error *error) {
    *map = (struct file_map){.data = NULL};
    /* Without O_NONBLOCK, opening a named pipe would wait for a writer before it is rejected. */
    const int descriptor = retry_open(path, O_RDONLY | O_NONBLOCK);
    if (descriptor < 0)
        return file_open_error(error, errno, path);
    if (map_file(map, descriptor, path, error)) {
        map->descriptor = descriptor;
        return true;
    }
    close(descriptor);
    *map = (struct file_map){.data = NULL};
    return false;
}

bool file_map_old(struct file_map *map, const struct file_out *file, struct error *error) {
    struct stat status;
    const char *path = file->place.path;
    *map = (struct file_map){.data = NULL};
    if (path == NULL || file->place.kind != PLACE_FILE)
        return true;
    if (stat(path, &status) == 0)
        return status.st_size == 0 || file_map_open(map, path, error);
    return place_is_missing(errno) || file_open_error(error, errno, file->path);
}

bool file_map_check(const struct file_map *map, const char *path, struct error *error) {
    struct stat status;
    if (map->descriptor == 0)
        return true;
    if (fstat(map->descriptor, &status) != 0)
        return error_system(error, errno, "%s: can't read", path);
    return ((size_t)status.st_size == map->size && status.st_mtim.tv_sec == map->modified.tv_sec &&
            status.st_mtim.tv_nsec == map->modified.tv_nsec) ||
           error_set(error, ERROR_SYSTEM, "%s: was overwritten while it was in use; run the command again",
                     path);
}

void file_map_close(struct file_map *map) {
    if (map->data != NULL)
        munmap((void *)map->data, map->size);
    if (map->descriptor > 0)
        close(map->descriptor);
    *map = (struct file_map){.data = NULL};
}

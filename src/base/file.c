#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"

#define BUFFER_BYTES ((size_t)1 << 20)

/* Whether a path names something that does not exist. */
static bool is_missing(int number) {
    return number == ENOENT || number == ENOTDIR;
}

bool file_open_error(struct error *error, int number, const char *path) {
    return error_set(error, is_missing(number) ? ERROR_INPUT : ERROR_SYSTEM, "%s: can't open: %s", path,
                     strerror(number));
}

int file_open_read(const char *path, int more_flags) {
    int descriptor;
    do
        descriptor = open(path, O_RDONLY | O_CLOEXEC | more_flags);
    while (descriptor < 0 && errno == EINTR);
    return descriptor;
}

static bool write_all(struct file_out *file, const unsigned char *data, size_t bytes, struct error *error) {
    while (bytes > 0) {
        const ssize_t done = write(file->descriptor, data, bytes);
        if (done < 0) {
            if (errno == EINTR)
                continue;
            return error_system(error, errno, "%s: can't write", file->path);
        }
        data += done;
        bytes -= (size_t)done;
    }
    return true;
}

static bool flush(struct file_out *file, struct error *error) {
    const size_t bytes = file->buffered;
    file->buffered = 0;
    return write_all(file, file->buffer, bytes, error);
}

/* "FOLDER/NAME.tmp-PID", beside the target so that the rename stays within one file system. */
static bool open_temporary(struct file_out *file, struct error *error) {
    struct stat status;
    if (stat(file->path, &status) == 0 && !S_ISREG(status.st_mode))
        return error_set(error, ERROR_INPUT, "%s: not a regular file; name a file to write", file->path);
    const size_t size = strlen(file->path) + 32;
    file->temporary = memory_allocate(size, 1, "a file name", error);
    if (file->temporary == NULL)
        return false;
    snprintf(file->temporary, size, "%s.tmp-%ld", file->path, (long)getpid());
    file->descriptor = open(file->temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file->descriptor < 0) {
        const int number = errno;
        free(file->temporary);
        file->temporary = NULL;
        return error_set(error, is_missing(number) ? ERROR_INPUT : ERROR_SYSTEM,
                         "%s: can't create the file: %s", file->path, strerror(number));
    }
    return true;
}

bool file_create(struct file_out *file, const char *path, struct error *error) {
    *file = (struct file_out){.descriptor = -1};
    if (*path == '\0')
        return error_set(error, ERROR_INPUT, "the name of the file to write is empty");
    const bool standard = strcmp(path, "-") == 0;
    const char *name = standard ? "standard output" : path;
    file->path = memory_allocate(strlen(name) + 1, 1, "a file name", error);
    file->buffer = memory_allocate(BUFFER_BYTES, 1, "a write buffer", error);
    if (file->path == NULL || file->buffer == NULL) {
        file_abandon(file);
        return false;
    }
    memcpy(file->path, name, strlen(name) + 1);
    if (standard) {
        file->descriptor = STDOUT_FILENO;
        return true;
    }
    if (!open_temporary(file, error)) {
        file_abandon(file);
        return false;
    }
    return true;
}

bool file_reserve(struct file_out *file, uint64_t bytes, struct error *error) {
    if (file->temporary == NULL || bytes == 0)
        return true;
    const int number = posix_fallocate(file->descriptor, 0, (off_t)bytes);
    if (number == 0 || number == EOPNOTSUPP || number == EINVAL || number == ENOSYS || number == EINTR)
        return true;
    return error_system(error, number, "%s: can't reserve %llu bytes on disk", file->path,
                        (unsigned long long)bytes);
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

/* The rename is durable only once the folder is synced. Some file systems cannot sync a folder, which does no
 * harm. */
static void sync_folder(const char *path) {
    const char *slash = strrchr(path, '/');
    char folder[4096] = ".";
    const size_t length = slash != NULL ? (size_t)(slash - path) + 1 : 0;
    if (length >= sizeof folder)
        return;
    if (length > 0) {
        memcpy(folder, path, length);
        folder[length] = '\0';
    }
    const int descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0)
        return;
    (void)fsync(descriptor);
    close(descriptor);
}

bool file_sync(struct file_out *file, struct error *error) {
    if (!flush(file, error))
        return false;
    if (file->temporary != NULL &&
        (ftruncate(file->descriptor, (off_t)file->written) != 0 || fsync(file->descriptor) != 0))
        return error_system(error, errno, "%s: can't write", file->path);
    return true;
}

static bool finish_temporary(struct file_out *file, struct error *error) {
    const int closed = close(file->descriptor);
    file->descriptor = -1;
    if (closed != 0)
        return error_system(error, errno, "%s: can't write", file->path);
    if (rename(file->temporary, file->path) != 0)
        return error_system(error, errno, "%s: can't rename the temporary file to this name", file->path);
    free(file->temporary);
    file->temporary = NULL;
    sync_folder(file->path);
    return true;
}

bool file_commit(struct file_out *file, struct error *error) {
    const bool done = file_sync(file, error) && (file->temporary == NULL || finish_temporary(file, error));
    file_abandon(file);
    return done;
}

void file_abandon(struct file_out *file) {
    if (file->temporary != NULL) {
        if (file->descriptor >= 0)
            close(file->descriptor);
        unlink(file->temporary);
    }
    free(file->temporary);
    free(file->path);
    free(file->buffer);
    *file = (struct file_out){.descriptor = -1};
}

bool file_map_open(struct file_map *map, const char *path, struct error *error) {
    *map = (struct file_map){NULL, 0};
    /* Without O_NONBLOCK, opening a named pipe would wait for a writer before it is rejected. */
    const int descriptor = file_open_read(path, O_NONBLOCK);
    if (descriptor < 0)
        return file_open_error(error, errno, path);
    struct stat status;
    bool done = false;
    if (fstat(descriptor, &status) != 0)
        error_system(error, errno, "%s: can't read", path);
    else if (S_ISFIFO(status.st_mode))
        error_set(error, ERROR_INPUT, "%s: is a pipe; save its output to a file first", path);
    else if (!S_ISREG(status.st_mode))
        error_set(error, ERROR_INPUT, "%s: not a regular file", path);
    else if (status.st_size == 0)
        done = true;
    else {
        void *data = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_SHARED, descriptor, 0);
        if (data == MAP_FAILED)
            error_system(error, errno, "%s: can't map into memory", path);
        else {
            *map = (struct file_map){data, (size_t)status.st_size};
            done = true;
        }
    }
    close(descriptor);
    return done;
}

void file_map_close(struct file_map *map) {
    if (map->data != NULL)
        munmap((void *)map->data, map->size);
    *map = (struct file_map){NULL, 0};
}

#include "base/retry.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int retry_open(const char *path, int flags) {
    int descriptor;
    do
        descriptor = open(path, flags | O_CLOEXEC);
    while (descriptor < 0 && errno == EINTR);
    return descriptor;
}

int retry_create(int folder, const char *name, int flags, mode_t mode) {
    int descriptor;
    do
        descriptor = openat(folder, name, flags | O_CLOEXEC, mode);
    while (descriptor < 0 && errno == EINTR);
    return descriptor;
}

ssize_t retry_read(int descriptor, void *bytes, size_t count) {
    ssize_t done;
    do
        done = read(descriptor, bytes, count);
    while (done < 0 && errno == EINTR);
    return done;
}

ssize_t retry_pread(int descriptor, void *bytes, size_t count, uint64_t offset) {
    ssize_t done;
    do
        done = pread(descriptor, bytes, count, (off_t)offset);
    while (done < 0 && errno == EINTR);
    return done;
}

/* Whether to go on after a call that returned `done`. A device that takes nothing would be asked for ever. */
static bool go_on(ssize_t done) {
    if (done == 0)
        errno = EIO;
    return done > 0 || (done < 0 && errno == EINTR);
}

bool retry_write(int descriptor, const void *bytes, size_t count) {
    const char *from = bytes;
    while (count > 0) {
        const ssize_t done = write(descriptor, from, count);
        if (!go_on(done))
            return false;
        from += done > 0 ? done : 0;
        count -= done > 0 ? (size_t)done : 0;
    }
    return true;
}

bool retry_pwrite(int descriptor, const void *bytes, size_t count, uint64_t offset) {
    const char *from = bytes;
    while (count > 0) {
        const ssize_t done = pwrite(descriptor, from, count, (off_t)offset);
        if (!go_on(done))
            return false;
        const size_t part = done > 0 ? (size_t)done : 0;
        from += part;
        offset += part;
        count -= part;
    }
    return true;
}

int retry_truncate(int descriptor, uint64_t bytes) {
    int result;
    do
        result = ftruncate(descriptor, (off_t)bytes);
    while (result != 0 && errno == EINTR);
    return result;
}

int retry_sync(int descriptor) {
    int result;
    do
        result = fsync(descriptor);
    while (result != 0 && errno == EINTR);
    return result;
}

int retry_allocate(int descriptor, uint64_t bytes) {
    int number;
    do
        number = posix_fallocate(descriptor, 0, (off_t)bytes);
    while (number == EINTR);
    return number;
}

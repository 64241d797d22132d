/* Faults on demand. The program that tests/faults/run.sh runs is the product's own objects, linked with
 * -Wl,--wrap=NAME for each function below: a call of NAME comes here, and goes on to __real_NAME unless it is
 * to fail. So the product has no trace of this, and code written tomorrow is tested, too.
 *
 *   SGNS_FAULT=KIND:N[+]  the Nth call that can fail in this way does so; with +, all later ones, too
 *   SGNS_FAULT_LOG=FILE   is given the name of the function that failed
 *   SGNS_FAULT_NAMES=1    no file system has files without a name
 *   SGNS_FAULT_SPILL=1    memory looks full when a corpus is read, so that its words go to a file
 *
 * memory     allocations, mappings, threads and locks: no memory
 * error      system calls on files: EIO
 * full       whatever takes disk space: ENOSPC
 * interrupt  calls that a signal may interrupt: EINTR
 * short      reads and writes transfer a part */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/vfs.h>
#include <unistd.h>

enum kind { MEMORY = 1, FAIL = 2, FULL = 4, INTERRUPT = 8, SHORT = 16 };

static const struct {
    const char *name;
    enum kind kind;
    int number;
} kinds[] = {
    {"memory:", MEMORY, ENOMEM},      {"error:", FAIL, EIO}, {"full:", FULL, ENOSPC},
    {"interrupt:", INTERRUPT, EINTR}, {"short:", SHORT, 0},
};

static atomic_ulong calls;

static void report(const char *name) {
    const char *path = getenv("SGNS_FAULT_LOG");
    if (path == NULL)
        return;
    const long file = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND, 0666);
    syscall(SYS_write, file, name, strlen(name));
    syscall(SYS_write, file, "\n", 1UL);
    syscall(SYS_close, file);
}

/* Whether this call, which can fail in these ways, is to fail now; sets errno. */
static bool fails(const char *name, int can) {
    const char *fault = getenv("SGNS_FAULT");
    if (fault == NULL)
        return false;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const size_t length = strlen(kinds[i].name);
        if (strncmp(fault, kinds[i].name, length) != 0 || (can & (int)kinds[i].kind) == 0)
            continue;
        char *end;
        const unsigned long at = strtoul(fault + length, &end, 10), call = atomic_fetch_add(&calls, 1) + 1;
        if (call != at && !(*end == '+' && call > at))
            return false;
        if (call == at)
            report(name);
        errno = kinds[i].number;
        return true;
    }
    return false;
}

/* The linker makes these names. NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

/* WRAP(type, name, parameters, arguments, ways to fail, what it returns then) */
#define WRAP(type, name, parameters, arguments, can, failure)             \
    type __real_##name parameters;                                        \
    type __wrap_##name parameters;                                        \
    type __wrap_##name parameters {                                       \
        return fails(#name, (can)) ? (failure) : __real_##name arguments; \
    }

WRAP(void *, calloc, (size_t count, size_t size), (count, size), MEMORY, NULL)
WRAP(void *, realloc, (void *memory, size_t size), (memory, size), MEMORY, NULL)
WRAP(int, vasprintf, (char **text, const char *format, va_list list), (text, format, list), MEMORY, -1)
WRAP(int, pthread_create,
     (pthread_t * thread, const pthread_attr_t *attributes, void *(*work)(void *), void *argument),
     (thread, attributes, work, argument), MEMORY, EAGAIN)
WRAP(int, pthread_mutex_init, (pthread_mutex_t * lock, const pthread_mutexattr_t *attributes),
     (lock, attributes), MEMORY, ENOMEM)
WRAP(int, fsync, (int file), (file), FAIL | FULL | INTERRUPT, -1)
WRAP(int, ftruncate, (int file, off_t bytes), (file, bytes), FAIL | INTERRUPT, -1)
WRAP(int, posix_fallocate, (int file, off_t from, off_t bytes), (file, from, bytes), FAIL | FULL | INTERRUPT,
     errno)
WRAP(int, renameat, (int from, const char *old, int to, const char *new), (from, old, to, new), FAIL, -1)
WRAP(int, rename, (const char *old, const char *new), (old, new), FAIL, -1)
WRAP(int, linkat, (int from, const char *old, int to, const char *new, int flags),
     (from, old, to, new, flags), FAIL | FULL, -1)
WRAP(int, fchmod, (int file, mode_t mode), (file, mode), FAIL, -1)
WRAP(int, fchown, (int file, uid_t user, gid_t group), (file, user, group), FAIL, -1)
WRAP(int, flock, (int file, int what), (file, what), FAIL | INTERRUPT, -1)
WRAP(int, stat, (const char *path, struct stat *status), (path, status), FAIL, -1)
WRAP(int, fstat, (int file, struct stat *status), (file, status), FAIL, -1)
WRAP(int, fstatat, (int folder, const char *path, struct stat *status, int flags),
     (folder, path, status, flags), FAIL, -1)
WRAP(int, statfs, (const char *path, struct statfs *status), (path, status), FAIL, -1)
WRAP(int, access, (const char *path, int mode), (path, mode), FAIL, -1)
WRAP(ssize_t, readlink, (const char *path, char *to, size_t size), (path, to, size), FAIL, -1)
WRAP(ssize_t, getrandom, (void *to, size_t size, unsigned flags), (to, size, flags), FAIL | INTERRUPT, -1)
WRAP(DIR *, fdopendir, (int file), (file), FAIL, NULL)
WRAP(struct dirent *, readdir, (DIR * folder), (folder), FAIL, NULL)
WRAP(FILE *, fopen, (const char *path, const char *mode), (path, mode), FAIL, NULL)
WRAP(int, fflush, (FILE * file), (file), FAIL | FULL, EOF)
WRAP(int, mkostemp, (char *path, int flags), (path, flags), FAIL | FULL | INTERRUPT, -1)

/* A mapping of no file is memory. */
void *__real_mmap(void *at, size_t bytes, int protection, int flags, int file, off_t offset);
void *__wrap_mmap(void *at, size_t bytes, int protection, int flags, int file, off_t offset);
void *__wrap_mmap(void *at, size_t bytes, int protection, int flags, int file, off_t offset) {
    if (fails("mmap", MEMORY | (file >= 0 ? FAIL : 0)))
        return MAP_FAILED;
    return __real_mmap(at, bytes, protection, flags, file, offset);
}

/* What fails to be closed is closed nevertheless. */
int __real_close(int file);
int __wrap_close(int file);
int __wrap_close(int file) {
    const bool fail = fails("close", FAIL | INTERRUPT);
    const int number = errno, result = __real_close(file);
    errno = fail ? number : errno;
    return fail ? -1 : result;
}

int __real_fclose(FILE *file);
int __wrap_fclose(FILE *file);
int __wrap_fclose(FILE *file) {
    const bool fail = fails("fclose", FAIL | FULL);
    const int number = errno, result = __real_fclose(file);
    errno = fail ? number : errno;
    return fail ? EOF : result;
}

/* Opening takes space only for a new file. */
static int opened(const char *name, int folder, const char *path, int flags, unsigned mode) {
    const bool unnamed = (flags & O_TMPFILE) == O_TMPFILE;
    if (unnamed && getenv("SGNS_FAULT_NAMES") != NULL) {
        errno = EOPNOTSUPP;
        return -1;
    }
    if (fails(name, FAIL | INTERRUPT | ((flags & O_CREAT) != 0 || unnamed ? FULL : 0)))
        return -1;
    return (int)syscall(SYS_openat, folder, path, flags, mode);
}

static unsigned mode_of(int flags, va_list list) {
    return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(list, unsigned) : 0;
}

int __wrap_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...) {
    va_list list;
    va_start(list, flags);
    const unsigned mode = mode_of(flags, list);
    va_end(list);
    return opened("open", AT_FDCWD, path, flags, mode);
}

int __wrap_openat(int folder, const char *path, int flags, ...);
int __wrap_openat(int folder, const char *path, int flags, ...) {
    va_list list;
    va_start(list, flags);
    const unsigned mode = mode_of(flags, list);
    va_end(list);
    return opened("openat", folder, path, flags, mode);
}

/* A training asks for the first time before it reads. */
size_t __real_memory_available(void);
size_t __wrap_memory_available(void);
size_t __wrap_memory_available(void) {
    static atomic_ulong asked;
    const bool spill = getenv("SGNS_FAULT_SPILL") != NULL && atomic_fetch_add(&asked, 1) == 0;
    return spill ? 0 : __real_memory_available();
}

/* A transfer fails, or is cut to half. */
static bool cut(const char *name, int can, size_t *count) {
    const bool fail = fails(name, can | (*count > 1 ? SHORT : 0));
    if (!fail || errno != 0)
        return !fail;
    *count /= 2;
    return true;
}

ssize_t __real_read(int file, void *bytes, size_t count);
ssize_t __wrap_read(int file, void *bytes, size_t count);
ssize_t __wrap_read(int file, void *bytes, size_t count) {
    return cut("read", FAIL | INTERRUPT, &count) ? __real_read(file, bytes, count) : -1;
}

ssize_t __real_pread(int file, void *bytes, size_t count, off_t at);
ssize_t __wrap_pread(int file, void *bytes, size_t count, off_t at);
ssize_t __wrap_pread(int file, void *bytes, size_t count, off_t at) {
    return cut("pread", FAIL | INTERRUPT, &count) ? __real_pread(file, bytes, count, at) : -1;
}

ssize_t __real_write(int file, const void *bytes, size_t count);
ssize_t __wrap_write(int file, const void *bytes, size_t count);
ssize_t __wrap_write(int file, const void *bytes, size_t count) {
    return cut("write", FAIL | FULL | INTERRUPT, &count) ? __real_write(file, bytes, count) : -1;
}

ssize_t __real_pwrite(int file, const void *bytes, size_t count, off_t at);
ssize_t __wrap_pwrite(int file, const void *bytes, size_t count, off_t at);
ssize_t __wrap_pwrite(int file, const void *bytes, size_t count, off_t at) {
    return cut("pwrite", FAIL | FULL | INTERRUPT, &count) ? __real_pwrite(file, bytes, count, at) : -1;
}

/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

/* System calls that a signal may interrupt: these are called again until they are done. Otherwise they are
 * the originals: on failure they return -1 and set errno. Thread-safe. */
#ifndef SGNS_BASE_RETRY_H
#define SGNS_BASE_RETRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

int retry_open(const char *path, int flags);
int retry_create(int folder, const char *name, int flags, mode_t mode);
ssize_t retry_read(int descriptor, void *bytes, size_t count);
ssize_t retry_pread(int descriptor, void *bytes, size_t count, uint64_t offset);

/* Writes all bytes, also where the system writes a part at a time. False and errno on failure. */
bool retry_write(int descriptor, const void *bytes, size_t count);
bool retry_pwrite(int descriptor, const void *bytes, size_t count, uint64_t offset);

int retry_truncate(int descriptor, uint64_t bytes);
int retry_sync(int descriptor);

/* Reserves disk space for the first `bytes` bytes. Returns an errno value, or 0. */
int retry_allocate(int descriptor, uint64_t bytes);

#endif

#include "text/decompress.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/place.h"
#include "base/retry.h"

struct magic {
    enum decompress_format format;
    const char *bytes;
    size_t size;
};

#define MAGIC(bytes) (bytes), sizeof(bytes) - 1

/* "BZh" alone could be a word; what follows it in a file is the level and the first block, or the end. */
static const struct magic magics[] = {
    {DECOMPRESS_GZIP, MAGIC("\x1f\x8b")},
    {DECOMPRESS_XZ, MAGIC("\xfd"
                          "7zXZ\0")},
    {DECOMPRESS_ZSTD, MAGIC("\x28\xb5\x2f\xfd")},
    {DECOMPRESS_BZIP2, MAGIC("BZh?\x31\x41\x59\x26\x53\x59")},
    {DECOMPRESS_BZIP2, MAGIC("BZh?\x17\x72\x45\x38\x50\x90")},
};

static const char *const programs[] = {"gzip", "xz", "zstd", "bzip2"};

static bool begins_with(const unsigned char *start, const struct magic *magic) {
    for (size_t i = 0; i < magic->size; i++)
        if (magic->bytes[i] != '?' && start[i] != (unsigned char)magic->bytes[i])
            return false;
    return true;
}

enum decompress_format decompress_find(const unsigned char *start, size_t size) {
    for (size_t i = 0; i < sizeof magics / sizeof *magics; i++)
        if (size >= magics[i].size && begins_with(start, &magics[i]))
            return magics[i].format;
    return DECOMPRESS_NONE;
}

const char *decompress_program(enum decompress_format format) {
    return programs[format];
}

static bool is_missing(enum decompress_format format, const char *name, struct error *error) {
    return error_set(error, ERROR_INPUT,
                     "%s: compressed by %s, and the program %s that unpacks it is not in $PATH; install it",
                     name, programs[format], programs[format]);
}

static bool is_program(const char *path) {
    return access(path, X_OK) == 0 || (!place_is_missing(errno) && errno != EACCES);
}

/* Whether a folder of $PATH, path[0 .. length), has the program. If that can't be said, starting it will
 * tell.
 */
static bool has_program(const char *path, size_t length, const char *program) {
    if (length == 0)
        return is_program(program);
    char *file = malloc(length + strlen(program) + 2);
    if (file == NULL)
        return true;
    memcpy(file, path, length);
    file[length] = '/';
    memcpy(file + length + 1, program, strlen(program) + 1);
    const bool found = is_program(file);
    free(file);
    return found;
}

bool decompress_check(enum decompress_format format, const char *name, struct error *error) {
    const char *path = getenv("PATH");
    if (path == NULL)
        return true; /* the system has a default */
    for (;;) {
        const size_t length = strcspn(path, ":");
        if (has_program(path, length, programs[format]))
            return true;
        if (path[length] == '\0')
            return is_missing(format, name, error);
        path += length + 1;
    }
}

/* --- starting --- */

#define PIPE_BYTES (1 << 20)

/* The feeder's whole life, in a copy of a process that may have had other threads: only system calls. The
 * status is 0, or why the file can't be read. What the program doesn't want is no failure. */
_Noreturn static void feed(int file, const unsigned char *start, size_t size, int to) {
    unsigned char bytes[1 << 16];
    while (size > 0 && retry_write(to, start, size)) {
        const ssize_t done = retry_read(file, bytes, sizeof bytes);
        if (done < 0)
            _exit(errno);
        start = bytes;
        size = (size_t)done;
    }
    _exit(0);
}

/* Sets *source to what the program reads: the file itself, back at the beginning, or a pipe from a feeder. */
static bool open_source(struct decompression *decompression, int file, const unsigned char *start,
                        size_t size, int *source, const char *name, struct error *error) {
    int ends[2];
    *source = file;
    if (lseek(file, -(off_t)size, SEEK_CUR) >= 0)
        return true;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return error_system(error, errno, "%s: can't make a pipe", name);
    decompression->feeder = fork();
    if (decompression->feeder == 0) {
        close(ends[0]);
        feed(file, start, size, ends[1]);
    }
    const int number = errno;
    close(ends[1]);
    *source = ends[0];
    if (decompression->feeder > 0)
        return true;
    close(ends[0]);
    decompression->feeder = 0;
    return error_system(error, number, "%s: can't start a process", name);
}

/* Signals are for it as they are for a program that a shell starts, whatever this process does with them. */
static int spawn(struct decompression *decompression, int source, int output, int messages) {
    const char *program = programs[decompression->format];
    char *const arguments[] = {(char *)program, (char *)"-dc", NULL};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none, defaults;
    sigemptyset(&none);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    int number = posix_spawn_file_actions_init(&files);
    if (number != 0)
        return number;
    number = posix_spawnattr_init(&attributes);
    if (number == 0) {
        if ((number = posix_spawn_file_actions_adddup2(&files, source, STDIN_FILENO)) == 0 &&
            (number = posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO)) == 0 &&
            (number = posix_spawn_file_actions_adddup2(&files, messages, STDERR_FILENO)) == 0 &&
            (number = posix_spawnattr_setsigmask(&attributes, &none)) == 0 &&
            (number = posix_spawnattr_setsigdefault(&attributes, &defaults)) == 0 &&
            (number = posix_spawnattr_setflags(&attributes,
                                               POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)) == 0)
            number = posix_spawnp(&decompression->program, program, &files, &attributes, arguments, environ);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&files);
    if (number != 0)
        decompression->program = 0;
    return number;
}

/* A program that says more than the pipe of its messages holds loses the rest, and does not wait. */
static bool start_program(struct decompression *decompression, int source, const char *name,
                          struct error *error) {
    int output[2], messages[2];
    if (pipe2(output, O_CLOEXEC) != 0)
        return error_system(error, errno, "%s: can't make a pipe", name);
    decompression->output = output[0];
    if (pipe2(messages, O_CLOEXEC) != 0) {
        const int number = errno;
        close(output[1]);
        return error_system(error, number, "%s: can't make a pipe", name);
    }
    decompression->messages = messages[0];
    (void)fcntl(messages[1], F_SETFL, O_NONBLOCK);
    (void)fcntl(output[1], F_SETPIPE_SZ, PIPE_BYTES); /* fewer waits for each other; without it, it works */
    const int number = spawn(decompression, source, output[1], messages[1]);
    close(output[1]);
    close(messages[1]);
    if (number == ENOENT)
        return is_missing(decompression->format, name, error);
    return number == 0 ||
           error_system(error, number, "%s: can't start %s", name, programs[decompression->format]);
}

bool decompress_start(struct decompression *decompression, enum decompress_format format, int file,
                      const unsigned char *start, size_t size, const char *name, struct error *error) {
    int source;
    *decompression = (struct decompression){.format = format, .output = -1, .messages = -1};
    signal(SIGCHLD, SIG_DFL);
    if (!open_source(decompression, file, start, size, &source, name, error))
        return false;
    const bool done = start_program(decompression, source, name, error);
    if (source != file)
        close(source);
    if (!done)
        decompress_abandon(decompression);
    return done;
}

/* --- ending --- */

static int wait_for(pid_t process) {
    int status = 0;
    while (process > 0 && waitpid(process, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return status;
}

static void close_ends(struct decompression *decompression) {
    if (decompression->output >= 0)
        close(decompression->output);
    if (decompression->messages >= 0)
        close(decompression->messages);
    *decompression = (struct decompression){.output = -1, .messages = -1};
}

/* The program has ended: its messages as one line. */
static void read_messages(const struct decompression *decompression, char *text, size_t size) {
    size_t filled = 0, used = 0;
    ssize_t done;
    while (filled + 1 < size &&
           (done = retry_read(decompression->messages, text + filled, size - filled - 1)) > 0)
        filled += (size_t)done;
    for (size_t i = 0; i < filled; i++) {
        const bool blank = (unsigned char)text[i] <= ' ';
        if (!blank)
            text[used++] = text[i];
        else if (used > 0 && text[used - 1] != ' ')
            text[used++] = ' ';
    }
    text[used - (used > 0 && text[used - 1] == ' ')] = '\0';
}

bool decompress_end(struct decompression *decompression, const char *name, struct error *error) {
    const char *program = programs[decompression->format];
    const int status = wait_for(decompression->program);
    char said[512];
    /* It may still wait for more that nobody wants. One that has ended keeps its status. */
    if (decompression->feeder > 0)
        kill(decompression->feeder, SIGKILL);
    const int fed = wait_for(decompression->feeder);
    read_messages(decompression, said, sizeof said);
    close_ends(decompression);
    if (fed > 0 && WIFEXITED(fed))
        return error_system(error, WEXITSTATUS(fed), "%s: can't read", name);
    if (status != 0 && WIFSIGNALED(status))
        return error_set(error, ERROR_SYSTEM, "%s: %s -dc was ended by signal %d", name, program,
                         WTERMSIG(status));
    return status == 0 || error_set(error, ERROR_INPUT, "%s: %s -dc could not unpack it%s%s", name, program,
                                    said[0] != '\0' ? ": " : "", said);
}

void decompress_abandon(struct decompression *decompression) {
    const pid_t processes[] = {decompression->program, decompression->feeder};
    for (size_t i = 0; i < sizeof processes / sizeof *processes; i++)
        if (processes[i] > 0) {
            kill(processes[i], SIGKILL);
            (void)wait_for(processes[i]);
        }
    close_ends(decompression);
}

#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"

#define MEGABYTE ((size_t)1 << 20)

/* Stands in for the library's function, so that a test can have a file system without O_TMPFILE. */
static bool every_file_has_a_name;

int openat(int folder, const char *path, int flags, ...) { /* NOLINT: the library's names are reserved */
    va_list arguments;
    va_start(arguments, flags);
    const unsigned mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, unsigned) : 0;
    va_end(arguments);
    if (every_file_has_a_name && (flags & O_TMPFILE) == O_TMPFILE) {
        errno = EOPNOTSUPP;
        return -1;
    }
    return (int)syscall(SYS_openat, folder, path, flags, mode);
}

/* Each test has its own folder, so that any leftover file is noticed. */
struct place {
    char folder[4096], target[4096 + 16];
};

static struct place make_place(void) {
    struct place place;
    test_path(place.folder, sizeof place.folder, "folder");
    if (mkdir(place.folder, 0777) != 0)
        abort();
    snprintf(place.target, sizeof place.target, "%s/target", place.folder);
    return place;
}

static size_t count_entries(const struct place *place) {
    DIR *folder = opendir(place->folder);
    if (folder == NULL)
        abort();
    size_t count = 0;
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder))
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(folder);
    return count;
}

/* Removes the target and the folder, which must then be empty. */
static void leave_place(struct test *test, const struct place *place) {
    if (unlink(place->target) != 0 && errno != ENOENT)
        rmdir(place->target);
    CHECK_MSG(test, rmdir(place->folder) == 0, "%s: %s", place->folder, strerror(errno));
}

static void put(const char *path, const char *text) {
    FILE *file = fopen(path, "wb");
    if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0)
        abort();
}

static bool holds(const char *path, const void *bytes, size_t count) {
    struct error error = {.kind = ERROR_NONE};
    struct file_map map;
    if (!file_map_open(&map, path, &error))
        return false;
    const bool same = map.size == count && (count == 0 || memcmp(map.data, bytes, count) == 0);
    file_map_close(&map);
    return same;
}

static bool holds_text(const char *path, const char *text) {
    return holds(path, text, strlen(text));
}

static bool exists(const char *path) {
    struct stat status;
    return lstat(path, &status) == 0;
}

/* --- writing --- */

static void nothing_before_the_end(struct test *test) {
    const struct place place = make_place();
    struct error error = {.kind = ERROR_NONE};
    struct file_out file;
    CHECK_MSG(test, file_create(&file, place.target, &error), "%s", error.text);
    CHECK(test, !exists(place.target));
    for (int i = 0; i < 3; i++)
        CHECK(test, file_write(&file, "hello", 5, &error) && !exists(place.target));
    CHECK(test, file.written == 15);
    CHECK_MSG(test, file_commit(&file, &error), "%s", error.text);
    CHECK(test, holds_text(place.target, "hellohellohello") && count_entries(&place) == 1);
    file_abandon(&file);
    CHECK(test, exists(place.target));
    leave_place(test, &place);
}

static void an_old_file_stays_until_the_end(struct test *test) {
    const struct place place = make_place();
    struct error error = {.kind = ERROR_NONE};
    struct file_out file;
    put(place.target, "old and longer than the new");
    CHECK_MSG(test, file_create(&file, place.target, &error), "%s", error.text);
    CHECK(test, file_write(&file, "new", 3, &error));
    CHECK(test, holds_text(place.target, "old and longer than the new"));
    CHECK(test, file_commit(&file, &error) && holds_text(place.target, "new"));
    CHECK(test, count_entries(&place) == 1);
    leave_place(test, &place);
}

static void synced_files_have_no_name_yet(struct test *test) {
    const struct place place = make_place();
    struct error error = {.kind = ERROR_NONE};
    struct file_out file;
    put(place.target, "old");
    CHECK_MSG(test, file_create(&file, place.target, &error) && file_reserve(&file, MEGABYTE, &error), "%s",
              error.text);
    CHECK(test, file_write(&file, "hello", 5, &error) && file_sync(&file, &error));
    CHECK(test, holds_text(place.target, "old") && (every_file_has_a_name || count_entries(&place) == 1));
    CHECK(test, file_write(&file, " again", 6, &error) && file_sync(&file, &error));
    CHECK(test, file_commit(&file, &error) && holds_text(place.target, "hello again"));
    CHECK(test, count_entries(&place) == 1);
    leave_place(test, &place);
}

static void giving_up_leaves_no_trace(struct test *test) {
    const struct place place = make_place();
    struct error error = {.kind = ERROR_NONE};
    struct file_out file;
    for (int old = 0; old < 2; old++) {
        if (old)
            put(place.target, "old");
        CHECK_MSG(test, file_create(&file, place.target, &error), "%s", error.text);
        CHECK(test, file_reserve(&file, 10000, &error) && file_write(&file, "new", 3, &error));
        file_abandon(&file);
        CHECK(test, count_entries(&place) == (size_t)old && (!old || holds_text(place.target, "old")));
        file_abandon(&file);
    }
    file = (struct file_out){0};
    file_abandon(&file);
    leave_place(test, &place);
}

/* A process that dies in the middle must not leave a target, nor anything else where files have no names. */
static void the_end_of_the_process_keeps_the_old_file(struct test *test) {
    const struct place place = make_place();
    put(place.target, "old");
    const pid_t child = fork();
    if (child == 0) {
        struct error error = {.kind = ERROR_NONE};
        struct file_out file;
        if (!file_create(&file, place.target, &error) || !file_write(&file, place.folder, 16, &error))
            _exit(1);
        _exit(kill(getpid(), SIGKILL));
    }
    int status = 1;
    CHECK(test, waitpid(child, &status, 0) == child && WIFSIGNALED(status));
    CHECK(test, holds_text(place.target, "old") && count_entries(&place) == (every_file_has_a_name ? 2 : 1));
    /* The next process removes what is left. */
    struct error error = {.kind = ERROR_NONE};
    struct file_out file;
    CHECK(test, file_create(&file, place.target, &error) && file.left == NULL);
    file_abandon(&file);
    CHECK(test, holds_text(place.target, "old") && count_entries(&place) == 1);
    leave_place(test, &place);
}

/* The id of a process that has ended. */
static pid_t dead_process(void) {
    int status;
    const pid_t child = fork();
    if (child == 0)
        _exit(0);
    return waitpid(child, &status, 0) == child ? child : -1;
}

/* Leftovers of this target whose process is gone are removed, also those of the first versions; nothing else
 * is. */
static void leftovers_are_removed(struct test *test) {
    const struct place place = make_place();
    const long dead = (long)dead_process();
    const struct {
        const char *format;
        long process;
        bool goes;
    } names[] = {
        {"target.tmp-%ld", dead, true},
        {"target.tmp-%ld-0123456789abcdef", dead, true},
        {"target.tmp-%ld", (long)getpid(), false},
        {"target.tmp-%ld-0123456789abcdef", (long)getppid(), false},
        {"target.tmp-%ld.gz", dead, false},
        {"target.tmp-%ld-0123", dead, false},
        {"targets.tmp-%ld", dead, false},
        {"xtarget.tmp-%ld", dead, false},
        {"target.tmp-", 0, false},
        {"target.tmp-0", 0, false},
        {"target.saved-0123456789abcdef", 0, false},
    };
    const size_t count = sizeof names / sizeof *names;
    char name[64], path[count][4200];
    for (size_t i = 0; i < count; i++) {
        snprintf(name, sizeof name, names[i].format, names[i].process);
        snprintf(path[i], sizeof path[i], "%s/%s", place.folder, name);
        put(path[i], "left");
    }
    struct error error = {.kind = ERROR_NONE};
    struct file_out file;
    CHECK(test, file_create(&file, place.target, &error) && file.left == NULL);
    file_abandon(&file);
    for (size_t i = 0; i < count; i++) {
        CHECK_MSG(test, exists(path[i]) == !names[i].goes, "%s", path[i]);
        unlink(path[i]);
    }
    leave_place(test, &place);
}

/* A file that another process, perhaps in another container, still writes is locked. */
static void locked_leftovers_stay(struct test *test) {
    const struct place place = make_place();
    char path[4200];
    snprintf(path, sizeof path, "%s/target.tmp-%ld-0123456789abcdef", place.folder, (long)dead_process());
    put(path, "in use");
    const int descriptor = open(path, O_RDWR);
    struct error error = {.kind = ERROR_NONE};
    struct file_out file;
    for (int locked = 1; locked >= 0; locked--) {
        CHECK(test, flock(descriptor, locked ? LOCK_EX : LOCK_UN) == 0);
        CHECK(test, file_create(&file, place.target, &error));
        CHECK_MSG(test, exists(path) == (locked == 1), "locked %d", locked);
        file_abandon(&file);
    }
    close(descriptor);
    leave_place(test, &place);
}

/* Two files with one target, as of two processes: each is whole, and the last one stays. */
static void two_files_with_one_target(struct test *test) {
    const struct place place = make_place();
    struct error error = {.kind = ERROR_NONE};
    struct file_out first, second;
    CHECK(test, file_create(&first, place.target, &error) && file_create(&second, place.target, &error));
    CHECK(test, file_write(&first, "first", 5, &error) && file_write(&second, "2nd", 3, &error));
    CHECK(test, file_commit(&first, &error) && holds_text(place.target, "first"));
    CHECK(test, file_commit(&second, &error) && holds_text(place.target, "2nd"));
    CHECK(test, count_entries(&place) == 1);
    leave_place(test, &place);
}

/* --- links and streams --- */

static void links_are_followed(struct test *test) {
    const struct place place = make_place();
    char folder[4200], real[4300], link[4200], dangling[4200];
    snprintf(folder, sizeof folder, "%s/deep", place.folder);
    snprintf(real, sizeof real, "%s/real", folder);
    snprintf(link, sizeof link, "%s/link", place.folder);
    snprintf(dangling, sizeof dangling, "%s/dangling", place.folder);
    CHECK(test, mkdir(folder, 0777) == 0 && symlink("deep/real", link) == 0 && symlink(real, dangling) == 0 &&
                    symlink("link", place.target) == 0);
    const char *const names[] = {dangling, link, place.target};
    for (size_t i = 0; i < 3; i++) {
        struct error error = {.kind = ERROR_NONE};
        struct file_out file;
        CHECK_MSG(test, file_create(&file, names[i], &error), "%s", error.text);
        CHECK(test, file_write(&file, names[i], strlen(names[i]), &error) && file_commit(&file, &error));
        CHECK_MSG(test, holds_text(real, names[i]), "%s", names[i]);
        struct stat status;
        CHECK(test, lstat(names[i], &status) == 0 && S_ISLNK(status.st_mode));
    }
    CHECK(test, unlink(real) == 0 && rmdir(folder) == 0 && unlink(link) == 0 && unlink(dangling) == 0);
    leave_place(test, &place);
}

static void links_in_a_circle(struct test *test) {
    const struct place place = make_place();
    struct error error = {.kind = ERROR_NONE};
    struct file_out file;
    CHECK(test, symlink("target", place.target) == 0);
    CHECK(test, !file_create(&file, place.target, &error));
    CHECK_MSG(test, strstr(error.text, strerror(ELOOP)) != NULL, "%s", error.text);
    leave_place(test, &place);
}

/* What can be written by the name of an open pipe, and by links to it; nothing is ever replaced. */
static void streams_are_written_directly(struct test *test) {
    const struct place place = make_place();
    char number[64];
    int ends[2];
    CHECK(test, pipe(ends) == 0);
    snprintf(number, sizeof number, "/proc/self/fd/%d", ends[1]);
    CHECK(test, symlink(number, place.target) == 0);
    const char *const names[] = {number, place.target};
    for (size_t i = 0; i < 2; i++) {
        struct error error = {.kind = ERROR_NONE};
        struct file_out file;
        char got[16] = "";
        CHECK(test, !file_create(&file, names[i], &error) && error.kind == ERROR_INPUT);
        error = (struct error){.kind = ERROR_NONE};
        CHECK_MSG(test, file_create_or_stream(&file, names[i], &error), "%s", error.text);
        CHECK(test, file_write(&file, "hello", 5, &error) && file_commit(&file, &error));
        CHECK(test, read(ends[0], got, sizeof got) == 5 && strcmp(got, "hello") == 0);
    }
    struct stat status;
    CHECK(test, lstat(place.target, &status) == 0 && S_ISLNK(status.st_mode) && count_entries(&place) == 1);
    close(ends[0]);
    close(ends[1]);
    leave_place(test, &place);
}

/* As -o /dev/stdout >>file: the name leads to an open file, which must not be replaced or overwritten. */
static void an_open_file_is_appended_to(struct test *test) {
    const struct place place = make_place();
    char number[64];
    struct error error = {.kind = ERROR_NONE};
    struct file_out file;
    put(place.target, "old ");
    const int descriptor = open(place.target, O_WRONLY | O_APPEND);
    snprintf(number, sizeof number, "/proc/self/fd/%d", descriptor);
    CHECK_MSG(test, file_create_or_stream(&file, number, &error), "%s", error.text);
    CHECK(test, file_write(&file, "new", 3, &error) && file_commit(&file, &error));
    CHECK(test, holds_text(place.target, "old new"));
    close(descriptor);
    leave_place(test, &place);
}

/* --- permissions --- */

static void a_replaced_file_keeps_its_permissions(struct test *test) {
    const mode_t modes[] = {0600, 0640, 0444, 0755};
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        const struct place place = make_place();
        struct error error = {.kind = ERROR_NONE};
        struct file_out file;
        struct stat status = {0};
        put(place.target, "old");
        CHECK(test, chmod(place.target, modes[i]) == 0);
        CHECK(test, file_create(&file, place.target, &error) && fstat(file.descriptor, &status) == 0);
        CHECK_MSG(test, (status.st_mode & 0077) == 0, "%o", (unsigned)status.st_mode);
        CHECK(test, file_commit(&file, &error) && stat(place.target, &status) == 0);
        CHECK_MSG(test, (status.st_mode & 0777) == modes[i], "%o", (unsigned)status.st_mode);
        leave_place(test, &place);
    }
}

static unsigned char *make_bytes(size_t count) {
    unsigned char *bytes = malloc(count);
    if (bytes == NULL)
        abort();
    for (size_t i = 0; i < count; i++)
        bytes[i] = (unsigned char)(i * 31 + i / 251);
    return bytes;
}

/* Pieces about the size of the buffer, and many small ones across its end. */
static void pieces_of_any_size(struct test *test) {
    const size_t pieces[] = {
        0, 1, MEGABYTE - 1, 1, MEGABYTE, 0, 3, MEGABYTE + 1, 5, MEGABYTE - 5, 700000, 700000, 1};
    const struct place place = make_place();
    struct error error = {.kind = ERROR_NONE};
    struct file_out file;
    unsigned char *bytes = make_bytes(8 * MEGABYTE);
    size_t at = 0;
    CHECK_MSG(test, file_create(&file, place.target, &error), "%s", error.text);
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        CHECK(test, file_write(&file, bytes + at, pieces[i], &error));
        at += pieces[i];
        CHECK(test, file.written == at);
    }
    for (size_t i = 1; i < 1500; i++) {
        CHECK(test, file_write(&file, bytes + at, i, &error));
        at += i;
    }
    CHECK(test, file_write(&file, NULL, 0, &error));
    CHECK_MSG(test, file_commit(&file, &error), "%s", error.text);
    CHECK(test, holds(place.target, bytes, at));
    free(bytes);
    leave_place(test, &place);
}

static void an_empty_file_can_be_written(struct test *test) {
    const struct place place = make_place();
    struct error error = {.kind = ERROR_NONE};
    struct file_out file;
    put(place.target, "old");
    CHECK(test, file_create(&file, place.target, &error) && file_commit(&file, &error));
    CHECK(test, holds(place.target, "", 0));
    leave_place(test, &place);
}

static void reserved_space_is_given_back(struct test *test) {
    const struct place place = make_place();
    struct error error = {.kind = ERROR_NONE};
    struct file_out file;
    CHECK_MSG(test, file_create(&file, place.target, &error), "%s", error.text);
    CHECK(test, file_reserve(&file, 0, &error) && file_reserve(&file, 3 * MEGABYTE, &error));
    CHECK(test, file_write(&file, "small", 5, &error) && file_commit(&file, &error));
    CHECK_MSG(test, holds_text(place.target, "small"), "%s", error.text);
    leave_place(test, &place);
}

static void too_little_reserved_is_no_harm(struct test *test) {
    const struct place place = make_place();
    struct error error = {.kind = ERROR_NONE};
    struct file_out file;
    CHECK_MSG(test, file_create(&file, place.target, &error), "%s", error.text);
    CHECK(test, file_reserve(&file, 2, &error));
    CHECK(test, file_write(&file, "small", 5, &error) && file_commit(&file, &error));
    CHECK_MSG(test, holds_text(place.target, "small"), "%s", error.text);
    leave_place(test, &place);
}

/* --- failures --- */

static void check_refusal(struct test *test, const char *path, enum error_kind kind, const char *names) {
    struct error error = {.kind = ERROR_NONE};
    struct file_out file;
    CHECK_MSG(test, !file_create(&file, path, &error), "%s", path);
    CHECK_MSG(test, error.kind == kind && strstr(error.text, names) != NULL, "%s", error.text);
    file_abandon(&file);
}

static void what_can_not_be_written(struct test *test) {
    const struct place place = make_place();
    char path[8192];
    check_refusal(test, place.folder, ERROR_INPUT, place.folder);
    check_refusal(test, "/dev/null", ERROR_INPUT, "/dev/null: ");
    check_refusal(test, "", ERROR_INPUT, "empty");
    snprintf(path, sizeof path, "%s/missing/target", place.folder);
    check_refusal(test, path, ERROR_INPUT, path);
    snprintf(path, sizeof path, "%s/missing/", place.folder);
    check_refusal(test, path, ERROR_INPUT, path);
    put(place.target, "a file, no folder");
    snprintf(path, sizeof path, "%s/target", place.target);
    check_refusal(test, path, ERROR_INPUT, path);
    snprintf(path, sizeof path, "%s/", place.target);
    check_refusal(test, path, ERROR_INPUT, path);
    memset(path, 'x', sizeof path);
    path[7000] = '\0';
    check_refusal(test, path, ERROR_SYSTEM, "xxxxxxxx");
    CHECK(test, holds_text(place.target, "a file, no folder"));
    leave_place(test, &place);
}

/* The error names the file that is kept, which has the text; it is removed. */
static void check_kept(struct test *test, const struct error *error, const char *text) {
    const char *at = strstr(error->text, " is kept as ");
    CHECK_MSG(test, at != NULL, "%s", error->text);
    if (at == NULL)
        return;
    at += strlen(" is kept as ");
    CHECK_MSG(test, holds_text(at, text) && strstr(at, ".saved-") != NULL, "%s", error->text);
    unlink(at);
}

static void the_name_is_taken_meanwhile(struct test *test) {
    const struct place place = make_place();
    struct error error = {.kind = ERROR_NONE};
    struct file_out file;
    CHECK_MSG(test, file_create(&file, place.target, &error), "%s", error.text);
    CHECK(test, file_write(&file, "new", 3, &error) && mkdir(place.target, 0777) == 0);
    CHECK(test, !file_commit(&file, &error));
    CHECK_MSG(test, error.kind == ERROR_SYSTEM && strstr(error.text, place.target) != NULL, "%s", error.text);
    check_kept(test, &error, "new");
    CHECK(test, count_entries(&place) == 1);
    leave_place(test, &place);
}

static void the_folder_is_renamed_meanwhile(struct test *test) {
    struct place place = make_place();
    char moved[4200];
    struct error error = {.kind = ERROR_NONE};
    struct file_out file;
    snprintf(moved, sizeof moved, "%s-moved", place.folder);
    put(place.target, "old");
    CHECK(test, file_create(&file, place.target, &error) && file_write(&file, "new", 3, &error));
    CHECK(test, rename(place.folder, moved) == 0 && !file_commit(&file, &error));
    CHECK_MSG(test, strstr(error.text, "its folder was renamed") != NULL && strstr(error.text, moved) != NULL,
              "%s", error.text);
    check_kept(test, &error, "new");
    CHECK(test, rename(moved, place.folder) == 0);
    CHECK(test, holds_text(place.target, "old") && count_entries(&place) == 1);
    leave_place(test, &place);
}

/* Then it is kept in another folder. */
static void the_folder_is_removed_meanwhile(struct test *test) {
    const struct place place = make_place();
    struct error error = {.kind = ERROR_NONE};
    struct file_out file;
    CHECK(test, file_create(&file, place.target, &error) && file_write(&file, "new", 3, &error));
    if (file.temporary != NULL)
        unlink(file.temporary);
    CHECK(test, rmdir(place.folder) == 0 && !file_commit(&file, &error));
    check_kept(test, &error, "new");
}

/* Only a file with a name can lose it. */
static void the_temporary_file_is_removed_meanwhile(struct test *test) {
    const struct place place = make_place();
    struct error error = {.kind = ERROR_NONE};
    struct file_out file;
    put(place.target, "old");
    CHECK(test, file_create(&file, place.target, &error) && file_write(&file, "new", 3, &error));
    if (file.temporary != NULL) {
        CHECK(test, unlink(file.temporary) == 0 && !file_commit(&file, &error));
        check_kept(test, &error, "new");
        CHECK(test, holds_text(place.target, "old"));
    }
    file_abandon(&file);
    CHECK(test, count_entries(&place) == 1);
    leave_place(test, &place);
}

/* All of several files or none. */
static void files_that_belong_together(struct test *test) {
    const struct place place = make_place();
    char second[4200];
    snprintf(second, sizeof second, "%s/second", place.folder);
    for (int old = 0; old < 2; old++)
        for (int fails = 1; fails >= 0; fails--) {
            struct error error = {.kind = ERROR_NONE};
            struct file_out files[2];
            if (old)
                put(place.target, "old");
            CHECK(test,
                  file_create(&files[0], place.target, &error) && file_create(&files[1], second, &error));
            CHECK(test,
                  file_write(&files[0], "new", 3, &error) && file_write(&files[1], "new too", 7, &error));
            if (fails)
                CHECK(test, mkdir(second, 0777) == 0);
            CHECK(test, file_commit_all(files, 2, &error) == !fails);
            if (fails)
                CHECK(test, rmdir(second) == 0 && exists(place.target) == (old == 1) &&
                                (!old || holds_text(place.target, "old")));
            else
                CHECK(test, holds_text(place.target, "new") && holds_text(second, "new too"));
            CHECK_MSG(test, count_entries(&place) == (fails ? (size_t)old : 2), "old %d fails %d", old,
                      fails);
            unlink(place.target);
            unlink(second);
        }
    leave_place(test, &place);
}

typedef int child_work(const void *context, struct error *error);

/* Runs `work` in a child process, so that limits set on it do not last. Returns its exit status, or -1, and
 * its error. */
static int in_child(child_work *work, const void *context, struct error *error) {
    int ends[2], status = -1;
    if (pipe(ends) != 0)
        abort();
    const pid_t child = fork();
    if (child == 0) {
        *error = (struct error){.kind = ERROR_NONE};
        const int result = work(context, error);
        _exit(write(ends[1], error, sizeof *error) == (ssize_t)sizeof *error ? result : 99);
    }
    close(ends[1]);
    const bool told = read(ends[0], error, sizeof *error) == (ssize_t)sizeof *error;
    close(ends[0]);
    const bool ended = waitpid(child, &status, 0) == child && WIFEXITED(status);
    return told && ended ? WEXITSTATUS(status) : -1;
}

enum { DONE, FAILED_WRITE, FAILED_COMMIT, FAILED_RESERVE, FAILED_CREATE };

struct limited {
    const char *path;
    size_t pieces, piece, reserve;
};

/* Writes with file sizes limited to 100,000 bytes, which stands in for a full disk. */
static int write_limited(const void *context, struct error *error) {
    const struct limited *limited = context;
    const struct rlimit limit = {100000, 100000};
    struct file_out file;
    unsigned char *bytes = make_bytes(limited->piece);
    signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0 || !file_create(&file, limited->path, error))
        return FAILED_CREATE;
    int result = file_reserve(&file, limited->reserve, error) ? DONE : FAILED_RESERVE;
    for (size_t i = 0; result == DONE && i < limited->pieces; i++)
        if (!file_write(&file, bytes, limited->piece, error))
            result = FAILED_WRITE;
    if (result == DONE && !file_commit(&file, error))
        result = FAILED_COMMIT;
    file_abandon(&file);
    free(bytes);
    return result;
}

static void a_full_disk(struct test *test) {
    const struct place place = make_place();
    put(place.target, "old");
    const struct limited limits[] = {
        {place.target, 5, 400000, 0}, {place.target, 1, 2 * MEGABYTE, 0}, {place.target, 1, 100001, 0},
        {place.target, 0, 1, 100001}, {place.target, 1, 100000, 100000},
    };
    const int results[] = {FAILED_WRITE, FAILED_WRITE, FAILED_COMMIT, FAILED_RESERVE, DONE};
    for (size_t i = 0; i < 5; i++) {
        struct error error;
        const int result = in_child(write_limited, &limits[i], &error);
        CHECK_MSG(test, result == results[i], "limit %zu: %d: %s", i, result, error.text);
        CHECK(test, count_entries(&place) == 1 && holds_text(place.target, "old") == (result != DONE));
        if (result != DONE)
            CHECK_MSG(test, error.kind == ERROR_SYSTEM && strstr(error.text, place.target) != NULL, "%s",
                      error.text);
    }
    leave_place(test, &place);
}

/* Writes a word, a large piece and a word to standard output, which is `context`. */
static int write_standard(const void *context, struct error *error) {
    struct file_out file;
    const int output = open(context, O_WRONLY | O_CREAT | O_APPEND, 0666);
    unsigned char *bytes = make_bytes(2 * MEGABYTE);
    if (output < 0 || dup2(output, STDOUT_FILENO) < 0 || !file_create(&file, "-", error))
        return FAILED_CREATE;
    int result = FAILED_WRITE;
    if (file_reserve(&file, 9 * MEGABYTE, error) && file_write(&file, "first", 5, error) &&
        file_write(&file, bytes, 2 * MEGABYTE, error) && file_write(&file, "last", 4, error))
        result = file_commit(&file, error) && write(STDOUT_FILENO, "!", 1) == 1 ? DONE : FAILED_COMMIT;
    file_abandon(&file);
    free(bytes);
    return result;
}

static void standard_output(struct test *test) {
    const struct place place = make_place();
    struct error error;
    struct file_map map;
    put(place.target, "before ");
    const int result = in_child(write_standard, place.target, &error);
    CHECK_MSG(test, result == DONE && count_entries(&place) == 1, "%d: %s", result, error.text);
    CHECK(test, file_map_open(&map, place.target, &error) && map.size == 12 + 2 * MEGABYTE + 5);
    if (map.size == 12 + 2 * MEGABYTE + 5) {
        unsigned char *bytes = make_bytes(2 * MEGABYTE);
        CHECK(test, memcmp(map.data, "before first", 12) == 0);
        CHECK(test, memcmp(map.data + 12, bytes, 2 * MEGABYTE) == 0);
        CHECK(test, memcmp(map.data + 12 + 2 * MEGABYTE, "last!", 5) == 0);
        free(bytes);
    }
    file_map_close(&map);
    leave_place(test, &place);
}

static void standard_output_that_is_full(struct test *test) {
    struct error error;
    if (!exists("/dev/full"))
        return;
    const int result = in_child(write_standard, "/dev/full", &error);
    CHECK_MSG(test, result == FAILED_WRITE && error.kind == ERROR_SYSTEM, "%d: %s", result, error.text);
    CHECK_MSG(test, strncmp(error.text, "standard output: ", 17) == 0, "%s", error.text);
}

static void ignore(int number) {
    (void)number;
}

/* Writes 2 MB to standard output, a pipe that fills up, while signals interrupt it: some after part of a
 * write, others before any of it. */
static int write_interrupted(const int *ends) {
    struct error error = {.kind = ERROR_NONE};
    struct file_out file;
    const struct sigaction action = {.sa_handler = ignore};
    const struct itimerval often = {{0, 1000}, {0, 1000}};
    unsigned char *bytes = make_bytes(2 * MEGABYTE);
    close(ends[0]);
    if (dup2(ends[1], STDOUT_FILENO) < 0 || sigaction(SIGALRM, &action, NULL) != 0 ||
        setitimer(ITIMER_REAL, &often, NULL) != 0 || !file_create(&file, "-", &error))
        return FAILED_CREATE;
    const bool done = file_write(&file, bytes, 2 * MEGABYTE, &error) && file_commit(&file, &error);
    free(bytes);
    return done ? DONE : FAILED_WRITE;
}

static void interrupted_writes_go_on(struct test *test) {
    int ends[2], status = -1;
    if (pipe(ends) != 0)
        abort();
    const pid_t child = fork();
    if (child == 0)
        _exit(write_interrupted(ends));
    close(ends[1]);
    unsigned char *bytes = make_bytes(2 * MEGABYTE), *got = make_bytes(2 * MEGABYTE + 1);
    memset(got, 0, 2 * MEGABYTE + 1);
    size_t count = 0;
    for (ssize_t part = 1; part > 0 && count <= 2 * MEGABYTE; count += (size_t)part) {
        if (count < MEGABYTE)
            usleep(3000);
        part = read(ends[0], got + count, 2 * MEGABYTE + 1 - count);
        if (part < 0)
            break;
    }
    close(ends[0]);
    CHECK(test, waitpid(child, &status, 0) == child && WIFEXITED(status));
    CHECK_MSG(test, WEXITSTATUS(status) == DONE && count == 2 * MEGABYTE, "%zu bytes", count);
    CHECK(test, memcmp(got, bytes, 2 * MEGABYTE) == 0);
    free(bytes);
    free(got);
}

static int lowest_descriptor(void) {
    const int descriptor = dup(STDERR_FILENO);
    close(descriptor);
    return descriptor;
}

static void descriptors_are_closed(struct test *test) {
    const struct place place = make_place();
    const int lowest = lowest_descriptor();
    struct error error = {.kind = ERROR_NONE};
    struct file_out file;
    struct file_map map;
    CHECK(test, file_create(&file, place.target, &error) && lowest_descriptor() > lowest);
    CHECK(test, file_commit(&file, &error) && lowest_descriptor() == lowest);
    CHECK(test, file_map_open(&map, place.target, &error));
    file_map_close(&map);
    CHECK(test, lowest_descriptor() == lowest && file_create(&file, place.target, &error));
    file_abandon(&file);
    CHECK(test, lowest_descriptor() == lowest);
    CHECK(test, !file_map_open(&map, place.folder, &error) && lowest_descriptor() == lowest);
    leave_place(test, &place);
}

/* Like files of any program: anyone may read and write them, except for what the umask excludes. */
static void the_usual_permissions(struct test *test) {
    const struct place place = make_place();
    const mode_t mask = umask(027);
    struct error error = {.kind = ERROR_NONE};
    struct file_out file;
    struct stat status = {0};
    CHECK(test, file_create(&file, place.target, &error) && file_commit(&file, &error));
    CHECK(test, stat(place.target, &status) == 0);
    CHECK_MSG(test, (status.st_mode & 0777) == 0640, "%o", (unsigned)status.st_mode);
    umask(mask);
    leave_place(test, &place);
}

/* --- reading --- */

static void a_mapped_file(struct test *test) {
    const struct place place = make_place();
    struct error error = {.kind = ERROR_NONE};
    struct file_map map;
    put(place.target, "some bytes");
    CHECK_MSG(test, file_map_open(&map, place.target, &error), "%s", error.text);
    CHECK(test, map.size == 10 && map.data != NULL && memcmp(map.data, "some bytes", 10) == 0);
    file_map_close(&map);
    CHECK(test, map.data == NULL && map.size == 0);
    file_map_close(&map);
    leave_place(test, &place);
}

/* A reader keeps the file it opened while a new file takes over the name. */
static void a_mapped_file_is_replaced(struct test *test) {
    const struct place place = make_place();
    struct error error = {.kind = ERROR_NONE};
    struct file_map map;
    struct file_out file;
    put(place.target, "old");
    CHECK_MSG(test, file_map_open(&map, place.target, &error), "%s", error.text);
    CHECK(test, file_create(&file, place.target, &error) && file_write(&file, "new", 3, &error));
    CHECK_MSG(test, file_commit(&file, &error), "%s", error.text);
    CHECK(test, map.size == 3 && memcmp(map.data, "old", 3) == 0);
    file_map_close(&map);
    CHECK(test, holds_text(place.target, "new"));
    leave_place(test, &place);
}

/* Written over in place, in any way; a new file with its name is no harm. */
static void a_mapped_file_is_overwritten(struct test *test) {
    const struct place place = make_place();
    char other[4200];
    snprintf(other, sizeof other, "%s/other", place.folder);
    const char *const texts[] = {"some more bytes", "", "other bytes"};
    for (size_t i = 0; i < 3; i++) {
        struct error error = {.kind = ERROR_NONE};
        struct file_map map;
        put(place.target, "first bytes");
        CHECK_MSG(test, file_map_open(&map, place.target, &error), "%s", error.text);
        put(other, "a new file");
        usleep(20000); /* times of files are as coarse as the system's clock ticks */
        CHECK_MSG(test, file_map_check(&map, place.target, &error), "%s", error.text);
        put(place.target, texts[i]);
        CHECK(test, !file_map_check(&map, place.target, &error) && error.kind == ERROR_SYSTEM);
        CHECK_MSG(test, strstr(error.text, ": was overwritten while it was in use") != NULL, "%s",
                  error.text);
        file_map_close(&map);
        error = (struct error){.kind = ERROR_NONE};
        CHECK(test, file_map_open(&map, place.target, &error) && rename(other, place.target) == 0);
        CHECK_MSG(test, file_map_check(&map, place.target, &error), "%s", error.text);
        file_map_close(&map);
    }
    leave_place(test, &place);
}

static void a_mapped_empty_file(struct test *test) {
    const struct place place = make_place();
    struct error error = {.kind = ERROR_NONE};
    struct file_map map = {.data = (const unsigned char *)"", .size = 9};
    put(place.target, "");
    CHECK_MSG(test, file_map_open(&map, place.target, &error), "%s", error.text);
    CHECK(test, map.data == NULL && map.size == 0);
    file_map_close(&map);
    leave_place(test, &place);
}

static void what_can_not_be_mapped(struct test *test) {
    const struct place place = make_place();
    char missing[8192], below[8192];
    put(place.target, "a file, no folder");
    snprintf(missing, sizeof missing, "%s/missing", place.folder);
    snprintf(below, sizeof below, "%s/below", place.target);
    const char *const paths[] = {place.folder, missing, below, "", "/dev/null"};
    for (size_t i = 0; i < 5; i++) {
        struct error error = {.kind = ERROR_NONE};
        struct file_map map = {.data = (const unsigned char *)"", .size = 9};
        CHECK_MSG(test, !file_map_open(&map, paths[i], &error), "%s", paths[i]);
        CHECK(test, map.data == NULL && map.size == 0);
        CHECK_MSG(test, error.kind == ERROR_INPUT && strncmp(error.text, paths[i], strlen(paths[i])) == 0,
                  "%s", error.text);
    }
    leave_place(test, &place);
}

/* Nobody ever writes to this pipe, so waiting for a writer would never end. */
static void a_named_pipe_is_refused_at_once(struct test *test) {
    const struct place place = make_place();
    struct error error = {.kind = ERROR_NONE};
    struct file_map map;
    CHECK(test, mkfifo(place.target, 0666) == 0);
    alarm(20);
    CHECK(test, !file_map_open(&map, place.target, &error));
    alarm(0);
    CHECK_MSG(test, error.kind == ERROR_INPUT && strstr(error.text, place.target) != NULL, "%s", error.text);
    leave_place(test, &place);
}

static void errors_of_opening(struct test *test) {
    const struct {
        int number;
        enum error_kind kind;
    } errors[] = {
        {ENOENT, ERROR_INPUT}, {ENOTDIR, ERROR_INPUT}, {EACCES, ERROR_SYSTEM}, {EMFILE, ERROR_SYSTEM}};
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        struct error error = {.kind = ERROR_NONE};
        char expected[128];
        snprintf(expected, sizeof expected, "some/file: can't open: %s", strerror(errors[i].number));
        CHECK(test, !file_open_error(&error, errors[i].number, "some/file"));
        CHECK_MSG(test, error.kind == errors[i].kind && strcmp(error.text, expected) == 0, "%s", error.text);
    }
}

/* --- the same on a file system where every file has a name --- */

#define WITH_NAMES(work)                               \
    static void work##_with_names(struct test *test) { \
        every_file_has_a_name = true;                  \
        work(test);                                    \
        every_file_has_a_name = false;                 \
    }
WITH_NAMES(nothing_before_the_end)
WITH_NAMES(an_old_file_stays_until_the_end)
WITH_NAMES(synced_files_have_no_name_yet)
WITH_NAMES(giving_up_leaves_no_trace)
WITH_NAMES(the_end_of_the_process_keeps_the_old_file)
WITH_NAMES(two_files_with_one_target)
WITH_NAMES(links_are_followed)
WITH_NAMES(a_replaced_file_keeps_its_permissions)
WITH_NAMES(what_can_not_be_written)
WITH_NAMES(the_name_is_taken_meanwhile)
WITH_NAMES(the_folder_is_renamed_meanwhile)
WITH_NAMES(the_folder_is_removed_meanwhile)
WITH_NAMES(the_temporary_file_is_removed_meanwhile)
WITH_NAMES(files_that_belong_together)
WITH_NAMES(a_full_disk)
WITH_NAMES(the_usual_permissions)

static const struct test_case cases[] = {
    {"file: errors of opening", errors_of_opening},
    {"file: nothing is there before the end", nothing_before_the_end},
    {"file: an old file stays until the end", an_old_file_stays_until_the_end},
    {"file: synced files have no name yet", synced_files_have_no_name_yet},
    {"file: giving up leaves no trace", giving_up_leaves_no_trace},
    {"file: leftovers are removed", leftovers_are_removed},
    {"file: locked leftovers stay", locked_leftovers_stay},
    {"file: two files with one target", two_files_with_one_target},
    {"file: links are followed", links_are_followed},
    {"file: links in a circle", links_in_a_circle},
    {"file: streams are written directly", streams_are_written_directly},
    {"file: an open file is appended to", an_open_file_is_appended_to},
    {"file: a replaced file keeps its permissions", a_replaced_file_keeps_its_permissions},
    {"file: the folder is renamed meanwhile", the_folder_is_renamed_meanwhile},
    {"file: the folder is removed meanwhile", the_folder_is_removed_meanwhile},
    {"file: files that belong together", files_that_belong_together},
    {"file: the end of the process keeps the old file", the_end_of_the_process_keeps_the_old_file},
    {"file: pieces of any size", pieces_of_any_size},
    {"file: an empty file can be written", an_empty_file_can_be_written},
    {"file: reserved space is given back", reserved_space_is_given_back},
    {"file: too little reserved is no harm", too_little_reserved_is_no_harm},
    {"file: what can't be written", what_can_not_be_written},
    {"file: the name is taken meanwhile", the_name_is_taken_meanwhile},
    {"file: a full disk", a_full_disk},
    {"file: standard output", standard_output},
    {"file: standard output that is full", standard_output_that_is_full},
    {"file: interrupted writes go on", interrupted_writes_go_on},
    {"file: descriptors are closed", descriptors_are_closed},
    {"file: the usual permissions", the_usual_permissions},
    {"file: mapped", a_mapped_file},
    {"file: mapped and replaced", a_mapped_file_is_replaced},
    {"file: mapped and overwritten", a_mapped_file_is_overwritten},
    {"file: mapped and empty", a_mapped_empty_file},
    {"file: what can't be mapped", what_can_not_be_mapped},
    {"file: a named pipe is refused at once", a_named_pipe_is_refused_at_once},
    {"file, with names: nothing is there before the end", nothing_before_the_end_with_names},
    {"file, with names: an old file stays until the end", an_old_file_stays_until_the_end_with_names},
    {"file, with names: synced files have no name yet", synced_files_have_no_name_yet_with_names},
    {"file, with names: giving up leaves no trace", giving_up_leaves_no_trace_with_names},
    {"file, with names: the end of the process keeps the old file",
     the_end_of_the_process_keeps_the_old_file_with_names},
    {"file, with names: two files with one target", two_files_with_one_target_with_names},
    {"file, with names: links are followed", links_are_followed_with_names},
    {"file, with names: a replaced file keeps its permissions",
     a_replaced_file_keeps_its_permissions_with_names},
    {"file, with names: what can't be written", what_can_not_be_written_with_names},
    {"file, with names: the name is taken meanwhile", the_name_is_taken_meanwhile_with_names},
    {"file, with names: the folder is renamed meanwhile", the_folder_is_renamed_meanwhile_with_names},
    {"file, with names: the folder is removed meanwhile", the_folder_is_removed_meanwhile_with_names},
    {"file, with names: the temporary file is removed meanwhile",
     the_temporary_file_is_removed_meanwhile_with_names},
    {"file, with names: files that belong together", files_that_belong_together_with_names},
    {"file, with names: a full disk", a_full_disk_with_names},
    {"file, with names: the usual permissions", the_usual_permissions_with_names},
};

TEST_MAIN(cases)

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "harness.h"

#define PATH_BYTES 4096
#define MEGA ((size_t)1 << 20)
#define FILES_MAX 12

/* --- a file system of a few files --- */

struct fake {
    const char *path, *text;
};

static void join(char *path, const char *root, const char *name) {
    const int length = snprintf(path, PATH_BYTES, "%s%s", root, name);
    if (length < 0 || length >= PATH_BYTES)
        abort();
}

/* Makes, or removes, the folders that a path goes through. */
static void make_folders(char *path, const char *root) {
    for (char *slash = path + strlen(root); (slash = strchr(slash, '/')) != NULL; slash++) {
        *slash = '\0';
        (void)mkdir(path, 0777);
        *slash = '/';
    }
}

static void remove_folders(char *path, const char *root) {
    for (char *slash; (slash = strrchr(path, '/')) != NULL && slash > path + strlen(root);) {
        *slash = '\0';
        (void)rmdir(path);
    }
}

static void write_files(const char *root, const struct fake *files) {
    char path[PATH_BYTES];
    for (size_t i = 0; files[i].path != NULL; i++) {
        join(path, root, files[i].path);
        make_folders(path, root);
        FILE *file = fopen(path, "w");
        if (file == NULL || fputs(files[i].text, file) == EOF || fclose(file) != 0)
            abort();
    }
}

static void remove_files(const char *root, const struct fake *files) {
    char path[PATH_BYTES];
    for (size_t i = 0; files[i].path != NULL; i++) {
        join(path, root, files[i].path);
        unlink(path);
        remove_folders(path, root);
    }
}

struct scene {
    const char *name;
    size_t megabytes;           /* that are available; SIZE_MAX: nobody knows */
    size_t address_space, data; /* megabytes; 0: no limit */
    struct fake files[FILES_MAX];
};

static void check_scene(struct test *test, const struct scene *scene) {
    char root[PATH_BYTES];
    (void)test_path(root, sizeof root, "system");
    if (mkdir(root, 0777) != 0)
        abort();
    write_files(root, scene->files);
    const struct memory_system system = {
        .root = root,
        .address_space = scene->address_space > 0 ? scene->address_space * MEGA : SIZE_MAX,
        .data = scene->data > 0 ? scene->data * MEGA : SIZE_MAX};
    const size_t available = memory_available_in(&system);
    const size_t expected = scene->megabytes == SIZE_MAX ? SIZE_MAX : scene->megabytes * MEGA;
    CHECK_MSG(test, available == expected, "%s: %zu bytes", scene->name, available);
    remove_files(root, scene->files);
    CHECK(test, rmdir(root) == 0);
}

/* --- what it says --- */

#define MEMINFO \
    { "/proc/meminfo", "MemTotal:       8388608 kB\nMemFree: 1024 kB\nMemAvailable:  4194304 kB\n" }
#define M100 "104857600\n"
#define M90 "94371840\n"
#define M70 "73400320\n"
#define M50 "52428800\n"

static void check_scenes(struct test *test, const struct scene *scenes, size_t count) {
    for (size_t i = 0; i < count; i++)
        check_scene(test, &scenes[i]);
}

static void without_groups(struct test *test) {
    const struct scene scenes[] = {
        {"nothing", SIZE_MAX, 0, 0, {{NULL, NULL}}},
        {"only the system", 4096, 0, 0, {MEMINFO}},
        {"an old kernel", SIZE_MAX, 0, 0, {{"/proc/meminfo", "MemTotal: 8388608 kB\n"}}},
        {"limits of the process",
         300,
         500,
         900,
         {MEMINFO, {"/proc/self/status", "Name:\tx\nVmSize:\t  204800 kB\nVmData:\t 102400 kB\n"}}},
        {"a limit of its data",
         50,
         9000,
         150,
         {MEMINFO, {"/proc/self/status", "VmSize:\t  204800 kB\nVmData:\t 102400 kB\n"}}},
        {"more than the limit", 0, 100, 0, {MEMINFO, {"/proc/self/status", "VmSize:\t  204800 kB\n"}}},
    };
    check_scenes(test, scenes, sizeof scenes / sizeof *scenes);
}

static void groups_of_version_2(struct test *test) {
    const struct scene scenes[] = {
        {"a container",
         30,
         0,
         0,
         {MEMINFO,
          {"/proc/self/cgroup", "0::/\n"},
          {"/sys/fs/cgroup/memory.max", M100},
          {"/sys/fs/cgroup/memory.current", M70}}},
        {"page cache can be dropped",
         50,
         0,
         0,
         {MEMINFO,
          {"/proc/self/cgroup", "0::/\n"},
          {"/sys/fs/cgroup/memory.max", M100},
          {"/sys/fs/cgroup/memory.current", M90},
          {"/sys/fs/cgroup/memory.stat",
           "anon 1\ninactive_anon 7\ninactive_file 31457280\nactive_file 10485760\n"}}},
        {"no limit",
         4096,
         0,
         0,
         {MEMINFO,
          {"/proc/self/cgroup", "0::/\n"},
          {"/sys/fs/cgroup/memory.max", "max\n"},
          {"/sys/fs/cgroup/memory.current", M70}}},
        {"slowed down above memory.high",
         20,
         0,
         0,
         {MEMINFO,
          {"/proc/self/cgroup", "0::/\n"},
          {"/sys/fs/cgroup/memory.max", "max\n"},
          {"/sys/fs/cgroup/memory.high", M90},
          {"/sys/fs/cgroup/memory.current", M70}}},
    };
    check_scenes(test, scenes, sizeof scenes / sizeof *scenes);
}

static void levels_of_version_2(struct test *test) {
    const struct scene scenes[] = {
        {"a level above has less",
         20,
         0,
         0,
         {MEMINFO,
          {"/proc/self/cgroup", "0::/a.slice/b/c\n"},
          {"/sys/fs/cgroup/a.slice/memory.max", M90},
          {"/sys/fs/cgroup/a.slice/memory.current", M70},
          {"/sys/fs/cgroup/a.slice/b/memory.max", "max\n"},
          {"/sys/fs/cgroup/a.slice/b/memory.current", M70},
          {"/sys/fs/cgroup/a.slice/b/c/memory.max", M90},
          {"/sys/fs/cgroup/a.slice/b/c/memory.current", M50}}},
        {"the path of the host, not mounted here",
         50,
         0,
         0,
         {MEMINFO,
          {"/proc/self/cgroup", "0::/docker/0123\n"},
          {"/sys/fs/cgroup/memory.max", M100},
          {"/sys/fs/cgroup/memory.current", M50}}},
        {"a path from outside",
         50,
         0,
         0,
         {MEMINFO,
          {"/proc/self/cgroup", "0::/../../x\n"},
          {"/sys/fs/cgroup/memory.max", M100},
          {"/sys/fs/cgroup/memory.current", M50},
          {"/sys/x/memory.max", "1\n"},
          {"/sys/x/memory.current", "1\n"}}},
        {"no /proc/self/cgroup",
         50,
         0,
         0,
         {MEMINFO, {"/sys/fs/cgroup/memory.max", M100}, {"/sys/fs/cgroup/memory.current", M50}}},
        {"more used than allowed",
         0,
         0,
         0,
         {MEMINFO,
          {"/proc/self/cgroup", "0::/\n"},
          {"/sys/fs/cgroup/memory.max", M50},
          {"/sys/fs/cgroup/memory.current", M70}}},
    };
    check_scenes(test, scenes, sizeof scenes / sizeof *scenes);
}

#define V1 "/sys/fs/cgroup/memory"

static void groups_of_version_1(struct test *test) {
    const char *const groups = "5:cpu,cpuacct:/x\n4:hugememory:/y\n3:memory:/a/b\n0::/\n";
    const struct scene scenes[] = {
        {"a group",
         50,
         0,
         0,
         {MEMINFO,
          {"/proc/self/cgroup", groups},
          {V1 "/a/b/memory.limit_in_bytes", M100},
          {V1 "/a/b/memory.usage_in_bytes", M50}}},
        {"page cache can be dropped",
         40,
         0,
         0,
         {MEMINFO,
          {"/proc/self/cgroup", groups},
          {V1 "/a/b/memory.limit_in_bytes", M100},
          {V1 "/a/b/memory.usage_in_bytes", M90},
          {V1 "/a/b/memory.stat", "inactive_file 9\ntotal_inactive_file 31457280\n"}}},
        {"a level above has less",
         20,
         0,
         0,
         {MEMINFO,
          {"/proc/self/cgroup", groups},
          {V1 "/a/b/memory.limit_in_bytes", "9223372036854771712\n"},
          {V1 "/a/b/memory.usage_in_bytes", M50},
          {V1 "/a/memory.limit_in_bytes", M90},
          {V1 "/a/memory.usage_in_bytes", M70}}},
        {"a container",
         30,
         0,
         0,
         {MEMINFO,
          {"/proc/self/cgroup", "2:cpu,memory:/docker/0\n"},
          {V1 "/memory.limit_in_bytes", M100},
          {V1 "/memory.usage_in_bytes", M70}}},
        {"a hidden level has less",
         40,
         0,
         0,
         {MEMINFO,
          {"/proc/self/cgroup", "2:memory:/\n"},
          {V1 "/memory.limit_in_bytes", M100},
          {V1 "/memory.usage_in_bytes", M50},
          {V1 "/memory.stat", "cache 1\nhierarchical_memory_limit 94371840\n"}}},
    };
    check_scenes(test, scenes, sizeof scenes / sizeof *scenes);
}

static void a_budget_is_shared(struct test *test) {
    struct memory_budget budget = {.limit = 100};
    CHECK(test, memory_budget_take(&budget, 60) && !memory_budget_take(&budget, 41));
    CHECK(test, memory_budget_take(&budget, 40) && memory_budget_take(&budget, 0));
    CHECK(test, !memory_budget_take(&budget, 1) && !memory_budget_take(&budget, SIZE_MAX));
    memory_budget_give_back(&budget, 60);
    CHECK(test, memory_budget_take(&budget, 60) && budget.used == 100);
    CHECK(test, memory_budget_take(NULL, SIZE_MAX));
    memory_budget_give_back(NULL, 1);
}

static const struct test_case cases[] = {
    {"available: without control groups", without_groups},
    {"available: groups of version 2", groups_of_version_2},
    {"available: levels of version 2", levels_of_version_2},
    {"available: groups of version 1", groups_of_version_1},
    {"available: a budget is shared", a_budget_is_shared},
};

TEST_MAIN(cases)

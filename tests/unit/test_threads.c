#include "base/threads.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"

#define PARTS_MAX 64

struct parts {
    int runs[PARTS_MAX + 1]; /* by index; each thread writes its own */
    pthread_t threads[PARTS_MAX + 1];
    pthread_barrier_t all_run;
    bool meet;
};

static void run_part(void *context, size_t index) {
    struct parts *parts = context;
    const size_t place = index < PARTS_MAX ? index : PARTS_MAX;
    parts->runs[place]++;
    parts->threads[place] = pthread_self();
    if (parts->meet)
        pthread_barrier_wait(&parts->all_run);
}

static void every_part_runs_once(struct test *test) {
    for (size_t count = 0; count <= PARTS_MAX; count = count < 5 ? count + 1 : count * 2 - 2) {
        struct parts parts = {.meet = false};
        struct error error = {.kind = ERROR_NONE};
        CHECK_MSG(test, threads_run(count, run_part, &parts, &error), "%s", error.text);
        for (size_t i = 0; i <= PARTS_MAX; i++)
            CHECK_MSG(test, parts.runs[i] == (i < count), "%zu parts: part %zu ran %d times", count, i,
                      parts.runs[i]);
    }
}

/* The parts wait for each other, so they cannot run one after the other. */
static void each_has_a_thread_of_its_own(struct test *test) {
    struct parts parts = {.meet = true};
    struct error error = {.kind = ERROR_NONE};
    const unsigned count = 7;
    pthread_barrier_init(&parts.all_run, NULL, count);
    alarm(20);
    CHECK_MSG(test, threads_run(count, run_part, &parts, &error), "%s", error.text);
    alarm(0);
    pthread_barrier_destroy(&parts.all_run);
    CHECK(test, pthread_equal(parts.threads[0], pthread_self()));
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < i; j++)
            CHECK_MSG(test, !pthread_equal(parts.threads[i], parts.threads[j]), "%zu and %zu", i, j);
}

static void run_slowly(void *context, size_t index) {
    struct parts *parts = context;
    usleep((useconds_t)(index * 10000));
    parts->runs[index]++;
}

static void all_are_waited_for(struct test *test) {
    struct parts parts = {.meet = false};
    struct error error = {.kind = ERROR_NONE};
    CHECK_MSG(test, threads_run(4, run_slowly, &parts, &error), "%s", error.text);
    for (size_t i = 0; i < 4; i++)
        CHECK_MSG(test, parts.runs[i] == 1, "part %zu", i);
}

/* Whether new threads have stacks of that size; some libraries only go up to a limit. */
static bool is_default(const pthread_attr_t *attributes) {
    pthread_attr_t now;
    size_t wanted = 0, got = 0;
    if (pthread_getattr_default_np(&now) != 0 || pthread_attr_getstacksize(attributes, &wanted) != 0 ||
        pthread_attr_getstacksize(&now, &got) != 0)
        abort();
    pthread_attr_destroy(&now);
    return got == wanted;
}

/* Eight stacks of 64 TB each do not fit in the address space. */
static void a_refused_thread_is_an_error(struct test *test) {
    pthread_attr_t large, usual;
    struct parts parts = {.meet = false};
    struct error error = {.kind = ERROR_NONE};
    if (pthread_getattr_default_np(&usual) != 0)
        abort();
    pthread_attr_init(&large);
    CHECK(test, pthread_attr_setstacksize(&large, (size_t)1 << 46) == 0);
    CHECK(test, pthread_setattr_default_np(&large) == 0);
    if (!is_default(&large)) {
        CHECK_MSG(test, true, "no stacks so large here: musl");
        return;
    }
    CHECK(test, !threads_run(8, run_slowly, &parts, &error));
    CHECK(test, pthread_setattr_default_np(&usual) == 0);
    pthread_attr_destroy(&large);
    pthread_attr_destroy(&usual);
    CHECK_MSG(test, error.kind == ERROR_SYSTEM && strstr(error.text, "can't start thread ") != NULL, "%s",
              error.text);
    CHECK_MSG(test, strstr(error.text, " of 8: ") != NULL, "%s", error.text);

    error = (struct error){.kind = ERROR_NONE};
    parts = (struct parts){.meet = false};
    CHECK_MSG(test, threads_run(2, run_part, &parts, &error) && parts.runs[1] == 1, "%s", error.text);
}

static void usable_cores(struct test *test) {
    const size_t usable = threads_usable();
    const long online = sysconf(_SC_NPROCESSORS_CONF);
    CHECK(test, usable >= 1);
    if (online > 0)
        CHECK_MSG(test, usable <= (size_t)online, "%zu of %ld", usable, online);
}

/* When bound to one core, there is one. */
static void usable_cores_follow_affinity(struct test *test) {
    cpu_set_t all, one;
    if (sched_getaffinity(0, sizeof all, &all) != 0)
        return;
    CHECK(test, threads_usable() == (size_t)CPU_COUNT(&all));
    size_t core = 0;
    while (!CPU_ISSET(core, &all))
        core++;
    CPU_ZERO(&one);
    CPU_SET(core, &one);
    if (sched_setaffinity(0, sizeof one, &one) != 0)
        return;
    CHECK(test, threads_usable() == 1);
    CHECK(test, sched_setaffinity(0, sizeof all, &all) == 0);
}

#define ITEMS_MAX 100

struct items {
    int taken[ITEMS_MAX];
    size_t threads, chunk;
    bool good; /* all chunks began where they should, and had a thread's number */
};

static void take_items(void *context, size_t thread, size_t first, size_t end) {
    struct items *items = context;
    if (first % items->chunk != 0 || end > ITEMS_MAX || end - first > items->chunk ||
        thread >= items->threads)
        items->good = false;
    for (size_t i = first; i < end && i < ITEMS_MAX; i++)
        items->taken[i]++;
}

static void every_item_is_taken_once(struct test *test) {
    for (size_t count = 0; count <= ITEMS_MAX; count += 25)
        for (size_t chunk = 1; chunk <= ITEMS_MAX + 1; chunk += 10)
            for (size_t threads = 1; threads <= 3; threads++) {
                struct items items = {.threads = threads, .chunk = chunk, .good = true};
                struct error error = {.kind = ERROR_NONE};
                CHECK(test, threads_share(threads, count, chunk, take_items, &items, &error) && items.good);
                for (size_t i = 0; i < ITEMS_MAX; i++)
                    CHECK_MSG(test, items.taken[i] == (i < count), "item %zu of %zu was taken %d times", i,
                              count, items.taken[i]);
            }
}

static const struct test_case cases[] = {
    {"threads: every part runs once", every_part_runs_once},
    {"threads: each part has a thread of its own", each_has_a_thread_of_its_own},
    {"threads: all are waited for", all_are_waited_for},
    {"threads: a refused thread is an error", a_refused_thread_is_an_error},
    {"threads: usable cores", usable_cores},
    {"threads: usable cores follow affinity", usable_cores_follow_affinity},
    {"threads: every item is taken once", every_item_is_taken_once},
};

TEST_MAIN(cases)

/* How fast the answers are, for scripts/bench-query.sh:
 *   bench_query make WORDS DIM         random vectors on standard output, as word2vec binary
 *   bench_query measure MODEL SGNS     opening, one question, many, and the whole process SGNS near
 *   bench_query read MODEL             reads all rows once
 *   bench_query batch MODEL            seconds of 1,000 questions, and their answers' rows, a line a question
 * What is compared is run by turns, and medians are printed. */
#include <fcntl.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/rng.h"
#include "base/threads.h"
#include "cli/progress.h"
#include "formats/open.h"
#include "search/nearest.h"
#include "search/vectors.h"

#define ROUNDS ((size_t)11)
#define BATCH_ROUNDS ((size_t)5)
#define BATCH ((size_t)1000)
#define ANSWERS ((size_t)10)

/* --- making vectors --- */

static bool make(size_t words, size_t dim) {
    float *row = malloc(dim * sizeof *row);
    struct rng rng = rng_seed(1, 0);
    printf("%zu %zu\n", words, dim);
    for (size_t i = 0; row != NULL && i < words; i++) {
        for (size_t d = 0; d < dim; d++)
            row[d] = rng_unit(&rng) + rng_unit(&rng) - 1;
        printf("w%zu ", i);
        fwrite(row, sizeof *row, dim, stdout);
        putchar('\n');
    }
    free(row);
    return row != NULL && fflush(stdout) == 0 && !ferror(stdout);
}

/* --- the plain read loop --- */

typedef float lanes __attribute__((vector_size(64), aligned(64), may_alias));

struct reading {
    const struct model *model;
    atomic_size_t next; /* the first of the lanes that no thread has taken */
    lanes *sums;        /* (threads) so that nothing read is in vain */
};

/* As many lanes as a thread takes at once: a megabyte. */
#define READ_CHUNK ((size_t)1 << 14)

/* Adds up all lanes, each read once. */
#define DEFINE_ADD_UP(name, attributes)                                        \
    attributes static void name(const lanes *from, size_t count, lanes *sum) { \
        lanes sums[4] = {*sum};                                                \
        size_t i = 0;                                                          \
        for (; i + 4 <= count; i += 4)                                         \
            for (size_t s = 0; s < 4; s++)                                     \
                sums[s] += from[i + s];                                        \
        for (; i < count; i++)                                                 \
            sums[0] += from[i];                                                \
        *sum = sums[0] + sums[1] + sums[2] + sums[3];                          \
    }

DEFINE_ADD_UP(add_up, )
#if defined(__x86_64__)
DEFINE_ADD_UP(add_up_avx512, __attribute__((target("avx512f"))))
#endif

static void read_rows(void *context, size_t thread) {
    struct reading *reading = context;
    const size_t count = reading->model->vocab * reading->model->stride / 16;
    const lanes *rows = (const lanes *)reading->model->input;
    void (*add)(const lanes *, size_t, lanes *) = add_up;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f"))
        add = add_up_avx512;
#endif
    lanes sum = {0};
    size_t first;
    while ((first = atomic_fetch_add(&reading->next, READ_CHUNK)) < count)
        add(rows + first, count - first < READ_CHUNK ? count - first : READ_CHUNK, &sum);
    reading->sums[thread] = sum;
}

/* --- what is timed; each returns seconds, below 0 if it failed --- */

struct bench {
    struct model model;
    const char *self, *path, *sgns;
    struct space space;
    size_t threads;
    lanes *sums;
    struct direction *directions; /* (BATCH) */
    struct term *terms;           /* (BATCH) */
    struct query *questions;      /* (BATCH) */
    struct neighbor *found;       /* (BATCH, ANSWERS) */
    size_t *counts;               /* (BATCH) */
    struct error error;
};

static double time_read(struct bench *bench) {
    struct reading reading = {.model = &bench->model, .sums = bench->sums};
    atomic_init(&reading.next, 0);
    const double start = progress_clock();
    const bool done = threads_run(bench->threads, read_rows, &reading, &bench->error);
    return done ? progress_clock() - start : -1;
}

static double time_questions(struct bench *bench, size_t count) {
    const struct search search = {.space = &bench->space,
                                  .directions = bench->directions,
                                  .direction_count = count,
                                  .queries = bench->questions,
                                  .query_count = count,
                                  .method = METHOD_ADD,
                                  .k = ANSWERS,
                                  .min_score = -2,
                                  .threads = bench->threads};
    const double start = progress_clock();
    const bool done = nearest(&search, bench->found, bench->counts, &bench->error);
    return done ? progress_clock() - start : -1;
}

static double time_one(struct bench *bench) {
    return time_questions(bench, 1);
}

static double time_batch(struct bench *bench) {
    return time_questions(bench, BATCH);
}

/* A whole process that is not to fail, its output thrown away. */
static double time_command(struct bench *bench, const char *const *arguments) {
    posix_spawn_file_actions_t actions;
    pid_t child;
    int status = -1;
    const double start = progress_clock();
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    const bool spawned = posix_spawn(&child, arguments[0], &actions, NULL, (char *const *)arguments,
                                     environ) == 0;
    posix_spawn_file_actions_destroy(&actions);
    if (!spawned || waitpid(child, &status, 0) != child || status != 0)
        return error_set(&bench->error, ERROR_SYSTEM, "%s failed", arguments[0]) - 1.0;
    return progress_clock() - start;
}

static double time_near(struct bench *bench) {
    return time_command(bench, (const char *const[]){bench->sgns, "near", bench->path, "w0", NULL});
}

/* A process that reads the rows and does nothing else. */
static double time_reader(struct bench *bench) {
    return time_command(bench, (const char *const[]){bench->self, "read", bench->path, NULL});
}

/* --- medians --- */

static int compare_numbers(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, size_t count) {
    qsort(values, count, sizeof *values, compare_numbers);
    return values[count / 2];
}

/* Two times by turns, after one of each that does not count: the medians, and that of the ratio a : b. */
struct pair {
    double a, b, ratio;
};

static bool time_pair(struct bench *bench, double (*a)(struct bench *), double (*b)(struct bench *),
                      struct pair *pair) {
    double first[ROUNDS], second[ROUNDS], ratios[ROUNDS];
    if (a(bench) < 0 || b(bench) < 0)
        return false;
    for (size_t i = 0; i < ROUNDS; i++) {
        first[i] = a(bench);
        second[i] = b(bench);
        if (first[i] < 0 || second[i] < 0)
            return false;
        ratios[i] = first[i] / second[i];
    }
    *pair = (struct pair){median(first, ROUNDS), median(second, ROUNDS), median(ratios, ROUNDS)};
    return true;
}

/* --- what is printed --- */

/* Of the model's file, how much lies in memory; 0 where the system does not say. */
static size_t bytes_in_memory(const struct model *model) {
    const size_t page = (size_t)sysconf(_SC_PAGESIZE), pages = (model->map.size + page - 1) / page;
    unsigned char *present = calloc(pages, 1);
    size_t count = 0;
    if (present != NULL && mincore((void *)model->map.data, model->map.size, present) == 0)
        for (size_t i = 0; i < pages; i++)
            count += present[i] & 1;
    free(present);
    return count * page;
}

/* Opens a file that the system was asked to forget, and looks one word up. */
static bool print_opening(struct bench *bench) {
    const int descriptor = open(bench->path, O_RDONLY | O_CLOEXEC);
    if (descriptor >= 0) {
        (void)posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED);
        close(descriptor);
    }
    double cold = progress_clock();
    size_t id;
    if (!model_open(&bench->model, bench->path, &bench->error))
        return false;
    const bool found = model_find(&bench->model, "w0", 2, &id);
    cold = progress_clock() - cold;
    const size_t read = bytes_in_memory(&bench->model);
    model_close(&bench->model);
    double times[ROUNDS];
    for (size_t i = 0; i < ROUNDS; i++) {
        times[i] = progress_clock();
        if (!model_open(&bench->model, bench->path, &bench->error))
            return false;
        times[i] = progress_clock() - times[i];
        if (i + 1 < ROUNDS)
            model_close(&bench->model);
    }
    printf("opening: %.3f ms; with one word looked up after the system forgot the file: %.3f ms, "
           "%.1f of %.1f MB in memory\n",
           median(times, ROUNDS) * 1e3, cold * 1e3, (double)read * 1e-6,
           (double)bench->model.map.size * 1e-6);
    return found || error_set(&bench->error, ERROR_INPUT, "%s: has no word w0", bench->path);
}

static bool print_one(struct bench *bench) {
    const double bytes = (double)(bench->model.vocab * bench->model.stride) * sizeof(float);
    struct pair pair;
    if (!time_pair(bench, time_read, time_one, &pair))
        return false;
    printf("one question: %.1f ms, %.1f GB/s; a plain read loop %.1f ms, %.1f GB/s; share of its bandwidth "
           "%.3f\n",
           pair.b * 1e3, bytes / pair.b * 1e-9, pair.a * 1e3, bytes / pair.a * 1e-9, pair.ratio);
    if (!time_pair(bench, time_near, time_reader, &pair))
        return false;
    printf("the whole process sgns near: %.1f ms; one that only reads the rows once: %.1f ms; ratio %.2f\n",
           pair.a * 1e3, pair.b * 1e3, pair.ratio);
    return true;
}

static bool print_batch(struct bench *bench) {
    double times[BATCH_ROUNDS];
    if (time_batch(bench) < 0)
        return false;
    for (size_t i = 0; i < BATCH_ROUNDS; i++)
        if ((times[i] = time_batch(bench)) < 0)
            return false;
    const double seconds = median(times, BATCH_ROUNDS);
    printf("%zu questions: %.3f s, %.1f GFLOP/s\n", BATCH, seconds,
           2.0 * (double)BATCH * (double)bench->model.vocab * (double)bench->model.dim / seconds * 1e-9);
    return true;
}

/* --- the program --- */

/* The questions are the first words, and a word's first answer is itself, as other programs have it. */
static bool make_questions(struct bench *bench) {
    bench->threads = threads_usable();
    bench->space = space_of_words(&bench->model);
    bench->sums = aligned_alloc(sizeof *bench->sums, bench->threads * sizeof *bench->sums);
    bench->directions = calloc(BATCH, sizeof *bench->directions);
    bench->terms = calloc(BATCH, sizeof *bench->terms);
    bench->questions = calloc(BATCH, sizeof *bench->questions);
    bench->found = calloc(BATCH * ANSWERS, sizeof *bench->found);
    bench->counts = calloc(BATCH, sizeof *bench->counts);
    if (bench->sums == NULL || bench->directions == NULL || bench->terms == NULL ||
        bench->questions == NULL || bench->found == NULL || bench->counts == NULL ||
        bench->model.vocab < BATCH)
        return error_set(&bench->error, ERROR_INPUT, "%s: fewer than %zu words, or no memory", bench->path,
                         BATCH);
    for (size_t i = 0; i < BATCH; i++) {
        bench->directions[i] = direction_of(vector_row(&bench->model, i), bench->model.stride);
        bench->terms[i] = (struct term){i, 1};
        bench->questions[i] = (struct query){.terms = &bench->terms[i], .count = 1, .length = 1};
    }
    return true;
}

static void free_questions(struct bench *bench) {
    free(bench->sums);
    free(bench->directions);
    free(bench->terms);
    free(bench->questions);
    free(bench->found);
    free(bench->counts);
    model_close(&bench->model);
}

static bool measure(struct bench *bench) {
    return print_opening(bench) && make_questions(bench) && print_one(bench) && print_batch(bench);
}

static bool batch(struct bench *bench) {
    double seconds = -1;
    if (!model_open(&bench->model, bench->path, &bench->error) || !make_questions(bench) ||
        time_batch(bench) < 0 || (seconds = time_batch(bench)) < 0)
        return false;
    printf("%.4f\n", seconds);
    for (size_t q = 0; q < BATCH; q++)
        for (size_t i = 0; i < bench->counts[q]; i++)
            printf("%zu%c", bench->found[q * ANSWERS + i].id, i + 1 < bench->counts[q] ? ' ' : '\n');
    return true;
}

static bool read_once(struct bench *bench) {
    return model_open(&bench->model, bench->path, &bench->error) && make_questions(bench) &&
           time_read(bench) >= 0;
}

int main(int argc, char **argv) {
    struct bench bench = {.self = argv[0], .path = argc > 2 ? argv[2] : "", .sgns = argc > 3 ? argv[3] : ""};
    if (argc == 4 && strcmp(argv[1], "make") == 0)
        return !make(strtoull(argv[2], NULL, 10), strtoull(argv[3], NULL, 10));
    bool (*const run)(struct bench *) = argc == 4 && strcmp(argv[1], "measure") == 0 ? measure
                                        : argc == 3 && strcmp(argv[1], "batch") == 0 ? batch
                                        : argc == 3 && strcmp(argv[1], "read") == 0  ? read_once
                                                                                     : NULL;
    const bool done = run != NULL && run(&bench);
    if (!done)
        fprintf(stderr, "bench_query: %s\n",
                run != NULL ? bench.error.text
                            : "make WORDS DIM, measure MODEL SGNS, read MODEL, batch MODEL");
    free_questions(&bench);
    return !done;
}

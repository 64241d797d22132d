#include "cli/processor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "base/memory.h"
#include "base/threads.h"
#include "cli/progress.h"
#include "kernels/registry.h"

/* Each core works so long, in seconds, a few times; the best counts, since other programs only slow it. */
#define MEASURE_SECONDS 0.03
#define MEASURE_TIMES 5

/* Larger than caches. */
#define COPY_BYTES ((size_t)64 << 20)

struct measurement {
    const struct kernel *kernel; /* or NULL: memory */
    char **pages;                /* (threads) of 2 COPY_BYTES each */
    double *rates;               /* (threads) floating-point operations, or bytes, a second */
};

/* Returns how much was done. */
static double work_a_little(const struct measurement *measurement, size_t index) {
    if (measurement->kernel != NULL)
        return measurement->kernel->multiply_adds(100000);
    memcpy(measurement->pages[index], measurement->pages[index] + COPY_BYTES, COPY_BYTES);
    return 2 * (double)COPY_BYTES; /* read, and written */
}

static void measure(void *context, size_t index) {
    const struct measurement *measurement = context;
    double best = 0;
    for (int time = 0; time < MEASURE_TIMES; time++) {
        const double start = progress_clock();
        double operations = 0, seconds = 0;
        while (seconds < MEASURE_SECONDS) {
            operations += work_a_little(measurement, index);
            seconds = progress_clock() - start;
        }
        best = operations / seconds > best ? operations / seconds : best;
    }
    measurement->rates[index] = best;
}

/* On all cores at once: they may share units, or a clock. Returns the sum of the rates. */
static bool measure_all(struct measurement *measurement, size_t threads, double *sum, struct error *error) {
    measurement->rates = memory_allocate(threads, sizeof *measurement->rates, "a measurement", error);
    const bool done = measurement->rates != NULL && threads_run(threads, measure, measurement, error);
    *sum = 0;
    for (size_t i = 0; done && i < threads; i++)
        *sum += measurement->rates[i];
    free(measurement->rates);
    return done;
}

static bool print_kernel(const struct kernel *kernel, size_t threads, struct error *error) {
    struct measurement measurement = {.kernel = kernel};
    double sum;
    if (!measure_all(&measurement, threads, &sum, error))
        return false;
    printf("kernel %-11s %8.1f GFLOP/s of multiply-adds, %.1f a core\n", kernel->name, sum * 1e-9,
           sum * 1e-9 / (double)threads);
    return true;
}

/* The sets of features above the baseline that are supported, or those that are not. */
static void print_features(bool supported) {
    const char *separator = "";
    for (enum cpu_features features = CPU_BASELINE + 1; features < CPU_FEATURES; features++)
        if (cpu_supports(features) == supported) {
            printf("%s%s", separator, cpu_features_name(features));
            separator = ", ";
        }
    fputs(*separator == '\0' ? "none" : "", stdout);
}

static void print_choice(void) {
    if (CPU_X86) {
        fputs("vector instructions: ", stdout);
        print_features(true);
        fputs("; not here: ", stdout);
        print_features(false);
        putchar('\n');
    }
    printf("training uses %s unless --kernel says otherwise: it is the fastest that can run here\n",
           kernel_at(0)->name);
}

static bool print_memory(size_t threads, struct error *error) {
    struct measurement measurement = {0};
    measurement.pages = memory_allocate(threads, sizeof *measurement.pages, "a measurement", error);
    bool done = measurement.pages != NULL;
    for (size_t i = 0; done && i < threads; i++) {
        measurement.pages[i] = memory_pages(2 * COPY_BYTES, "a measurement", error);
        done = measurement.pages[i] != NULL;
        if (done)
            memset(measurement.pages[i], 1, 2 * COPY_BYTES); /* or all that is read is one page of zeros */
    }
    double sum;
    done = done && measure_all(&measurement, threads, &sum, error);
    if (done)
        printf("memory %.1f GB/s of copying, what is read and what is written counted\n", sum * 1e-9);
    for (size_t i = 0; measurement.pages != NULL && i < threads; i++)
        memory_pages_free(measurement.pages[i], 2 * COPY_BYTES);
    free(measurement.pages);
    return done;
}

bool processor_print(struct error *error) {
    const size_t threads = threads_usable();
    printf("usable cores %zu\n", threads);
    const struct kernel *kernel;
    for (size_t i = 0; (kernel = kernel_at(i)) != NULL; i++)
        if (!print_kernel(kernel, threads, error))
            return false;
    print_choice();
    return print_memory(threads, error);
}

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

#define KERNELS_MAX 16

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

/* The kernels that run here, the best first, and what was measured. */
struct peaks {
    double kernels[KERNELS_MAX]; /* (kernel_count) floating-point operations a second on all cores */
    size_t kernel_count, cores;
    double memory; /* bytes a second on all cores */
};

static bool measure_kernels(struct peaks *peaks, struct error *error) {
    const struct kernel *kernel;
    for (; peaks->kernel_count < KERNELS_MAX && (kernel = kernel_at(peaks->kernel_count)) != NULL;
         peaks->kernel_count++) {
        struct measurement measurement = {.kernel = kernel};
        if (!measure_all(&measurement, peaks->cores, &peaks->kernels[peaks->kernel_count], error))
            return false;
    }
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

static bool measure_memory(struct peaks *peaks, struct error *error) {
    struct measurement measurement = {0};
    measurement.pages = memory_allocate(peaks->cores, sizeof *measurement.pages, "a measurement", error);
    bool done = measurement.pages != NULL;
    for (size_t i = 0; done && i < peaks->cores; i++) {
        measurement.pages[i] = memory_pages(2 * COPY_BYTES, "a measurement", error);
        done = measurement.pages[i] != NULL;
        if (done)
            memset(measurement.pages[i], 1, 2 * COPY_BYTES); /* or all that is read is one page of zeros */
    }
    done = done && measure_all(&measurement, peaks->cores, &peaks->memory, error);
    for (size_t i = 0; measurement.pages != NULL && i < peaks->cores; i++)
        memory_pages_free(measurement.pages[i], 2 * COPY_BYTES);
    free(measurement.pages);
    return done;
}

static void print_table(const struct peaks *peaks) {
    printf("usable cores %zu\n", peaks->cores);
    for (size_t i = 0; i < peaks->kernel_count; i++)
        printf("kernel %-11s %8.1f GFLOP/s of multiply-adds, %.1f a core\n", kernel_at(i)->name,
               peaks->kernels[i] * 1e-9, peaks->kernels[i] * 1e-9 / (double)peaks->cores);
    print_choice();
    printf("memory %.1f GB/s of copying, what is read and what is written counted\n", peaks->memory * 1e-9);
}

static size_t fill_kernel(const void *context, size_t index, struct output_field *fields) {
    const struct peaks *peaks = context;
    const char *name = kernel_at(index)->name;
    fields[0] = output_text("name", name, strlen(name));
    fields[1] = output_score("gflops", peaks->kernels[index] * 1e-9);
    return 2;
}

/* TSV has a line "kernel.NAME" for each kernel. */
static void print_facts(const struct peaks *peaks, enum output_format format) {
    struct output_facts facts = {.format = format};
    output_fact(&facts, NULL, output_integer("cores", peaks->cores));
    for (size_t i = 0; format == OUTPUT_TSV && i < peaks->kernel_count; i++) {
        char key[64];
        snprintf(key, sizeof key, "kernel.%s", kernel_at(i)->name);
        output_fact(&facts, NULL, output_score(key, peaks->kernels[i] * 1e-9));
    }
    output_fact_list(&facts, "kernels", peaks->kernel_count, fill_kernel, peaks);
    output_fact(&facts, NULL, output_score("memory_gbs", peaks->memory * 1e-9));
    output_facts_end(&facts);
}

bool processor_print(enum output_format format, struct error *error) {
    struct peaks peaks = {.cores = threads_usable()};
    if (!measure_kernels(&peaks, error) || !measure_memory(&peaks, error))
        return false;
    if (format == OUTPUT_TABLE)
        print_table(&peaks);
    else
        print_facts(&peaks, format);
    return true;
}

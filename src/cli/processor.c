#include "cli/processor.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/threads.h"
#include "cli/progress.h"
#include "train/kernel.h"

/* Each core works so long, in seconds, a few times; the best counts, since other programs only slow it. */
#define MEASURE_SECONDS 0.03
#define MEASURE_TIMES 5

struct measurement {
    const struct kernel *kernel;
    double *rates; /* (threads) floating-point operations a second */
};

static void measure(void *context, size_t index) {
    const struct measurement *measurement = context;
    double best = 0;
    for (int time = 0; time < MEASURE_TIMES; time++) {
        const double start = progress_clock();
        double operations = 0, seconds = 0;
        while (seconds < MEASURE_SECONDS) {
            operations += measurement->kernel->multiply_adds(100000);
            seconds = progress_clock() - start;
        }
        best = operations / seconds > best ? operations / seconds : best;
    }
    measurement->rates[index] = best;
}

/* On all cores at once: they may share units, or a clock. */
static bool print_kernel(const struct kernel *kernel, size_t threads, struct error *error) {
    struct measurement measurement = {.kernel = kernel};
    measurement.rates = memory_allocate(threads, sizeof *measurement.rates, "a measurement", error);
    if (measurement.rates == NULL)
        return false;
    const bool done = threads_run(threads, measure, &measurement, error);
    double sum = 0;
    for (size_t i = 0; i < threads; i++)
        sum += measurement.rates[i];
    free(measurement.rates);
    if (done)
        printf("kernel %-8s %8.1f GFLOP/s of multiply-adds, %.1f a core\n", kernel->name, sum * 1e-9,
               sum * 1e-9 / (double)threads);
    return done;
}

bool processor_print(struct error *error) {
    const size_t threads = threads_usable();
    printf("usable cores %zu\n", threads);
    const struct kernel *kernel;
    for (size_t i = 0; (kernel = kernel_at(i)) != NULL; i++)
        if (!print_kernel(kernel, threads, error))
            return false;
    return true;
}

#include "kernels/kernel.h"

#include <stdio.h>
#include <string.h>

#include "kernels/kernel_list.h"
#if KERNEL_VNNI
#include <cpuid.h>
#endif

struct candidate {
    const struct kernel *kernel;
    bool (*runs)(void);
};

static bool always(void) {
    return true;
}

#if KERNEL_X86
/* Both ask the system too: registers that it does not save are not supported. */
static bool runs_avx2(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

#if KERNEL_VNNI
/* Not every compiler's __builtin_cpu_supports() knows it; it uses the registers of AVX2. */
static bool runs_vnni(void) {
    unsigned eax, ebx, ecx, edx;
    return runs_avx2() && __get_cpuid_count(7, 1, &eax, &ebx, &ecx, &edx) && (eax >> 4 & 1) != 0;
}
#endif

static bool runs_avx512(void) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}

static bool runs_bf16(void) {
    return runs_avx512() && __builtin_cpu_supports("avx512bf16");
}
#endif

/* The best first. */
static const struct candidate candidates[] = {
#if KERNEL_X86
    {&kernel_avx512bf16, runs_bf16}, {&kernel_avx512, runs_avx512},
#if KERNEL_VNNI
    {&kernel_avxvnni, runs_vnni},
#endif
    {&kernel_avx2, runs_avx2},
#endif
    {&kernel_simd128, always},       {&kernel_scalar, always},
};

size_t kernel_stride(size_t dim) {
    return (dim + KERNEL_ROW_NUMBERS - 1) / KERNEL_ROW_NUMBERS * KERNEL_ROW_NUMBERS;
}

size_t kernel_workspace(size_t rows, size_t contexts, size_t columns, size_t band_columns, size_t dim) {
    /* Rows may be a vector longer, and a tile's sums are at most so many rows. */
    return (rows + contexts + 2 * columns + KERNEL_ROW_FLOATS) * (kernel_stride(dim) + KERNEL_ROW_FLOATS) +
           rows * (columns + band_columns);
}

const struct kernel *kernel_at(size_t index) {
    for (size_t i = 0; i < sizeof candidates / sizeof *candidates; i++)
        if (candidates[i].runs() && index-- == 0)
            return candidates[i].kernel;
    return NULL;
}

const struct kernel *kernel_choose(const char *name, struct error *error) {
    if (name == NULL)
        return kernel_at(0);
    char names[128] = "";
    const struct kernel *kernel;
    for (size_t i = 0; (kernel = kernel_at(i)) != NULL; i++) {
        if (strcmp(kernel->name, name) == 0)
            return kernel;
        const size_t used = strlen(names);
        snprintf(names + used, sizeof names - used, "%s%s", i > 0 ? ", " : "", kernel->name);
    }
    error_set(error, ERROR_INPUT, "--kernel: no \"%s\" on this machine; it can run %s", name, names);
    return NULL;
}

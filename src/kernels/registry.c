#include "kernels/registry.h"

#include <stdio.h>
#include <string.h>

#include "base/cpu.h"
#include "kernels/kernel_list.h"

/* The best first. */
static const struct cpu_variant variants[] = {
#if CPU_X86
    {&kernel_avx512bf16, CPU_AVX512BF16},
    {&kernel_avx512vnni, CPU_AVX512VNNI},
    {&kernel_avx512, CPU_AVX512},
    {&kernel_avx512float, CPU_AVX512},
#if KERNEL_AVXVNNI
    {&kernel_avxvnni, CPU_AVXVNNI},
#endif
    {&kernel_avx2, CPU_AVX2},
#endif
    {&kernel_simd128, CPU_BASELINE},
    {&kernel_scalar, CPU_BASELINE},
};

const struct kernel *kernel_at(size_t index) {
    return cpu_variant_at(variants, sizeof variants / sizeof *variants, index);
}

const char *kernel_built(size_t index) {
    const struct kernel *kernel = index < sizeof variants / sizeof *variants ? variants[index].table : NULL;
    return kernel != NULL ? kernel->name : NULL;
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

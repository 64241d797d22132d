#include "search/scan_registry.h"

#include "base/cpu.h"
#include "search/scan_list.h"

/* The best first. */
static const struct cpu_variant variants[] = {
#if CPU_X86
    {&scan_avx512, CPU_AVX512},
    {&scan_avx2, CPU_AVX2},
#endif
    {&scan_simd128, CPU_BASELINE},
    {&scan_scalar, CPU_BASELINE},
};

const struct scan_kernel *scan_kernel_at(size_t index) {
    return cpu_variant_at(variants, sizeof variants / sizeof *variants, index);
}

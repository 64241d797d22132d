#include "search/scan_kernel.h"

#include "search/scan_list.h"

struct candidate {
    const struct scan_kernel *kernel;
    bool (*runs)(void);
};

static bool always(void) {
    return true;
}

#if SCAN_X86
/* Both ask the system too: registers that it does not save are not supported. */
static bool runs_avx2(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

static bool runs_avx512(void) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}
#endif

/* The best first. */
static const struct candidate candidates[] = {
#if SCAN_X86
    {&scan_avx512, runs_avx512},
    {&scan_avx2, runs_avx2},
#endif
    {&scan_simd128, always},
    {&scan_scalar, always},
};

const struct scan_kernel *scan_kernel_at(size_t index) {
    for (size_t i = 0; i < sizeof candidates / sizeof *candidates; i++)
        if (candidates[i].runs() && index-- == 0)
            return candidates[i].kernel;
    return NULL;
}

#include "base/cpu.h"

#if CPU_X86
#include <cpuid.h>

static bool has_avx2(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

/* Not every compiler's __builtin_cpu_supports() knows it. It uses the registers of AVX2. */
static bool has_avxvnni(void) {
    unsigned eax, ebx, ecx, edx;
    return has_avx2() && __get_cpuid_count(7, 1, &eax, &ebx, &ecx, &edx) && (eax >> 4 & 1) != 0;
}

static bool has_avx512(void) {
    return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}
#endif

bool cpu_supports(enum cpu_features features) {
    switch (features) {
    case CPU_BASELINE:
        return true;
#if CPU_X86
    /* __builtin_cpu_supports() also asks whether the system saves the registers. */
    case CPU_AVX2:
        return has_avx2();
    case CPU_AVXVNNI:
        return has_avxvnni();
    case CPU_AVX512:
        return has_avx512();
    case CPU_AVX512VNNI:
        return has_avx512() && __builtin_cpu_supports("avx512vnni");
    case CPU_AVX512BF16:
        return has_avx512() && __builtin_cpu_supports("avx512bf16");
#endif
    default:
        return false;
    }
}

const char *cpu_features_name(enum cpu_features features) {
    static const char *const names[CPU_FEATURES] = {
        [CPU_BASELINE] = "the baseline",   [CPU_AVX2] = "AVX2",
        [CPU_AVXVNNI] = "AVX-VNNI",        [CPU_AVX512] = "AVX-512",
        [CPU_AVX512VNNI] = "AVX-512 VNNI", [CPU_AVX512BF16] = "AVX-512 BF16",
    };
    return names[features];
}

const void *cpu_variant_at(const struct cpu_variant *variants, size_t count, size_t index) {
    for (size_t i = 0; i < count; i++)
        if (cpu_supports(variants[i].features) && index-- == 0)
            return variants[i].table;
    return NULL;
}

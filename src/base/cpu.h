/* Which instruction sets this processor and system can run, and the choice between variants of code that are
 * built for different ones. Any thread may call. */
#ifndef SGNS_BASE_CPU_H
#define SGNS_BASE_CPU_H

#include <stdbool.h>
#include <stddef.h>

#if defined(__x86_64__)
#define CPU_X86 1
#else
#define CPU_X86 0
#endif

/* Sets of features that code is built for. AVX-512 means F, BW, DQ and VL. */
enum cpu_features {
    CPU_BASELINE,   /* what every processor of the architecture has */
    CPU_AVX2,       /* AVX2 and FMA */
    CPU_AVXVNNI,    /* CPU_AVX2 and AVX-VNNI */
    CPU_AVX512,     /* CPU_AVX2 and AVX-512 */
    CPU_AVX512VNNI, /* CPU_AVX512 and AVX512_VNNI */
    CPU_AVX512BF16, /* CPU_AVX512 and AVX512_BF16 */
    CPU_FEATURES    /* their number */
};

/* Whether the processor has the features and the system saves their registers. */
bool cpu_supports(enum cpu_features features);

/* For users, for example "AVX2". */
const char *cpu_features_name(enum cpu_features features);

/* A table of functions, of a type that the caller knows, and what it needs. */
struct cpu_variant {
    const void *table;
    enum cpu_features features;
};

/* The table at `index` among those of the variants that are supported here, in their order; NULL beyond the
 * last. */
const void *cpu_variant_at(const struct cpu_variant *variants, size_t count, size_t index);

#endif

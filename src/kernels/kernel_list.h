/* The kernels that were built. What the compiler or the assembler can't build is left out. */
#ifndef SGNS_KERNELS_KERNEL_LIST_H
#define SGNS_KERNELS_KERNEL_LIST_H

#include "base/cpu.h"
#include "kernels/kernel.h"

#ifndef KERNEL_AVXVNNI /* the Makefile defines it as 1 where the compiler knows AVX-VNNI */
#define KERNEL_AVXVNNI 0
#endif

/* The functions of a kernel's table: each has the name of its member. */
#define KERNEL_FUNCTIONS                                                                                    \
    .scores = scores, .update = update, .squares = squares, .invert_norms = invert_norms, .merge = merge,   \
    .logistic = logistic, .softmax = softmax, .hinge = hinge, .weigh_errors = weigh_errors, .weigh = weigh, \
    .weigh_bands = weigh_bands, .multiply_adds = multiply_adds

extern const struct kernel kernel_scalar;
extern const struct kernel kernel_simd128; /* 128-bit vectors: SSE2 on x86-64, NEON on AArch64 */
#if CPU_X86
extern const struct kernel kernel_avx2;
#if KERNEL_AVXVNNI
extern const struct kernel kernel_avxvnni;
#endif
extern const struct kernel kernel_avx512;
extern const struct kernel kernel_avx512float;
extern const struct kernel kernel_avx512vnni;
extern const struct kernel kernel_avx512bf16;
#endif

#endif

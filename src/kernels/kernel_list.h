/* The kernels that kernel.c chooses from; what the compiler can't build is left out. */
#ifndef SGNS_KERNELS_KERNEL_LIST_H
#define SGNS_KERNELS_KERNEL_LIST_H

#include "kernels/kernel.h"

#if defined(__x86_64__)
#define KERNEL_X86 1
#else
#define KERNEL_X86 0
#endif

#ifndef KERNEL_VNNI /* the Makefile defines it as 1 where the compiler knows AVX-VNNI */
#define KERNEL_VNNI 0
#endif

extern const struct kernel kernel_scalar;
extern const struct kernel kernel_simd128; /* 128-bit vectors: SSE2 on x86-64, NEON on AArch64 */
#if KERNEL_X86
extern const struct kernel kernel_avx2; /* with FMA */
#if KERNEL_VNNI
extern const struct kernel kernel_avxvnni; /* and AVX-VNNI */
#endif
extern const struct kernel kernel_avx512;     /* F, BW, DQ, VL */
extern const struct kernel kernel_avx512bf16; /* these and BF16 */
#endif

#endif

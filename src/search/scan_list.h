/* The kernels that scan_kernel.c chooses from; what the compiler can't build is left out. */
#ifndef SGNS_SEARCH_SCAN_LIST_H
#define SGNS_SEARCH_SCAN_LIST_H

#include "search/scan_kernel.h"

#if defined(__x86_64__)
#define SCAN_X86 1
#else
#define SCAN_X86 0
#endif

extern const struct scan_kernel scan_scalar;
extern const struct scan_kernel scan_simd128; /* 128-bit vectors: SSE2 on x86-64, NEON on AArch64 */
#if SCAN_X86
extern const struct scan_kernel scan_avx2;   /* with FMA */
extern const struct scan_kernel scan_avx512; /* F, BW, DQ, VL */
#endif

#endif

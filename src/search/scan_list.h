/* The scan kernels that were built. */
#ifndef SGNS_SEARCH_SCAN_LIST_H
#define SGNS_SEARCH_SCAN_LIST_H

#include "base/cpu.h"
#include "search/scan_kernel.h"

extern const struct scan_kernel scan_scalar;
extern const struct scan_kernel scan_simd128; /* 128-bit vectors: SSE2 on x86-64, NEON on AArch64 */
#if CPU_X86
extern const struct scan_kernel scan_avx2;
extern const struct scan_kernel scan_avx512;
#endif

#endif

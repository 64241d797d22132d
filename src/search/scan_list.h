/* The scan kernels that were built. */
#ifndef SGNS_SEARCH_SCAN_LIST_H
#define SGNS_SEARCH_SCAN_LIST_H

#include "base/cpu.h"
#include "search/scan_kernel.h"

/* The functions of a kernel's table: each has the name of its member. */
#define SCAN_FUNCTIONS                                                                                  \
    .dots = dots, .quantized_dots = quantized_dots, .pack = pack, .multiply = multiply, .reach = reach, \
    .highest = highest, .reach_rows = reach_rows, .sum = sum, .ratio = ratio

extern const struct scan_kernel scan_scalar;
extern const struct scan_kernel scan_simd128; /* 128-bit vectors: SSE2 on x86-64, NEON on AArch64 */
#if CPU_X86
extern const struct scan_kernel scan_avx2;
extern const struct scan_kernel scan_avx512;
#endif

#endif

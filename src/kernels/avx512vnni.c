/* AVX-512 with VNNI: one instruction for the products of pairs and their sum. */
#include "kernels/kernel_list.h"
#if CPU_X86
#define KERNEL_NAME "avx512vnni"
#define KERNEL_TABLE kernel_avx512vnni
#define SIMD_WIDTH 16
#define INTEGER_SUMS
#include "kernels/shared.inc.h"

/* By name, for the same reason as in avxvnni.c. */
INLINE lanes add_products(lanes sum, packed a, packed b) {
#ifdef __clang_analyzer__
    return sum + (lanes)(a + b); /* it does not know the instruction */
#else
    __asm__("vpdpwssd %2, %1, %0" : "+v"(sum) : "v"(a), "v"(b));
    return sum;
#endif
}

#include "kernels/int16.inc.h"
#endif

/* AVX-VNNI: one instruction for the products of pairs and their sum. Processors without AVX-512 can have it.
 */
#include "kernels/kernel_list.h"
#if KERNEL_AVXVNNI
#define KERNEL_NAME "avxvnni"
#define KERNEL_TABLE kernel_avxvnni
#define SIMD_WIDTH 8
#define INTEGER_SUMS
#include "kernels/shared.inc.h"

/* By name: with the compilers' function for it GCC stores all sums in each round of a loop. */
INLINE lanes add_products(lanes sum, packed a, packed b) {
#ifdef __clang_analyzer__
    return sum + (lanes)(a + b); /* it does not know the instruction */
#else
    __asm__("%{vex%} vpdpwssd %2, %1, %0" : "+x"(sum) : "x"(a), "x"(b));
    return sum;
#endif
}

#include "kernels/int16.inc.h"
#endif

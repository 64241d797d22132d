/* AVX-VNNI: products and their sum by one instruction, which processors without AVX-512 can have too. */
#include "kernels/kernel_list.h"
#if KERNEL_AVXVNNI
#define KERNEL_NAME "avxvnni"
#define KERNEL_TABLE kernel_avxvnni
#define SIMD_WIDTH 8
#define INTEGER_SUMS
#include "kernels/simd.inc.h"

/* By its name, as with the compilers' function for it GCC stores every sum in every round of a loop. */
INLINE lanes add_products(lanes sum, packed a, packed b) {
#ifdef __clang_analyzer__
    return sum + (lanes)(a + b); /* it knows no such instruction */
#else
    __asm__("%{vex%} vpdpwssd %2, %1, %0" : "+x"(sum) : "x"(a), "x"(b));
    return sum;
#endif
}

#include "kernels/int16.inc.h"
#endif

/* AVX2: one instruction for the products of pairs, another one to add them to the sum. */
#include "kernels/kernel_list.h"
#if CPU_X86
#define KERNEL_NAME "avx2"
#define KERNEL_TABLE kernel_avx2
#define SIMD_WIDTH 8
#define INTEGER_SUMS
#include "kernels/shared.inc.h"

INLINE lanes add_products(lanes sum, packed a, packed b) {
    return sum + (lanes)_mm256_madd_epi16((__m256i)a, (__m256i)b);
}

#include "kernels/int16.inc.h"
#endif

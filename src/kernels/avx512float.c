/* AVX-512 with products of floats: 32 registers of 16. */
#include "kernels/kernel_list.h"
#if CPU_X86
#define KERNEL_NAME "avx512float"
#define KERNEL_TABLE kernel_avx512float
#define SIMD_WIDTH 16
#define TILE_ROWS 12
#define TILE_VECTORS 7
#include "kernels/float32.inc.h"
#endif

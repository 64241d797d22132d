#define KERNEL_NAME "simd128"
#define KERNEL_TABLE kernel_simd128
#define SIMD_WIDTH 4
#define TILE_ROWS 6
#define TILE_VECTORS 5
#include "kernels/float32.inc.h"

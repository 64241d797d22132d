/* 16 registers of 8 floats. */
#include "train/kernel_list.h"
#if KERNEL_X86
#define KERNEL_NAME "avx2"
#define KERNEL_TABLE kernel_avx2
#define KERNEL_WIDTH 8
#define TILE_ROWS 6
#define TILE_VECTORS 5
#include "train/kernel_source.h"
#endif

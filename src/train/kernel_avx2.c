/* 16 registers of 8 floats. */
#include "train/kernel_list.h"
#if KERNEL_X86
#define KERNEL_NAME "avx2"
#define KERNEL_TABLE kernel_avx2
#define KERNEL_WIDTH 8
#define SCORE_ROWS 3
#define SCORE_VECTORS 4
#define UPDATE_ROWS 3
#define UPDATE_VECTORS 4
#include "train/kernel_source.h"
#endif

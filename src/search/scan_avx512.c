/* 32 registers of 16 floats. */
#include "search/scan_list.h"
#if CPU_X86
#define SCAN_NAME "avx512"
#define SCAN_TABLE scan_avx512
#define SIMD_WIDTH 16
#define TILE_TARGETS 8
#define TILE_VECTORS 2
#include "search/scan.inc.h"
#endif

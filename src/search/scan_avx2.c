/* 16 registers of 8 floats. */
#include "search/scan_list.h"
#if CPU_X86
#define SCAN_NAME "avx2"
#define SCAN_TABLE scan_avx2
#define SIMD_WIDTH 8
#define TILE_TARGETS 6
#define TILE_VECTORS 2
#include "search/scan.inc.h"
#endif

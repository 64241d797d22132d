#define SCAN_NAME "simd128"
#define SCAN_TABLE scan_simd128
#define SIMD_WIDTH 4
#define TILE_TARGETS 4
#define TILE_VECTORS 2
#include "search/scan.inc.h"

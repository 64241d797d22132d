#define SCAN_NAME "vector"
#define SCAN_TABLE scan_vector
#define SCAN_WIDTH 4
#define TILE_TARGETS 4
#define TILE_VECTORS 2
#include "search/scan.inc.h"

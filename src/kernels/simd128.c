#define KERNEL_NAME "vector"
#define KERNEL_TABLE kernel_vector
#define KERNEL_WIDTH 4
#define TILE_ROWS 6
#define TILE_VECTORS 5
#include "kernels/float32.inc.h"

#define KERNEL_NAME "vector"
#define KERNEL_TABLE kernel_vector
#define KERNEL_WIDTH 4
#define SCORE_ROWS 6
#define UPDATE_VECTORS 4
#include "train/kernel_source.h"

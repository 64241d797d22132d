/* The scan kernels that this machine can run. */
#ifndef SGNS_SEARCH_SCAN_REGISTRY_H
#define SGNS_SEARCH_SCAN_REGISTRY_H

#include "search/scan_kernel.h"

/* All kernels that were built and can run here, the best first; NULL beyond the last. */
const struct scan_kernel *scan_kernel_at(size_t index);

#endif

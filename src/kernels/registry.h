/* The kernels that this machine can run. */
#ifndef SGNS_KERNELS_REGISTRY_H
#define SGNS_KERNELS_REGISTRY_H

#include "base/error.h"
#include "kernels/kernel.h"

/* All kernels that were built and can run here, the best first; NULL beyond the last. */
const struct kernel *kernel_at(size_t index);

/* The names of all kernels that were built, whether they can run here or not, the best first; NULL beyond the
 * last. */
const char *kernel_built(size_t index);

/* The kernel of that name, or the best one if `name` is NULL. The error lists those that can run here. */
const struct kernel *kernel_choose(const char *name, struct error *error) MUST_USE;

#endif

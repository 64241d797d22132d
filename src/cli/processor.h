/* What `sgns info --cpu` prints: the cores, the measured peak of each kernel, which kernel training uses and
 * why, and the measured speed of memory. */
#ifndef SGNS_CLI_PROCESSOR_H
#define SGNS_CLI_PROCESSOR_H

#include "base/error.h"

bool processor_print(struct error *error) MUST_USE;

#endif

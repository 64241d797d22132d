/* What `sgns info --cpu` prints: the cores, the measured peak of each kernel, which kernel training uses and
 * why, and the measured speed of memory. */
#ifndef SGNS_CLI_PROCESSOR_H
#define SGNS_CLI_PROCESSOR_H

#include "base/error.h"
#include "cli/output.h"

bool processor_print(enum output_format format, struct error *error) MUST_USE;

#endif

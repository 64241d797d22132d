/* What `sgns info --cpu` prints: the cores, and each kernel's peak, measured. */
#ifndef SGNS_CLI_PROCESSOR_H
#define SGNS_CLI_PROCESSOR_H

#include "base/error.h"

bool processor_print(struct error *error) MUST_USE;

#endif

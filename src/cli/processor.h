/* What `sgns info --cpu` prints: the cores, each kernel's peak and the memory's, measured. */
#ifndef SGNS_CLI_PROCESSOR_H
#define SGNS_CLI_PROCESSOR_H

#include "base/error.h"

bool processor_print(struct error *error) MUST_USE;

#endif

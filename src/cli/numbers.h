/* Vectors on standard output. */
#ifndef SGNS_CLI_NUMBERS_H
#define SGNS_CLI_NUMBERS_H

#include <stddef.h>

#include "cli/output.h"

/* row[0 .. dim) / divisor, rounded to floats, each in the fewest digits that read back as it; what the format
 * has between numbers stands between them. What is not finite is nan or inf, in JSON null. */
void numbers_print(const float *row, size_t dim, double divisor, enum output_format format);

#endif

#include "cli/numbers.h"

#include <math.h>
#include <stdio.h>

#include "base/decimal.h"

static void print_number(float number, enum output_format format) {
    char text[DECIMAL_CAPACITY];
    if (isfinite(number))
        fwrite(text, 1, decimal_shortest(number, text), stdout);
    else if (format == OUTPUT_JSON)
        fputs("null", stdout);
    else
        printf("%g", (double)number);
}

void numbers_print(const float *row, size_t dim, double divisor, enum output_format format) {
    for (size_t d = 0; d < dim; d++) {
        if (d > 0)
            fputs(format == OUTPUT_TABLE ? " " : format == OUTPUT_TSV ? "\t" : ", ", stdout);
        print_number((float)((double)row[d] / divisor), format);
    }
}

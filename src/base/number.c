#include "base/number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool number_integer(const char *text, uint64_t *value) {
    if (*text == '\0')
        return false;
    uint64_t sum = 0;
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9')
            return false;
        const uint64_t digit = (uint64_t)(*text - '0');
        if (sum > (UINT64_MAX - digit) / 10)
            return false;
        sum = sum * 10 + digit;
    }
    *value = sum;
    return true;
}

bool number_real(const char *text, double *value) {
    if (*text == '\0' || text[strspn(text, "0123456789.eE+-")] != '\0')
        return false;
    char *end;
    const double number = strtod(text, &end);
    if (*end != '\0' || !isfinite(number))
        return false;
    *value = number;
    return true;
}

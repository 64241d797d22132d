/* The logarithm of a sum of weighted exponentials, in double. The largest exponent is taken out, so that
 * nothing overflows. */
#ifndef SGNS_TRAIN_LOG_SUM_H
#define SGNS_TRAIN_LOG_SUM_H

#include <math.h>

/* Start with LOG_SUM_EMPTY. */
struct log_sum {
    double max, sum;
};

#define LOG_SUM_EMPTY ((struct log_sum){.max = -1e300})

static inline void log_sum_add(struct log_sum *to, double exponent, double weight) {
    const double max = fmax(to->max, exponent);
    to->sum = to->sum * exp(to->max - max) + weight * exp(exponent - max);
    to->max = max;
}

static inline double log_sum_value(const struct log_sum *sum) {
    return sum->max + log(sum->sum);
}

#endif

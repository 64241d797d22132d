#include "cli/shared_options.h"

#include <math.h>

#include "base/threads.h"

size_t option_threads(uint64_t threads) {
    return threads > 0 ? (size_t)threads : threads_usable();
}

double option_min_score(struct option_real threshold) {
    return threshold.given ? threshold.value : -INFINITY;
}

#include "train/measures.h"

#include <math.h>

/* An excess that no training that goes well has, whatever its loss and score (src/EXPERIMENTS.md). */
#define BLOWN_UP 1.0

/* The share of the noise draws of row p that score lower than `pair`. */
static double beaten(const struct batch *batch, size_t p, float pair) {
    const struct kernel_step *step = &batch->step;
    const float *noise = step->noise_scores + p * step->columns;
    double sum = 0;
    for (size_t j = 0; j < step->noise_count; j++)
        sum += (double)batch->draws[j] * (pair > noise[j] ? 1 : pair == noise[j] ? 0.5 : 0);
    return sum / (double)batch->parameters->noise;
}

/* The loss of the same batch by vectors that tell nothing apart. */
static double chance_loss(const struct batch *batch, const struct loss *loss) {
    struct batch blank = *batch;
    blank.step.pairs = blank.step.noise_scores = batch->zeros;
    return loss->value(&blank);
}

void measures_add_batch(struct measures *sums, const struct batch *batch, const struct loss *loss) {
    const size_t band = batch->step.band_columns;
    sums->loss += loss->value(batch);
    sums->chance += chance_loss(batch, loss);
    if (loss->violations != NULL)
        sums->violations += loss->violations(batch);
    for (size_t i = 0; i < batch->step.rows * band; i++)
        if (batch->pair_weights[i] > 0)
            sums->accuracy += (double)batch->pair_weights[i] * beaten(batch, i / band, batch->step.pairs[i]);
    sums->pairs += batch->pairs;
}

void measures_add(struct measures *sums, const struct measures *other) {
    sums->loss += other->loss;
    sums->chance += other->chance;
    sums->accuracy += other->accuracy;
    sums->violations += other->violations;
    sums->pairs += other->pairs;
}

void measures_decay(struct measures *sums, double keep) {
    sums->loss *= keep;
    sums->chance *= keep;
    sums->accuracy *= keep;
    sums->violations *= keep;
    sums->pairs *= keep;
}

struct measures measures_mean(const struct measures *sums) {
    if (!(sums->pairs > 0))
        return (struct measures){.pairs = 0};
    return (struct measures){.loss = sums->loss / sums->pairs,
                             .chance = sums->chance / sums->pairs,
                             .accuracy = sums->accuracy / sums->pairs,
                             .violations = sums->violations / sums->pairs,
                             .pairs = 1};
}

double measures_excess(const struct measures *mean) {
    return (mean->loss - mean->chance) / fmax(fabs(mean->chance), 1);
}

bool measures_blown_up(const struct measures *sums, const struct score *score) {
    const struct measures mean = measures_mean(sums);
    const bool bounded = score->min > -INFINITY && score->max < INFINITY;
    return !bounded && mean.pairs > 0 && measures_excess(&mean) > BLOWN_UP;
}

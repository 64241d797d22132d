#include "train/measures.h"

/* The share of the noise draws of row p that score lower than `pair`. */
static double beaten(const struct batch *batch, size_t p, float pair) {
    const struct kernel_step *step = &batch->step;
    const float *noise = step->noise_scores + p * step->columns;
    double sum = 0;
    for (size_t j = 0; j < step->noise_count; j++)
        sum += (double)batch->draws[j] * (pair > noise[j] ? 1 : pair == noise[j] ? 0.5 : 0);
    return sum / (double)batch->parameters->noise;
}

void measures_add_batch(struct measures *sums, const struct batch *batch, const struct loss *loss) {
    const size_t band = batch->step.band_columns;
    sums->loss += loss->value(batch);
    if (loss->violations != NULL)
        sums->violations += loss->violations(batch);
    for (size_t i = 0; i < batch->step.rows * band; i++)
        if (batch->pair_weights[i] > 0)
            sums->accuracy += (double)batch->pair_weights[i] * beaten(batch, i / band, batch->step.pairs[i]);
    sums->pairs += batch->pairs;
}

void measures_add(struct measures *sums, const struct measures *other) {
    sums->loss += other->loss;
    sums->accuracy += other->accuracy;
    sums->violations += other->violations;
    sums->pairs += other->pairs;
}

void measures_decay(struct measures *sums, double keep) {
    sums->loss *= keep;
    sums->accuracy *= keep;
    sums->violations *= keep;
    sums->pairs *= keep;
}

struct measures measures_mean(const struct measures *sums) {
    if (!(sums->pairs > 0))
        return (struct measures){.pairs = 0};
    return (struct measures){.loss = sums->loss / sums->pairs,
                             .accuracy = sums->accuracy / sums->pairs,
                             .violations = sums->violations / sums->pairs,
                             .pairs = 1};
}

/* The algorithm. train/batch.c chooses a block of words, their contexts, and a shared set of noise words; a
 * step scores every center against its contexts and the noise, asks the loss for gradients, and updates every
 * row. */
#include "train/step.h"

static void step(const struct training *training, const struct batch *batch, double alpha,
                 struct loss_sum *loss) {
    const struct kernel *kernel = training->kernel;
    const struct score *score = training->score;
    kernel->scores(&batch->step);
    if (score->apply != NULL)
        score->apply(batch, kernel);
    if (loss != NULL) {
        loss->loss += training->loss->value(batch);
        loss->pairs += batch->pairs;
    }
    training->loss->gradient(batch, kernel);
    if (score->backprop != NULL)
        score->backprop(batch, kernel);
    kernel->update(&batch->step, (float)-alpha);
}

size_t train_block(const struct training *training, struct batcher *batcher, size_t at, double alpha,
                   struct rng *rng, struct loss_sum *loss) {
    for (size_t pass = 0; pass < batcher_passes(batcher); pass++) {
        const struct batch *batch = batcher_next(batcher, at, pass, rng);
        if (batch->pairs > 0)
            step(training, batch, alpha, pass == 0 ? loss : NULL);
    }
    return batcher_length(batcher);
}

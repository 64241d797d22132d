/* The algorithm. train/batch.c chooses a block of words, their contexts, and a shared set of noise words; a
 * step scores every center against its contexts and the noise, asks the loss for gradients, and updates every
 * row. */
#include "train/step.h"

/* The squared norms of all rows, for scores that need them. */
static void square_rows(const struct kernel *kernel, const struct batch *batch) {
    const struct kernel_step *step = &batch->step;
    kernel->squares(step->centers, step->rows, step->dim, batch->center_squares);
    kernel->squares(step->contexts, step->rows + 2 * step->window, step->dim, batch->context_squares);
    kernel->squares(step->noise, step->columns, step->dim, batch->noise_squares);
}

static void step(const struct training *training, const struct batch *batch, double alpha,
                 struct measures *measures) {
    const struct kernel *kernel = training->kernel;
    const struct score *score = training->score;
    kernel->scores(&batch->step);
    if (score->squares)
        square_rows(kernel, batch);
    score->apply(batch, kernel);
    if (measures != NULL)
        measures_add_batch(measures, batch, training->loss);
    training->loss->gradient(batch, kernel);
    score->backprop(batch);
    kernel->update(&batch->step, (float)-alpha);
}

size_t train_block(const struct training *training, struct batcher *batcher, size_t at, double alpha,
                   struct rng *rng, struct measures *measures) {
    for (size_t pass = 0; pass < batcher_passes(batcher); pass++) {
        const struct batch *batch = batcher_next(batcher, at, pass, rng);
        if (batch->pairs > 0)
            step(training, batch, alpha, pass == 0 ? measures : NULL);
    }
    return batcher_length(batcher);
}

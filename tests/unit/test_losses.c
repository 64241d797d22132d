/* Every loss and score in the tables, without knowing which ones there are: compares gradients with central
 * differences of the loss, in double. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "harness.h"
#include "kernels/registry.h"
#include "plain_batch.h"
#include "train/losses.h"
#include "train/scores.h"

#define ROWS ((size_t)3)
#define BAND 16
#define COLUMNS 32
#define NOISE 20

static const struct parameters plain = {.dim = PLAIN_DIM,
                                        .window = PLAIN_WINDOW,
                                        .negative = 5,
                                        .noise = 24,
                                        .temperature = {true, 0.5},
                                        .margin = {true, PLAIN_MARGIN}};

/* A loss with each of its options. */
enum variant { PLAIN, HARD, LOG_Q, IN, VARIANTS };

static bool has_variant(const struct loss *loss, enum variant variant) {
    return variant == PLAIN || (variant == HARD && loss->hard) || (variant == LOG_Q && loss->log_q) ||
           (variant == IN && loss->labels);
}

static struct parameters parameters_of(enum variant variant) {
    struct parameters parameters = plain;
    parameters.hard = variant == HARD;
    parameters.log_q = variant == LOG_Q;
    parameters.supcon = variant == IN ? SUPCON_IN : SUPCON_OUT;
    return parameters;
}

/* A batch of random scores. */
struct example {
    _Alignas(64) float pairs[ROWS * BAND], pair_weights[ROWS * BAND], pair_log_noise[ROWS * BAND];
    _Alignas(64) float noise[ROWS * COLUMNS], noise_log_noise[COLUMNS];
    _Alignas(64) float noise_weights[ROWS * COLUMNS], label_weights[ROWS * COLUMNS],
        kept_noise[ROWS * COLUMNS];
    _Alignas(64) float row_pairs[ROWS], draws[COLUMNS];
};

/* Scores are multiples of 2^-8 and the step is 2^-10, so that score +- step is exact in float. The margin is
 * at least 2^-9 from any difference of scores, so that a step never crosses the kink of a hinge. */
#define STEP 0x1p-10f

static float random_score(struct rng *rng) {
    return ((float)rng_below(rng, 2048) - 1024) * 0x1p-8f;
}

static struct batch batch_of(struct example *example, const struct parameters *parameters) {
    return (struct batch){.step = {.rows = ROWS,
                                   .band_columns = BAND,
                                   .pairs = example->pairs,
                                   .noise_count = NOISE,
                                   .columns = COLUMNS,
                                   .noise_scores = example->noise},
                          .parameters = parameters,
                          .pairs = 9,
                          .pair_weights = example->pair_weights,
                          .row_pairs = example->row_pairs,
                          .draws = example->draws,
                          .noise_weights = example->noise_weights,
                          .label_weights = example->label_weights,
                          .kept_noise = example->kept_noise,
                          .pair_log_noise = example->pair_log_noise,
                          .noise_log_noise = example->noise_log_noise};
}

/* The second row has no pairs. */
static void make_example(struct example *example, struct rng *rng) {
    memset(example, 0, sizeof *example);
    const size_t counts[ROWS] = {4, 0, 5};
    for (size_t p = 0; p < ROWS; p++) {
        for (size_t k = 0; k < BAND; k++) {
            example->pairs[p * BAND + k] = random_score(rng);
            example->pair_weights[p * BAND + k] = k >= 3 && k < 3 + counts[p] ? 1 / (float)(k - 2) : 0;
            example->row_pairs[p] += example->pair_weights[p * BAND + k];
            example->pair_log_noise[p * BAND + k] = -5 * rng_unit(rng);
        }
        for (size_t j = 0; j < NOISE; j++)
            example->noise[p * COLUMNS + j] = random_score(rng);
    }
    for (size_t j = 0; j < NOISE; j++) {
        example->noise_log_noise[j] = -5 * rng_unit(rng);
        example->draws[j] = j < 4 ? 2 : 1;
    }
    /* Of the noise words, one shares the label of the first center. The last three are labeled words, which
     * are no noise: two share that label, one has another. */
    for (size_t i = 0; i < ROWS * COLUMNS; i++)
        example->noise_weights[i] = i == 5 ? 0 : example->draws[i % COLUMNS];
    for (size_t j = NOISE - 3; j < NOISE; j++) {
        for (size_t p = 0; p < ROWS; p++)
            example->noise_weights[p * COLUMNS + j] = 0;
        example->label_weights[j] = j == NOISE - 3 ? -1 : 0.4f * example->row_pairs[0];
        example->draws[j] = 0;
    }
}

static double slope(const struct loss *loss, const struct batch *batch, float *score) {
    const float value = *score;
    *score = value + STEP;
    const double above = loss->value(batch);
    *score = value - STEP;
    const double below = loss->value(batch);
    *score = value;
    return (above - below) / (2 * (double)STEP);
}

/* The third derivative of softplus is below 0.1, so the error of the differences is at most 0.1 / 6 step^2
 * weight, about 2e-6. The logistic function of a kernel adds up to a sixteenth of the rounding error of its
 * weights, times weights up to 4. */
static void check_gradient(struct test *test, const struct loss *loss, enum variant variant,
                           const struct kernel *kernel) {
    const struct parameters parameters = parameters_of(variant);
    const double bound = 1e-5 +
                         (kernel->weight_roundoff > 1e-6f ? (double)kernel->weight_roundoff / 16 * 4 : 0);
    struct rng rng = rng_seed(5, 7);
    struct example example, changed;
    make_example(&example, &rng);
    changed = example;
    const struct batch batch = batch_of(&example, &parameters), gradient = batch_of(&changed, &parameters);
    loss->gradient(&gradient, kernel);
    for (size_t i = 0; i < ROWS * BAND; i++) {
        const double expected = slope(loss, &batch, &example.pairs[i]);
        CHECK_MSG(test, fabs((double)changed.pairs[i] - expected) < bound, "%s, pair %zu: %g, not %g",
                  loss->name, i, (double)changed.pairs[i], expected);
        if (example.pair_weights[i] == 0)
            CHECK(test, changed.pairs[i] == 0);
    }
    for (size_t i = 0; i < ROWS * COLUMNS; i++) {
        const double expected = i % COLUMNS < NOISE ? slope(loss, &batch, &example.noise[i]) : 0;
        CHECK_MSG(test, fabs((double)changed.noise[i] - expected) < bound, "%s, noise %zu: %g, not %g",
                  loss->name, i, (double)changed.noise[i], expected);
    }
}

static void test_gradients(struct test *test) {
    const struct kernel *kernel;
    const struct loss *loss;
    for (size_t i = 0; (kernel = kernel_at(i)) != NULL; i++)
        for (size_t l = 0; (loss = loss_at(l)) != NULL; l++)
            for (enum variant variant = PLAIN; variant < VARIANTS; variant++)
                if (has_variant(loss, variant))
                    check_gradient(test, loss, variant, kernel);
}

/* --- through the scores, to the rows --- */

static void random_rows(struct plain_rows *rows, struct rng *rng) {
    for (size_t w = 0; w < PLAIN_VOCAB; w++)
        for (size_t d = 0; d < PLAIN_DIM; d++) {
            rows->input[w][d] = (double)rng_unit(rng) - 0.5;
            rows->output[w][d] = (double)rng_unit(rng) - 0.5;
        }
}

static double value_of(struct plain_batch *batch, const struct plain_rows *rows, const struct loss *loss,
                       const struct score *score) {
    plain_score(batch, rows, score);
    return loss->value(&batch->batch);
}

/* Scores are floats, so the error of a difference of losses is about 2^-24 per score. Divided by the step,
 * that is at most 1e-4, and so is the contribution of the third derivatives. Within a step of the kink of a
 * hinge (`kinks`) the slopes to both sides differ, and the gradient is between them, up to half a step of
 * curvature. */
static bool is_slope(double slope, double below, double middle, double above, double step, bool kinks) {
    const double left = (middle - below) / step, right = (above - middle) / step;
    const double central = (left + right) / 2, bound = kinks ? 30 * step : 0;
    return fabs(slope - central) < 1e-3 + 1e-3 * fabs(central) ||
           (slope > fmin(left, right) - bound && slope < fmax(left, right) + bound && kinks);
}

static void check_rows(struct test *test, const struct loss *loss, enum variant variant,
                       const struct score *score, const struct kernel *kernel) {
    const struct parameters parameters = parameters_of(variant);
    struct rng rng = rng_seed(8, 1);
    struct plain_rows rows, gradient = {{{0}}, {{0}}};
    uint32_t words[10], begin[10], end[10], drawn[24];
    float log_noise[PLAIN_VOCAB];
    random_rows(&rows, &rng);
    for (uint32_t p = 0; p < 10; p++) {
        words[p] = rng_below(&rng, (uint32_t)PLAIN_VOCAB);
        begin[p] = p > PLAIN_WINDOW ? p - (uint32_t)PLAIN_WINDOW : 0;
        end[p] = p + PLAIN_WINDOW < 10 ? p + (uint32_t)PLAIN_WINDOW + 1 : 10;
    }
    for (size_t i = 0; i < 24; i++)
        drawn[i] = rng_below(&rng, (uint32_t)PLAIN_VOCAB);
    for (size_t w = 0; w < PLAIN_VOCAB; w++)
        log_noise[w] = -4 * rng_unit(&rng);
    const struct passage passage = {words, begin, end, 10};
    struct plain_batch batch;
    plain_batch_create(&batch, &parameters, &passage, 2, 5, drawn, log_noise);
    plain_score(&batch, &rows, score);
    plain_gradient(&batch, &rows, loss, score, kernel, &gradient, NULL);
    double *value = &rows.input[0][0], *expected = &gradient.input[0][0];
    const double step = 1e-3;
    for (size_t i = 0; i < sizeof rows / sizeof *value; i++) {
        const double old = value[i];
        value[i] = old + step;
        const double above = value_of(&batch, &rows, loss, score);
        value[i] = old - step;
        const double below = value_of(&batch, &rows, loss, score);
        value[i] = old;
        const double middle = value_of(&batch, &rows, loss, score);
        CHECK_MSG(test, is_slope(expected[i], below, middle, above, step, loss->violations != NULL),
                  "%s x %s, %zu: %g, not %g to %g", loss->name, score->name, i, expected[i],
                  (middle - below) / step, (above - middle) / step);
    }
}

static void test_losses_by_scores(struct test *test) {
    const struct loss *loss;
    const struct score *score;
    size_t last = 0;
    while (kernel_at(last + 1) != NULL) /* the scalar kernel, which has the smallest rounding errors */
        last++;
    for (size_t l = 0; (loss = loss_at(l)) != NULL; l++)
        for (size_t s = 0; (score = score_at(s)) != NULL; s++)
            for (enum variant variant = PLAIN; variant < VARIANTS; variant++)
                if (has_variant(loss, variant))
                    check_rows(test, loss, variant, score, kernel_at(last));
}

/* --- by hand, and at the extremes --- */

/* One pair and one noise word, with two draws. */
struct tiny {
    _Alignas(64) float pairs[16], pair_weights[16], pair_log_noise[16];
    _Alignas(64) float noise[16], noise_log_noise[16], row_pairs[1], draws[16], noise_weights[16],
        label_weights[16], kept_noise[16];
    struct parameters parameters;
    struct batch batch;
};

static void make_tiny(struct tiny *tiny, float pair, float noise, float log_noise) {
    *tiny = (struct tiny){
        .pairs = {pair},
        .pair_weights = {1},
        .pair_log_noise = {log_noise},
        .noise = {noise},
        .noise_log_noise = {log_noise},
        .row_pairs = {1},
        .draws = {2},
        .noise_weights = {2},
        .parameters = {.negative = 5, .noise = 2, .temperature = {true, 1}, .margin = {true, 1}}};
    tiny->batch = (struct batch){.step = {.rows = 1,
                                          .band_columns = 16,
                                          .pairs = tiny->pairs,
                                          .noise_count = 1,
                                          .columns = 16,
                                          .noise_scores = tiny->noise},
                                 .parameters = &tiny->parameters,
                                 .pairs = 1,
                                 .pair_weights = tiny->pair_weights,
                                 .row_pairs = tiny->row_pairs,
                                 .draws = tiny->draws,
                                 .noise_weights = tiny->noise_weights,
                                 .label_weights = tiny->label_weights,
                                 .kept_noise = tiny->kept_noise,
                                 .pair_log_noise = tiny->pair_log_noise,
                                 .noise_log_noise = tiny->noise_log_noise};
}

/* A pair with score 0 costs log 2, and so does each of the K = 5 negatives. */
static void test_loss_by_hand(struct test *test) {
    struct tiny tiny;
    make_tiny(&tiny, 0, 0, 1);
    CHECK(test, fabs(loss_sgns.value(&tiny.batch) - 6 * log(2)) < 1e-12);
    const double expected = log(1 + exp(1)) + 5 * log(1 + exp(-1));
    CHECK(test, fabs(loss_nce.value(&tiny.batch) - expected) < 1e-12);
}

static void test_extreme_scores(struct test *test) {
    const struct loss *loss;
    for (size_t l = 0; (loss = loss_at(l)) != NULL; l++) {
        struct tiny tiny;
        make_tiny(&tiny, -1e6f, 1e6f, 0);
        CHECK_MSG(test, isfinite(loss->value(&tiny.batch)) && loss->value(&tiny.batch) > 0, "%s", loss->name);
        loss->gradient(&tiny.batch, kernel_at(0));
        CHECK_MSG(test, isfinite(tiny.pairs[0]) && tiny.pairs[0] < 0, "%s", loss->name);
        CHECK_MSG(test, isfinite(tiny.noise[0]) && tiny.noise[0] > 0, "%s", loss->name);
    }
    struct tiny tiny;
    make_tiny(&tiny, -1e6f, 1e6f, 0);
    CHECK(test, fabs(loss_sgns.value(&tiny.batch) - 6e6) < 1);
    loss_sgns.gradient(&tiny.batch, kernel_at(0));
    CHECK(test, fabsf(tiny.pairs[0] + 1) < 1e-6f && fabsf(tiny.noise[0] - 5) < 1e-5f);
}

/* Options, help and errors list what is in the tables. */
static void test_tables(struct test *test) {
    const struct loss *loss;
    const struct score *score;
    size_t l = 0;
    for (; (loss = loss_at(l)) != NULL; l++) {
        CHECK(test, loss_names[l] != NULL && strcmp(loss_names[l], loss->name) == 0);
        CHECK(test, strlen(loss_help(l)) > 0 && loss->source != NULL);
        const struct loss_limits limits = loss->limits(&plain);
        CHECK(test, limits.center > 0 && limits.context > 0 && limits.noise > 0);
    }
    CHECK(test, l >= 2 && loss_names[l] == NULL);
    for (size_t s = 0; (score = score_at(s)) != NULL; s++)
        CHECK(test, score->name != NULL && score->help != NULL && score->source != NULL);
}

static const struct test_case cases[] = {
    {"losses: gradients are the slopes of the losses", test_gradients},
    {"losses: with every score, gradients are the slopes by the rows", test_losses_by_scores},
    {"losses: values computed by hand", test_loss_by_hand},
    {"losses: huge scores neither overflow nor give NaN", test_extreme_scores},
    {"losses: the tables agree with the options", test_tables},
};
TEST_MAIN(cases)

#include "train/batch.h"

#include <string.h>

#include "base/race.h"

#define ROWS_MAX KERNEL_ROWS_MAX

/* Steps that share their noise words. Each step computes its scores anew, so step sizes stay bounded; what is
 * saved is drawing the words and waiting for their rows (measured in src/EXPERIMENTS.md). */
#define NOISE_STEPS 4

/* Context rows are indexed by position in the passage, counted from `window` words before its first word. */
struct batcher {
    const struct training *training;
    bfloat16 *input[2], *output[2]; /* [0]: the matrix; [1]: the thread's replica */
    size_t replica_words;           /* words with lower ids have rows in the replica */
    const struct passage *passage;
    const struct step_limits *limits; /* of the passage */
    size_t fetched;                   /* words of the passage whose rows have been requested */
    size_t next_length;               /* words of the next block; 0: not known yet */
    size_t length;      /* words of the block; if odd, the step has one more row, without weights */
    struct batch batch; /* its arrays are this batcher's */

    bfloat16 **centers;  /* (passage + 1) rows of the words of the passage; zeros at the end */
    bfloat16 **contexts; /* (passage + 2 window + 3) the same from `window` words before; zeros outside */
    bfloat16 **noise;    /* (columns) */
    bfloat16 **ahead;    /* (2 ROWS_MAX + noise words) */
    bfloat16 *zeros;     /* (stride) stands in for missing rows */

    float *weights; /* (2, band_columns) weights of the contexts in the band of an even and of an odd row */
    double *weight_sums; /* (window + 1) sums of the pair weights up to a distance, on one side */

    size_t noise_steps;    /* steps left for the current noise words */
    size_t distinct;       /* noise words; those of labels follow */
    size_t draws_max;      /* the most draws of one noise word */
    uint32_t *noise_words; /* (columns) ids */

    uint32_t *drawn;        /* (noise words) the next noise words, whose rows are being fetched */
    struct noise_aim *aims; /* (noise words) the draws after those */
    uint32_t *draw_table;   /* (draw_slots) hash table of column + 1, to find words drawn twice */
    size_t draw_slots;      /* a power of two */

    struct batch_work work;
};

/* --- the workspace --- */

static void lay_out_score_arrays(struct batch *batch, struct workspace *workspace, size_t columns,
                                 size_t contexts) {
    batch->center_squares = workspace_take(workspace, kernel_floats(ROWS_MAX), sizeof(float));
    batch->context_squares = workspace_take(workspace, kernel_floats(contexts), sizeof(float));
    batch->noise_squares = workspace_take(workspace, columns, sizeof(float));
    batch->step.center_self = batch->center_self = workspace_take(workspace, ROWS_MAX, sizeof(float));
    batch->step.context_self = batch->context_self = workspace_take(workspace, contexts, sizeof(float));
    batch->step.noise_self = batch->noise_self = workspace_take(workspace, columns, sizeof(float));
}

/* The most columns of noise scores. */
static size_t columns_max(const struct training *training) {
    return kernel_floats((size_t)training->parameters->noise +
                         (training->loss->labels ? LABEL_WORDS_MAX : 0));
}

static void lay_out_batch(struct batch *batch, struct workspace *workspace, const struct training *training) {
    const struct parameters *parameters = training->parameters;
    struct kernel_step *step = &batch->step;
    const size_t window = (size_t)parameters->window, columns = columns_max(training);
    batch->parameters = parameters;
    step->dim = (size_t)parameters->dim;
    step->window = window;
    step->band_columns = kernel_floats(2 * window + 2);
    const size_t band = ROWS_MAX * step->band_columns, contexts = ROWS_MAX + 2 * window + 2;
    step->pairs = workspace_take(workspace, band, sizeof(float));
    step->noise_scores = workspace_take(workspace, ROWS_MAX * columns, sizeof(float));
    step->workspace = workspace_take(
        workspace, kernel_workspace(ROWS_MAX, contexts, columns, step->band_columns, step->dim),
        sizeof(float));
    batch->pair_weights = workspace_take(workspace, band, sizeof(float));
    batch->row_pairs = workspace_take(workspace, ROWS_MAX, sizeof(float));
    batch->draws = workspace_take(workspace, columns, sizeof(float));
    batch->zeros = workspace_take(
        workspace, ROWS_MAX * (columns > step->band_columns ? columns : step->band_columns), sizeof(float));
    if (loss_needs_log_noise(training->loss, parameters)) {
        batch->pair_log_noise = workspace_take(workspace, band, sizeof(float));
        batch->noise_log_noise = workspace_take(workspace, columns, sizeof(float));
    }
    if (training->loss->labels) {
        batch->noise_weights = workspace_take(workspace, ROWS_MAX * columns, sizeof(float));
        batch->label_weights = workspace_take(workspace, ROWS_MAX * columns, sizeof(float));
    }
    if (training->score->keeps)
        batch->kept_pairs = workspace_take(workspace, band, sizeof(float));
    if (training->score->keeps || training->loss->labels)
        batch->kept_noise = workspace_take(workspace, ROWS_MAX * columns, sizeof(float));
    if (training->score->squares)
        lay_out_score_arrays(batch, workspace, columns, contexts);
}

static void lay_out_rows(struct batcher *batcher, struct workspace *workspace, size_t passage_max) {
    const struct parameters *parameters = batcher->training->parameters;
    const size_t window = (size_t)parameters->window, words = (size_t)parameters->noise;
    const size_t columns = columns_max(batcher->training);
    batcher->zeros = workspace_take(workspace, batcher->training->stride, sizeof(bfloat16));
    batcher->noise_words = workspace_take(workspace, columns, sizeof(uint32_t));
    batcher->drawn = workspace_take(workspace, words, sizeof(uint32_t));
    batcher->aims = workspace_take(workspace, words, sizeof(struct noise_aim));
    for (batcher->draw_slots = 64; batcher->draw_slots < 2 * words;)
        batcher->draw_slots *= 2;
    batcher->draw_table = workspace_take(workspace, batcher->draw_slots, sizeof(uint32_t));
    batcher->noise = workspace_take(workspace, columns, sizeof(bfloat16 *));
    batcher->ahead = workspace_take(workspace, 2 * ROWS_MAX + words, sizeof(bfloat16 *));
    batcher->weights = workspace_take(workspace, 2 * batcher->batch.step.band_columns, sizeof(float));
    batcher->weight_sums = workspace_take(workspace, window + 1, sizeof(double));
    batcher->centers = workspace_take(workspace, passage_max + 1, sizeof(bfloat16 *));
    batcher->contexts = workspace_take(workspace, passage_max + 2 * window + 3, sizeof(bfloat16 *));
}

/* In the band of an even row the center is context `window`; in that of an odd row it is the next one. */
static void fill_weights(struct batcher *batcher) {
    const struct parameters *parameters = batcher->training->parameters;
    const size_t window = (size_t)parameters->window, columns = batcher->batch.step.band_columns;
    for (size_t d = 1; d <= window; d++) {
        const double weight = parameters_pair_weight(parameters, d);
        batcher->weight_sums[d] = batcher->weight_sums[d - 1] + weight;
        for (size_t odd = 0; odd < 2; odd++) {
            float *center = batcher->weights + odd * columns + window + odd;
            center[-(ptrdiff_t)d] = center[d] = (float)weight;
        }
    }
}

struct batcher *batcher_lay_out(struct workspace *workspace, const struct training *training,
                                const struct replica *replica, size_t passage_max) {
    struct batcher *batcher = workspace_take(workspace, 1, sizeof *batcher);
    struct batcher plan = {.training = training,
                           .input = {training->input, replica->input},
                           .output = {training->output, replica->output},
                           .replica_words = replica->count};
    lay_out_batch(&plan.batch, workspace, training);
    lay_out_rows(&plan, workspace, passage_max);
    if (batcher == NULL)
        return NULL;
    for (size_t s = 0; s < training->parameters->window; s++)
        plan.contexts[s] = plan.zeros;
    fill_weights(&plan);
    plan.batch.step.noise = plan.noise;
    plan.batch.step.ahead = plan.ahead;
    *batcher = plan;
    return batcher;
}

/* --- rows, and fetching them before they are needed --- */

/* Uses a table, not a branch: no processor can predict which words are frequent. */
static bfloat16 *input_row(const struct batcher *batcher, uint32_t word) {
    return batcher->input[word < batcher->replica_words] + word * batcher->training->stride;
}

static bfloat16 *output_row(const struct batcher *batcher, uint32_t word) {
    return batcher->output[word < batcher->replica_words] + word * batcher->training->stride;
}

static void add_ahead(struct batcher *batcher, bfloat16 *const *rows, size_t first, size_t end) {
    if (first >= end)
        return;
    memcpy(batcher->ahead + batcher->batch.step.ahead_count, rows + first, (end - first) * sizeof *rows);
    batcher->batch.step.ahead_count += end - first;
}

/* Lists the rows that a block of up to `length` words from `at` on needs. Each row is requested once. */
static void list_ahead(struct batcher *batcher, size_t at, size_t length) {
    const size_t size = batcher->passage->size, window = batcher->batch.step.window;
    const size_t first = at > batcher->fetched ? at : batcher->fetched;
    const size_t end = at + length < size ? at + length : size;
    if (first >= end)
        return;
    add_ahead(batcher, batcher->centers, first, end);
    add_ahead(batcher, batcher->contexts, first + 2 * window,
              end + window < size ? end + 2 * window : size + window);
    batcher->fetched = end;
}

/* --- noise words --- */

/* Takes the next N noise words, whose rows then arrive from memory in time, and aims at the N after them. */
static void draw_ahead(struct batcher *batcher, struct rng *rng) {
    const struct noise *noise = batcher->training->noise;
    const size_t words = (size_t)batcher->batch.parameters->noise;
    noise_take(noise, batcher->aims, batcher->drawn, words);
    noise_aim(noise, rng, batcher->aims, words);
    for (size_t i = 0; i < words; i++)
        batcher->ahead[batcher->batch.step.ahead_count++] = output_row(batcher, batcher->drawn[i]);
}

/* `count` words are listed; columns up to a full vector have stand-ins. */
static void end_noise(struct batcher *batcher, size_t count) {
    struct kernel_step *step = &batcher->batch.step;
    step->noise_count = count;
    step->columns = kernel_floats(count);
    for (size_t j = count; j < step->columns; j++) {
        batcher->noise[j] = batcher->zeros;
        batcher->batch.draws[j] = 0;
    }
}

/* Lists the noise words drawn ahead. A word drawn more than once is one row that counts more. Returns the
 * most draws of one word. */
static size_t list_noise(struct batcher *batcher) {
    float *draws = batcher->batch.draws, max = 1;
    memset(batcher->draw_table, 0, batcher->draw_slots * sizeof *batcher->draw_table);
    size_t count = 0;
    for (size_t i = 0; i < batcher->batch.parameters->noise; i++) {
        const uint32_t id = batcher->drawn[i];
        size_t at = (id * UINT32_C(0x9e3779b1)) >> 7 & (batcher->draw_slots - 1);
        while (batcher->draw_table[at] != 0 && batcher->noise_words[batcher->draw_table[at] - 1] != id)
            at = (at + 1) & (batcher->draw_slots - 1);
        if (batcher->draw_table[at] == 0) {
            batcher->noise_words[count] = id;
            batcher->noise[count] = output_row(batcher, id);
            draws[count] = 1;
            batcher->draw_table[at] = (uint32_t)++count;
        } else {
            const float again = draws[batcher->draw_table[at] - 1] += 1;
            max = again > max ? again : max;
        }
    }
    batcher->distinct = count;
    end_noise(batcher, count);
    return (size_t)max;
}

/* --- the words of a block --- */

/* Has the word at `p` already occurred in the block that starts at `at` as often as allowed? */
static bool repeats(const struct passage *passage, size_t at, size_t p, size_t occurrences) {
    size_t before = 0;
    for (size_t q = at; q < p; q++)
        before += passage->words[q] == passage->words[p];
    return before >= occurrences;
}

/* The sum of the pair weights of word `p` of the passage. */
static double pairs_of(const struct batcher *batcher, size_t p) {
    const struct passage *passage = batcher->passage;
    return batcher->weight_sums[p - passage->window_begin[p]] +
           batcher->weight_sums[passage->window_end[p] - p - 1];
}

/* How many words the block takes. It ends before a word that would occur in it too often, or whose pairs
 * would be too many for a noise word drawn `draws` times; and its length is even where possible, as steps
 * need an even number of rows. */
static size_t choose_length(const struct batcher *batcher, size_t at, size_t draws) {
    const struct passage *passage = batcher->passage;
    const struct step_limits *limits = batcher->limits;
    const size_t left = passage->size - at, max = left < ROWS_MAX ? left : ROWS_MAX;
    const size_t pairs_max = limits->pairs / draws; /* rounded down */
    const double sum_max = (double)pairs_max;
    double pairs = 0;
    uint8_t seen[256] = {0}; /* words seen with each low byte, so that few need a search */
    for (size_t p = 0; p < max; p++) {
        pairs += pairs_of(batcher, at + p);
        const bool maybe = seen[passage->words[at + p] % sizeof seen]++ >= limits->occurrences;
        if (p > 0 && (pairs > sum_max || (maybe && repeats(passage, at, at + p, limits->occurrences))))
            return p > 1 ? p / 2 * 2 : 1;
    }
    return max;
}

static void take_words(struct batcher *batcher, size_t at) {
    struct kernel_step *step = &batcher->batch.step;
    const size_t length = batcher->next_length != 0 ? batcher->next_length
                                                    : choose_length(batcher, at, batcher->draws_max);
    batcher->length = length;
    step->rows = length + length % 2;
    step->centers = batcher->centers + at;
    step->contexts = batcher->contexts + at;
}

/* Lists the rows of the block that starts at `at`. Its length depends on its noise words. Until those are
 * listed, this assumes that none is drawn twice, and the block may turn out shorter. */
static void look_ahead(struct batcher *batcher, size_t at) {
    const bool known = batcher->noise_steps > 0;
    const size_t length = choose_length(batcher, at, known ? batcher->draws_max : 1);
    batcher->next_length = known ? length : 0;
    list_ahead(batcher, at, length);
}

/* --- pairs and their weights --- */

/* Keeps every `passes`-th pair, starting with pair number `pass`. Returns the sum of their weights. */
static double thin_row(struct batch *batch, size_t p, size_t pass, size_t passes) {
    float *weights = batch->pair_weights + p * batch->step.band_columns;
    size_t turn = passes - pass;
    double sum = 0;
    for (size_t k = 0; k < batch->step.band_columns; k++) {
        if (weights[k] > 0 && turn++ % passes != 0)
            weights[k] = 0;
        sum += (double)weights[k];
    }
    return sum;
}

static void weigh_pairs(struct batcher *batcher, size_t at, size_t pass) {
    struct batch *batch = &batcher->batch;
    const struct kernel_step *step = &batch->step;
    const uint32_t *begin = batcher->passage->window_begin + at, *end = batcher->passage->window_end + at;
    const size_t passes = batcher->limits->passes;
    batcher->training->kernel->weigh_bands(batch->pair_weights, batcher->length, step->band_columns, begin,
                                           end, (uint32_t)(at - step->window), batcher->weights);
    batch->pairs = 0;
    for (size_t p = 0; p < batcher->length; p++) {
        const double pairs = passes > 1 ? thin_row(batch, p, pass, passes) : pairs_of(batcher, at + p);
        batch->row_pairs[p] = (float)pairs;
        batch->pairs += pairs;
        batcher->work.pairs += pass == 0 ? end[p] - begin[p] - 1 : 0;
    }
    if (batcher->length < step->rows) {
        memset(batch->pair_weights + batcher->length * step->band_columns, 0,
               step->band_columns * sizeof *batch->pair_weights);
        batch->row_pairs[batcher->length] = 0;
    }
}

static void list_log_noise(struct batcher *batcher, size_t at) {
    struct batch *batch = &batcher->batch;
    const float *log_noise = batcher->training->log_noise;
    const size_t columns = batch->step.band_columns;
    for (size_t p = 0; p < batcher->length; p++)
        for (size_t k = 0; k < columns; k++)
            if (batch->pair_weights[p * columns + k] > 0)
                batch->pair_log_noise[p * columns + k] =
                    log_noise[batcher->passage->words[at + p / 2 * 2 + k - batch->step.window]];
    for (size_t j = 0; j < batch->step.noise_count; j++)
        batch->noise_log_noise[j] = log_noise[batcher->noise_words[j]];
}

/* --- labels --- */

/* A random word with the label of `word`, and not the word itself; the word itself if there is no other. */
static uint32_t draw_positive(const struct labels *labels, uint32_t word, struct rng *rng) {
    const uint32_t begin = labels->begin[labels->of_word[word]];
    const uint32_t count = labels->begin[labels->of_word[word] + 1] - begin;
    const uint32_t place = rng_below(rng, count);
    const uint32_t positive = labels->members[begin + place];
    return positive != word ? positive : labels->members[begin + (place + 1) % count];
}

static void add_labeled(struct batcher *batcher, size_t column, uint32_t word) {
    batcher->noise_words[column] = word;
    batcher->noise[column] = input_row(batcher, word);
    batcher->batch.draws[column] = 0;
}

/* If a center has a label, appends labeled words: for each such center one with the same label, while there
 * is room, and then any. */
static void add_labeled_words(struct batcher *batcher, size_t at, struct rng *rng) {
    const struct labels *labels = batcher->training->labels;
    const size_t max = batcher->distinct + LABEL_WORDS_MAX;
    size_t count = batcher->distinct;
    for (size_t p = 0; p < batcher->length && count < max; p++) {
        const uint32_t word = batcher->passage->words[at + p];
        if (labels->of_word[word] != 0)
            add_labeled(batcher, count++, draw_positive(labels, word, rng));
    }
    while (count > batcher->distinct && count < max)
        add_labeled(batcher, count++, labels->members[rng_below(rng, (uint32_t)labels->known)]);
    end_noise(batcher, count);
}

/* The weights of row p with this center: noise words that share its label are no noise, and labeled words
 * share its label weight if they share its label. */
static void weigh_columns(struct batcher *batcher, size_t p, uint32_t center) {
    struct batch *batch = &batcher->batch;
    const uint32_t *label_of = batcher->training->labels->of_word;
    const size_t columns = batch->step.columns, count = batch->step.noise_count;
    const uint32_t label = label_of[center];
    float *noise = batch->noise_weights + p * columns, *positives = batch->label_weights + p * columns,
          sum = 0;
    for (size_t j = 0; j < columns; j++) {
        const bool shared = j < count && label != 0 && label_of[batcher->noise_words[j]] == label;
        noise[j] = shared ? 0 : batch->draws[j];
        const bool compared = j >= batcher->distinct && j < count && label != 0 &&
                              batcher->noise_words[j] != center;
        positives[j] = !compared ? 0.0f : shared ? 1.0f : -1.0f;
        sum += positives[j] > 0 ? 1.0f : 0.0f;
    }
    const float share = (float)batch->parameters->label_weight * batch->row_pairs[p] / (sum > 0 ? sum : 1);
    for (size_t j = 0; j < columns; j++)
        positives[j] *= positives[j] > 0 ? share : 1;
}

static void list_labels(struct batcher *batcher, size_t at, struct rng *rng) {
    struct batch *batch = &batcher->batch;
    add_labeled_words(batcher, at, rng);
    for (size_t p = 0; p < batcher->length; p++)
        weigh_columns(batcher, p, batcher->passage->words[at + p]);
    if (batcher->length < batch->step.rows) {
        const size_t row = batcher->length * batch->step.columns, bytes = batch->step.columns * sizeof(float);
        memcpy(batch->noise_weights + row, batch->draws, bytes);
        memset(batch->label_weights + row, 0, bytes);
    }
}

/* --- passages and batches --- */

/* Lists the rows of the words of the passage, in the order in which blocks take them. */
static void list_rows(struct batcher *batcher) {
    const struct passage *passage = batcher->passage;
    const size_t window = batcher->batch.step.window;
    bfloat16 **centers = batcher->centers, **contexts = batcher->contexts + window;
    for (size_t p = 0; p < passage->size; p++) {
        centers[p] = input_row(batcher, passage->words[p]);
        contexts[p] = output_row(batcher, passage->words[p]);
    }
    centers[passage->size] = batcher->zeros;
    for (size_t s = 0; s < window + 3; s++)
        contexts[passage->size + s] = batcher->zeros;
}

void batcher_begin(struct batcher *batcher, const struct passage *passage, const struct step_limits *limits,
                   struct rng *rng) {
    struct kernel_step *step = &batcher->batch.step;
    batcher->passage = passage;
    batcher->limits = limits;
    batcher->noise_steps = 0;
    list_rows(batcher);
    step->ahead_count = 0;
    batcher->fetched = batcher->next_length = 0;
    list_ahead(batcher, 0, ROWS_MAX);
    noise_aim(batcher->training->noise, rng, batcher->aims, (size_t)batcher->batch.parameters->noise);
    draw_ahead(batcher, rng);
    for (size_t i = 0; i < step->ahead_count; i++)
        for (size_t d = 0; d < batcher->training->stride; d += KERNEL_ROW_NUMBERS)
            __builtin_prefetch(batcher->ahead[i] + d);
}

size_t batcher_passes(const struct batcher *batcher) {
    return batcher->limits->passes;
}

const struct batch *batcher_next(struct batcher *batcher, size_t at, size_t pass, struct rng *rng) {
    struct kernel_step *step = &batcher->batch.step;
    if (batcher->noise_steps == 0) {
        batcher->draws_max = list_noise(batcher);
        /* With several passes, each draws its own noise. */
        batcher->noise_steps = batcher->limits->passes > 1 ? 1 : NOISE_STEPS;
    }
    batcher->noise_steps--;
    if (pass == 0) {
        take_words(batcher, at);
        batcher->work.words += batcher->length;
    }
    weigh_pairs(batcher, at, pass);
    if (batcher->training->labels != NULL)
        list_labels(batcher, at, rng);
    if (batcher->batch.pair_log_noise != NULL)
        list_log_noise(batcher, at);
    step->ahead_count = 0;
    if (pass == 0)
        look_ahead(batcher, at + batcher->length);
    if (batcher->noise_steps == 0)
        draw_ahead(batcher, rng);
    batcher->work.rows += step->ahead_count;
    return &batcher->batch;
}

size_t batcher_length(const struct batcher *batcher) {
    return batcher->length;
}

struct batch_work batcher_work(const struct batcher *batcher) {
    return batcher->work;
}

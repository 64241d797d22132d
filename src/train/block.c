/* The whole algorithm; read block_train at the end first. */
#include "train/block.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/race.h"

#define ROWS_MOST PACE_LENGTH_MOST

/* One step of a block: some input rows, pairs of them with context rows, noise rows. A context row is known
 * by its slot: its position in the passage, counted from the first position that the block can reach. */
struct block {
    const struct block_settings *settings;
    const struct passage *passage;

    size_t rows;                       /* P: words of the block */
    float *input_rows[ROWS_MOST];      /* into the matrix */
    float *inputs;                     /* (ROWS_MOST, stride): their values before the step */
    const float *inputs_of[ROWS_MOST]; /* row p of `inputs` */

    size_t slots;      /* P + 2 window, or fewer at the passage's ends */
    size_t shift;      /* row p's own slot is p + shift */
    float **slot_rows; /* (slots) into the matrix */

    unsigned starts[ROWS_MOST + 1]; /* row p's pairs: starts[p] .. starts[p + 1] - 1 */
    const float **pair_inputs;      /* (pairs) its row of `inputs` */
    const float **pair_outputs;     /* (pairs) its context's row in the matrix */
    unsigned *pair_cells;           /* (pairs) its place in `band` */
    float *pair_scores;             /* (pairs) */
    float *pair_shifts;             /* (pairs) */
    size_t band_columns;            /* slots at most, rounded up to KERNEL_ROW_FLOATS */
    float *band; /* (ROWS_MOST, band_columns): pairs' gradients, 0 where there is no pair */

    size_t noise_count;  /* different noise words */
    size_t columns;      /* rounded up to KERNEL_ROW_FLOATS */
    uint32_t *noise_ids; /* (columns) */
    float **noise_rows;  /* (columns) into the matrix; beyond the noise words `zeros` */
    float *zeros;        /* (stride) */
    float *draws;        /* (columns) how often each was drawn */
    float *noise_shifts; /* (columns) */
    float *transposed;   /* (stride, columns): the noise rows' values before the step */
    float *noise_scores; /* (ROWS_MOST, columns) */
    float row_weights[ROWS_MOST];

    uint32_t *drawn;      /* (noise words) the next step's noise, its rows being fetched */
    uint32_t *draw_table; /* (draw_slots) noise word's number + 1 by hash, to find those drawn twice */
    size_t draw_slots;
};

/* --- room --- */

static size_t round_up(size_t value) {
    return (value + KERNEL_ROW_FLOATS - 1) / KERNEL_ROW_FLOATS * KERNEL_ROW_FLOATS;
}

static float *floats(size_t count, struct error *error) {
    /* Aligned for the widest vectors; sizes are small multiples of option values that are range-checked. */
    float *room = aligned_alloc(64, round_up(count) * sizeof *room);
    if (room == NULL)
        error_set(error, ERROR_SYSTEM, "out of memory: %zu floats for a block", count);
    else
        memset(room, 0, round_up(count) * sizeof *room);
    return room;
}

static bool allocate(struct block *block, struct error *error) {
    const struct block_settings *settings = block->settings;
    const size_t columns = round_up(settings->noise_words), around = 2 * settings->window;
    const size_t slots = ROWS_MOST + around, pairs = round_up(ROWS_MOST * around + 1);
    block->band_columns = round_up(slots);
    block->draw_slots = 64;
    while (block->draw_slots < 2 * settings->noise_words)
        block->draw_slots *= 2;
    const char *what = "a block";
    return (block->inputs = floats(ROWS_MOST * settings->stride, error)) != NULL &&
           (block->slot_rows = memory_allocate(slots, sizeof *block->slot_rows, what, error)) != NULL &&
           (block->pair_inputs = memory_allocate(pairs, sizeof(float *), what, error)) != NULL &&
           (block->pair_outputs = memory_allocate(pairs, sizeof(float *), what, error)) != NULL &&
           (block->pair_cells = memory_allocate(pairs, sizeof *block->pair_cells, what, error)) != NULL &&
           (block->pair_scores = floats(pairs, error)) != NULL &&
           (block->pair_shifts = floats(pairs, error)) != NULL &&
           (block->band = floats(ROWS_MOST * block->band_columns, error)) != NULL &&
           (block->noise_ids = memory_allocate(columns, sizeof *block->noise_ids, what, error)) != NULL &&
           (block->noise_rows = memory_allocate(columns, sizeof *block->noise_rows, what, error)) != NULL &&
           (block->zeros = floats(settings->stride, error)) != NULL &&
           (block->draws = floats(columns, error)) != NULL &&
           (block->noise_shifts = floats(columns, error)) != NULL &&
           (block->transposed = floats(settings->stride * columns, error)) != NULL &&
           (block->noise_scores = floats(ROWS_MOST * columns, error)) != NULL &&
           (block->drawn = memory_allocate(settings->noise_words, sizeof *block->drawn, what, error)) !=
               NULL &&
           (block->draw_table = memory_allocate(block->draw_slots, sizeof *block->draw_table, what, error)) !=
               NULL;
}

struct block *block_create(const struct block_settings *settings, struct error *error) {
    struct block *block = memory_allocate(1, sizeof *block, "a block", error);
    if (block == NULL)
        return NULL;
    block->settings = settings;
    if (!allocate(block, error)) {
        block_free(block);
        return NULL;
    }
    for (size_t p = 0; p < ROWS_MOST; p++)
        block->inputs_of[p] = block->inputs + p * settings->stride;
    return block;
}

void block_free(struct block *block) {
    if (block == NULL)
        return;
    free(block->inputs);
    free(block->slot_rows);
    free(block->pair_inputs);
    free(block->pair_outputs);
    free(block->pair_cells);
    free(block->pair_scores);
    free(block->pair_shifts);
    free(block->band);
    free(block->noise_ids);
    free(block->noise_rows);
    free(block->zeros);
    free(block->draws);
    free(block->noise_shifts);
    free(block->transposed);
    free(block->noise_scores);
    free(block->drawn);
    free(block->draw_table);
    free(block);
}

/* --- what a step is about --- */

static void fetch_row(const float *row, size_t stride) {
    for (size_t d = 0; d < stride; d += KERNEL_ROW_FLOATS)
        __builtin_prefetch(row + d);
}

/* Draws the N noise words of the step after this one, so that their rows come from memory meanwhile. */
static void draw_ahead(struct block *block, struct rng *rng) {
    const struct block_settings *settings = block->settings;
    noise_draw(settings->noise, rng, block->drawn, settings->noise_words);
    for (size_t i = 0; i < settings->noise_words; i++)
        fetch_row(settings->output + block->drawn[i] * settings->stride, settings->stride);
}

/* Lists the noise drawn ahead; a word drawn again is one row that counts more. Returns the most draws of one
 * word. */
static size_t list_noise(struct block *block) {
    const struct block_settings *settings = block->settings;
    memset(block->draw_table, 0, block->draw_slots * sizeof *block->draw_table);
    size_t count = 0;
    float most = 1;
    for (size_t i = 0; i < settings->noise_words; i++) {
        const uint32_t id = block->drawn[i];
        size_t at = (id * UINT32_C(0x9e3779b1)) >> 7 & (block->draw_slots - 1);
        while (block->draw_table[at] != 0 && block->noise_ids[block->draw_table[at] - 1] != id)
            at = (at + 1) & (block->draw_slots - 1);
        if (block->draw_table[at] == 0) {
            block->noise_ids[count] = id;
            block->noise_rows[count] = settings->output + id * settings->stride;
            block->draws[count] = 1;
            block->draw_table[at] = (uint32_t)++count;
        } else {
            const float draws = block->draws[block->draw_table[at] - 1] += 1;
            most = draws > most ? draws : most;
        }
    }
    block->noise_count = count;
    block->columns = round_up(count);
    for (size_t j = count; j < block->columns; j++) {
        block->noise_rows[j] = block->zeros;
        block->draws[j] = 0;
    }
    return (size_t)most;
}

/* Is the word at `p` in the block that starts at `at` as often as allowed already? */
static bool repeats(const struct passage *passage, size_t at, size_t p, size_t occurrences) {
    size_t before = 0;
    for (size_t q = at; q < p; q++)
        before += passage->words[q] == passage->words[p];
    return before >= occurrences;
}

/* How many words the block takes: it ends before the word that would occur in it once too often, or whose
 * pairs would be too many for a noise row that was drawn `draws` times. */
static size_t choose_length(const struct passage *passage, size_t at, const struct pace *pace, size_t draws) {
    const size_t left = passage->size - at, most = left < ROWS_MOST ? left : ROWS_MOST;
    double pairs = pace->pairs / (double)draws;
    for (size_t p = 0; p < most; p++) {
        pairs -= passage->to[at + p] - passage->from[at + p] - 1;
        if (p > 0 &&
            (pairs < 0 || (p >= pace->occurrences && repeats(passage, at, at + p, pace->occurrences))))
            return p;
    }
    return most;
}

static void list_inputs(struct block *block, size_t at, size_t length) {
    const struct block_settings *settings = block->settings;
    const struct passage *passage = block->passage;
    block->rows = length;
    for (size_t p = 0; p < length; p++)
        block->input_rows[p] = settings->input + passage->words[at + p] * settings->stride;
}

/* The context rows that the block's rows can reach. */
static void list_slots(struct block *block, size_t at) {
    const struct block_settings *settings = block->settings;
    const struct passage *passage = block->passage;
    const size_t base = at > settings->window ? at - settings->window : 0;
    const size_t end = at + block->rows + settings->window;
    block->slots = (end < passage->size ? end : passage->size) - base;
    block->shift = at - base;
    for (size_t s = 0; s < block->slots; s++)
        block->slot_rows[s] = settings->output + passage->words[base + s] * settings->stride;
}

/* Row p's pairs with every `passes`-th of its contexts, starting with number `pass`; returns the number of
 * pairs of rows 0 to p. Without branches: a pair that isn't one is overwritten by the next. */
static unsigned list_row(struct block *block, size_t at, size_t p, size_t pass, size_t passes) {
    const size_t base = at - block->shift, self = p + block->shift;
    const size_t from = block->passage->from[at + p] - base, to = block->passage->to[at + p] - base;
    unsigned pairs = block->starts[p];
    size_t turn = passes - pass;
    for (size_t s = from; s < to; s++) {
        block->pair_inputs[pairs] = block->inputs_of[p];
        block->pair_outputs[pairs] = block->slot_rows[s];
        block->pair_cells[pairs] = (unsigned)(p * block->band_columns + s);
        if (passes == 1)
            pairs += s != self;
        else
            pairs += s != self && turn++ % passes == 0;
    }
    return pairs;
}

static void list_pairs(struct block *block, size_t at, size_t pass, size_t passes) {
    const struct block_settings *settings = block->settings;
    const float share = (float)settings->negative / (float)settings->noise_words;
    block->starts[0] = 0;
    for (size_t p = 0; p < block->rows; p++) {
        block->starts[p + 1] = list_row(block, at, p, pass, passes);
        block->row_weights[p] = (float)(block->starts[p + 1] - block->starts[p]) * share;
    }
    const size_t pairs = block->starts[block->rows];
    for (size_t k = pairs; k < round_up(pairs); k++)
        block->pair_inputs[k] = block->pair_outputs[k] = block->zeros;
}

static void list_shifts(struct block *block) {
    const struct block_settings *settings = block->settings;
    for (size_t k = 0; k < block->starts[block->rows]; k++)
        block->pair_shifts[k] =
            settings->shifts[(size_t)(block->pair_outputs[k] - settings->output) / settings->stride];
    for (size_t j = 0; j < block->noise_count; j++)
        block->noise_shifts[j] = settings->shifts[block->noise_ids[j]];
}

/* --- the three stages --- */

static void compute_scores(struct block *block) {
    const struct block_settings *settings = block->settings;
    const struct kernel *kernel = settings->kernel;
    kernel->copy_rows(block->inputs, (const float *const *)block->input_rows, block->rows, settings->stride);
    kernel->transpose(block->transposed, block->columns, (const float *const *)block->noise_rows,
                      settings->stride);
    kernel->noise_scores(block->noise_scores, block->inputs, block->rows, settings->stride, settings->dim,
                         block->transposed, block->columns);
    kernel->pair_scores(block->pair_scores, block->pair_inputs, block->pair_outputs,
                        block->starts[block->rows], settings->stride);
}

static void apply_objective(struct block *block, struct loss_sum *loss) {
    const struct block_settings *settings = block->settings;
    const struct scores scores = {.rows = block->rows,
                                  .starts = block->starts,
                                  .pairs = block->pair_scores,
                                  .pair_shifts = block->pair_shifts,
                                  .columns = block->columns,
                                  .noise = block->noise_scores,
                                  .noise_shifts = block->noise_shifts,
                                  .row_weights = block->row_weights,
                                  .draws = block->draws};
    if (settings->objective->shifted)
        list_shifts(block);
    if (loss != NULL) {
        loss->loss += settings->objective->loss(&scores);
        loss->pairs += block->starts[block->rows];
    }
    settings->objective->gradient(&scores, settings->kernel);
}

static void fill_band(struct block *block) {
    memset(block->band, 0, block->rows * block->band_columns * sizeof *block->band);
    for (size_t k = 0; k < block->starts[block->rows]; k++)
        block->band[block->pair_cells[k]] = block->pair_scores[k];
}

/* Input rows learn from the output rows as they are now; output rows then from the input rows as they were.
 */
static void apply_updates(struct block *block, float scale) {
    const struct kernel *kernel = block->settings->kernel;
    const float *const *inputs = block->inputs_of;
    const float *const *noise = (const float *const *)block->noise_rows;
    const float *const *slots = (const float *const *)block->slot_rows;
    const ptrdiff_t shift = (ptrdiff_t)block->shift, window = (ptrdiff_t)block->settings->window;
    const size_t stride = block->settings->stride;
    const struct kernel_weights by_noise = {block->noise_scores, block->columns, 1, 0, KERNEL_REACH_ALL};
    const struct kernel_weights of_noise = {block->noise_scores, 1, block->columns, 0, KERNEL_REACH_ALL};
    const struct kernel_weights by_slots = {block->band, block->band_columns, 1, shift, window};
    const struct kernel_weights of_slots = {block->band, 1, block->band_columns, -shift, window};
    fill_band(block);
    kernel->update(block->input_rows, block->rows, noise, block->noise_count, &by_noise, scale, stride);
    kernel->update(block->input_rows, block->rows, slots, block->slots, &by_slots, scale, stride);
    kernel->update(block->noise_rows, block->noise_count, inputs, block->rows, &of_noise, scale, stride);
    kernel->update(block->slot_rows, block->slots, inputs, block->rows, &of_slots, scale, stride);
}

/* The rows that a block of `length` words from `at` on will need and the one before it doesn't. */
static void fetch_ahead(const struct block *block, size_t at, size_t length) {
    const struct block_settings *settings = block->settings;
    const struct passage *passage = block->passage;
    const size_t end = at + length, stride = settings->stride;
    for (size_t p = at; p < end && p < passage->size; p++)
        fetch_row(settings->input + passage->words[p] * stride, stride);
    for (size_t p = at + settings->window; p < end + settings->window && p < passage->size; p++)
        fetch_row(settings->output + passage->words[p] * stride, stride);
}

void block_begin(struct block *block, const struct passage *passage, struct rng *rng) {
    block->passage = passage;
    draw_ahead(block, rng);
    fetch_ahead(block, 0, ROWS_MOST);
}

size_t block_train(struct block *block, size_t at, double alpha, const struct pace *pace, struct rng *rng,
                   struct loss_sum *loss) {
    for (size_t pass = 0; pass < pace->passes; pass++) {
        const size_t draws = list_noise(block);
        if (pass == 0)
            list_inputs(block, at, choose_length(block->passage, at, pace, draws));
        list_slots(block, at);
        list_pairs(block, at, pass, pace->passes);
        if (block->starts[block->rows] == 0)
            continue;
        compute_scores(block);
        apply_objective(block, pass == 0 ? loss : NULL);
        draw_ahead(block, rng);
        if (pass == 0)
            fetch_ahead(block, at + block->rows, block->rows); /* as long as this one, most likely */
        apply_updates(block, (float)-alpha);
    }
    return block->rows;
}

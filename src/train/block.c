/* The whole algorithm; read block_train at the end first. */
#include "train/block.h"

#include <string.h>

#include "base/memory.h"
#include "base/race.h"

#define ROWS_MAX KERNEL_ROWS_MAX

/* Steps that share their noise words. Each computes their scores anew, so that the step sizes stay bounded;
 * what is saved is drawing them and waiting for their rows (src/README.md has what that is worth). */
#define NOISE_STEPS 4

/* One step of a block. A context row is known by its slot: its position in the passage, counted from `window`
 * before the block's first word. */
struct block {
    const struct block_settings *settings;
    bfloat16 *input[2], *output[2]; /* the matrices, and the thread's own rows of */
    size_t own_words;               /* the words below this */
    const struct passage *passage;
    const struct step_limits *pace; /* the passage's */
    size_t fetched;                 /* words of the passage whose rows have been asked for */
    size_t next_length;             /* of the block after this one; 0: not known yet */
    size_t length; /* words of the block; the step has one row more, without weights, if that is odd */
    struct kernel_step step; /* rows and scores; the arrays are this block's */

    bfloat16 **inputs; /* (passage + 1) of the passage's words; zeros at the end */
    bfloat16 **slots;  /* (passage + 2 window + 3) the same, from `window` before; zeros beyond both ends */
    bfloat16 **noise;  /* (columns) */
    bfloat16 **ahead;  /* (2 ROWS_MAX + noise words) */
    bfloat16 *zeros;   /* (stride) in place of rows that are missing */

    float *pair_weights; /* (ROWS_MAX, band_columns): 1 for a pair, 0 where there is none */
    float *pair_shifts;  /* (ROWS_MAX, band_columns) */
    float row_weights[ROWS_MAX];
    size_t noise_steps;  /* for which the noise words stay */
    size_t most_draws;   /* of one noise word */
    uint32_t *noise_ids; /* (columns) */
    float *draws;        /* (columns) how often each was drawn */
    float *noise_shifts; /* (columns) */

    uint32_t *drawn;        /* (noise words) the next step's noise, its rows being fetched */
    struct noise_aim *aims; /* (noise words) that of the step after it */
    uint32_t *draw_table;   /* (draw_slots) noise word's number + 1 by hash, to find those drawn twice */
    size_t draw_slots;

    struct block_work work;

    size_t bytes; /* of the room that this is in, with its arrays */
};

/* --- room --- */

/* The next `count` elements of a room of `used` bytes so far, aligned for the widest vectors; NULL as long as
 * there is no room, and only its size is asked for. Sizes are small multiples of option values that are
 * range-checked. */
static void *carve(char *room, size_t *used, size_t count, size_t size) {
    void *part = room != NULL ? room + *used : NULL;
    *used += (count * size + 63) / 64 * 64;
    return part;
}

/* Places the arrays in `room`, behind the block itself. Returns the bytes that all take. */
static size_t lay_out(struct block *block, char *room, size_t passage_most) {
    const struct block_settings *settings = block->settings;
    struct kernel_step *step = &block->step;
    const size_t words = settings->noise_words, columns = kernel_floats(words), window = settings->window;
    const size_t band = ROWS_MAX * step->band_columns, slots = ROWS_MAX + 2 * window + 2;
    const size_t floats = kernel_workspace(ROWS_MAX, slots, columns, step->band_columns, settings->dim);
    size_t used = 0;
    (void)carve(room, &used, 1, sizeof *block);
    block->zeros = carve(room, &used, settings->stride, sizeof *block->zeros);
    step->pairs = carve(room, &used, band, sizeof *step->pairs);
    step->noise_scores = carve(room, &used, ROWS_MAX * columns, sizeof *step->noise_scores);
    step->workspace = carve(room, &used, floats, sizeof *step->workspace);
    block->pair_weights = carve(room, &used, band, sizeof *block->pair_weights);
    block->pair_shifts = carve(room, &used, band, sizeof *block->pair_shifts);
    block->noise_ids = carve(room, &used, columns, sizeof *block->noise_ids);
    block->draws = carve(room, &used, columns, sizeof *block->draws);
    block->noise_shifts = carve(room, &used, columns, sizeof *block->noise_shifts);
    block->drawn = carve(room, &used, words, sizeof *block->drawn);
    block->aims = carve(room, &used, words, sizeof *block->aims);
    block->draw_table = carve(room, &used, block->draw_slots, sizeof *block->draw_table);
    block->noise = carve(room, &used, columns, sizeof(bfloat16 *));
    block->ahead = carve(room, &used, 2 * ROWS_MAX + words, sizeof(bfloat16 *));
    block->inputs = carve(room, &used, passage_most + 1, sizeof(bfloat16 *));
    block->slots = carve(room, &used, passage_most + 2 * window + 3, sizeof(bfloat16 *));
    return used;
}

/* All that a thread writes at every step is on pages of its own: in a heap, arrays of two threads can lie
 * side by side, and a processor that fetches beyond the end of one takes lines of the other. */
struct block *block_create(const struct block_settings *settings, const struct replica *hot,
                           size_t passage_most, struct error *error) {
    struct block plan = {.settings = settings,
                         .input = {settings->input, hot->input},
                         .output = {settings->output, hot->output},
                         .own_words = hot->count,
                         .draw_slots = 64};
    plan.step = (struct kernel_step){.dim = settings->dim,
                                     .window = settings->window,
                                     .band_columns = kernel_floats(2 * settings->window + 2)};
    while (plan.draw_slots < 2 * settings->noise_words)
        plan.draw_slots *= 2;
    plan.bytes = lay_out(&plan, NULL, passage_most);
    char *room = memory_pages(plan.bytes, "a block", error);
    if (room == NULL)
        return NULL;
    (void)lay_out(&plan, room, passage_most);
    for (size_t s = 0; s < settings->window; s++)
        plan.slots[s] = plan.zeros;
    plan.step.noise = plan.noise;
    plan.step.ahead = plan.ahead;
    struct block *block = (struct block *)(void *)room;
    *block = plan;
    return block;
}

void block_free(struct block *block) {
    if (block != NULL)
        memory_pages_free(block, block->bytes);
}

/* --- what a step is about --- */

/* By a table, not a branch: which words are frequent is beyond what a processor can foresee. */
static bfloat16 *input_row(const struct block *block, uint32_t word) {
    return block->input[word < block->own_words] + word * block->settings->stride;
}

static bfloat16 *output_row(const struct block *block, uint32_t word) {
    return block->output[word < block->own_words] + word * block->settings->stride;
}

static void add_ahead(struct block *block, bfloat16 *const *rows, size_t from, size_t to) {
    if (from >= to)
        return;
    memcpy(block->ahead + block->step.ahead_count, rows + from, (to - from) * sizeof *rows);
    block->step.ahead_count += to - from;
}

/* The rows that a block of up to `length` words from `at` on will need: each is asked for once. */
static void list_ahead(struct block *block, size_t at, size_t length) {
    const size_t size = block->passage->size, window = block->settings->window;
    const size_t from = at > block->fetched ? at : block->fetched;
    const size_t end = at + length < size ? at + length : size;
    if (from >= end)
        return;
    add_ahead(block, block->inputs, from, end);
    add_ahead(block, block->slots, from + 2 * window, end + window < size ? end + 2 * window : size + window);
    block->fetched = end;
}

/* Takes the N noise words that come next, so that their rows come from memory meanwhile, and aims at those
 * after them. */
static void draw_ahead(struct block *block, struct rng *rng) {
    const struct block_settings *settings = block->settings;
    noise_take(settings->noise, block->aims, block->drawn, settings->noise_words);
    noise_aim(settings->noise, rng, block->aims, settings->noise_words);
    for (size_t i = 0; i < settings->noise_words; i++)
        block->ahead[block->step.ahead_count++] = output_row(block, block->drawn[i]);
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
            block->noise[count] = output_row(block, id);
            block->draws[count] = 1;
            block->draw_table[at] = (uint32_t)++count;
        } else {
            const float draws = block->draws[block->draw_table[at] - 1] += 1;
            most = draws > most ? draws : most;
        }
    }
    block->step.noise_count = count;
    block->step.columns = kernel_floats(count);
    for (size_t j = count; j < block->step.columns; j++) {
        block->noise[j] = block->zeros;
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
 * pairs would be too many for a noise row that was drawn `draws` times; and after an even number, as steps
 * have. */
static size_t choose_length(const struct block *block, size_t at, size_t draws) {
    const struct passage *passage = block->passage;
    const struct step_limits *pace = block->pace;
    const size_t left = passage->size - at, most = left < ROWS_MAX ? left : ROWS_MAX;
    const size_t pairs_most = pace->pairs / draws;
    size_t pairs = 0;
    uint8_t seen[256] = {0}; /* words with that low byte, so that few are looked for */
    for (size_t p = 0; p < most; p++) {
        pairs += passage->window_end[at + p] - passage->window_begin[at + p] - 1;
        const bool maybe = seen[passage->words[at + p] % sizeof seen]++ >= pace->occurrences;
        if (p > 0 && (pairs > pairs_most || (maybe && repeats(passage, at, at + p, pace->occurrences))))
            return p > 1 ? p / 2 * 2 : 1;
    }
    return most;
}

/* The rows of the passage's words, in the order in which blocks take them. */
static void list_rows(struct block *block) {
    const struct passage *passage = block->passage;
    bfloat16 **inputs = block->inputs, **slots = block->slots + block->settings->window;
    for (size_t p = 0; p < passage->size; p++) {
        inputs[p] = input_row(block, passage->words[p]);
        slots[p] = output_row(block, passage->words[p]);
    }
    inputs[passage->size] = block->zeros;
    for (size_t s = 0; s < block->settings->window + 3; s++)
        slots[passage->size + s] = block->zeros;
}

static void take_words(struct block *block, size_t at) {
    const size_t length = block->next_length != 0 ? block->next_length
                                                  : choose_length(block, at, block->most_draws);
    block->length = length;
    block->step.rows = length + length % 2;
    block->step.centers = block->inputs + at;
    block->step.contexts = block->slots + at;
}

/* Lists the rows of the block that starts at `at`. How long it is depends on its noise words: before they are
 * listed, none is known to have been drawn twice, and it may be shorter. */
static void look_ahead(struct block *block, size_t at) {
    const bool known = block->noise_steps > 0;
    const size_t length = choose_length(block, at, known ? block->most_draws : 1);
    block->next_length = known ? length : 0;
    list_ahead(block, at, length);
}

/* Keeps every `passes`-th pair, starting with number `pass`. */
static size_t thin_row(struct block *block, size_t p, size_t pass, size_t passes) {
    float *weights = block->pair_weights + p * block->step.band_columns;
    size_t turn = passes - pass, pairs = 0;
    for (size_t k = 0; k < block->step.band_columns; k++)
        if (weights[k] > 0 && turn++ % passes != 0)
            weights[k] = 0;
        else
            pairs += weights[k] > 0;
    return pairs;
}

/* Returns the number of pairs. */
static size_t weigh_pairs(struct block *block, size_t at, size_t pass, size_t passes) {
    const struct block_settings *settings = block->settings;
    const struct passage *passage = block->passage;
    const float share = (float)settings->negative / (float)settings->noise_words;
    size_t total = 0;
    settings->kernel->mark_bands(block->pair_weights, block->length, block->step.band_columns,
                                 passage->window_begin + at, passage->window_end + at,
                                 (uint32_t)(at - settings->window), (uint32_t)settings->window);
    for (size_t p = 0; p < block->length; p++) {
        const size_t pairs = passes > 1 ? thin_row(block, p, pass, passes)
                                        : passage->window_end[at + p] - passage->window_begin[at + p] - 1;
        block->row_weights[p] = (float)pairs * share;
        total += pairs;
    }
    if (block->length < block->step.rows) {
        memset(block->pair_weights + block->length * block->step.band_columns, 0,
               block->step.band_columns * sizeof *block->pair_weights);
        block->row_weights[block->length] = 0;
    }
    return total;
}

static void list_shifts(struct block *block, size_t at) {
    const struct block_settings *settings = block->settings;
    const size_t columns = block->step.band_columns;
    for (size_t p = 0; p < block->length; p++)
        for (size_t k = 0; k < columns; k++)
            if (block->pair_weights[p * columns + k] > 0)
                block->pair_shifts[p * columns + k] =
                    settings->shifts[block->passage->words[at + p / 2 * 2 + k - settings->window]];
    for (size_t j = 0; j < block->step.noise_count; j++)
        block->noise_shifts[j] = settings->shifts[block->noise_ids[j]];
}

/* --- the three stages --- */

static void apply_objective(struct block *block, size_t pairs, struct loss_sum *loss) {
    const struct block_settings *settings = block->settings;
    const struct kernel_step *step = &block->step;
    const struct scores scores = {.rows = step->rows,
                                  .band_columns = step->band_columns,
                                  .pairs = step->pairs,
                                  .pair_weights = block->pair_weights,
                                  .pair_shifts = block->pair_shifts,
                                  .columns = step->columns,
                                  .noise = step->noise_scores,
                                  .noise_shifts = block->noise_shifts,
                                  .row_weights = block->row_weights,
                                  .draws = block->draws};
    if (loss != NULL) {
        loss->loss += settings->objective->loss(&scores);
        loss->pairs += (double)pairs;
    }
    settings->objective->gradient(&scores, settings->kernel);
}

void block_begin(struct block *block, const struct passage *passage, const struct step_limits *pace,
                 struct rng *rng) {
    block->passage = passage;
    block->pace = pace;
    block->noise_steps = 0;
    list_rows(block);
    block->step.ahead_count = 0;
    block->fetched = block->next_length = 0;
    list_ahead(block, 0, ROWS_MAX);
    noise_aim(block->settings->noise, rng, block->aims, block->settings->noise_words);
    draw_ahead(block, rng);
    for (size_t i = 0; i < block->step.ahead_count; i++)
        for (size_t d = 0; d < block->settings->stride; d += KERNEL_ROW_NUMBERS)
            __builtin_prefetch(block->ahead[i] + d);
}

size_t block_train(struct block *block, size_t at, double alpha, struct rng *rng, struct loss_sum *loss) {
    const struct block_settings *settings = block->settings;
    const struct step_limits *pace = block->pace;
    for (size_t pass = 0; pass < pace->passes; pass++) {
        if (block->noise_steps == 0) {
            block->most_draws = list_noise(block);
            block->noise_steps = pace->passes > 1 ? 1 : NOISE_STEPS; /* passes make up for much noise */
        }
        block->noise_steps--;
        if (pass == 0)
            take_words(block, at);
        const size_t pairs = weigh_pairs(block, at, pass, pace->passes);
        block->step.ahead_count = 0;
        if (pass == 0)
            look_ahead(block, at + block->length);
        if (block->noise_steps == 0)
            draw_ahead(block, rng);
        block->work.pairs += pairs;
        block->work.rows += block->step.ahead_count;
        if (pairs == 0)
            continue;
        settings->kernel->scores(&block->step);
        if (settings->objective->shifted)
            list_shifts(block, at);
        apply_objective(block, pairs, pass == 0 ? loss : NULL);
        settings->kernel->update(&block->step, (float)-alpha);
    }
    block->work.words += block->length;
    return block->length;
}

struct block_work block_work(const struct block *block) {
    return block->work;
}

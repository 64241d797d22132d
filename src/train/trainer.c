#include "train/trainer.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/race.h"
#include "base/threads.h"
#include "train/block.h"
#include "train/matrix.h"
#include "train/replica.h"

/* The loss is measured on every so-manyth block of a chunk. */
#define LOSS_EVERY 256

/* A word's rows are each thread's own if every thread trains on it so often: then a share of what each learns
 * is plenty. They are merged after so many chunks. */
#define REPLICA_OCCURRENCES 1000
#define REPLICA_CHUNKS 8

struct worker;

/* What the threads share. All but the atomics and the matrices is read-only while they run. */
struct run {
    const struct training_options *options;
    const struct corpus *corpus;
    struct training *training;
    struct noise noise;
    struct block_settings settings; /* has the matrices while they are trained */
    float *shifts;                  /* (vocab) or NULL */
    size_t replica_words;           /* each thread has rows of its own for */
    uint32_t subsampled;            /* words from here on, all rarer, are always kept */
    uint32_t *keep;                 /* (vocab + 1) a word is kept if 32 random bits are not above this */
    uint64_t *words_before;         /* (chunks + 1) words of an epoch before each chunk */
    size_t tasks;                   /* chunks of all epochs */
    struct worker *workers;         /* (threads) */
    atomic_size_t next_task, next_row;
    atomic_ullong words_done;
    atomic_bool failed;
};

/* One thread's part. */
struct worker {
    struct block *block;
    struct replica hot;
    struct rng rng;
    uint32_t *room;                              /* for a chunk read from the file */
    uint32_t *words, *window_begin, *window_end; /* the chunk's passage, (ids_most) each */
    struct loss_sum *losses;                     /* (epochs) */
    struct loss_sum recent;
    struct error error;
};

bool training_bytes(const struct training_options *options, size_t vocab, size_t *bytes) {
    size_t matrices, tables, rooms;
    const size_t noise = step_limits_noise(options->alpha, (double)options->negative, options->noise_words);
    const size_t band = 2 * options->window + 2 + KERNEL_ROW_FLOATS, slots = KERNEL_ROWS_MAX + band;
    const size_t stride = matrix_stride(options->dim);
    const size_t hot = vocab < REPLICA_WORDS_MAX ? vocab : REPLICA_WORDS_MAX;
    /* Twice the kernel's room: the block's own arrays are of that order. */
    const size_t room = kernel_workspace(KERNEL_ROWS_MAX, slots, noise, band, options->dim) * 2 *
                            sizeof(float) +
                        (options->threads > 1 ? replica_bytes(hot, kernel_stride(options->dim)) : 0);
    return size_multiply(vocab, stride * 2 * sizeof(float), &matrices) &&
           size_multiply(vocab, sizeof(struct noise_entry) + 24, &tables) &&
           size_multiply(options->threads, room + (size_t)(3 << 18), &rooms) &&
           size_add(matrices, tables, bytes) && size_add(*bytes, rooms, bytes);
}

/* --- a chunk's passage: which words stay, and their windows --- */

/* word2vec.c's rule: a word with share f of the corpus stays with probability (sqrt(f / t) + 1) * t / f. */
static uint32_t keep_threshold(uint64_t count, uint64_t total, double sample) {
    if (sample <= 0)
        return UINT32_MAX;
    const double ratio = (double)count / (double)total / sample;
    const double probability = (sqrt(ratio) + 1) / ratio;
    return probability >= 1 ? UINT32_MAX : (uint32_t)(probability * 0x1p32);
}

/* A sentence's words are at [start, end); a window of `size` around each, within the sentence. */
static void set_windows(struct worker *worker, size_t start, size_t end) {
    for (size_t p = start; p < end; p++) {
        const uint32_t size = worker->window_begin[p];
        worker->window_begin[p] = (uint32_t)(p - start > size ? p - size : start);
        worker->window_end[p] = (uint32_t)(end - p > size ? p + size + 1 : end);
    }
}

/* Fills the worker's passage from a chunk; one random number a word decides whether it stays and how far it
 * sees. */
static size_t make_passage(struct worker *worker, const struct run *run, const uint32_t *ids, size_t size) {
    const uint32_t window = (uint32_t)run->options->window, subsampled = run->subsampled;
    const uint32_t *keep = run->keep;
    const bool shrink = run->options->shrink;
    uint32_t *words = worker->words, *sizes = worker->window_begin;
    struct rng rng = worker->rng; /* a copy that can stay in registers */
    size_t kept = 0, start = 0;
    for (size_t i = 0; i < size; i++) {
        if (ids[i] == STREAM_SENTENCE_END) {
            set_windows(worker, start, kept);
            start = kept;
            continue;
        }
        const uint64_t bits = rng_next(&rng);
        words[kept] = ids[i];
        sizes[kept] = shrink ? 1 + rng_scale((uint32_t)bits, window) : window;
        /* One entry for all that are always kept, so that few lines of the table are read. */
        kept += (uint32_t)(bits >> 32) <= keep[ids[i] < subsampled ? ids[i] : subsampled];
    }
    set_windows(worker, start, kept);
    worker->rng = rng;
    return kept;
}

/* --- training --- */

static double alpha_at(const struct run *run, double words) {
    const struct training_options *options = run->options;
    const double total = (double)run->corpus->words * (double)options->epochs;
    return options->alpha - (options->alpha - options->min_alpha) * (words / total);
}

static double mean_pairs(const struct training_options *options) {
    return options->shrink ? (double)options->window + 1 : 2 * (double)options->window;
}

static double train_passage(struct worker *worker, const struct run *run, size_t kept, double words_before,
                            double words, struct loss_sum *loss) {
    const struct training_options *options = run->options;
    const struct passage passage = {worker->words, worker->window_begin, worker->window_end, kept};
    double alpha = alpha_at(run, words_before);
    /* For the passage's first alpha, its largest. */
    const struct step_limits pace = step_limits_choose(alpha, (double)options->window, mean_pairs(options),
                                                       (double)options->negative,
                                                       (double)run->settings.noise_words);
    size_t blocks = 0;
    block_begin(worker->block, &passage, &pace, &worker->rng);
    for (size_t at = 0; at < kept; blocks++) {
        alpha = alpha_at(run, words_before + words * (double)at / (double)kept);
        at += block_train(worker->block, at, alpha, &worker->rng, blocks % LOSS_EVERY == 0 ? loss : NULL);
    }
    return alpha;
}

static void report(const struct run *run, const struct loss_sum *loss, size_t epoch, double alpha) {
    if (run->options->report == NULL)
        return;
    const struct training_status status = {
        .words = atomic_load_explicit(&run->words_done, memory_order_relaxed),
        .words_total = run->corpus->words * run->options->epochs,
        .epoch = epoch + 1,
        .alpha = alpha,
        .loss = loss->pairs > 0 ? loss->loss / loss->pairs : 0,
    };
    run->options->report(run->options->report_context, &status);
}

static bool blown_up(const struct run *run, struct error *error, double alpha, const char *what) {
    return error_set(error, ERROR_INPUT,
                     "training blows up at alpha %g: %s is not a number any more; choose a smaller --alpha "
                     "or fewer --negative than %zu",
                     alpha, what, run->options->negative);
}

static bool train_chunk(struct run *run, struct worker *worker, size_t index, size_t task) {
    const struct stream *stream = &run->corpus->stream;
    const size_t epoch = task / stream->size, chunk = task % stream->size;
    const uint32_t *ids = stream_read(stream, chunk, worker->room, &worker->error);
    if (ids == NULL)
        return false;
    worker->rng = rng_seed(run->options->seed, task + 1);
    const size_t kept = make_passage(worker, run, ids, stream->chunks[chunk].size);
    const uint64_t before = (uint64_t)epoch * run->corpus->words + run->words_before[chunk];
    struct loss_sum loss = {0, 0};
    const double alpha = train_passage(worker, run, kept, (double)before, (double)stream->chunks[chunk].words,
                                       &loss);
    if (!isfinite(loss.loss))
        return blown_up(run, &worker->error, alpha, "the loss");
    worker->losses[epoch].loss += loss.loss;
    worker->losses[epoch].pairs += loss.pairs;
    /* A mean over the last twenty chunks or so, for the eye. */
    worker->recent.loss = worker->recent.loss * 0.95 + loss.loss;
    worker->recent.pairs = worker->recent.pairs * 0.95 + loss.pairs;
    atomic_fetch_add_explicit(&run->words_done, stream->chunks[chunk].words, memory_order_relaxed);
    if (index == 0)
        report(run, &worker->recent, epoch, alpha);
    return true;
}

/* Uniform in [-1/2, 1/2] * scale. */
static bfloat16 start_number(struct rng *rng, float scale) {
    const uint64_t bits = rng_next(rng);
    return bfloat16_round((rng_unit_of(bits) - 0.5f) * scale, (uint32_t)bits);
}

/* Rows of the input matrix start uniform in [-1/2, 1/2] / dim, those of the output matrix at zero, as in
 * word2vec.c. Each has a generator of its own, so threads can share them out as they come, and touch the
 * pages first. */
INTENDED_RACE static void start_rows(struct run *run) {
    const struct block_settings *settings = &run->settings;
    const size_t vocab = run->training->vocab, rows_at_once = 1024;
    const float scale = 1 / (float)settings->dim;
    for (;;) {
        const size_t first = atomic_fetch_add_explicit(&run->next_row, rows_at_once, memory_order_relaxed);
        if (first >= vocab)
            return;
        const size_t last = vocab - first < rows_at_once ? vocab : first + rows_at_once;
        for (size_t row = first; row < last; row++) {
            struct rng rng = rng_seed(~run->options->seed, row);
            bfloat16 *input = settings->input + row * settings->stride;
            bfloat16 *output = settings->output + row * settings->stride;
            for (size_t d = 0; d < settings->stride; d++) {
                input[d] = d < settings->dim ? start_number(&rng, scale) : 0;
                output[d] = 0;
            }
        }
    }
}

static void start_part(void *context, size_t index) {
    (void)index;
    start_rows(context);
}

static void merge_replica(struct run *run, struct worker *worker) {
    replica_merge(&worker->hot, run->settings.kernel, run->settings.input, run->settings.output,
                  1 / (float)run->options->threads);
}

static void train_chunks(struct run *run, struct worker *worker, size_t index) {
    size_t chunks = 0;
    while (!atomic_load_explicit(&run->failed, memory_order_relaxed)) {
        if (run->options->stop != NULL && atomic_load_explicit(run->options->stop, memory_order_relaxed))
            return;
        const size_t task = atomic_fetch_add_explicit(&run->next_task, 1, memory_order_relaxed);
        if (task >= run->tasks)
            return;
        if (!train_chunk(run, worker, index, task))
            atomic_store_explicit(&run->failed, true, memory_order_relaxed);
        if (++chunks % REPLICA_CHUNKS == 0)
            merge_replica(run, worker);
    }
}

static void train_part(void *context, size_t index) {
    struct run *run = context;
    struct worker *worker = &run->workers[index];
    replica_take(&worker->hot, run->settings.input, run->settings.output);
    train_chunks(run, worker, index);
    merge_replica(run, worker);
}

/* --- before and after --- */

/* Words are in the order of their counts. */
static size_t count_replica_words(const struct run *run) {
    const struct vocab *vocab = &run->corpus->vocab;
    const double times = (double)run->options->epochs / (double)run->options->threads / UINT32_MAX;
    size_t words = 0;
    while (run->options->threads > 1 && words < vocab->size && words < REPLICA_WORDS_MAX &&
           (double)vocab->counts[words] * run->keep[words] * times >= REPLICA_OCCURRENCES)
        words++;
    return words;
}

static bool prepare_tables(struct run *run, struct error *error) {
    const struct training_options *options = run->options;
    const struct vocab *vocab = &run->corpus->vocab;
    if (!noise_create(&run->noise, vocab->counts, vocab->size, options->noise_power, error))
        return false;
    run->keep = memory_allocate(vocab->size + 1, sizeof *run->keep, "subsampling", error);
    run->shifts = memory_allocate(vocab->size, sizeof *run->shifts, "the noise distribution", error);
    run->words_before = memory_allocate(run->corpus->stream.size + 1, sizeof *run->words_before, "the corpus",
                                        error);
    if (run->keep == NULL || run->shifts == NULL || run->words_before == NULL)
        return false;
    for (size_t i = 0; i < vocab->size; i++) {
        run->keep[i] = keep_threshold(vocab->counts[i], vocab->total, options->sample);
        run->training->kept += (double)run->keep[i] / UINT32_MAX * (double)vocab->counts[i] /
                               (double)vocab->total;
        run->shifts[i] = (float)log((double)options->negative *
                                    noise_probability(&run->noise, vocab->counts[i]));
    }
    run->keep[vocab->size] = UINT32_MAX;
    while (run->keep[run->subsampled] < UINT32_MAX)
        run->subsampled++;
    run->replica_words = count_replica_words(run);
    for (size_t i = 0; i < run->corpus->stream.size; i++)
        run->words_before[i + 1] = run->words_before[i] + run->corpus->stream.chunks[i].words;
    return true;
}

static bool prepare_matrices(struct run *run, struct error *error) {
    struct training *training = run->training;
    training->vocab = run->corpus->vocab.size;
    training->dim = run->options->dim;
    training->stride = matrix_stride(training->dim);
    size_t bytes;
    if (!size_multiply(training->vocab, training->stride * sizeof(float), &bytes))
        return error_set(error, ERROR_INPUT, "%zu words of %zu dims don't fit in memory", training->vocab,
                         training->dim);
    training->matrix_bytes = bytes;
    training->input = memory_pages(bytes, "the input matrix", error);
    training->output = memory_pages(bytes, "the output matrix", error);
    training->losses = memory_allocate(run->options->epochs, sizeof *training->losses, "the losses", error);
    return training->input != NULL && training->output != NULL && training->losses != NULL;
}

static bool prepare_learner(const struct run *run, size_t index, struct error *error) {
    struct worker *worker = &run->workers[index];
    const size_t ids = run->corpus->stream.ids_most;
    worker->room = memory_allocate(ids, sizeof *worker->room, "a chunk", error);
    worker->words = memory_allocate(ids, sizeof *worker->words, "a chunk", error);
    worker->window_begin = memory_allocate(ids, sizeof *worker->window_begin, "a chunk", error);
    worker->window_end = memory_allocate(ids, sizeof *worker->window_end, "a chunk", error);
    worker->losses = memory_allocate(run->options->epochs, sizeof *worker->losses, "the losses", error);
    if (worker->room == NULL || worker->words == NULL || worker->window_begin == NULL ||
        worker->window_end == NULL || worker->losses == NULL)
        return false;
    if (!replica_create(&worker->hot, run->replica_words, run->settings.stride, run->options->seed + index,
                        error))
        return false;
    worker->block = block_create(&run->settings, &worker->hot, ids, error);
    return worker->block != NULL;
}

static bool prepare(struct run *run, struct error *error) {
    const struct training_options *options = run->options;
    run->workers = memory_allocate(options->threads, sizeof *run->workers, "threads", error);
    if (run->workers == NULL || !prepare_tables(run, error) || !prepare_matrices(run, error))
        return false;
    if (!size_multiply(run->corpus->stream.size, options->epochs, &run->tasks))
        return error_set(error, ERROR_INPUT, "--epochs %zu is too many", options->epochs);
    run->settings = (struct block_settings){
        .objective = options->objective,
        .kernel = options->kernel,
        .noise = &run->noise,
        .shifts = run->shifts,
        .input = matrix_packed(run->training->input, run->training->vocab, options->dim),
        .output = matrix_packed(run->training->output, run->training->vocab, options->dim),
        .dim = options->dim,
        .stride = kernel_stride(options->dim),
        .window = options->window,
        .negative = options->negative,
        .noise_words = step_limits_noise(options->alpha, (double)options->negative, options->noise_words)};
    for (size_t i = 0; i < options->threads; i++)
        if (!prepare_learner(run, i, error))
            return false;
    return true;
}

static void finish(struct run *run) {
    for (size_t i = 0; run->workers != NULL && i < run->options->threads; i++) {
        struct worker *worker = &run->workers[i];
        block_free(worker->block);
        replica_free(&worker->hot);
        free(worker->room);
        free(worker->words);
        free(worker->window_begin);
        free(worker->window_end);
        free(worker->losses);
    }
    free(run->workers);
    free(run->keep);
    free(run->shifts);
    free(run->words_before);
    noise_free(&run->noise);
}

static void gather_work(const struct run *run) {
    struct block_work sum = {0};
    for (size_t i = 0; i < run->options->threads; i++) {
        const struct block_work work = block_work(run->workers[i].block);
        sum.words += work.words;
        sum.pairs += work.pairs;
        sum.rows += work.rows;
    }
    if (sum.words == 0)
        return;
    run->training->pairs = (double)sum.pairs / (double)sum.words;
    run->training->rows = (double)sum.rows / (double)sum.words;
}

static bool gather_results(struct run *run, struct error *error) {
    for (size_t epoch = 0; epoch < run->options->epochs; epoch++) {
        struct loss_sum sum = {0, 0};
        for (size_t i = 0; i < run->options->threads; i++) {
            sum.loss += run->workers[i].losses[epoch].loss;
            sum.pairs += run->workers[i].losses[epoch].pairs;
        }
        run->training->losses[epoch] = sum.pairs > 0 ? sum.loss / sum.pairs : 0;
    }
    gather_work(run);
    run->training->progress = (double)atomic_load(&run->words_done) /
                              ((double)run->corpus->words * (double)run->options->epochs);
    for (size_t i = 0; i < run->options->threads; i++)
        if (run->workers[i].error.kind != ERROR_NONE) {
            *error = run->workers[i].error;
            return false;
        }
    return true;
}

static void unpack_part(void *context, size_t index) {
    struct run *run = context;
    const struct training *training = run->training;
    bool finite = true;
    if (index == 0)
        finite = matrix_unpack(training->input, training->vocab, training->dim);
    if (index == 1 || run->options->threads == 1)
        finite = matrix_unpack(training->output, training->vocab, training->dim) && finite;
    if (!finite)
        atomic_store_explicit(&run->failed, true, memory_order_relaxed);
}

/* The loss says so earlier, but not of a run's last blocks. */
static bool unpack(struct run *run, struct error *error) {
    if (!threads_run(run->options->threads > 1 ? 2 : 1, unpack_part, run, error))
        return false;
    return !atomic_load(&run->failed) ||
           blown_up(run, error, alpha_at(run, (double)atomic_load(&run->words_done)), "a vector");
}

bool training_run(struct training *training, const struct corpus *corpus,
                  const struct training_options *options, struct error *error) {
    *training = (struct training){0};
    struct run run = {.options = options, .corpus = corpus, .training = training};
    const bool done = prepare(&run, error) && threads_run(options->threads, start_part, &run, error) &&
                      threads_run(options->threads, train_part, &run, error) && gather_results(&run, error) &&
                      unpack(&run, error);
    finish(&run);
    return done;
}

void training_free(struct training *training) {
    memory_pages_free(training->input, training->matrix_bytes);
    memory_pages_free(training->output, training->matrix_bytes);
    free(training->losses);
    *training = (struct training){0};
}

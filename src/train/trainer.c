#include "train/trainer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/race.h"
#include "base/threads.h"
#include "base/workspace.h"
#include "kernels/registry.h"
#include "train/initial_rows.h"
#include "train/matrix.h"
#include "train/passage.h"
#include "train/step.h"

/* One block in this many is measured. */
#define MEASURE_EVERY 256

/* A word has a row in the replicas if each thread is expected to meet it at least this often during training:
 * then a share of what each thread learns is plenty. Replicas are merged after this many chunks. */
#define REPLICA_OCCURRENCES 1000
#define REPLICA_CHUNKS 8

/* Chunks on which the final vectors are measured. */
#define GEOMETRY_CHUNKS ((size_t)16)

/* How long a word and a step take, in the time that it takes to score and update a word against one row
 * (measured: src/EXPERIMENTS.md). Rarer words hardly repeat within a block. A training is slow compared to
 * one at the lowest learning rate, with as many noise words as usual. */
#define WORD_ROWS 10.0
#define STEP_ROWS 6.0
#define REPEATING_WORDS ((size_t)10000)
#define ALPHA_MIN 1e-6
#define NOISE_USUAL 32.0

/* The progress display shows a running mean over about twenty chunks. */
#define RECENT_KEEP 0.95

/* The state of one thread. */
struct worker {
    struct workspace memory; /* all the memory of this worker; owned */
    struct batcher *batcher;
    struct replica replica;
    struct passage_buffer passage;
    uint32_t *ids; /* (stream.chunk_max) buffer for a chunk read from the file */
    struct rng rng;
    struct measures *measures; /* (epochs) sums */
    struct measures recent;
    struct error error;
    size_t failed_task; /* if there was an error */
};

/* The share of the time that is over after i of TIME_PARTS equal parts of the words. */
#define TIME_PARTS 64
struct time_shares {
    double after[TIME_PARTS + 1];
};

/* While threads run, everything but the atomics and the matrices is read-only. */
struct trainer {
    const struct corpus *corpus;
    const struct parameters *parameters;
    struct training training; /* has the matrices during training */
    struct workspace memory;  /* memory of the tables below; owned */
    struct noise noise;
    struct subsampling subsampling;
    float *log_noise;          /* (vocab) or NULL */
    uint64_t *chunk_starts;    /* (chunks + 1) words of an epoch before each chunk */
    struct measures *measures; /* (epochs) for the results */
    struct worker *workers;    /* (threads) */
    size_t replica_words;      /* words with rows in the replicas */
    float *input, *output;     /* (vocab, matrix_stride) the matrices: packed, and floats at the end; owned */
    size_t matrix_bytes;       /* of each */
    bool unpacked;             /* they are floats */
    const struct trainer_start *start; /* while the trainer is created */
    uint32_t *random;                  /* (threads, KERNEL_ROW_FLOATS) for trainer_get_state() */
    struct batch_work work_before;     /* done by earlier trainers, as the words of this start */
    uint64_t words_before;
    struct time_shares times;
    double slowdown;
    size_t tasks, until;
    const struct trainer_hooks *hooks;
    atomic_size_t next_task, next_row;
    atomic_ullong words_done;
    atomic_bool failed;
};

/* --- memory --- */

/* The vocabulary is sorted by count, so these words come first. */
static size_t count_replica_words(const struct corpus *corpus, const struct parameters *parameters) {
    const struct vocab *vocab = &corpus->vocab;
    const double times = (double)parameters->epochs / (double)parameters->threads / UINT32_MAX;
    size_t words = 0;
    while (parameters->threads > 1 && words < vocab->size && words < REPLICA_WORDS_MAX &&
           (double)vocab->counts[words] *
                   subsampling_threshold(vocab->counts[words], vocab->total, parameters->sample.value) *
                   times >=
               REPLICA_OCCURRENCES)
        words++;
    return words;
}

static void lay_out_tables(struct trainer *trainer, struct workspace *workspace) {
    const size_t vocab = trainer->corpus->vocab.size;
    trainer->noise = noise_lay_out(workspace, vocab);
    trainer->subsampling = subsampling_lay_out(workspace, vocab);
    if (loss_needs_log_noise(trainer->training.loss, trainer->parameters))
        trainer->log_noise = workspace_take(workspace, vocab, sizeof *trainer->log_noise);
    trainer->chunk_starts = workspace_take(workspace, trainer->corpus->stream.size + 1,
                                           sizeof *trainer->chunk_starts);
    trainer->measures = workspace_take(workspace, trainer->parameters->epochs, sizeof *trainer->measures);
    trainer->workers = workspace_take(workspace, trainer->parameters->threads, sizeof *trainer->workers);
    trainer->random = workspace_take(workspace, trainer->parameters->threads,
                                     KERNEL_ROW_FLOATS * sizeof *trainer->random);
}

/* The replica comes first in the memory of a worker, since it gains most from huge pages. Everything that a
 * thread writes at every step is on its own pages: in a heap, arrays of two threads can be neighbors, and a
 * processor that prefetches beyond the end of one takes cache lines from the other. */
static void lay_out_worker(const struct trainer *trainer, struct worker *worker, size_t index,
                           struct workspace *workspace) {
    const size_t chunk = trainer->corpus->stream.chunk_max;
    worker->replica = replica_lay_out(workspace, trainer->replica_words, trainer->training.stride,
                                      trainer->parameters->seed + index);
    worker->batcher = batcher_lay_out(workspace, &trainer->training, &worker->replica, chunk);
    worker->passage = passage_lay_out(workspace, chunk);
    worker->ids = workspace_take(workspace, chunk, sizeof *worker->ids);
    worker->measures = workspace_take(workspace, trainer->parameters->epochs, sizeof *worker->measures);
}

/* Computes the bytes of a matrix, of the tables and of a worker; false if they overflow. */
static bool measure(struct trainer *trainer, size_t *worker_bytes) {
    struct workspace tables = {.base = NULL}, workspace = {.base = NULL};
    struct worker worker = {.batcher = NULL};
    lay_out_tables(trainer, &tables);
    lay_out_worker(trainer, &worker, 0, &workspace);
    trainer->memory.used = tables.used;
    *worker_bytes = workspace.used;
    return !tables.overflow && !workspace.overflow &&
           size_multiply(trainer->corpus->vocab.size,
                         matrix_stride((size_t)trainer->parameters->dim) * sizeof(float),
                         &trainer->matrix_bytes);
}

static void set_up(struct trainer *trainer, const struct corpus *corpus, const struct parameters *parameters,
                   const struct kernel *kernel) {
    *trainer = (struct trainer){.corpus = corpus, .parameters = parameters};
    trainer->training = (struct training){.parameters = parameters,
                                          .loss = loss_at(parameters->loss),
                                          .score = score_at(parameters->score.value),
                                          .kernel = kernel,
                                          .noise = &trainer->noise,
                                          .stride = kernel_stride((size_t)parameters->dim)};
    trainer->replica_words = count_replica_words(corpus, parameters);
}

bool trainer_bytes(const struct corpus *corpus, const struct parameters *parameters, size_t *bytes) {
    struct trainer plan;
    size_t worker, workers, matrices;
    set_up(&plan, corpus, parameters, NULL);
    return measure(&plan, &worker) && size_multiply(worker, parameters->threads, &workers) &&
           size_multiply(plan.matrix_bytes, 2, &matrices) && size_add(plan.memory.used, workers, bytes) &&
           size_add(*bytes, matrices, bytes);
}

static bool take_pages(struct workspace *workspace, const char *what, struct error *error) {
    workspace->base = memory_pages(workspace->used, what, error);
    return workspace->base != NULL;
}

static bool take_memory(struct trainer *trainer, struct error *error) {
    size_t worker_bytes;
    if (!measure(trainer, &worker_bytes))
        return error_set(error, ERROR_INPUT,
                         "%zu words of %llu dimensions do not fit in memory; lower --dim or --max-vocab",
                         trainer->corpus->vocab.size, (unsigned long long)trainer->parameters->dim);
    if (!take_pages(&trainer->memory, "the training tables", error))
        return false;
    struct workspace tables = {.base = trainer->memory.base};
    lay_out_tables(trainer, &tables);
    trainer->input = memory_pages(trainer->matrix_bytes, "the word vectors", error);
    trainer->output = memory_pages(trainer->matrix_bytes, "the context vectors", error);
    if (trainer->input == NULL || trainer->output == NULL)
        return false;
    const size_t vocab = trainer->corpus->vocab.size, dim = (size_t)trainer->parameters->dim;
    trainer->training.input = matrix_packed(trainer->input, vocab, dim);
    trainer->training.output = matrix_packed(trainer->output, vocab, dim);
    trainer->training.log_noise = trainer->log_noise;
    for (size_t i = 0; i < trainer->parameters->threads; i++) {
        struct worker *worker = &trainer->workers[i];
        worker->memory.used = worker_bytes;
        if (!take_pages(&worker->memory, "a training thread", error))
            return false;
        struct workspace workspace = {.base = worker->memory.base};
        lay_out_worker(trainer, worker, i, &workspace);
    }
    return true;
}

void trainer_free(struct trainer *trainer) {
    if (trainer == NULL)
        return;
    for (size_t i = 0; trainer->workers != NULL && i < trainer->parameters->threads; i++)
        memory_pages_free(trainer->workers[i].memory.base, trainer->workers[i].memory.used);
    memory_pages_free(trainer->memory.base, trainer->memory.used);
    memory_pages_free(trainer->input, trainer->matrix_bytes);
    memory_pages_free(trainer->output, trainer->matrix_bytes);
    free(trainer);
}

/* --- create --- */

static void fill_tables(struct trainer *trainer) {
    const struct parameters *parameters = trainer->parameters;
    const struct corpus *corpus = trainer->corpus;
    const struct vocab *vocab = &corpus->vocab;
    noise_fill(&trainer->noise, vocab->counts, parameters->noise_power);
    subsampling_fill(&trainer->subsampling, vocab, parameters->sample.value);
    for (size_t i = 0; trainer->log_noise != NULL && i < vocab->size; i++)
        trainer->log_noise[i] = (float)log((double)parameters->negative *
                                           noise_probability(&trainer->noise, vocab->counts[i]));
    for (size_t i = 0; i < corpus->stream.size; i++)
        trainer->chunk_starts[i + 1] = trainer->chunk_starts[i] + corpus->stream.chunks[i].words;
}

/* Uniform in [-1/2, 1/2] * scale. */
static bfloat16 start_number(struct rng *rng, float scale) {
    const uint64_t bits = rng_next(rng);
    return bfloat16_round((rng_unit_of(bits) - 0.5f) * scale, (uint32_t)bits);
}

/* Each row has its own generator, so threads can take rows in any order. */
INTENDED_RACE static void start_row(const struct trainer *trainer, size_t row) {
    const struct training *training = &trainer->training;
    const size_t dim = (size_t)trainer->parameters->dim;
    const bool contexts = training->score->start_contexts;
    const float scale = contexts ? sqrtf(12 / (float)dim) : 1 / (float)dim;
    struct rng rng = rng_seed(~trainer->parameters->seed, row);
    bfloat16 *input = training->input + row * training->stride;
    bfloat16 *output = training->output + row * training->stride;
    for (size_t d = 0; d < training->stride; d++) {
        input[d] = d < dim ? start_number(&rng, scale) : 0;
        output[d] = contexts && d < dim ? start_number(&rng, scale) : 0;
    }
}

INTENDED_RACE static void copy_rows(const struct trainer *trainer, const struct trainer_state *state,
                                    size_t first, size_t last) {
    const struct training *training = &trainer->training;
    for (size_t i = first * training->stride; i < last * training->stride; i++) {
        training->input[i] = state->input[i];
        training->output[i] = state->output[i];
    }
}

/* Threads also touch the pages of the rows that they take first. */
static void start_rows(struct trainer *trainer) {
    const size_t vocab = trainer->corpus->vocab.size, rows_at_once = 1024;
    const struct trainer_start none = {.state = NULL};
    const struct trainer_start *start = trainer->start != NULL ? trainer->start : &none;
    for (;;) {
        const size_t first = atomic_fetch_add_explicit(&trainer->next_row, rows_at_once,
                                                       memory_order_relaxed);
        if (first >= vocab)
            return;
        const size_t last = vocab - first < rows_at_once ? vocab : first + rows_at_once;
        if (start->state != NULL) {
            copy_rows(trainer, start->state, first, last);
            continue;
        }
        for (size_t row = first; row < last; row++) {
            start_row(trainer, row);
            if (start->rows != NULL)
                initial_rows_copy(start->rows, &trainer->training, row);
        }
    }
}

static void start_part(void *context, size_t index) {
    (void)index;
    start_rows(context);
}

static struct step_limits limits_at(const struct parameters *parameters, double alpha) {
    return step_limits_choose(parameters_limits(parameters), alpha, parameters_pairs_max(parameters),
                              parameters_pairs_mean(parameters), (double)parameters->noise,
                              parameters->weights == WEIGHTS_RANDOM ? STEP_LIMITS_NOISE_ROW_RANDOM
                                                                    : STEP_LIMITS_NOISE_ROW);
}

/* How many words a block has until a word occurs in it more than `occurrences` times. If each word is drawn
 * independently with probability q, n words hold n^k / k! S such k-tuples on average, with S the sum of q^k
 * and k = occurrences + 1; the block ends at about the first. */
static double words_to_repeat(const struct trainer *trainer, size_t occurrences) {
    const struct vocab *vocab = &trainer->corpus->vocab;
    const double k = (double)(occurrences + 1), total = (double)vocab->total * trainer->subsampling.kept;
    double sum = 0;
    int sign; // lgamma would write it to a global, which trainers in other threads write too
    for (size_t i = 0; i < vocab->size && i < REPEATING_WORDS; i++)
        sum += pow((double)vocab->counts[i] * ((double)trainer->subsampling.keep[i] / UINT32_MAX) / total, k);
    return exp((lgamma_r(k + 1, &sign) - log(sum)) / k);
}

/* How long a word takes, in multiplications of rows: each pass scores its pairs and noise words anew, and
 * each step updates all rows, whatever the length of its block. */
static double word_time(const struct trainer *trainer, const struct step_limits *limits, double noise) {
    const struct parameters *parameters = trainer->parameters;
    const double rows = noise + 2 * (double)parameters->window + 2;
    double words = fmin((double)limits->pairs / parameters_pairs_mean(parameters), BLOCK_WORDS_MAX);
    words = fmax(fmin(words, words_to_repeat(trainer, limits->occurrences)), 1);
    return (double)limits->passes * (WORD_ROWS + rows + STEP_ROWS * rows / words);
}

static void fill_times(struct trainer *trainer) {
    const struct parameters *parameters = trainer->parameters;
    const double first = parameters->alpha.value, last = parameters->min_alpha;
    double *after = trainer->times.after;
    for (size_t i = 0; i < TIME_PARTS; i++) {
        const struct step_limits limits = limits_at(parameters,
                                                    first - (first - last) * ((double)i + 0.5) / TIME_PARTS);
        after[i + 1] = after[i] + word_time(trainer, &limits, (double)parameters->noise);
    }
    const struct step_limits least = limits_at(parameters, ALPHA_MIN);
    trainer->slowdown = after[TIME_PARTS] / TIME_PARTS /
                        word_time(trainer, &least, fmin((double)parameters->noise, NOISE_USUAL));
    for (size_t i = 0; i <= TIME_PARTS; i++)
        after[i] /= after[TIME_PARTS];
}

double trainer_slowdown(const struct trainer *trainer) {
    return trainer->slowdown;
}

/* Words of all epochs before a task. */
static uint64_t words_at(const struct trainer *trainer, size_t task) {
    const size_t chunks = trainer->corpus->stream.size;
    return (uint64_t)(task / chunks) * trainer->corpus->words + trainer->chunk_starts[task % chunks];
}

/* With one thread, sums must be added to those of before, in that order, to be the same bit for bit. */
static bool restore(struct trainer *trainer, const struct trainer_state *state, struct error *error) {
    if (state->tasks > trainer->tasks || state->stride != trainer->training.stride)
        return error_set(error, ERROR_INPUT, "the checkpoint is of another corpus, or damaged");
    trainer->work_before = state->work;
    atomic_store(&trainer->next_task, (size_t)state->tasks);
    trainer->words_before = words_at(trainer, (size_t)state->tasks);
    atomic_store(&trainer->words_done, trainer->words_before);
    for (size_t epoch = 0; epoch < trainer->parameters->epochs; epoch++)
        trainer->workers[0].measures[epoch] = state->measures[epoch];
    if (state->threads != trainer->parameters->threads)
        return true;
    for (size_t i = 0; i < state->threads; i++)
        memcpy(trainer->workers[i].replica.random, state->random + i * KERNEL_ROW_FLOATS,
               KERNEL_ROW_FLOATS * sizeof *state->random);
    return true;
}

static bool prepare(struct trainer *trainer, struct error *error) {
    if (!take_memory(trainer, error))
        return false;
    fill_tables(trainer);
    fill_times(trainer);
    if (!size_multiply(trainer->corpus->stream.size, trainer->parameters->epochs, &trainer->tasks))
        return error_set(error, ERROR_INPUT, "--epochs %llu is too many for a corpus of this size",
                         (unsigned long long)trainer->parameters->epochs);
    if (trainer->start != NULL && trainer->start->state != NULL &&
        !restore(trainer, trainer->start->state, error))
        return false;
    return threads_run(trainer->parameters->threads, start_part, trainer, error);
}

struct trainer *trainer_create(const struct corpus *corpus, const struct parameters *parameters,
                               const struct labels *labels, const struct trainer_start *start,
                               struct error *error) {
    const struct kernel *kernel = kernel_choose(parameters->kernel, error);
    struct trainer *trainer = kernel != NULL ? memory_allocate(1, sizeof *trainer, "the trainer", error)
                                             : NULL;
    if (trainer == NULL)
        return NULL;
    set_up(trainer, corpus, parameters, kernel);
    trainer->training.labels = labels;
    trainer->start = start;
    const bool done = prepare(trainer, error);
    trainer->start = NULL;
    if (done)
        return trainer;
    trainer_free(trainer);
    return NULL;
}

size_t trainer_tasks(const struct trainer *trainer) {
    return trainer->tasks;
}

size_t trainer_done(const struct trainer *trainer) {
    return atomic_load(&trainer->next_task);
}

/* --- run --- */

/* Of all epochs. */
static uint64_t words_total(const struct trainer *trainer) {
    return trainer->corpus->words * trainer->parameters->epochs;
}

static double alpha_at(const struct trainer *trainer, double words) {
    const struct parameters *parameters = trainer->parameters;
    return parameters->alpha.value -
           (parameters->alpha.value - parameters->min_alpha) * (words / (double)words_total(trainer));
}

/* Trains on a passage made of `words` words of the corpus, which follow `words_before` others. Returns the
 * last learning rate. */
static double train_passage(const struct trainer *trainer, struct worker *worker,
                            const struct passage *passage, double words_before, double words,
                            struct measures *measures) {
    const struct parameters *parameters = trainer->parameters;
    double alpha = alpha_at(trainer, words_before);
    /* For the first alpha of the passage, which is its largest. */
    const struct step_limits limits = limits_at(parameters, alpha);
    size_t blocks = 0;
    batcher_begin(worker->batcher, passage, &limits, &worker->rng);
    for (size_t at = 0; at < passage->size; blocks++) {
        alpha = alpha_at(trainer, words_before + words * (double)at / (double)passage->size);
        at += train_block(&trainer->training, worker->batcher, at, alpha, &worker->rng,
                          blocks % MEASURE_EVERY == 0 ? measures : NULL);
    }
    return alpha;
}

/* The share of the time that these words are expected to take. */
static double time_at(const struct trainer *trainer, uint64_t words) {
    const double at = (double)words / (double)words_total(trainer) * TIME_PARTS;
    const size_t part = at < TIME_PARTS ? (size_t)at : TIME_PARTS - 1;
    const double *after = trainer->times.after + part;
    return after[0] + (at - (double)part) * (after[1] - after[0]);
}

static void report(const struct trainer *trainer, const struct measures *sums, size_t epoch, double alpha) {
    if (trainer->hooks->report == NULL)
        return;
    const uint64_t words = atomic_load_explicit(&trainer->words_done, memory_order_relaxed);
    const struct training_status status = {
        .words = words,
        .time = time_at(trainer, words),
        .words_total = words_total(trainer),
        .words_before = trainer->words_before,
        .time_before = time_at(trainer, trainer->words_before),
        .epoch = epoch + 1,
        .alpha = alpha,
        .recent = measures_mean(sums),
    };
    trainer->hooks->report(trainer->hooks->context, &status);
}

static bool diverged(const struct trainer *trainer, struct error *error, double alpha, const char *what) {
    return error_set(
        error, ERROR_INPUT,
        "training diverged at learning rate %g: %s; lower --alpha or --negative (now %llu), or raise "
        "--temperature (now %g)",
        alpha, what, (unsigned long long)trainer->parameters->negative,
        trainer->parameters->temperature.value);
}

static bool train_chunk(struct trainer *trainer, struct worker *worker, size_t index, size_t task) {
    const struct stream *stream = &trainer->corpus->stream;
    const size_t epoch = task / stream->size, chunk = task % stream->size;
    const double words = (double)stream->chunks[chunk].words;
    const uint32_t *ids = stream_read(stream, chunk, worker->ids, &worker->error);
    if (ids == NULL)
        return false;
    worker->rng = rng_seed(trainer->parameters->seed, task + 1);
    const struct passage passage = passage_make(&worker->passage, &trainer->subsampling, trainer->parameters,
                                                ids, stream->chunks[chunk].size, &worker->rng);
    const uint64_t before = words_at(trainer, task);
    struct measures sums = {.pairs = 0};
    const double alpha = train_passage(trainer, worker, &passage, (double)before, words, &sums);
    if (!isfinite(sums.loss))
        return diverged(trainer, &worker->error, alpha, "the loss is no longer finite");
    measures_add(&worker->measures[epoch], &sums);
    measures_decay(&worker->recent, RECENT_KEEP);
    measures_add(&worker->recent, &sums);
    if (measures_blown_up(&worker->recent, trainer->training.score))
        return diverged(trainer, &worker->error, alpha, "the loss is far above that of random vectors");
    atomic_fetch_add_explicit(&trainer->words_done, stream->chunks[chunk].words, memory_order_relaxed);
    if (index == 0)
        report(trainer, &worker->recent, epoch, alpha);
    return true;
}

static void merge_replica(const struct trainer *trainer, struct worker *worker) {
    const struct training *training = &trainer->training;
    replica_merge(&worker->replica, training->kernel, training->input, training->output,
                  1 / (float)trainer->parameters->threads);
}

static bool stopped(const struct trainer *trainer) {
    return atomic_load_explicit(&trainer->failed, memory_order_relaxed) ||
           (trainer->hooks->stop != NULL && atomic_load_explicit(trainer->hooks->stop, memory_order_relaxed));
}

static void train_chunks(struct trainer *trainer, struct worker *worker, size_t index) {
    size_t chunks = 0;
    while (!stopped(trainer)) {
        const size_t task = atomic_fetch_add_explicit(&trainer->next_task, 1, memory_order_relaxed);
        if (task >= trainer->until)
            return;
        if (!train_chunk(trainer, worker, index, task)) {
            worker->failed_task = task;
            atomic_store_explicit(&trainer->failed, true, memory_order_relaxed);
        }
        if (++chunks % REPLICA_CHUNKS == 0)
            merge_replica(trainer, worker);
    }
}

static void train_part(void *context, size_t index) {
    struct trainer *trainer = context;
    struct worker *worker = &trainer->workers[index];
    replica_take(&worker->replica, trainer->training.input, trainer->training.output);
    train_chunks(trainer, worker, index);
    merge_replica(trainer, worker);
}

/* Takes the first error of a thread, and goes back to the first task that failed. */
static bool take_error(struct trainer *trainer, struct error *error) {
    bool failed = false;
    for (size_t i = 0; i < trainer->parameters->threads; i++) {
        struct worker *worker = &trainer->workers[i];
        if (worker->error.kind == ERROR_NONE)
            continue;
        if (!failed)
            *error = worker->error;
        if (worker->failed_task < trainer_done(trainer))
            atomic_store(&trainer->next_task, worker->failed_task);
        worker->error = (struct error){.kind = ERROR_NONE};
        failed = true;
    }
    atomic_store(&trainer->failed, false);
    if (failed)
        atomic_store(&trainer->words_done, words_at(trainer, trainer_done(trainer)));
    return failed;
}

bool trainer_run(struct trainer *trainer, size_t until, const struct trainer_hooks *hooks,
                 struct error *error) {
    trainer->until = until < trainer->tasks ? until : trainer->tasks;
    trainer->hooks = hooks;
    if (!threads_run(trainer->parameters->threads, train_part, trainer, error))
        return false;
    /* Each thread has taken one task too many. */
    if (atomic_load(&trainer->next_task) > trainer->until)
        atomic_store(&trainer->next_task, trainer->until);
    return !take_error(trainer, error);
}

/* --- the state --- */

static void gather_measures(struct trainer *trainer) {
    for (size_t epoch = 0; epoch < trainer->parameters->epochs; epoch++) {
        trainer->measures[epoch] = (struct measures){.pairs = 0};
        for (size_t i = 0; i < trainer->parameters->threads; i++)
            measures_add(&trainer->measures[epoch], &trainer->workers[i].measures[epoch]);
    }
}

static struct batch_work gather_work(const struct trainer *trainer) {
    struct batch_work sum = trainer->work_before;
    for (size_t i = 0; i < trainer->parameters->threads; i++) {
        const struct batch_work work = batcher_work(trainer->workers[i].batcher);
        sum.words += work.words;
        sum.pairs += work.pairs;
        sum.rows += work.rows;
    }
    return sum;
}

void trainer_get_state(struct trainer *trainer, struct trainer_state *state) {
    const size_t threads = (size_t)trainer->parameters->threads;
    if (trainer->unpacked) {
        const size_t vocab = trainer->corpus->vocab.size, dim = (size_t)trainer->parameters->dim;
        matrix_pack(trainer->input, vocab, dim);
        matrix_pack(trainer->output, vocab, dim);
        trainer->unpacked = false;
    }
    gather_measures(trainer);
    for (size_t i = 0; i < threads; i++)
        memcpy(trainer->random + i * KERNEL_ROW_FLOATS, trainer->workers[i].replica.random,
               KERNEL_ROW_FLOATS * sizeof *trainer->random);
    *state = (struct trainer_state){.tasks = trainer_done(trainer),
                                    .work = gather_work(trainer),
                                    .measures = trainer->measures,
                                    .random = trainer->random,
                                    .threads = threads,
                                    .stride = trainer->training.stride,
                                    .input = trainer->training.input,
                                    .output = trainer->training.output};
}

/* --- results --- */

struct unpacking {
    struct trainer *trainer;
    bool finite[2]; /* of input and output */
};

static void unpack_part(void *context, size_t index) {
    struct unpacking *unpacking = context;
    const struct trainer *trainer = unpacking->trainer;
    unpacking->finite[index] = matrix_unpack(index == 0 ? trainer->input : trainer->output,
                                             trainer->corpus->vocab.size, (size_t)trainer->parameters->dim);
}

/* On two threads if there is another one to be had. Whether the vectors are those of a training that went
 * well. */
static bool unpack(struct trainer *trainer) {
    struct unpacking unpacking = {.trainer = trainer};
    struct error ignored = {.kind = ERROR_NONE};
    if (trainer->parameters->threads == 1 || !threads_run(2, unpack_part, &unpacking, &ignored))
        for (size_t i = 0; i < 2; i++)
            unpack_part(&unpacking, i);
    trainer->unpacked = true;
    return unpacking.finite[0] && unpacking.finite[1];
}

/* Chunks all over the corpus, with random numbers of their own. */
static bool measure_geometry(struct trainer *trainer, struct training_results *results, struct error *error) {
    const struct stream *stream = &trainer->corpus->stream;
    struct worker *worker = &trainer->workers[0];
    const struct geometry_rows rows = {results->input, results->stride};
    const size_t chunks = stream->size < GEOMETRY_CHUNKS ? stream->size : GEOMETRY_CHUNKS;
    struct geometry_sample sample = {.count = 0};
    for (size_t i = 0; i < chunks; i++) {
        const size_t chunk = i * stream->size / chunks;
        const uint32_t *ids = stream_read(stream, chunk, worker->ids, error);
        if (ids == NULL)
            return false;
        struct rng rng = rng_seed(trainer->parameters->seed, chunk);
        const struct passage passage = passage_make(&worker->passage, &trainer->subsampling,
                                                    trainer->parameters, ids, stream->chunks[chunk].size,
                                                    &rng);
        geometry_add(&sample, &rows, &passage, trainer->parameters);
    }
    results->geometry = geometry_of(&sample, &rows);
    return true;
}

bool trainer_results(struct trainer *trainer, struct training_results *results, struct error *error) {
    const struct parameters *parameters = trainer->parameters;
    const double words = (double)atomic_load(&trainer->words_done);
    *results = (struct training_results){.dim = (size_t)parameters->dim,
                                         .stride = matrix_stride((size_t)parameters->dim),
                                         .input = trainer->input,
                                         .output = trainer->output,
                                         .measures = trainer->measures,
                                         .kept = trainer->subsampling.kept,
                                         .progress = words / (double)words_total(trainer)};
    gather_measures(trainer);
    for (size_t epoch = 0; epoch < parameters->epochs; epoch++)
        trainer->measures[epoch] = measures_mean(&trainer->measures[epoch]);
    const struct batch_work work = gather_work(trainer);
    results->pairs_trained = work.pairs;
    results->pairs = work.words > 0 ? (double)work.pairs / (double)work.words : 0;
    results->rows = work.words > 0 ? (double)work.rows / (double)work.words : 0;
    if (!unpack(trainer))
        return diverged(trainer, error, alpha_at(trainer, words), "a vector has blown up");
    return measure_geometry(trainer, results, error);
}

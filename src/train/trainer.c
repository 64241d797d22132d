#include "train/trainer.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/race.h"
#include "base/threads.h"
#include "base/workspace.h"
#include "kernels/registry.h"
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
    uint64_t *words_before;    /* (chunks + 1) words of an epoch before each chunk */
    struct measures *measures; /* (epochs) for the results */
    struct worker *workers;    /* (threads) */
    size_t replica_words;      /* words with rows in the replicas */
    float *input, *output;     /* (vocab, matrix_stride) the matrices: packed, and floats at the end; owned */
    size_t matrix_bytes;       /* of each */
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
    trainer->words_before = workspace_take(workspace, trainer->corpus->stream.size + 1,
                                           sizeof *trainer->words_before);
    trainer->measures = workspace_take(workspace, trainer->parameters->epochs, sizeof *trainer->measures);
    trainer->workers = workspace_take(workspace, trainer->parameters->threads, sizeof *trainer->workers);
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

static void start(struct trainer *trainer, const struct corpus *corpus, const struct parameters *parameters,
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
    start(&plan, corpus, parameters, NULL);
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
        trainer->words_before[i + 1] = trainer->words_before[i] + corpus->stream.chunks[i].words;
}

/* Uniform in [-1/2, 1/2] * scale. */
static bfloat16 start_number(struct rng *rng, float scale) {
    const uint64_t bits = rng_next(rng);
    return bfloat16_round((rng_unit_of(bits) - 0.5f) * scale, (uint32_t)bits);
}

/* Each row has its own generator, so threads can take rows in any order. They also touch the pages first. */
INTENDED_RACE static void start_rows(struct trainer *trainer) {
    const struct training *training = &trainer->training;
    const size_t vocab = trainer->corpus->vocab.size, dim = (size_t)trainer->parameters->dim;
    const size_t rows_at_once = 1024;
    const bool contexts = training->score->start_contexts;
    const float scale = contexts ? sqrtf(12 / (float)dim) : 1 / (float)dim;
    for (;;) {
        const size_t first = atomic_fetch_add_explicit(&trainer->next_row, rows_at_once,
                                                       memory_order_relaxed);
        if (first >= vocab)
            return;
        const size_t last = vocab - first < rows_at_once ? vocab : first + rows_at_once;
        for (size_t row = first; row < last; row++) {
            struct rng rng = rng_seed(~trainer->parameters->seed, row);
            bfloat16 *input = training->input + row * training->stride;
            bfloat16 *output = training->output + row * training->stride;
            for (size_t d = 0; d < training->stride; d++) {
                input[d] = d < dim ? start_number(&rng, scale) : 0;
                output[d] = contexts && d < dim ? start_number(&rng, scale) : 0;
            }
        }
    }
}

static void start_part(void *context, size_t index) {
    (void)index;
    start_rows(context);
}

static bool prepare(struct trainer *trainer, struct error *error) {
    if (!take_memory(trainer, error))
        return false;
    fill_tables(trainer);
    if (!size_multiply(trainer->corpus->stream.size, trainer->parameters->epochs, &trainer->tasks))
        return error_set(error, ERROR_INPUT, "--epochs %llu is too many for a corpus of this size",
                         (unsigned long long)trainer->parameters->epochs);
    return threads_run(trainer->parameters->threads, start_part, trainer, error);
}

struct trainer *trainer_create(const struct corpus *corpus, const struct parameters *parameters,
                               const struct labels *labels, struct error *error) {
    const struct kernel *kernel = kernel_choose(parameters->kernel, error);
    struct trainer *trainer = kernel != NULL ? memory_allocate(1, sizeof *trainer, "the trainer", error)
                                             : NULL;
    if (trainer == NULL)
        return NULL;
    start(trainer, corpus, parameters, kernel);
    trainer->training.labels = labels;
    if (prepare(trainer, error))
        return trainer;
    trainer_free(trainer);
    return NULL;
}

size_t trainer_tasks(const struct trainer *trainer) {
    return trainer->tasks;
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
    const struct step_limits limits = step_limits_choose(
        parameters_limits(parameters), alpha, parameters_pairs_max(parameters),
        parameters_pairs_mean(parameters), (double)parameters->noise,
        parameters->weights == WEIGHTS_RANDOM ? STEP_LIMITS_NOISE_ROW_RANDOM : STEP_LIMITS_NOISE_ROW);
    size_t blocks = 0;
    batcher_begin(worker->batcher, passage, &limits, &worker->rng);
    for (size_t at = 0; at < passage->size; blocks++) {
        alpha = alpha_at(trainer, words_before + words * (double)at / (double)passage->size);
        at += train_block(&trainer->training, worker->batcher, at, alpha, &worker->rng,
                          blocks % MEASURE_EVERY == 0 ? measures : NULL);
    }
    return alpha;
}

static void report(const struct trainer *trainer, const struct measures *sums, size_t epoch, double alpha) {
    if (trainer->hooks->report == NULL)
        return;
    const struct training_status status = {
        .words = atomic_load_explicit(&trainer->words_done, memory_order_relaxed),
        .words_total = words_total(trainer),
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
    const uint64_t before = (uint64_t)epoch * trainer->corpus->words + trainer->words_before[chunk];
    struct measures sums = {.pairs = 0};
    const double alpha = train_passage(trainer, worker, &passage, (double)before, words, &sums);
    if (!isfinite(sums.loss))
        return diverged(trainer, &worker->error, alpha, "the loss is no longer finite");
    measures_add(&worker->measures[epoch], &sums);
    measures_decay(&worker->recent, RECENT_KEEP);
    measures_add(&worker->recent, &sums);
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
        if (!train_chunk(trainer, worker, index, task))
            atomic_store_explicit(&trainer->failed, true, memory_order_relaxed);
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

bool trainer_run(struct trainer *trainer, size_t until, const struct trainer_hooks *hooks,
                 struct error *error) {
    trainer->until = until < trainer->tasks ? until : trainer->tasks;
    trainer->hooks = hooks;
    if (!threads_run(trainer->parameters->threads, train_part, trainer, error))
        return false;
    /* Each thread has taken one task too many. */
    if (atomic_load(&trainer->next_task) > trainer->until)
        atomic_store(&trainer->next_task, trainer->until);
    for (size_t i = 0; i < trainer->parameters->threads; i++)
        if (trainer->workers[i].error.kind != ERROR_NONE) {
            *error = trainer->workers[i].error;
            return false;
        }
    return true;
}

/* --- results --- */

static void gather_measures(struct trainer *trainer) {
    for (size_t epoch = 0; epoch < trainer->parameters->epochs; epoch++) {
        struct measures sums = {.pairs = 0};
        for (size_t i = 0; i < trainer->parameters->threads; i++)
            measures_add(&sums, &trainer->workers[i].measures[epoch]);
        trainer->measures[epoch] = measures_mean(&sums);
    }
}

static void gather_work(const struct trainer *trainer, struct training_results *results) {
    struct batch_work sum = {0};
    for (size_t i = 0; i < trainer->parameters->threads; i++) {
        const struct batch_work work = batcher_work(trainer->workers[i].batcher);
        sum.words += work.words;
        sum.pairs += work.pairs;
        sum.rows += work.rows;
    }
    if (sum.words == 0)
        return;
    results->pairs = (double)sum.pairs / (double)sum.words;
    results->rows = (double)sum.rows / (double)sum.words;
}

static void unpack_part(void *context, size_t index) {
    struct trainer *trainer = context;
    const size_t vocab = trainer->corpus->vocab.size, dim = (size_t)trainer->parameters->dim;
    bool finite = true;
    if (index == 0)
        finite = matrix_unpack(trainer->input, vocab, dim);
    if (index == 1 || trainer->parameters->threads == 1)
        finite = matrix_unpack(trainer->output, vocab, dim) && finite;
    if (!finite)
        atomic_store_explicit(&trainer->failed, true, memory_order_relaxed);
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
    gather_work(trainer, results);
    if (!threads_run(parameters->threads > 1 ? 2 : 1, unpack_part, trainer, error))
        return false;
    /* The loss shows divergence earlier, but not in the last blocks of a run. */
    if (atomic_load(&trainer->failed))
        return diverged(trainer, error, alpha_at(trainer, words), "a vector has blown up");
    return measure_geometry(trainer, results, error);
}

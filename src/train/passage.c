#include "train/passage.h"

#include <math.h>

#include "text/stream.h"

/* As in word2vec.c, a word with share f of the corpus is kept with probability (sqrt(f / t) + 1) t / f. */
uint32_t subsampling_threshold(uint64_t count, uint64_t total, double sample) {
    if (sample <= 0)
        return UINT32_MAX;
    const double ratio = (double)count / (double)total / sample;
    const double probability = (sqrt(ratio) + 1) / ratio;
    return probability >= 1 ? UINT32_MAX : (uint32_t)(probability * 0x1p32);
}

struct subsampling subsampling_lay_out(struct workspace *workspace, size_t vocab) {
    return (struct subsampling){.keep = workspace_take(workspace, vocab + 1, sizeof(uint32_t))};
}

void subsampling_fill(struct subsampling *subsampling, const struct vocab *vocab, double sample) {
    subsampling->kept = 0;
    for (size_t i = 0; i < vocab->size; i++) {
        subsampling->keep[i] = subsampling_threshold(vocab->counts[i], vocab->total, sample);
        subsampling->kept += (double)subsampling->keep[i] / UINT32_MAX * (double)vocab->counts[i] /
                             (double)vocab->total;
    }
    subsampling->keep[vocab->size] = UINT32_MAX;
    subsampling->subsampled = 0;
    while (subsampling->keep[subsampling->subsampled] < UINT32_MAX)
        subsampling->subsampled++;
}

struct passage_buffer passage_lay_out(struct workspace *workspace, size_t chunk) {
    return (struct passage_buffer){.words = workspace_take(workspace, chunk, sizeof(uint32_t)),
                                   .window_begin = workspace_take(workspace, chunk, sizeof(uint32_t)),
                                   .window_end = workspace_take(workspace, chunk, sizeof(uint32_t))};
}

/* The window sizes of the sentence [start, end), in window_begin, become windows within the sentence. */
static void set_windows(struct passage_buffer *buffer, size_t start, size_t end) {
    for (size_t p = start; p < end; p++) {
        const uint32_t size = buffer->window_begin[p];
        buffer->window_begin[p] = (uint32_t)(p - start > size ? p - size : start);
        buffer->window_end[p] = (uint32_t)(end - p > size ? p + size + 1 : end);
    }
}

struct passage passage_make(struct passage_buffer *buffer, const struct subsampling *subsampling,
                            const struct parameters *parameters, const uint32_t *ids, size_t size,
                            struct rng *rng) {
    const uint32_t window = (uint32_t)parameters->window, subsampled = subsampling->subsampled;
    const uint32_t *keep = subsampling->keep;
    const bool random = parameters->weights == WEIGHTS_RANDOM;
    uint32_t *words = buffer->words, *sizes = buffer->window_begin;
    struct rng state = *rng; /* a local copy can stay in registers */
    size_t kept = 0, start = 0;
    for (size_t i = 0; i < size; i++) {
        if (ids[i] == STREAM_SENTENCE_END) {
            set_windows(buffer, start, kept);
            start = kept;
            continue;
        }
        const uint64_t bits = rng_next(&state);
        words[kept] = ids[i];
        sizes[kept] = random ? 1 + rng_scale((uint32_t)bits, window) : window;
        /* All words that are always kept share one entry, so that few cache lines of the table are read. */
        kept += (uint32_t)(bits >> 32) <= keep[ids[i] < subsampled ? ids[i] : subsampled];
    }
    set_windows(buffer, start, kept);
    *rng = state;
    return (struct passage){words, buffer->window_begin, buffer->window_end, kept};
}

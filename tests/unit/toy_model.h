/* A small model for tests of questions, written and opened like any other. */
#ifndef SGNS_TESTS_TOY_MODEL_H
#define SGNS_TESTS_TOY_MODEL_H

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "formats/open.h"
#include "harness.h"
#include "model/layout.h"

struct toy {
    const char *const *words; /* (vocab), the most frequent first */
    size_t vocab, dim;
    const float *vectors; /* (vocab, dim) row-major, or NULL for all ones */
    enum tokenizer_kind kind;
    const float *contexts; /* the same as vectors, or NULL for no context vectors */
    const char *phrases;   /* the list of phrases, or NULL */
};

static inline void toy_fill(const struct toy *toy, const float *vectors, float *rows) {
    const size_t stride = (toy->dim + 15) / 16 * 16;
    for (size_t i = 0; i < toy->vocab; i++)
        for (size_t d = 0; d < toy->dim; d++)
            rows[i * stride + d] = vectors != NULL ? vectors[i * toy->dim + d] : 1;
}

static inline bool toy_write(const struct toy *toy, const struct vocab *vocab, const char *path,
                             struct error *error) {
    const size_t stride = (toy->dim + 15) / 16 * 16, bytes = toy->vocab * stride * sizeof(float);
    float *input = memory_pages(bytes, "vectors", error);
    float *output = memory_pages(bytes, "context vectors", error);
    if (input == NULL || output == NULL)
        return false;
    toy_fill(toy, toy->vectors, input);
    toy_fill(toy, toy->contexts, output);
    const struct model_section phrases = {LAYOUT_PHRASES, toy->phrases,
                                          toy->phrases != NULL ? strlen(toy->phrases) : 0};
    const struct model_content content = {.vocab = vocab,
                                          .dim = toy->dim,
                                          .stride = stride,
                                          .input = input,
                                          .output = toy->contexts != NULL ? output : NULL,
                                          .record = "",
                                          .extra = &phrases,
                                          .extra_count = toy->phrases != NULL};
    struct file_out file;
    const bool done = file_create(&file, path, error) && model_write(&file, &content, error) &&
                      file_commit(&file, error);
    if (!done)
        file_abandon(&file);
    memory_pages_free(input, bytes);
    memory_pages_free(output, bytes);
    return done;
}

/* Opens the model that `toy` describes, or ends the program: a test can't go on without it. */
static inline struct model toy_open(const struct toy *toy) {
    struct vocab vocab = {.size = toy->vocab};
    for (size_t i = 0; i < toy->vocab; i++)
        vocab.text_bytes += strlen(toy->words[i]) + 1;
    vocab.text = malloc(vocab.text_bytes + 1);
    vocab.starts = calloc(toy->vocab + 1, sizeof *vocab.starts);
    vocab.counts = calloc(toy->vocab + 1, sizeof *vocab.counts);
    struct error error = {.kind = ERROR_NONE};
    struct model model = {0};
    char path[4096];
    bool done = vocab.text != NULL && vocab.starts != NULL && vocab.counts != NULL;
    for (size_t i = 0, at = 0; done && i < toy->vocab; i++) {
        const size_t bytes = strlen(toy->words[i]) + 1;
        memcpy(vocab.text + at, toy->words[i], bytes);
        at += bytes;
        vocab.starts[i + 1] = at;
        vocab.counts[i] = toy->vocab - i;
        vocab.total += vocab.counts[i];
    }
    test_path(path, sizeof path, "toy.sgns");
    done = done && toy_write(toy, &vocab, path, &error) && model_open(&model, path, &error);
    unlink(path);
    free(vocab.text);
    free(vocab.starts);
    free(vocab.counts);
    if (!done) {
        fprintf(stderr, "no toy model: %s\n", error.text);
        exit(2);
    }
    model.rules = (struct tokenizer_rules){.kind = toy->kind};
    return model;
}

#endif
